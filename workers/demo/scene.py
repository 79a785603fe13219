"""The demo's day: a list in each campaign, both dialing, twenty agents at their desks.

The accounts themselves are made by `domain.demo`, for no API makes an account. Everything else
goes through the public API.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from logging import getLogger
from urllib.parse import quote, urlsplit

import orjson

from workers.demo import queries
from workers.demo.agents import SimulatedAgent, at_work
from workers.demo.wire import Data, Denied, Lost, Wire, wire

logger = getLogger(__name__)

ENDED = frozenset({"DONE", "CANCELED", "FAILED"})
IMPORT_LOOK_S = 0.5
UPLOAD_LIMIT_S = 60.0
RETRY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Who plays and with what. `lists` are XLSX files, given to the campaigns in their order."""

    account: str  # the slug
    email: str
    password: str
    pin: str
    codes: Sequence[str]
    lists: Sequence[bytes]
    seed: int = 1


async def play(url: str, scene: Scene) -> None:
    """Run the demo against the API at `url`, until cancelled. Waits for an API that isn't up."""
    agents = [
        SimulatedAgent(url, account=scene.account, code=code, pin=scene.pin, seed=scene.seed)
        for code in scene.codes
    ]
    async with asyncio.TaskGroup() as together:
        together.create_task(_set_when_up(url, scene))
        together.create_task(at_work(agents))


async def _set_when_up(url: str, scene: Scene) -> None:
    while True:
        try:
            return await set_scene(url, scene)
        except (Lost, TimeoutError, OSError):
            await asyncio.sleep(RETRY_S)
        except Denied as error:
            logger.error("the demo's campaigns don't dial: %s", error)
            return


async def set_scene(url: str, scene: Scene) -> None:
    """Fill each campaign that has no target, and start it. Twice changes nothing.

    A campaign that somebody stopped after it was filled stays stopped. Raises Lost, Denied.
    """
    async with wire(url) as line:
        who = {"account": scene.account, "email": scene.email, "password": scene.password}
        token = _accepted(await line.ask(queries.USER_SIGN_IN, **who), "signIn")["token"]
    async with wire(url, token) as line:
        campaigns = (await line.ask(queries.CAMPAIGNS))["campaigns"]["nodes"]
        # Newest first as they come; the lists belong to the oldest first.
        for campaign, rows in zip(reversed(campaigns), scene.lists, strict=False):
            if campaign["targets"]["total"] == 0:
                await _fill(url, token, line, campaign, rows)
                _accepted(await line.ask(queries.START, id=campaign["id"]), "campaignStart")


async def _fill(url: str, token: str, line: Wire, campaign: Data, rows: bytes) -> None:
    id = await asyncio.to_thread(_upload, url, token, campaign["id"], rows)
    while True:
        row = (await line.ask(queries.IMPORT, id=id))["targetImport"]
        if row["state"] in ENDED:
            break
        await asyncio.sleep(IMPORT_LOOK_S)
    if row["state"] != "DONE":
        raise Denied(row["failure"] or f"the import ended as {row['state']}")
    logger.info("%s targets are in campaign %s", row["imported"], campaign["id"])


def _upload(url: str, token: str, campaign: str, rows: bytes) -> str:
    """The id of the import. Raises OSError, Denied."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=UPLOAD_LIMIT_S)
    try:
        connection.request(
            "POST",
            f"{parts.path.rstrip('/')}/imports?campaign={quote(campaign)}&fileName=demo.xlsx",
            body=rows,
            headers={
                "authorization": f"Bearer {token}",
                "content-type": "application/octet-stream",
            },
        )
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != 202:
        raise Denied(f"the upload was answered with status {answer.status}")
    id: str = orjson.loads(body)["id"]
    return id


def _accepted(data: Data, field: str) -> Data:
    answer: Data = data[field]
    if "code" in answer:
        raise Denied(answer["message"])
    return answer
