"""What the floor's pacers decided is decided again to the same answer, whoever owned the floor."""

from datetime import timedelta
from typing import Any

import pytest

from domain.access.permissions import Permission
from domain.calls.models import Attempt
from domain.campaigns.models import Campaign
from domain.campaigns.rules import DialMode
from domain.replays import service
from domain.replays.models import PacingPiece
from tests import rows
from tests.domain.floor.rig import Rig
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code
from tests.workers.launch.test_cli import outdial

# docs/simulated-carrier.md: the last four digits say what happens
CUSTOMERS = [f"+12025{n:02}{kind}" for n in range(10, 40) for kind in ("0013", "0003")]
WHY = """
query ($c: UUID!, $at: DateTime!, $seconds: Float!) {
  pacingDecisions(campaignId: $c, at: $at, seconds: $seconds) {
    same complete sameCode
    decisions { at launched why free ringing same launchedAgain figures { name value } }
  }
}
"""


async def dialed(rig: Rig, mode: DialMode, **settings: Any) -> Campaign:
    """A campaign that two owners dialed, one after the other."""
    campaign = await rig.campaign(mode, analysis=False, wrap_up_s=0.5, **settings)
    await rig.targets(campaign, *CUSTOMERS)
    agents = await rig.agents(4)
    await rig.carrier()
    first = await rig.floor()
    await rig.at_work(*agents)
    await rig.until(lambda: rig.ended(10))
    await rig.let_go(first)
    second = await rig.floor()
    await rig.until(lambda: rig.ended(30))
    await rig.let_go(second)
    return campaign


async def launched_by(campaign: Campaign) -> int:
    return await Attempt.filter(campaign_id=campaign.id).count()


@pytest.mark.feature("CAM-26")
@pytest.mark.parametrize(
    ("mode", "settings"),
    [(DialMode.PREDICTIVE, {}), (DialMode.PROGRESSIVE, {"lines_per_agent": 2.0})],
)
async def test_every_decision_of_two_owners_comes_out_again(
    rig: Rig, fakes: FakePorts, mode: DialMode, settings: dict[str, Any]
) -> None:
    began = rig.clock.now()
    campaign = await dialed(rig, mode, **settings)
    took = (rig.clock.now() - began).total_seconds()
    watcher = rows.somebody(rig.row, Permission.MONITOR_VIEW)

    decisions: list[dict[str, Any]] = []
    for minute in range(int(took // 60) + 1):
        at = began + timedelta(seconds=60 * minute + 30)
        given = {"c": str(campaign.id), "at": at.isoformat(), "seconds": 30.0}
        found = await ask(WHY, watcher, fakes, **given)
        assert (found["same"], found["complete"], found["sameCode"]) == (True, True, True)
        decisions += [each for each in found["decisions"] if each not in decisions]

    tapes = await PacingPiece.filter(campaign_id=campaign.id).distinct().values_list("tape_id")
    assert len(tapes) == 2
    launched = sum(each["launched"] for each in decisions)
    assert launched >= await launched_by(campaign) >= 30
    assert all(each["launchedAgain"] == each["launched"] for each in decisions)
    some = next(each for each in decisions if each["launched"])
    assert some["why"].startswith(f"Launch {some['launched']}: ")


@pytest.mark.feature("CAM-26")
async def test_the_command_says_why_and_that_it_came_out_again(rig: Rig, database: str) -> None:
    campaign = await dialed(rig, DialMode.PREDICTIVE)
    piece = await PacingPiece.filter(campaign_id=campaign.id, launched__gt=0).first()
    assert piece is not None

    done = outdial(
        *("replay", "--database", database, "--campaign", str(campaign.id)),
        *("--at", piece.begins_at.isoformat(), "--seconds", "30"),
    )

    assert done.returncode == 0, done.stderr
    assert "came out again as they were." in done.stdout
    assert "Launch " in done.stdout
    other = outdial(
        *("replay", "--database", database, "--campaign", str(campaign.id)),
        *("--at", (piece.begins_at - timedelta(days=1)).isoformat()),
    )
    assert other.returncode == 1
    assert "no decision of this campaign is kept around that instant" in other.stderr


@pytest.mark.feature("CAM-26")
async def test_a_lost_piece_is_told_and_what_follows_is_left_out(rig: Rig) -> None:
    campaign = await dialed(rig, DialMode.PREDICTIVE)
    pieces = await PacingPiece.filter(campaign_id=campaign.id).order_by("begins_at")
    tape = [each for each in pieces if each.tape_id == pieces[0].tape_id]
    assert len(tape) >= 2
    at = tape[-1].ends_at
    whole = await service.replayed(campaign.id, at=at, seconds=60)
    # What is shown is decided again from the last checkpoint before it, or from the beginning.
    since = at - timedelta(seconds=60)
    before = [each for each in tape if each.checkpoint and each.begins_at <= since]
    needed = before[-1] if before else tape[0]
    await PacingPiece.filter(id=needed.id).delete()

    cut = await service.replayed(campaign.id, at=at, seconds=60)

    assert whole.complete
    assert whole.same
    assert not cut.complete
    assert cut.same
    assert 0 < len(whole.decisions) - len(cut.decisions)


@pytest.mark.feature("CAM-26")
async def test_what_a_killed_owner_had_not_written_yet_is_told(rig: Rig) -> None:
    campaign = await dialed(rig, DialMode.PREDICTIVE)
    ends = await PacingPiece.filter(campaign_id=campaign.id, final=True).order_by("ends_at")
    assert len(ends) == 2
    at = ends[0].ends_at
    assert (await service.replayed(campaign.id, at=at, seconds=30)).complete
    await PacingPiece.filter(id=ends[0].id).delete()  # what a kill -9 leaves

    cut = await service.replayed(campaign.id, at=at, seconds=30)

    assert not cut.complete
    assert cut.same
    assert cut.decisions


@pytest.mark.feature("CAM-26")
async def test_tapes_are_forgotten_by_age_and_by_size(rig: Rig) -> None:
    campaign = await dialed(rig, DialMode.PREDICTIVE)
    pieces = await PacingPiece.filter(campaign_id=campaign.id).order_by("-ends_at", "-id")
    newest = pieces[0]
    assert len(pieces) >= 3

    await service.purge_much(most=len(newest.data) + len(pieces[1].data))
    assert await PacingPiece.all().count() == 2
    await service.purge_old(now=newest.ends_at + timedelta(hours=25))

    assert await PacingPiece.all().count() == 0


async def test_too_long_a_span_is_refused(rig: Rig, fakes: FakePorts) -> None:
    campaign = await rig.campaign(DialMode.PREDICTIVE)
    watcher = rows.somebody(rig.row, Permission.MONITOR_VIEW)
    given = {"c": str(campaign.id), "at": rig.clock.now().isoformat()}

    assert await refusal_code(WHY, watcher, fakes, **given, seconds=61.0) == "INVALID_INPUT"
    found = await ask(WHY, watcher, fakes, **given, seconds=60.0)

    assert found == {"same": True, "complete": True, "sameCode": True, "decisions": []}
