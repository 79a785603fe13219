"""Whatever people, dates and chains do to campaigns, their states stay true."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.access.models import Account
from domain.access.principal import Principal
from domain.campaigns import life, schedule, service
from domain.campaigns.errors import CampaignClosed, CampaignNotClosed
from domain.campaigns.models import Campaign, CampaignAgent
from domain.campaigns.rules import CampaignState, is_started
from domain.chains.linking import link, unlink
from domain.chains.turns import take_turns
from domain.core.errors import DomainError
from domain.targets.models import Target
from domain.targets.rules import ClosedReason, TargetState
from tests import rows
from tests.fakes import FakePorts

COUNT = 3
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("start", "start", "stop", "turn", "turn", "turn"),
                *("finish", "finish", "add", "call later"),
                *("close", "archive", "unarchive", "link", "unlink", "starts at", "stops at"),
            ]
        ),
        st.integers(0, COUNT - 1),
    ),
    max_size=14,
)


class Life:
    """Campaigns of one account, and what is done to them."""

    def __init__(self, account: Account, who: Principal, fakes: FakePorts) -> None:
        self.account, self.who, self.fakes = account, who, fakes
        self.campaigns: list[Campaign] = []

    async def do(self, deed: str, n: int) -> None:
        """One deed, through the use case that a mutation, a date or the floor calls."""
        campaign, ports, who = self.campaigns[n], self.fakes.ports, self.who
        now = ports.clock.now()
        open_targets = Target.filter(campaign=campaign, state__in=["new", "retry"])
        match deed:
            case "start":
                await service.start(who, campaign.id, ports=ports)
            case "stop":
                await service.stop(who, campaign.id, ports=ports)
            case "close":
                await service.close(who, campaign.id, ports=ports)
            case "archive":
                await life.archive(who, campaign.id, ports=ports)
            case "unarchive":
                await life.unarchive(who, campaign.id, ports=ports)
            case "link":
                await link(who, campaign.id, self.campaigns[(n + 1) % COUNT].id, ports=ports)
            case "unlink":
                await unlink(who, campaign.id, ports=ports)
            case "turn":
                await take_turns(self.account.id, now=now, calling=Counter)
            case "finish":
                await open_targets.update(
                    state=TargetState.CLOSED, closed_reason=ClosedReason.CONNECTED
                )
            case "add":
                await rows.a_target(campaign)
            case "call later":
                await open_targets.update(
                    state=TargetState.RETRY, next_at=now + timedelta(hours=1), attempts=1
                )
            case "starts at" | "stops at":
                column = deed.replace(" ", "_")
                await Campaign.filter(id=campaign.id).update(**{column: now})
                self.fakes.clock.advance(1)
                await schedule.start_and_stop(self.account.id, now=ports.clock.now())
                await Campaign.filter(id=campaign.id).update(**{column: None})
        self.fakes.clock.advance(1)

    async def rows(self) -> dict[int, Campaign]:
        found = {row.id: row for row in await Campaign.filter(account=self.account)}
        return {n: found[campaign.id] for n, campaign in enumerate(self.campaigns)}


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(deeds=DEEDS)
async def test_states_follow_deeds(
    connected_database: Callable[[], Awaitable[None]],
    tmp_path: Path,
    deeds: list[tuple[str, int]],
) -> None:
    await connected_database()  # each example on empty tables
    fakes = FakePorts(tmp_path / "files")
    account = await rows.an_account()
    lives = Life(account, rows.an_admin(account), fakes)
    agent = await rows.an_agent(account)
    for serial in range(1, COUNT + 1):
        campaign = await rows.a_campaign(account, serial=serial)
        await CampaignAgent.create(campaign=campaign, agent=agent)
        await rows.a_target(campaign)
        lives.campaigns.append(campaign)
    for earlier, later in ((0, 1), (1, 2)):
        await link(
            lives.who, lives.campaigns[later].id, lives.campaigns[earlier].id, ports=fakes.ports
        )

    for deed, n in deeds:
        before = await lives.rows()
        refused: DomainError | None = None
        try:
            await lives.do(deed, n)
        except DomainError as error:
            refused = error
        after = await lives.rows()
        _check(deed, n, before, after, refused)
    await lives.do("turn", 0)
    settled = await lives.rows()
    await lives.do("turn", 0)
    assert _states(await lives.rows()) == _states(settled)
    await _check_turns(settled)


def _states(found: dict[int, Campaign]) -> list[object]:
    return [(row.state, row.waits_for_id) for row in found.values()]


def _check(
    deed: str,
    n: int,
    before: dict[int, Campaign],
    after: dict[int, Campaign],
    refused: DomainError | None,
) -> None:
    for key, old in before.items():
        new = after[key]
        assert (new.state is CampaignState.CLOSED) == (new.closed_at is not None)
        assert new.archived_at is None or new.state is CampaignState.CLOSED
        assert new.waits_for_id is None or new.state is CampaignState.WAITING
        assert new.after_id is None or new.chain_id is not None
        if old.state is CampaignState.CLOSED:
            assert new.state is CampaignState.CLOSED
        if old.state is CampaignState.STOPPED and is_started(new.state):
            assert deed in ("start", "starts at")
        if is_started(old.state) and not is_started(new.state):
            assert deed in ("stop", "stops at", "close", "unlink")
            assert key == n
    if refused is not None:
        assert _states(after) == _states(before)
        if isinstance(refused, CampaignNotClosed):
            assert deed == "archive"
        if isinstance(refused, CampaignClosed):
            assert deed in ("start", "stop", "link")
        return
    expected = {"stop": CampaignState.STOPPED, "close": CampaignState.CLOSED}
    if deed in expected:
        assert after[n].state is expected[deed]
    if deed == "start":
        assert is_started(after[n].state)


async def _check_turns(found: dict[int, Campaign]) -> None:
    by_id = {row.id: row for row in found.values()}
    for row in found.values():
        earlier, at = [], row.after_id
        while at is not None:
            earlier.append(by_id[at])
            at = by_id[at].after_id
        open_ones = [each for each in earlier if each.state is not CampaignState.CLOSED]
        left = [each for each in open_ones if await _waiting(each)]
        if row.state is CampaignState.WAITING:
            assert row.waits_for_id in {each.id for each in left}
        if row.state is CampaignState.RUNNING:
            assert not [each for each in left if await _waiting(each, state=TargetState.NEW)]


async def _waiting(campaign: Campaign, **given: TargetState) -> bool:
    query = Target.filter(campaign=campaign, state__in=["new", "retry"])
    return await query.filter(**given).exists()
