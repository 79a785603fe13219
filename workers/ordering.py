"""The job that writes a campaign's order onto its targets, and the cron for those without it."""

from datetime import timedelta

from domain.targets import ordering
from domain.targets.jobs import OrderTargets
from workers.functions import Cron, JobContext, JobFunction


async def order_targets(job: OrderTargets, context: JobContext) -> None:
    """Write keys. Runs at least once; the use case bears repetition."""
    await ordering.order_targets(job.campaign, ports=context.ports)


async def find_unordered(context: JobContext) -> None:
    """Start the job for targets that came in since, or whose job was lost."""
    await ordering.enqueue_unordered(ports=context.ports)


ORDER_TARGETS = JobFunction(OrderTargets, order_targets, timeout=timedelta(minutes=30))
FIND_UNORDERED = Cron(find_unordered, every_s=5)
