"""The switch that a gateway's settings name."""

from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from domain.adapters.system_clock import SystemClock
from domain.core.clock import Clock
from domain.core.settings import SIMULATED, Settings, SettingsInvalid
from domain.telephony.port import Switch
from workers.gateway.numbers import NumberBook
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.gateway.simulator.hurry import HurriedClock

if TYPE_CHECKING:
    from workers.gateway.asterisk.settings import AsteriskSettings

RECORDINGS = "recordings"  # the folder in the files of the installation
ADDRESS = (
    "asterisk://user:secret@host:port for a gateway, with characters like / ? # @ in the secret "
    "written as %2F %3F %23 %40"
)
ASKED = {"trunk", "capacity", "recordings"}
MOST_LEGS = 100_000


class OwnedSwitch(Switch, Protocol):
    """A switch together with what its gateway shows of it."""

    @property
    def kind(self) -> str:
        """`simulated`, `asterisk`, ..."""

    @property
    def up(self) -> bool:
        """Whether the switch answers now."""

    @property
    def legs(self) -> int:
        """Legs in use now, all accounts."""

    @property
    def capacity(self) -> int:
        """Most legs at once."""


def switch_for(settings: Settings, numbers: NumberBook) -> OwnedSwitch:
    """The switch of this node, not started. Raises SettingsInvalid."""
    recordings = settings.files / RECORDINGS
    if settings.pbx == SIMULATED:
        carrier = SimulatedCarrier(
            clock=_clock(settings.sim_speed),
            node=settings.node,
            seed=settings.sim_seed,
            recordings=recordings,
            account_of=numbers.account_of,
        )
        carrier.expect_callers(numbers.numbers, an_hour=settings.sim_callers)
        return carrier
    return _asterisk(settings, recordings, numbers)


def _clock(speed: float) -> Clock:
    return SystemClock() if speed == 1 else HurriedClock(speed, SystemClock())


def _asterisk(settings: Settings, recordings: Path, numbers: NumberBook) -> OwnedSwitch:
    # Only the gateway of an Asterisk loads what is needed to talk to one.
    from workers.gateway.asterisk.speech import Speech
    from workers.gateway.asterisk.switch import AsteriskSwitch

    node = asterisk_settings(settings, recordings)
    speaks = Speech(settings.speech, node.recordings, node.recordings_there)
    return AsteriskSwitch(
        node,
        clock=SystemClock(),
        account_of=numbers.account_of,
        speak=speaks if settings.speech else None,
    )


def asterisk_settings(settings: Settings, recordings: Path | None = None) -> "AsteriskSettings":
    """`asterisk://user:secret@host:port?trunk=NAME&trunk=NAME&capacity=500&recordings=/there`.

    Raises SettingsInvalid.
    """
    from workers.gateway.asterisk.settings import SAFE_NAME, AsteriskSettings, Trunk

    try:
        url = urlsplit(settings.pbx)
        port = url.port
    except ValueError:
        raise SettingsInvalid("OUTDIAL_PBX", ADDRESS) from None
    if url.scheme != "asterisk" or not url.hostname or not url.username or url.fragment:
        raise SettingsInvalid("OUTDIAL_PBX", ADDRESS)
    asked = parse_qs(url.query)
    if not asked.keys() <= ASKED:
        raise SettingsInvalid("OUTDIAL_PBX", f"a URL with no more than {', '.join(sorted(ASKED))}")
    capacity = asked.get("capacity", ["500"])[0]
    if not capacity.isdecimal() or not 1 <= int(capacity) <= MOST_LEGS:
        wanted = f"a URL whose capacity is a number from 1 to {MOST_LEGS}"
        raise SettingsInvalid("OUTDIAL_PBX", wanted)
    trunks = asked.get("trunk", [])
    if not all(SAFE_NAME.fullmatch(name) for name in trunks):
        wanted = "a URL whose trunks are names of endpoints: letters, digits, `_ . -`"
        raise SettingsInvalid("OUTDIAL_PBX", wanted)
    there = [Path(path) for path in asked.get("recordings", [])]
    if not all(path.is_absolute() for path in there):
        raise SettingsInvalid("OUTDIAL_PBX", "a URL whose folder of recordings begins with /")
    return AsteriskSettings(
        node=settings.node,
        username=unquote(url.username),
        secret=unquote(url.password or ""),
        # Asterisk would take a relative path for one below its own folder.
        recordings=(recordings or settings.files / RECORDINGS).absolute(),
        recordings_there=there[0] if there else None,
        host=url.hostname,
        port=port or 5038,
        trunks=tuple(Trunk(name) for name in trunks),
        capacity=int(capacity),
    )
