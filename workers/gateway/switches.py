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
    from workers.gateway.asterisk.settings import AsteriskSettings, Trunk

    url = urlsplit(settings.pbx)
    if url.scheme != "asterisk" or not url.hostname or not url.username:
        raise SettingsInvalid("OUTDIAL_PBX", "asterisk://user:secret@host:port for a gateway")
    asked = parse_qs(url.query)
    try:
        capacity = int(asked.get("capacity", ["500"])[0])
    except ValueError:
        raise SettingsInvalid("OUTDIAL_PBX", "a URL whose capacity is a number") from None
    there = asked.get("recordings")
    return AsteriskSettings(
        node=settings.node,
        username=unquote(url.username),
        secret=unquote(url.password or ""),
        recordings=recordings or settings.files / RECORDINGS,
        recordings_there=Path(there[0]) if there else None,
        host=url.hostname,
        port=url.port or 5038,
        trunks=tuple(Trunk(name) for name in asked.get("trunk", [])),
        capacity=capacity,
    )
