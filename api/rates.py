"""How many requests a key, a session or a stranger's address may make in a minute."""

import hashlib
import time
from logging import getLogger

from domain.access.tokens import Credential
from domain.core.errors import Unavailable
from domain.core.throttle import Throttle
from schema.errors import RateLimited

logger = getLogger(__name__)

OF_A_PERSON = 1_200
OF_A_STRANGER = 600  # a whole call centre may sign in from one address
WINDOW_S = 60.0
SAY_AGAIN_S = 60.0


class Rates:
    """Counts requests on the throttle that all processes share."""

    def __init__(self, throttle: Throttle) -> None:
        self._throttle = throttle
        self._said_at = 0.0

    async def count(self, credential: Credential | None, address: str) -> None:
        """Count one request. Raises RateLimited.

        When the throttle is away everybody is let in: signing in has a throttle of its own that
        then refuses, so only the cost of ordinary requests is uncounted.
        """
        if credential is None:
            key = f"requests:from:{hashlib.sha256(address.encode()).hexdigest()[:32]}"
            limit = OF_A_STRANGER
        else:
            key = f"requests:{credential.principal.session_id or credential.principal.id}"
            limit = credential.requests_per_minute or OF_A_PERSON
        try:
            wait_s = await self._throttle.take(key, limit=limit, window_s=WINDOW_S)
        except Unavailable:
            if time.monotonic() > self._said_at + SAY_AGAIN_S:
                self._said_at = time.monotonic()
                logger.warning("requests are not counted: the throttle does not answer")
            return
        if wait_s > 0:
            raise RateLimited(wait_s)
