"""`python -m workers.demo`: the demo's account, campaigns and agents on a server that is up."""

import asyncio
import signal
import sys

from domain.access.permissions import Role
from domain.adapters.assembly import open_ports
from domain.core import logs
from domain.core.errors import OutdialError
from domain.core.settings import Settings
from domain.demo import service as demo
from domain.demo.people import people_xlsx
from workers.demo.scene import Scene, play

LIST_ROWS = 2_000
SIGN_INS = """
The demo dials simulated customers. Nothing leaves this machine.
  page       {url}/
  GraphiQL   {url}/graphql
  sign in    account {slug}   e-mail {supervisor}   password {password}
             (also {admin} and {auditor})
  agents     account {slug}   codes {first} to {last}   PIN {pin}
"""


async def run(settings: Settings) -> None:
    """Play the demo until SIGTERM or SIGINT."""
    url = f"http://{_reached_at(settings.host)}:{settings.port}"
    async with open_ports(settings) as ports:
        made = await demo.ensure_demo(allowed=settings.demo, ports=ports)
    scene = Scene(
        account=made.account.slug,
        email=demo.USERS[Role.ADMIN],
        password=demo.PASSWORD,
        pin=demo.PIN,
        codes=demo.CODES,
        lists=[people_xlsx(LIST_ROWS, seed=number) for number in (1, 2)],
        seed=settings.sim_seed,
    )
    sys.stdout.write(_sign_ins(url, made.account.slug))
    sys.stdout.flush()
    playing = asyncio.create_task(play(url, scene))
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, playing.cancel)
    try:
        await playing
    except asyncio.CancelledError:
        return


def _sign_ins(url: str, slug: str) -> str:
    return SIGN_INS.format(
        url=url,
        slug=slug,
        supervisor=demo.USERS[Role.SUPERVISOR],
        admin=demo.USERS[Role.ADMIN],
        auditor=demo.USERS[Role.AUDITOR],
        password=demo.PASSWORD,
        first=demo.CODES[0],
        last=demo.CODES[-1],
        pin=demo.PIN,
    )


def _reached_at(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host


def main() -> int:
    """Run the demo with the settings of the environment; the exit code."""
    try:
        settings = Settings.from_environment()
        logs.configure(settings, "demo")
        asyncio.run(run(settings))
    except OutdialError as exc:
        sys.stderr.write(f"outdial: {exc}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
