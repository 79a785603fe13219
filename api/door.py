"""What the parts of the door share: one value, made once per process."""

from dataclasses import dataclass, field

from api.credentials import Credentials
from api.metrics import Metrics
from api.rates import Rates
from api.shared_runs import SharedRuns
from domain.core.ports import Ports
from domain.core.throttle import Throttle
from schema.engine import Engine

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """What an operator can set about the door."""

    origins: frozenset[str] = frozenset()  # other origins whose pages may ask; "*": any
    body_limit: int = MEGABYTE  # of a JSON request, bytes
    upload_limit: int = 200 * MEGABYTE  # of a multipart request, bytes
    message_limit: int = 256_000  # of one message on a socket, bytes
    init_wait_s: float = 5.0  # for `connection_init`
    socket_life_s: float = 30 * 60.0
    stalled_s: float = 20.0  # a socket that takes nothing for so long is closed
    recheck_s: float = 30.0  # how soon an open socket notices that its token ended
    subscriptions_per_socket: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The engine and what stands around it."""

    engine: Engine
    ports: Ports
    throttle: Throttle
    credentials: Credentials
    rates: Rates
    runs: SharedRuns
    metrics: Metrics
    settings: DoorSettings = field(default_factory=DoorSettings)
