"""What a pre-dial hook is asked, how the question is signed, and what its answer means. Pure.

Signed as the Standard Webhooks specification 1.0 says (standardwebhooks.com): HMAC-SHA256 over
id, timestamp and body.
"""

import base64
import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import orjson

from domain.core.numbers import is_e164

SECRET_PREFIX = "whsec_"
SECRET_BYTES = 32
FORMER_SECRET_FOR = timedelta(hours=24)  # it signs too, until the receiver knows the new one
LONGEST_RETRY_S = 30 * 24 * 3600
MOST_ANSWER_BYTES = 16_384
MOST_VARIABLES = 30

FAILURES_TO_REST = 5  # in a row
REST_S = 30.0  # then it is not asked; afterwards one question tries it


class HookFallback(StrEnum):
    """What becomes of a call when the hook does not answer in time, or not sensibly."""

    DIAL = "dial"  # as if there were no hook
    SKIP = "skip"  # it is asked again later


class HookFailed(Exception):
    """The hook did not answer, or not sensibly; the text says how, without anybody's data."""


@dataclass(frozen=True, slots=True)
class HookSettings:
    """A campaign's hook as its floor uses it."""

    url: str
    secrets: tuple[str, ...]  # each signs
    time_limit_s: float
    fallback: HookFallback
    retry_s: int
    variables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What the hook said of one call."""

    dial: bool
    sets_caller_id: bool = False
    caller_id: str | None = None  # None: withheld, where it sets one
    retry_at: datetime | None = None  # of a skip


@dataclass(frozen=True, slots=True)
class Question:
    """One call that is about to be made."""

    id: UUID
    campaign_id: UUID
    target_id: UUID
    number: str
    attempt: int  # 1 is the target's first
    variables: Mapping[str, str] = field(hash=False)


def new_secret(random: bytes) -> str:
    """A secret that signs, of SECRET_BYTES random bytes."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def body_of(
    question: Question, *, variables: Sequence[str], sensitive: Collection[str], at: datetime
) -> bytes:
    """The JSON that is posted; it holds the variables that were chosen, and no others.

    What became sensitive after it was chosen is left out.
    """
    return orjson.dumps(
        {
            "type": "call.before",
            "timestamp": at.isoformat(),
            "data": {
                "campaignId": str(question.campaign_id),
                "targetId": str(question.target_id),
                "number": question.number,
                "attempt": question.attempt,
                "variables": {
                    name: question.variables[name]
                    for name in variables
                    if name in question.variables and name not in sensitive
                },
            },
        }
    )


def headers_of(
    question: Question, body: bytes, *, secrets: Sequence[str], at: datetime
) -> dict[str, str]:
    """The headers that say who asks, and when."""
    stamp = str(int(at.timestamp()))
    return {
        "content-type": "application/json",
        "user-agent": "Outdial",
        "webhook-id": str(question.id),
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(
            signature(secret, str(question.id), stamp, body) for secret in secrets
        ),
    }


def signature(secret: str, id: str, stamp: str, body: bytes) -> str:
    """One signature of a question."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    digest = hmac.digest(key, f"{id}.{stamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(digest).decode()


def answer_of(status: int, body: bytes, *, retry_s: int, now: datetime) -> HookAnswer:
    """What an HTTP answer means. Raises HookFailed."""
    if 300 <= status < 400:
        raise HookFailed("it answered with a redirect, which is never followed")
    if not 200 <= status < 300:
        raise HookFailed(f"it answered with status {status}")
    if not body.strip():
        return HookAnswer(dial=True)
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise HookFailed("its answer is not JSON") from None
    if not isinstance(said, dict):
        raise HookFailed("its answer is not a JSON object")
    match said.get("action", "dial"):
        case "dial":
            if "callerId" not in said:
                return HookAnswer(dial=True)
            caller_id = said["callerId"]
            if caller_id is not None and not (isinstance(caller_id, str) and is_e164(caller_id)):
                raise HookFailed("its callerId is neither a number in E.164 nor null")
            return HookAnswer(dial=True, sets_caller_id=True, caller_id=caller_id)
        case "skip":
            return HookAnswer(dial=False, retry_at=_retry_at(said, retry_s, now))
    raise HookFailed("its action is neither dial nor skip")


def _retry_at(said: Mapping[str, object], retry_s: int, now: datetime) -> datetime:
    after, at = said.get("retryAfterSeconds"), said.get("retryAt")
    latest = now + timedelta(seconds=LONGEST_RETRY_S)
    if after is not None:
        if isinstance(after, bool) or not isinstance(after, int | float):
            raise HookFailed("its retryAfterSeconds is not a number")
        if not 0 <= after <= LONGEST_RETRY_S:
            raise HookFailed("its retryAfterSeconds is not from 0 to 30 days")
        return now + timedelta(seconds=after)
    if at is None:
        return now + timedelta(seconds=retry_s)
    try:
        instant = datetime.fromisoformat(at) if isinstance(at, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise HookFailed("its retryAt is not an instant with its offset")
    if not now < instant <= latest:
        raise HookFailed("its retryAt is not in the next 30 days")
    return instant


class Breaker:
    """Whether the hook may be asked. One that fails again and again is left alone for a while."""

    def __init__(self) -> None:
        self.failures = 0  # in a row
        self.reason = ""  # of the last one
        self._rests_until: float | None = None

    def rests(self, now: float) -> bool:
        """Whether it is left alone at a monotonic second."""
        return self._rests_until is not None and now < self._rests_until

    @property
    def is_trying(self) -> bool:
        """Whether it was left alone, and nothing has come right since: one question at a time."""
        return self._rests_until is not None

    @property
    def rests_until(self) -> float | None:
        """Monotonic seconds."""
        return self._rests_until

    def succeeded(self) -> None:
        """It answered."""
        self.failures, self.reason, self._rests_until = 0, "", None

    def failed(self, reason: str, now: float) -> None:
        """It did not, or not sensibly."""
        self.failures += 1
        self.reason = reason
        if self.failures >= FAILURES_TO_REST:
            self._rests_until = now + REST_S
