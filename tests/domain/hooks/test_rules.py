"""How a question is signed, what an answer means, and when the hook is left alone."""

import base64
import hashlib
import hmac
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.hooks.rules import (
    FAILURES_TO_REST,
    REST_S,
    Breaker,
    HookAnswer,
    HookFailed,
    Question,
    answer_of,
    body_of,
    headers_of,
    new_secret,
    signature,
)

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
QUESTION = Question(
    id=UUID(int=1),
    campaign_id=UUID(int=2),
    target_id=UUID(int=3),
    number="+442079460018",
    attempt=2,
    variables={"City": "Łódź", "Iban": "PL61"},
)


def test_the_vector_of_standard_webhooks() -> None:
    """From the reference libraries of the specification (standardwebhooks.com)."""
    signed = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "1614265330",
        b'{"test": 2432232314}',
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_question_holds_the_chosen_variables_and_is_signed_by_each_secret() -> None:
    secrets = [new_secret(b"a" * 32), new_secret(b"b" * 32)]
    body = body_of(QUESTION, variables=["City", "Nowhere", "Iban"], sensitive={"Iban"}, at=NOW)
    headers = headers_of(QUESTION, body, secrets=secrets, at=NOW)

    assert json.loads(body) == {
        "type": "call.before",
        "timestamp": "2026-03-02T10:00:00+00:00",
        "data": {
            "campaignId": str(QUESTION.campaign_id),
            "targetId": str(QUESTION.target_id),
            "number": "+442079460018",
            "attempt": 2,
            "variables": {"City": "Łódź"},
        },
    }
    for secret, given in zip(secrets, headers["webhook-signature"].split(" "), strict=True):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = hmac.new(key, signed, hashlib.sha256).digest()
        assert given == "v1," + base64.b64encode(expected).decode()


def test_the_example_of_the_manual_knows_our_questions_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manual = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
    example: dict[str, Any] = {}
    exec(manual.split("```python\n")[1].split("```")[0], example)
    is_from_outdial = example["is_from_outdial"]
    monkeypatch.setattr(time, "time", lambda: NOW.timestamp() + 10)
    old, new = new_secret(b"a" * 32), new_secret(b"b" * 32)
    body = body_of(QUESTION, variables=["City"], sensitive=(), at=NOW)
    headers = headers_of(QUESTION, body, secrets=[new, old], at=NOW)

    assert is_from_outdial(old, headers, body)
    assert is_from_outdial(new, headers, body)
    assert not is_from_outdial(new_secret(b"c" * 32), headers, body)
    assert not is_from_outdial(new, headers, body.replace(b"+44", b"+48"))
    assert not is_from_outdial(new, {**headers, "webhook-id": "another"}, body)
    monkeypatch.setattr(time, "time", lambda: NOW.timestamp() + 301)
    assert not is_from_outdial(new, headers, body)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (204, b"", HookAnswer(dial=True)),
        (200, b"{}", HookAnswer(dial=True)),
        (200, b'{"action": "dial"}', HookAnswer(dial=True)),
        (
            200,
            b'{"callerId": "+12025550100"}',
            HookAnswer(dial=True, sets_caller_id=True, caller_id="+12025550100"),
        ),
        (200, b'{"callerId": null}', HookAnswer(dial=True, sets_caller_id=True)),
        (
            200,
            b'{"action": "skip"}',
            HookAnswer(dial=False, retry_at=NOW + timedelta(seconds=3600)),
        ),
        (
            200,
            b'{"action": "skip", "retryAfterSeconds": 60}',
            HookAnswer(dial=False, retry_at=NOW + timedelta(seconds=60)),
        ),
        (
            200,
            b'{"action": "skip", "retryAt": "2026-03-03T09:00:00+01:00"}',
            HookAnswer(dial=False, retry_at=datetime(2026, 3, 3, 8, tzinfo=UTC)),
        ),
    ],
)
def test_an_answer(status: int, body: bytes, expected: HookAnswer) -> None:
    assert answer_of(status, body, retry_s=3600, now=NOW) == expected


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (302, b""),
        (404, b"{}"),
        (500, b'{"action": "dial"}'),
        (200, b"yes"),
        (200, b"\xff\xfe"),
        (200, b"[]"),
        (200, b'{"action": "hang up"}'),
        (200, b'{"action": 7}'),
        (200, b'{"callerId": "Acme"}'),
        (200, b'{"callerId": 12025550100}'),
        (200, b'{"action": "skip", "retryAfterSeconds": "soon"}'),
        (200, b'{"action": "skip", "retryAfterSeconds": true}'),
        (200, b'{"action": "skip", "retryAfterSeconds": -1}'),
        (200, b'{"action": "skip", "retryAfterSeconds": 1e99}'),
        (200, b'{"action": "skip", "retryAt": "2026-03-03T09:00:00"}'),
        (200, b'{"action": "skip", "retryAt": "2026-03-01T09:00:00+00:00"}'),
        (200, b'{"action": "skip", "retryAt": "2036-03-01T09:00:00+00:00"}'),
        (200, b'{"action": "skip", "retryAt": 5}'),
    ],
)
def test_a_lie_is_no_answer(status: int, body: bytes) -> None:
    with pytest.raises(HookFailed) as failed:
        answer_of(status, body, retry_s=3600, now=NOW)
    assert "Acme" not in str(failed.value)  # what it said may be somebody's


def test_a_hook_that_fails_again_and_again_is_left_alone_and_then_tried() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_TO_REST - 1):
        breaker.failed("it did not answer", 10.0)
    assert not breaker.rests(10.0)
    breaker.failed("it did not answer", 10.0)
    assert breaker.rests(10.0)
    assert breaker.rests(10.0 + REST_S - 0.1)
    assert not breaker.rests(10.0 + REST_S)
    assert breaker.is_trying
    breaker.failed("it did not answer", 50.0)
    assert breaker.rests(50.0)
    breaker.succeeded()
    assert not breaker.rests(50.0)
    assert (breaker.failures, breaker.is_trying) == (0, False)
