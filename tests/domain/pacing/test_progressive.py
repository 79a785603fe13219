"""Fixed lines per free agent, as a table; and the choice of a policy by dialing mode."""

import pytest

from domain.pacing import Pacer, PortProgressive, Progressive, policy_for
from domain.pacing.interface import FloorView, PacingSettings


@pytest.mark.parametrize(
    ("lines", "free", "waiting", "ringing", "analysing", "launch"),
    [
        (1.0, 0, 0, 0, 0, 0),
        (1.0, 3, 0, 0, 0, 3),
        (1.0, 3, 0, 2, 0, 1),
        (1.0, 3, 0, 2, 1, 0),
        (1.0, 3, 1, 2, 1, 0),
        (2.0, 3, 0, 2, 0, 4),
        (1.5, 3, 0, 0, 0, 4),
        (0.3, 10, 0, 0, 0, 3),
        (10.0, 2, 0, 5, 5, 10),
    ],
)
def test_progressive_gives_every_free_agent_its_lines_less_calls_on_their_way(
    lines: float, free: int, waiting: int, ringing: int, analysing: int, launch: int
) -> None:
    floor = FloorView(
        free=free,
        waiting=waiting,
        ringing=[1.0] * ringing,
        analysing=[0.5] * analysing,
        talking=[30.0],
        agents=free + 1,
    )

    decision = Progressive(PacingSettings(lines_per_agent=lines)).decide(floor, 0.0)

    assert (decision.launch, decision.cancel) == (launch, 0)


def test_progressive_places_no_more_calls_than_targets_are_left() -> None:
    floor = FloorView(free=5, waiting=0, agents=5, targets_left=2)

    assert Progressive(PacingSettings()).decide(floor, 0.0).launch == 2


def test_progressive_says_why_with_its_figures() -> None:
    floor = FloorView(free=2, waiting=0, ringing=[3.0], agents=2)

    decision = Progressive(PacingSettings(lines_per_agent=2)).decide(floor, 0.0)

    assert decision.why == (
        "Launch 3: 2 lines for each of 2 free agents make 4, 1 calls are on their way."
    )


def test_every_free_port_dials_one_call() -> None:
    policy = PortProgressive(PacingSettings(ports=10))
    floor = FloorView(free=0, waiting=1, ringing=[1.0] * 3, talking=[9.0] * 2)

    assert policy.decide(floor, 0.0).launch == 4


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("progressive", Progressive),
        ("predictive", Pacer),
        ("IVR_PROGRESSIVE", PortProgressive),
        ("ivr-predictive", Pacer),
    ],
)
def test_each_paced_mode_has_its_policy(mode: str, kind: type) -> None:
    assert isinstance(policy_for(mode, PacingSettings(), 1), kind)


def test_a_mode_that_is_not_paced_has_no_policy() -> None:
    with pytest.raises(ValueError, match="No pacing for mode 'preview'"):
        policy_for("preview", PacingSettings())
