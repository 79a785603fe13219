"""Make the demo account with the settings of the environment: `python -m tests.browser.seed`."""

import asyncio

from api.runtime import runtime
from domain.core.settings import Settings
from domain.demo.service import ensure_demo


async def seed() -> None:
    async with runtime(Settings.from_environment()) as opened:
        await ensure_demo(allowed=True, ports=opened.ports)


if __name__ == "__main__":
    asyncio.run(seed())
