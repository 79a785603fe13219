"""Contacts with several numbers, from a workbook to the screen of whoever reached them."""

from typing import Any

import pytest

from tests.domain.targets.files import xlsx
from tests.e2e.callcentre import CallCentre
from tests.e2e.desk import GO_AVAILABLE, SIGN_OUT
from tests.e2e.test_campaigns import imported

NUMBERS = """
query ($id: UUID!) {
  target(id: $id) {
    number closedReason attempts
    numbers { number type attempts customerStatus dialedNext givenUp }
  }
}
"""
# How the simulated carrier answers, by the last digits.
BUSY, NOBODY, NO_SUCH, PERSON, NEVER = (
    *("+12125500002", "+12125500003", "+12125500004", "+12125500013", "+12125510013"),
)


@pytest.mark.feature("TGT-12")
async def test_a_contact_is_dialed_at_one_number_after_the_other_until_one_reaches_somebody(
    centre: CallCentre,
) -> None:
    [code] = await centre.agents(1)
    campaign = await centre.campaign("PROGRESSIVE", maxAttempts=9, wrapUpSeconds=0.2)
    header = ("Mobile", "Customer Name", "Home Phone", "Work Phone", "Phone 4", "Phone 5")
    content = xlsx([(BUSY, "Ana", NOBODY, NO_SUCH, PERSON, NEVER)], header=header)
    _, progress = await imported(centre, campaign, content)
    assert progress["imported"] == 1
    desk = await centre.desk(code)
    desk.listen()
    await desk.until_state("BREAK")
    await desk.do(GO_AVAILABLE)
    await centre.start(campaign)

    [target] = await centre.until_closed(campaign)

    await desk.until_state("AVAILABLE")
    await desk.do(SIGN_OUT)
    await desk.cut_off()
    attempts = sorted(await centre.attempts(campaign), key=lambda each: each["ordinal"])
    ended = [(each["number"], each["disposition"]) for each in attempts]
    assert [each for each in ended if each[1] != "NOT_PLACED"] == [
        (BUSY, "BUSY"),
        (NOBODY, "NO_ANSWER"),
        (NO_SUCH, "INVALID"),
        (PERSON, "CONNECTED"),
    ]
    [pop] = desk.events("ScreenPop", stage="CONNECTED")
    assert (pop["number"], pop["name"], pop["targetId"]) == (PERSON, "Ana", target["id"])
    shown: dict[str, Any] = await centre.admin.ask(NUMBERS, id=target["id"])
    assert (shown["number"], shown["closedReason"], shown["attempts"]) == (BUSY, "CONNECTED", 4)
    assert [(n["number"], n["type"], n["customerStatus"]) for n in shown["numbers"]] == [
        (BUSY, "MOBILE", "BUSY"),
        (NOBODY, "HOME", "NO_ANSWER"),
        (NO_SUCH, "WORK", "INVALID"),
        (PERSON, "OTHER", "CONNECTED"),
        (NEVER, "OTHER", None),
    ]
    assert [n["attempts"] for n in shown["numbers"]] == [1, 1, 1, 1, 0]
    assert not any(n["dialedNext"] for n in shown["numbers"])
