"""The job that writes a campaign's order is found again, whatever became of the last one."""

from domain.campaigns.models import Campaign
from domain.targets.jobs import OrderTargets
from domain.targets.ordering import enqueue_unordered
from tests.fakes import FakePorts


async def test_a_job_that_died_with_its_worker_is_replaced_within_a_minute(
    campaign: Campaign, fakes: FakePorts
) -> None:
    await Campaign.filter(id=campaign.id).update(order_due=True)

    for _ in range(13):  # as often as the cron looks in a minute
        await enqueue_unordered(ports=fakes.ports)
        fakes.clock.advance(5)

    assert fakes.jobs.enqueued == [OrderTargets(campaign.id)] * 2
