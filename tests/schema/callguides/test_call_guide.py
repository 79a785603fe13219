"""The call guide of a campaign, and what customers answered."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from domain.access.models import AuditEntry
from domain.access.permissions import Permission
from domain.calls.models import Call
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import ask, refusal_code

AT = datetime(2026, 3, 2, 10, tzinfo=UTC)
CHANGE = """
mutation ($id: UUID!, $input: CampaignChangeInput!) {
  campaignChange(id: $id, input: $input) {
    ... on CampaignChanged { campaign { callGuide { id text answers { text next } next } } }
    ... on InvalidInput { problems { path message } }
  }
}
"""
ANSWER = """
mutation ($call: UUID!, $answers: [GuideAnswerInput!]!) {
  callGuideAnswer(callId: $call, answers: $answers) {
    ... on CallGuideAnswered { call { guideAnswers { questionId question answer } } }
    ... on Refusal { code }
    ... on InvalidInput { problems { path } }
  }
}
"""
CALL = "query ($id: UUID!) { call(id: $id) { guideAnswers { questionId answer } } }"
GUIDE: list[dict[str, Any]] = [
    {
        "id": "own",
        "text": "Do you own a house?",
        "answers": [{"text": "Yes", "next": "roof"}, {"text": "No", "next": None}],
        "next": None,
    },
    {"id": "roof", "text": "How old is its roof?", "answers": [], "next": None},
]


@pytest.mark.feature("CAM-16")
async def test_a_guide_is_kept_as_it_was_given(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account)
    who, id = rows.an_admin(account), str(campaign.id)

    answer = await ask(CHANGE, who, fakes, id=id, input={"callGuide": GUIDE})

    assert answer["campaign"]["callGuide"] == GUIDE


async def test_a_guide_with_a_way_to_nowhere_changes_nothing(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    campaign = await rows.a_campaign(account, call_guide=GUIDE)
    wrong = [GUIDE[0], {"id": "island", "text": "?", "next": "sea"}]

    answer = await ask(
        CHANGE, rows.an_admin(account), fakes, id=str(campaign.id), input={"callGuide": wrong}
    )

    assert answer["problems"] == [
        {"path": "callGuide.0.answers.0.next", "message": "there is no question 'roof'"},
        {"path": "callGuide.1.next", "message": "there is no question 'sea'"},
        {
            "path": "callGuide.1",
            "message": "question 'island' can't be reached from the first one",
        },
    ]
    await campaign.refresh_from_db()
    assert campaign.call_guide == GUIDE
    fakes.assert_untouched()


@pytest.mark.feature("CAM-16")
async def test_an_agent_keeps_answers_with_the_call_and_everybody_sees_them(
    database: str, fakes: FakePorts
) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    campaign = await rows.a_campaign(account, call_guide=GUIDE)
    call = await rows.a_call(account, AT, agent_id=agent.id, campaign_id=campaign.id)
    desk, id = rows.at_the_desk_of(agent), str(call.id)
    given = [{"questionId": "own", "answer": "Yes"}, {"questionId": "roof", "answer": "Ten years"}]

    first = await ask(ANSWER, desk, fakes, call=id, answers=given[:1])
    assert first["call"]["guideAnswers"] == [
        {"questionId": "own", "question": "Do you own a house?", "answer": "Yes"}
    ]
    await ask(ANSWER, desk, fakes, call=id, answers=given)

    seen = await ask(CALL, rows.an_admin(account), fakes, id=id)
    assert seen["guideAnswers"] == given
    assert await AuditEntry.all().count() == 0


async def test_a_supervisors_answers_are_written_down(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    campaign = await rows.a_campaign(account, call_guide=GUIDE)
    call = await rows.a_call(account, AT, agent_id=agent.id, campaign_id=campaign.id)
    who = rows.somebody(account, Permission.AGENT_SUPERVISE)

    await ask(
        ANSWER,
        who,
        fakes,
        call=str(call.id),
        answers=[{"questionId": "own", "answer": "No"}],
    )

    entry = await AuditEntry.get()
    assert (entry.action, entry.subject_id) == ("callGuideAnswer", call.id)
    assert entry.difference == {"answers": [None, 1]}  # how many, and nothing of what was said


async def test_answers_that_do_not_fit_are_not_kept(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent = await rows.an_agent(account)
    campaign = await rows.a_campaign(account, call_guide=GUIDE)
    call = await rows.a_call(account, AT, agent_id=agent.id, campaign_id=campaign.id)

    answer = await ask(
        ANSWER,
        rows.at_the_desk_of(agent),
        fakes,
        call=str(call.id),
        answers=[{"questionId": "own", "answer": "Perhaps"}],
    )

    assert answer["problems"] == [{"path": "answers.0.answer"}]
    assert (await Call.get(id=call.id)).guide_answers is None


async def test_an_agent_answers_for_no_other_agent(database: str, fakes: FakePorts) -> None:
    account = await rows.an_account()
    agent, other = await rows.an_agent(account), await rows.an_agent(account)
    campaign = await rows.a_campaign(account, call_guide=GUIDE)
    call = await rows.a_call(account, AT, agent_id=other.id, campaign_id=campaign.id)
    desk = rows.at_the_desk_of(agent)

    for id in (call.id, uuid4()):
        code = await refusal_code(ANSWER, desk, fakes, call=str(id), answers=[])
        assert code == "NOT_FOUND"
    assert (await Call.get(id=call.id)).guide_answers is None
