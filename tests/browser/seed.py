"""Make the demo's account with the settings of the environment: `python -m tests.browser.seed`.

It is an ordinary account afterwards: the server is no demo, and its agents are the tests' own.
"""

import asyncio

from api.runtime import runtime
from domain.core.settings import Settings
from domain.demo.service import ensure_demo


async def seed() -> None:
    async with runtime(Settings.from_environment()) as opened:
        made = await ensure_demo(allowed=True, ports=opened.ports)
        made.account.is_demo = False
        await made.account.save(update_fields=["is_demo"])


if __name__ == "__main__":
    asyncio.run(seed())
