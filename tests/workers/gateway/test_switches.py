"""Which switch a gateway's settings name."""

from pathlib import Path

import pytest
from redis.asyncio import Redis

from domain.core.settings import Settings, SettingsInvalid
from workers.gateway.asterisk.switch import AsteriskSwitch
from workers.gateway.numbers import NumberBook
from workers.gateway.simulator.carrier import SimulatedCarrier
from workers.gateway.switches import OwnedSwitch, asterisk_settings, switch_for


def made(pbx: str) -> OwnedSwitch:
    settings = Settings(pbx=pbx, node="n7", data_dir=Path("data"))
    return switch_for(settings, NumberBook(Redis()))


async def test_simulated_is_the_simulated_carrier() -> None:
    switch = made("simulated")

    assert isinstance(switch, SimulatedCarrier)
    assert (switch.kind, switch.node, switch.up, switch.legs) == ("simulated", "n7", True, 0)


async def test_an_asterisk_url_is_an_asterisk_that_is_not_connected_yet() -> None:
    switch = made("asterisk://dialer:se%40cret@127.0.0.9:5039?trunk=carrier&capacity=40")

    assert isinstance(switch, AsteriskSwitch)
    assert (switch.kind, switch.node, switch.up) == ("asterisk", "n7", False)
    assert (switch.legs, switch.capacity) == (0, 40)


@pytest.mark.parametrize(
    "pbx",
    [
        "local",
        "asterisk://127.0.0.9",
        "asterisk://u:topsecret@h:port",
        "asterisk://u:topsecret#x@h",
        "asterisk://u:topsecret/x@h",
        "asterisk://u:topsecret@h?capacity=many",
        "asterisk://u:topsecret@h?capacity=0",
        "asterisk://u:topsecret@h?trunks=carrier",
        "asterisk://u:topsecret@h?trunk=a%26PJSIP/b",
        "asterisk://u:topsecret@h?recordings=calls",
    ],
)
async def test_a_setting_that_names_no_switch_is_refused_without_its_value(pbx: str) -> None:
    with pytest.raises(SettingsInvalid) as refused:
        made(pbx)

    assert refused.value.name == "OUTDIAL_PBX"
    assert pbx not in str(refused.value)
    assert "topsecret" not in str(refused.value)


async def test_asterisk_is_told_of_a_folder_of_recordings_from_the_root_on() -> None:
    settings = Settings(pbx="asterisk://u:s@h?recordings=/srv/calls", data_dir=Path("data"))

    made = asterisk_settings(settings)

    assert made.recordings == Path.cwd() / "data/files/recordings"
    assert made.recordings_there == Path("/srv/calls")
