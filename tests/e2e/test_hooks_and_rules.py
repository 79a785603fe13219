"""A campaign with rules and a pre-dial hook, over the public API, with a real HTTP server."""

import asyncio
import base64
import hashlib
import hmac
from typing import Any

import pytest

from tests.answering import Asked, answering
from tests.e2e.callcentre import CallCentre
from tests.e2e.customer import until
from tests.e2e.desk import GO_AVAILABLE, wraps_up

SET_HOOK = """
mutation ($id: UUID!, $input: PreDialHookInput!) {
  preDialHookSet(campaignId: $id, input: $input) {
    __typename ... on PreDialHookSaved { secret } ... on Refusal { message }
  }
}
"""
EXPLAIN = """
query ($id: UUID!) { targetExplain(id: $id) { dialableNow blockedBy { code } } }
"""
CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) { __typename ... on Refusal { message } }
}
"""
BOARD = "query ($id: UUID!) { campaignBoard(id: $id) { why } }"
DIALED, SHOWN, SKIPPED, SLOW, LIED, RULED = (f"+12125{n:02d}0013" for n in range(50, 56))


@pytest.mark.feature("CAM-09")
@pytest.mark.feature("CAM-22")
@pytest.mark.feature("CAM-25")
async def test_a_hook_that_answers_is_slow_and_lies_and_rules_beside_it(
    centre: CallCentre,
) -> None:
    async def said(asked: Asked) -> tuple[int, bytes]:
        match asked.data["number"]:
            case number if number == SHOWN:
                return 200, f'{{"callerId": "{other}"}}'.encode()
            case number if number == SKIPPED:
                return 200, b'{"action": "skip", "retryAfterSeconds": 86400}'
            case number if number == SLOW:
                await asyncio.sleep(30)
            case number if number == LIED:
                return 200, b'{"action": "whatever"}'
        return 204, b""

    (code,) = await centre.agents(1)
    rule = {
        "name": "Not this one",
        "when": {"test": {"subject": "NUMBER", "operator": "IS", "values": [RULED]}},
        "then": [{"kind": "SKIP"}],
    }
    campaign = await centre.campaign("PROGRESSIVE", rules=[rule])
    other = f"{centre.caller_id[:-1]}{(int(centre.caller_id[-1]) + 1) % 10}"
    await centre.number(other)
    async with answering() as server:
        server.answer = said
        made = await centre.admin.ask(
            SET_HOOK, id=campaign, input={"url": server.url, "timeLimitMs": 10_000}
        )
        assert made["__typename"] == "PreDialHookSaved", made
        await centre.add(campaign, [DIALED, SHOWN, SKIPPED, SLOW, LIED, RULED])
        desk = await centre.desk(code)
        desk.listen(wraps_up)
        await desk.until_state("BREAK")
        await desk.do(GO_AVAILABLE)
        await centre.start(campaign)

        async def ended() -> dict[str, Any] | None:
            attempts = await centre.attempts(campaign)
            found = {each["number"]: each for each in attempts if each["state"] == "ENDED"}
            return found if len(found) == 4 else None

        attempts = await until(ended)
        for asked in server.asked:
            assert is_signed(made["secret"], asked)

    assert set(attempts) == {DIALED, SHOWN, SLOW, LIED}
    assert {number: each["callerId"] for number, each in attempts.items()} == {
        DIALED: centre.caller_id,
        SHOWN: other,
        SLOW: centre.caller_id,
        LIED: centre.caller_id,
    }
    hooks = {number: each["decidedBy"]["hook"] for number, each in attempts.items()}
    assert [hooks[number]["answer"] for number in (DIALED, SHOWN, SLOW, LIED)] == [
        "dial",
        "dial",
        "none",
        "none",
    ]
    assert "did not answer within" in hooks[SLOW]["reason"]
    assert hooks[LIED]["reason"] == "its action is neither dial nor skip"
    targets = {each["number"]: each["id"] for each in await centre.targets(campaign)}
    for number, why in ((SKIPPED, "HOOK"), (RULED, "RULE")):
        explained = await centre.admin.ask(EXPLAIN, id=targets[number])
        assert (explained["dialableNow"], explained["blockedBy"]["code"]) == (False, why)

    # The hook is dead by now; a rule is taken away while the campaign runs.
    done = await centre.admin.ask(CHANGE, id=campaign, input={"rules": []})
    assert done["__typename"] == "CampaignChanged", done

    async def dialed() -> Any:
        return [each for each in await centre.attempts(campaign) if each["number"] == RULED]

    (attempt,) = await until(dialed)
    assert attempt["decidedBy"]["hook"]["answer"] == "none"

    async def shown() -> bool:
        board = await centre.admin.ask(BOARD, id=campaign)
        return "the pre-dial hook failed" in board["why"]

    await until(shown)


def is_signed(secret: str, asked: Asked) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    id, stamp = asked.headers["webhook-id"], asked.headers["webhook-timestamp"]
    digest = hmac.new(key, f"{id}.{stamp}.".encode() + asked.body, hashlib.sha256).digest()
    return asked.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


@pytest.mark.feature("CAM-08")
@pytest.mark.feature("CAM-15")
async def test_a_target_is_tried_again_by_how_its_attempt_ended(centre: CallCentre) -> None:
    busy, unanswered, rejected, talks = (
        "+12125600002",
        "+12125610003",
        "+12125620009",
        "+12125630013",
    )
    (code,) = await centre.agents(1)
    campaign = await centre.campaign(
        "PROGRESSIVE",
        maxAttempts=2,
        ringLimitSeconds=5,
        retryDelays=[
            {"disposition": "BUSY", "seconds": 1},
            {"disposition": "NO_ANSWER", "seconds": 86_400},
        ],
        wrapUpCodes=[{"code": "sale", "effect": "RETRY", "delaySeconds": 0}],
    )
    await centre.add(campaign, [busy, unanswered, rejected, talks])
    desk = await centre.desk(code)
    desk.listen(wraps_up)
    await desk.until_state("BREAK")
    await desk.do(GO_AVAILABLE)
    await centre.start(campaign)

    expected = {
        busy: ("ATTEMPTS_EXHAUSTED", 2),
        unanswered: (None, 1),
        rejected: ("FINAL", 1),
        talks: ("ATTEMPTS_EXHAUSTED", 2),  # the code tried it once more
    }

    async def as_expected() -> bool:
        targets = await centre.targets(campaign)
        return expected == {t["number"]: (t["closedReason"], t["attempts"]) for t in targets}

    await until(as_expected)
