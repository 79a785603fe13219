"""Rules, filter and order of a campaign over GraphQL."""

from typing import Any

import pytest

from domain.access.models import AuditEntry
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.core.jobs import Job
from domain.targets.jobs import OrderTargets
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask

CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    ... on CampaignChanged {
      campaign {
        rules {
          name moment when
          then { kind until afterSeconds at callerId priority level }
        }
        targetFilter targetOrder { variable type descending }
      }
    }
    ... on Refusal { code message }
    ... on InvalidInput { problems { path message } }
  }
}
"""
EXPLAIN = """
query ($id: UUID!) {
  targetExplain(id: $id) {
    dialableNow rules brokenRules { rule what why }
    blockedBy { code message endsAt inputs { name value } }
  }
}
"""
COUNTS = """
query ($id: UUID!) {
  campaignExplain(id: $id) {
    dialable blocked { code targets message }
    brokenRules { targets broken { rule what why } }
  }
}
"""


def variable(name: str, operator: str, *values: str, type: str = "TEXT") -> dict[str, Any]:
    test = {"subject": "VARIABLE", "name": name, "operator": operator, "values": list(values)}
    return {"test": {**test, "type": type}}


def about(subject: str, operator: str, *values: str) -> dict[str, Any]:
    return {"test": {"subject": subject, "operator": operator, "values": list(values)}}


def rule(when: dict[str, Any], *then: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"name": "One", "moment": "BEFORE_CALL", "when": when, "then": list(then), **given}


EVERYTHING = [
    rule(
        {
            "all": [
                variable("Amount", "MORE", "1000", type="NUMBER"),
                {"any": [about("COUNTRY", "IS", "GB"), about("NUMBER", "BEGINS_WITH", "+1")]},
                {"not": variable("Since", "LESS", "today-30", type="DATE")},
            ]
        },
        {"kind": "SET_PRIORITY", "priority": 10},
        {"kind": "SET_LEVEL", "level": 3},
        {"kind": "SET_CALLER_ID", "callerId": "+12025550100"},
        {"kind": "PREVIEW"},
        name="Rich",
    ),
    rule(
        about("LOCAL_TIME", "BETWEEN", "20:00", "09:00"),
        {"kind": "SKIP", "until": "2026-04-01T00:00:00+00:00"},
        name="Not at night",
    ),
    rule(
        about("WRAP_UP_CODE", "IS", "callback"),
        {"kind": "RESCHEDULE", "afterSeconds": 3600, "at": "18:00"},
        name="After work",
        moment="WRAP_UP",
    ),
    rule(
        about("LAST_DISPOSITION", "IS", "REJECTED"),
        {"kind": "SUPPRESS"},
        name="Said no",
    ),
]


@pytest.mark.feature("CAM-25")
@pytest.mark.parametrize("state", [CampaignState.STOPPED, CampaignState.RUNNING])
async def test_what_is_set_is_read_back_and_can_be_sent_again(
    state: CampaignState, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=state)
    await rows.a_number(account, "+12025550100")
    admin = rows.an_admin(account)
    wanted = {
        "rules": EVERYTHING,
        "targetFilter": variable("City", "IS", "Łódź"),
        "targetOrder": [{"variable": "Amount", "type": "NUMBER", "descending": True}],
    }

    answer = (await ask(CHANGE, admin, fakes, id=str(campaign.id), input=wanted))["campaign"]

    first, night, after, _ = answer["rules"]
    assert [each["name"] for each in answer["rules"]] == [each["name"] for each in EVERYTHING]
    assert first["when"]["all"][0] == EVERYTHING[0]["when"]["all"][0]
    assert first["when"]["all"][1] == EVERYTHING[0]["when"]["all"][1]
    assert [each["kind"] for each in first["then"]] == [
        "SET_PRIORITY",
        "SET_LEVEL",
        "SET_CALLER_ID",
        "PREVIEW",
    ]
    assert (first["then"][0]["priority"], first["then"][1]["level"]) == (10, 3)
    assert night["then"][0]["until"] == "2026-04-01T00:00:00+00:00"
    assert (after["then"][0]["afterSeconds"], after["then"][0]["at"]) == (3600, "18:00")
    assert answer["targetFilter"] == wanted["targetFilter"]
    assert answer["targetOrder"] == wanted["targetOrder"]
    assert fakes.floors.told == [(account.id, CampaignChanged(campaign=campaign.id))]
    assert _ordering(fakes.jobs.enqueued) == [campaign.id]
    entry = await AuditEntry.get()
    assert {"rules", "targetFilter", "targetOrder"} <= entry.difference.keys()

    before = vars(await Campaign.get(id=campaign.id))
    again = {
        "rules": [
            {**each, "then": [_given(action) for action in each["then"]]}
            for each in answer["rules"]
        ],
        "targetFilter": answer["targetFilter"],
    }
    await ask(CHANGE, admin, fakes, id=str(campaign.id), input=again)
    assert vars(await Campaign.get(id=campaign.id)) == before

    cleared: dict[str, Any] = {"rules": [], "targetFilter": None, "targetOrder": []}
    answer = await ask(CHANGE, admin, fakes, id=str(campaign.id), input=cleared)
    assert answer["campaign"] == cleared


def _ordering(enqueued: list[Job]) -> list[Any]:
    return [job.campaign for job in enqueued if isinstance(job, OrderTargets)]


def _given(action: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in action.items() if value is not None}


WRONG: list[tuple[dict[str, Any], str]] = [
    (rule(variable("", "IS", "x"), {"kind": "SKIP"}), "when.test.name"),
    (rule(variable("A", "MORE", "x", type="NUMBER"), {"kind": "SKIP"}), "when.test.values.0"),
    (rule(variable("A", "IS", "1,234", type="NUMBER"), {"kind": "SKIP"}), "when.test.values.0"),
    (
        rule(variable("A", "LESS", "01.02.2026", type="DATE"), {"kind": "SKIP"}),
        "when.test.values.0",
    ),
    (rule(variable("A", "IS", "maybe", type="BOOLEAN"), {"kind": "SKIP"}), "when.test.values.0"),
    (rule(variable("A", "MORE", "x"), {"kind": "SKIP"}), "when.test.operator"),
    (rule(variable("A", "BETWEEN", "1", type="NUMBER"), {"kind": "SKIP"}), "when.test.values"),
    (rule(variable("A", "IS_SET", "1"), {"kind": "SKIP"}), "when.test.values"),
    (rule(variable("A", "IS"), {"kind": "SKIP"}), "when.test.values"),
    (rule(about("LOCAL_TIME", "LESS", "25:00"), {"kind": "SKIP"}), "when.test.values.0"),
    (rule(about("LOCAL_WEEKDAY", "IS", "FUNDAY"), {"kind": "SKIP"}), "when.test.values.0"),
    (rule(about("LAST_DISPOSITION", "IS", "LATE"), {"kind": "SKIP"}), "when.test.values.0"),
    (rule(about("NUMBER", "BEGINS_WITH", "44"), {"kind": "SKIP"}), "when.test.values.0"),
    (rule(about("COUNTRY", "IS", "England"), {"kind": "SKIP"}), "when.test.values.0"),
    (rule({}, {"kind": "SKIP"}), "when"),
    (rule({"all": []}, {"kind": "SKIP"}), "when.all"),
    (
        rule({"all": [about("ATTEMPTS", "MORE", "1")], "any": []}, {"kind": "SKIP"}),
        "when",
    ),
    (
        rule(
            {"not": {"not": {"not": {"not": {"not": about("ATTEMPTS", "MORE", "1")}}}}},
            {"kind": "SKIP"},
        ),
        "when.not.not.not.not",
    ),
    (rule(about("ATTEMPTS", "MORE", "1")), "then"),
    (rule(about("ATTEMPTS", "MORE", "1"), {"kind": "SKIP"}, {"kind": "SKIP"}), "then"),
    (rule(about("ATTEMPTS", "MORE", "1"), {"kind": "SET_PRIORITY"}), "then.0.priority"),
    (
        rule(about("ATTEMPTS", "MORE", "1"), {"kind": "SET_PRIORITY", "priority": 11}),
        "then.0.priority",
    ),
    (rule(about("ATTEMPTS", "MORE", "1"), {"kind": "SET_LEVEL", "level": 0}), "then.0.level"),
    (rule(about("ATTEMPTS", "MORE", "1"), {"kind": "RESCHEDULE"}), "then.0"),
    (
        rule(about("ATTEMPTS", "MORE", "1"), {"kind": "RESCHEDULE", "at": "9 am"}),
        "then.0.at",
    ),
    (
        rule(about("ATTEMPTS", "MORE", "1"), {"kind": "SKIP", "level": 3}),
        "then.0.level",
    ),
    (
        rule(about("ATTEMPTS", "MORE", "1"), {"kind": "PREVIEW"}, moment="WRAP_UP"),
        "then.0.kind",
    ),
    (
        rule(
            about("ATTEMPTS", "MORE", "1"),
            {"kind": "SET_CALLER_ID", "callerId": "+12025550199"},  # of nobody
        ),
        "then.0.callerId",
    ),
    (rule(about("ATTEMPTS", "MORE", "1"), {"kind": "SKIP"}, name=""), "name"),
]


@pytest.mark.parametrize(("wrong", "path"), WRONG)
async def test_a_wrong_rule_is_named_with_its_field_and_nothing_is_changed(
    wrong: dict[str, Any], path: str, database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    sound = rule(about("ATTEMPTS", "MORE", "1"), {"kind": "SKIP"}, name="Sound")

    answer = await ask(
        CHANGE,
        rows.an_admin(account),
        fakes,
        id=str(campaign.id),
        input={"rules": [sound, wrong]},
    )

    assert answer["code"] == "INVALID_INPUT"
    assert [problem["path"] for problem in answer["problems"]] == [f"rules.1.{path}"]
    if path not in ("name", "then.0.callerId"):
        assert "(rule 'One')" in answer["problems"][0]["message"]
    assert (await Campaign.get(id=campaign.id)).rules == []
    fakes.assert_untouched()


async def test_limits_of_rules_filter_and_order(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    one = about("ATTEMPTS", "MORE", "1")
    order = [{"variable": f"V{n}", "type": "TEXT", "descending": False} for n in range(4)]
    for input, path in (
        ({"rules": [rule(one, {"kind": "SKIP"}, name=f"R{n}") for n in range(51)]}, "rules"),
        ({"rules": [rule(one, {"kind": "SKIP"})] * 2}, "rules"),
        ({"targetFilter": {"any": [one] * 31}}, "targetFilter"),
        ({"targetOrder": order}, "targetOrder"),
    ):
        answer = await ask(CHANGE, rows.an_admin(account), fakes, id=str(campaign.id), input=input)
        assert [problem["path"] for problem in answer["problems"]] == [path]
    fakes.assert_untouched()


@pytest.mark.feature("CAM-25")
@pytest.mark.feature("CAM-22")
async def test_explain_names_the_rule_that_keeps_a_target_back_and_what_is_broken(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING)
    admin = rows.an_admin(account)
    kept = await rows.a_target(campaign, "+442079460018", variables={"City": "Łódź"})
    broken = await rows.a_target(campaign, "+442079460019", variables={"Amount": "a lot"})
    rules = [
        rule(variable("City", "IS", "łódź"), {"kind": "SKIP"}, name="Not there"),
        rule(variable("Amount", "MORE", "1000", type="NUMBER"), {"kind": "SKIP"}, name="Too rich"),
    ]
    await ask(CHANGE, admin, fakes, id=str(campaign.id), input={"rules": rules})

    answer = await ask(EXPLAIN, admin, fakes, id=str(kept.id))
    assert (answer["dialableNow"], answer["rules"]) == (False, ["Not there"])
    assert answer["blockedBy"]["code"] == "RULE"
    assert answer["blockedBy"]["endsAt"] is None
    assert {"name": "rule", "value": "Not there"} in answer["blockedBy"]["inputs"]

    answer = await ask(EXPLAIN, admin, fakes, id=str(broken.id))
    assert (answer["dialableNow"], answer["rules"]) == (True, [])
    wrong = {"rule": "Too rich", "what": "variable 'Amount'", "why": "is not a number"}
    assert answer["brokenRules"] == [wrong]

    counts = await ask(COUNTS, admin, fakes, id=str(campaign.id))
    assert counts["dialable"] == 1
    assert [(each["code"], each["targets"]) for each in counts["blocked"]] == [("RULE", 1)]
    assert counts["brokenRules"] == [{"targets": 1, "broken": wrong}]


@pytest.mark.feature("CAM-25")
async def test_a_filter_leaves_out_those_who_do_not_meet_it(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, state=CampaignState.RUNNING)
    admin = rows.an_admin(account)
    await rows.a_target(campaign, variables={"City": "Kraków"})
    meets = await rows.a_target(campaign, variables={"City": "ŁÓDŹ"})
    wanted = {"targetFilter": variable("City", "IS", "Łódź")}
    await ask(CHANGE, admin, fakes, id=str(campaign.id), input=wanted)

    counts = await ask(COUNTS, admin, fakes, id=str(campaign.id))

    assert counts["dialable"] == 1
    assert [(each["code"], each["targets"]) for each in counts["blocked"]] == [("FILTERED", 1)]
    assert (await ask(EXPLAIN, admin, fakes, id=str(meets.id)))["dialableNow"] is True
