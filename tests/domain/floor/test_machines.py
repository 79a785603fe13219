"""What answering machines get, and answers of which the analysis is unsure."""

from typing import Any

import pytest

from domain.calls.models import Attempt, CallEvent
from domain.calls.rules import Disposition
from domain.campaigns.rules import DialMode, MachineAction, UnsureAction
from domain.telephony.events import LegAnalysed, PlaybackFinished, Verdict
from domain.telephony.port import File, HangUp, PlaceLeg, Play
from tests.domain.floor.paper import ACCOUNT, PaperFloor
from tests.domain.floor.rig import Rig

MACHINE, UNSURE = "+12025550006", "+12025550017"
ANALYSED = {"lines_per_agent": 2.0, "max_attempts": 1}


async def _dialed(rig: Rig, number: str, **settings: Any) -> None:
    """One call to a number, with an agent at work."""
    campaign = await rig.campaign(DialMode.PROGRESSIVE, **ANALYSED, **settings)
    await rig.targets(campaign, number)
    (agent,) = await rig.agents(1)
    await rig.carrier()
    await rig.floor()
    await rig.at_work(agent)


async def _connected() -> bool:
    return await Attempt.filter(connected_at__isnull=False).exists()


async def _kinds(attempt: Attempt) -> list[str]:
    noted = await CallEvent.filter(call_id=attempt.id).order_by("at")
    return [event.kind for event in noted]


async def test_a_message_is_played_to_a_machine_at_once(rig: Rig) -> None:
    await _dialed(rig, MACHINE, machine_action=MachineAction.PLAY, machine_message="call-us-back")

    await rig.until(lambda: rig.ended(1))

    attempt = await Attempt.get(account=rig.row)
    (play,) = rig.commands(Play)
    assert (play.leg, play.media, play.over_greeting) == (
        attempt.id,
        (File(name="call-us-back"),),
        True,
    )
    assert attempt.disposition is Disposition.MACHINE
    assert (await _kinds(attempt)).count("message_left") == 1


async def test_an_answer_of_which_the_analysis_is_unsure_is_a_person_unless_told_otherwise(
    rig: Rig,
) -> None:
    await _dialed(rig, UNSURE)

    await rig.until(_connected)

    assert not (await Attempt.get(account=rig.row)).disposition
    (placed,) = [command for command in rig.commands(PlaceLeg) if command.analysis is not None]
    assert placed.analysis is not None
    assert not placed.analysis.beep_if_unsure


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (MachineAction.HANG_UP, []),
        (MachineAction.PLAY, [(File(name="call-us-back"),)]),
    ],
)
async def test_an_unsure_answer_may_get_what_a_machine_gets(
    rig: Rig, action: MachineAction, said: list[Any]
) -> None:
    await _dialed(
        rig,
        UNSURE,
        machine_action=action,
        machine_message="call-us-back",
        unsure_action=UnsureAction.AS_MACHINE,
    )

    await rig.until(lambda: rig.ended(1))

    attempt = await Attempt.get(account=rig.row)
    assert attempt.disposition is Disposition.MACHINE
    assert attempt.connected_at is None
    assert [play.media for play in rig.commands(Play)] == said
    (placed,) = [command for command in rig.commands(PlaceLeg) if command.analysis is not None]
    assert placed.analysis is not None
    assert placed.analysis.beep_if_unsure


async def test_an_unsure_answer_meets_an_agent_where_machines_do(rig: Rig) -> None:
    await _dialed(
        rig,
        UNSURE,
        machine_action=MachineAction.CONNECT,
        unsure_action=UnsureAction.AS_MACHINE,
    )

    await rig.until(_connected)

    assert not (await Attempt.get(account=rig.row)).disposition


def _answered(action: MachineAction, unsure: UnsureAction = UnsureAction.CONNECT) -> PaperFloor:
    """A floor on paper with one call up, of which nothing is known yet."""
    paper = PaperFloor()
    paper.open(analysed=True, targets=0)
    settings = paper.run.settings
    settings.machine_action, settings.unsure_action = action, unsure
    settings.machine_message = "call-us-back"
    paper.add_targets(1)
    paper.customers_answer()
    paper.sent.clear()
    return paper


def _hear(paper: PaperFloor, verdict: Verdict, *, beep: bool = False) -> None:
    (line,) = paper.state.lines.values()
    at = paper.context.unix()
    paper.hear(
        LegAnalysed(
            account=ACCOUNT, at=at, leg=line.id, verdict=verdict, beep_at=at if beep else None
        )
    )
    paper.settle()


def _plays(paper: PaperFloor) -> list[Play]:
    return [command for command in paper.sent if isinstance(command, Play)]


def test_an_unsure_answer_that_counts_as_a_machine_hears_the_message_after_the_beep() -> None:
    paper = _answered(MachineAction.MESSAGE, UnsureAction.AS_MACHINE)

    _hear(paper, Verdict.UNSURE)
    assert _plays(paper) == []
    _hear(paper, Verdict.MACHINE, beep=True)

    (play,) = _plays(paper)
    assert (play.media, play.over_greeting) == ((File(name="call-us-back"),), False)


def test_a_beep_during_the_message_begins_no_second_one() -> None:
    paper = _answered(MachineAction.PLAY)
    _hear(paper, Verdict.MACHINE)

    _hear(paper, Verdict.MACHINE, beep=True)

    assert len(_plays(paper)) == 1


def test_a_fax_is_hung_up_whatever_machines_get() -> None:
    paper = _answered(MachineAction.PLAY, UnsureAction.AS_MACHINE)
    (line,) = paper.state.lines.values()

    _hear(paper, Verdict.FAX)

    assert line.disposition is Disposition.FAX
    assert paper.sent == [HangUp(leg=line.id)]


def test_the_next_owner_plays_the_message_that_the_last_one_decided_on() -> None:
    paper = _answered(MachineAction.PLAY)
    (line,) = paper.state.lines.values()
    _hear(paper, Verdict.MACHINE)
    (first,) = _plays(paper)
    paper.sent.clear()

    paper.next_owner_resumes(line)
    (again,) = _plays(paper)
    assert again == first  # so a switch that plays it already does nothing
    paper.hear(PlaybackFinished(account=ACCOUNT, at=0.0, playback=again.playback))

    assert paper.sent[-1] == HangUp(leg=line.id)


def test_a_machine_whose_campaign_connects_them_meanwhile_is_left_its_message() -> None:
    paper = _answered(MachineAction.MESSAGE)
    (line,) = paper.state.lines.values()
    _hear(paper, Verdict.MACHINE)
    paper.run.settings.machine_action = MachineAction.CONNECT

    _hear(paper, Verdict.MACHINE, beep=True)

    assert len(_plays(paper)) == 1
    assert line.presented is None
