"""What a forecast assumes, and where each number comes from."""

from datetime import UTC, datetime

import pytest

from domain.campaigns.rules import DialMode
from domain.forecasts.rules import (
    Known,
    Name,
    Samples,
    Source,
    Team,
    Variant,
    assumed,
    ends_at,
    exposed,
    plan_of,
    team_of,
)
from domain.pacing.interface import PacingSettings

KNOWN = Known(
    mode=DialMode.PREDICTIVE,
    settings=PacingSettings(),
    analysis=True,
    calls=1000.0,
    answers=300,
    machines=100,
    ring=Samples(300, 11.0, 0.5),
    talk=Samples(300, 90.0, 0.8),
    wrap=Samples(5, 900.0, 9.0),
    assigned=12,
    signed_in=4,
    targets=((1, 50), (3, 500)),
    max_attempts=3,
)


def test_history_counts_where_there_is_enough_of_it() -> None:
    found = assumed(Variant("x"), KNOWN)

    assert found[Name.TALK_SECONDS].source is Source.HISTORY
    assert found[Name.WRAP_UP_SECONDS].value == 20.0
    assert found[Name.WRAP_UP_SECONDS].source is Source.DEFAULT
    assert found[Name.MACHINE_RATE].value == pytest.approx(0.1)


def test_what_is_given_beats_what_is_known() -> None:
    variant = Variant("x", given={Name.TALK_SECONDS: 30.0, Name.ANSWER_RATE: 0.5})
    plan = plan_of(variant, KNOWN)

    assert assumed(variant, KNOWN)[Name.TALK_SECONDS].source is Source.GIVEN
    assert (plan.talk.mean, plan.answer_rate) == (30.0, 0.5)


def test_a_shorter_ring_limit_reaches_fewer_people() -> None:
    whole = plan_of(Variant("x"), KNOWN)
    short = plan_of(Variant("x", given={Name.RING_LIMIT_SECONDS: 10.0}), KNOWN)

    assert whole.rate_factor == 1.0
    assert 0.4 < short.rate_factor < 0.6
    assert short.settings.minimum_ring == 10.0


def test_calls_given_up_early_count_in_part() -> None:
    never = exposed(1000, 0, KNOWN.ring, 15.0)
    often = exposed(1000, 400, KNOWN.ring, 15.0)

    assert never == 1000.0
    assert 600.0 < often < 1000.0


@pytest.mark.parametrize(
    ("variant", "team"),
    [
        (Variant("x"), 12),
        (Variant("x", team=Team.SIGNED_IN), 4),
        (Variant("x", given={Name.AGENTS: 7.0}), 7),
    ],
)
def test_the_team_is_who_was_asked_for(variant: Variant, team: int) -> None:
    assert team_of(variant, KNOWN) == team
    assert plan_of(variant, KNOWN).agents == team


def test_a_given_list_replaces_the_campaigns_own() -> None:
    assert plan_of(Variant("x"), KNOWN).targets == ((1, 50), (3, 500))
    given = {Name.TARGETS: 100.0, Name.MAX_ATTEMPTS: 2.0}
    assert plan_of(Variant("x", given=given), KNOWN).targets == ((2, 100),)


def test_machines_that_nobody_listens_for_get_an_agent() -> None:
    deaf = plan_of(Variant("x", mode=DialMode.PREVIEW), KNOWN)

    assert deaf.analysis is not None
    assert deaf.analysis.false_negative == 1.0
    assert deaf.look == 15.0


def test_work_ends_on_a_later_day_when_one_day_is_not_enough() -> None:
    begins = datetime(2026, 3, 2, 9, tzinfo=UTC)

    assert ends_at(begins, 20.0, 8.0) == datetime(2026, 3, 4, 13, tzinfo=UTC)
