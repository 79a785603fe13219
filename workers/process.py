"""One worker process: the lane of jobs and the lane of floors, on one loop."""

import asyncio
import signal
import sys
from logging import getLogger

from domain.adapters.assembly import open_ports
from domain.core import logs
from domain.core.errors import OutdialError
from domain.core.jobs import Lane
from domain.core.ports import Ports
from domain.core.settings import Settings
from domain.demo.service import remove_demo
from workers import registry
from workers.lanes import LaneWorker

logger = getLogger(__name__)


def main() -> None:
    """Run a worker with the settings of the environment until SIGTERM or SIGINT."""
    try:
        settings = Settings.from_environment()
        logs.configure(settings, "worker")
        asyncio.run(work(settings))
    except OutdialError as exc:
        sys.exit(f"outdial: {exc}")


async def work(settings: Settings) -> None:
    """Serve both lanes until a signal."""
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with open_ports(settings) as ports:
        if not settings.demo:
            await remove_demo(ports=ports)  # its passwords are known to everybody
        logger.info("worker is up")
        await serve(settings, ports, stop)
    logger.info("worker stopped")


async def serve(settings: Settings, ports: Ports, stop: asyncio.Event) -> None:
    """Serve both lanes until `stop`. A lane that fails for good takes the process with it."""
    lanes = [
        LaneWorker(
            lane=lane,
            functions=functions,
            crons=crons,
            settings=settings,
            ports=ports,
            stop=stop,
        )
        for lane, functions, crons in (
            (Lane.FLOORS, registry.FLOOR_FUNCTIONS, registry.FLOOR_CRONS),
            (Lane.JOBS, registry.JOB_FUNCTIONS, registry.JOB_CRONS),
        )
    ]
    async with asyncio.TaskGroup() as group:
        for lane in lanes:
            group.create_task(lane.serve(), name=f"lane {lane.lane}")
