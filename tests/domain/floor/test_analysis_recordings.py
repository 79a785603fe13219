"""Recordings of what call-progress analysis heard, as the API shows them."""

from typing import Any
from uuid import UUID

import pytest

from domain.calls.models import Attempt
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.recordings.models import Recording
from domain.recordings.rules import RecordingKind
from domain.telephony.port import PlaceLeg
from tests import rows
from tests.domain.floor.rig import Rig
from tests.fakes import FakePorts
from tests.schema.asking import ask

MACHINE, TALKER = "+12025550006", "+12025550020"
RECORDINGS = """
query ($kind: RecordingKind, $campaign: UUID) {
  recordings(kind: $kind, campaignId: $campaign) {
    nodes { id callId campaignId agentId kind startedAt finishedAt size seconds }
  }
}
"""


async def _dialed(rig: Rig, *numbers: str, **settings: Any) -> Campaign:
    """A campaign that records its analysis, with one agent at work."""
    given = {"analysis_settings": {"record": True}, "lines_per_agent": 2.0, "max_attempts": 1}
    campaign = await rig.campaign(DialMode.PROGRESSIVE, **(given | settings))
    await rig.targets(campaign, *numbers)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(agent)
    return campaign


async def _told(rig: Rig, fakes: FakePorts, **which: Any) -> list[dict[str, Any]]:
    nodes = (await ask(RECORDINGS, rows.an_admin(rig.row), fakes, **which))["nodes"]
    return list(nodes)


async def _finished(count: int) -> bool:
    return await Recording.filter(path__isnull=False).count() >= count


@pytest.mark.feature("CAM-11")
async def test_a_recorded_analysis_is_among_the_recordings_of_its_call(
    rig: Rig, fakes: FakePorts
) -> None:
    campaign = await _dialed(rig, MACHINE)

    await rig.until(lambda: _finished(1))

    attempt = await Attempt.get(account=rig.row)
    (told,) = await _told(rig, fakes, campaign=str(campaign.id))
    assert (told["callId"], told["campaignId"]) == (str(attempt.id), str(campaign.id))
    assert (told["kind"], told["agentId"]) == ("ANALYSIS", None)
    assert attempt.answered_at is not None
    assert told["startedAt"] == attempt.answered_at.isoformat()
    assert told["finishedAt"] is not None
    assert told["seconds"] > 0
    assert told["size"] > 0


@pytest.mark.feature("CAM-11")
async def test_the_talk_is_a_recording_of_its_own(rig: Rig, fakes: FakePorts) -> None:
    await _dialed(rig, TALKER, record=True, wrap_up_s=None)

    await rig.until(lambda: _finished(2))

    analysis, talk = [
        await _told(rig, fakes, kind=kind.name)
        for kind in (RecordingKind.ANALYSIS, RecordingKind.CALL)
    ]
    assert [len(analysis), len(talk)] == [1, 1]
    assert analysis[0]["callId"] == talk[0]["callId"]
    assert (analysis[0]["agentId"], bool(talk[0]["agentId"])) == (None, True)


async def test_nothing_is_recorded_unless_it_is_asked_for(rig: Rig, fakes: FakePorts) -> None:
    await _dialed(rig, MACHINE, analysis_settings={})

    await rig.until(lambda: rig.ended(1))

    assert await _told(rig, fakes) == []


@pytest.mark.parametrize("answered", [False, True])
async def test_the_next_owner_writes_the_recording_of_an_analysis_down(
    slow_rig: Rig, fakes: FakePorts, answered: bool
) -> None:
    rig = slow_rig
    await _dialed(rig, MACHINE)
    if answered:
        await rig.until(lambda: Recording.filter(account=rig.row).exists())
    else:
        await rig.until(_is_placed(rig))
    (first,) = rig.floors

    await rig.die(first)
    await rig.floor()
    await rig.until(lambda: _finished(1), seconds=60)

    (told,) = await _told(rig, fakes)
    assert (told["kind"], told["agentId"]) == ("ANALYSIS", None)
    assert UUID(told["callId"]) == (await Attempt.get(account=rig.row)).id


async def test_an_analysis_that_runs_is_no_recording_to_pause(slow_rig: Rig) -> None:
    rig = slow_rig
    await _dialed(rig, MACHINE)
    await rig.until(lambda: Recording.filter(account=rig.row).exists())
    (first,) = rig.floors

    await rig.die(first)
    floor = await rig.floor()

    assert [line.recording for line in floor.state.lines.values()] == [None]


async def test_a_supervisor_of_some_teams_does_not_see_what_none_of_them_spoke_in(
    rig: Rig, fakes: FakePorts
) -> None:
    await _dialed(rig, TALKER, record=True, wrap_up_s=None)
    await rig.until(lambda: _finished(2))
    limited = rows.an_admin(rig.row, teams=frozenset({rig.team.id}))

    nodes = (await ask(RECORDINGS, limited, fakes))["nodes"]

    assert [node["kind"] for node in nodes] == ["CALL"]


def _is_placed(rig: Rig) -> Any:
    async def placed() -> bool:
        return any(command.analysis is not None for command in rig.commands(PlaceLeg))

    return placed
