"""Everything that a policy has learned, as plain values; and a policy that goes on from there."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from domain.pacing.budget import AbandonBudget
from domain.pacing.interface import PacingPolicy
from domain.pacing.learning import AgeCounts, DurationLaw, RingLaw
from domain.pacing.predictive import Pacer

_PARTS = (AbandonBudget, AgeCounts, DurationLaw, RingLaw)
# Settings come from elsewhere; tables are made anew; what a window holds is told at each decision.
_LEFT_OUT = frozenset({"settings", "_horizon", "_counted"})


def checkpoint(policy: PacingPolicy) -> dict[str, Any]:
    """Return what a policy has learned; its next decision makes its tables anew.

    Both the policy and one that is restored from this go on alike, bit by bit.
    """
    if not isinstance(policy, Pacer):
        return {}  # fixed lines learn nothing
    policy.forget_tables()
    return _state(policy)


def restore(policy: PacingPolicy, state: Mapping[str, Any]) -> None:
    """Let a new policy of the same settings go on from a checkpoint."""
    if isinstance(policy, Pacer):
        _put(policy, state)


def _state(part: object) -> dict[str, Any]:
    return {name: _plain(value) for name, value in vars(part).items() if name not in _LEFT_OUT}


def _plain(value: Any) -> Any:
    if isinstance(value, _PARTS):
        return _state(value)
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value, dtype=np.float64).tobytes()
    return value


def _put(part: object, state: Mapping[str, Any]) -> None:
    for name, value in state.items():
        present = getattr(part, name)
        if isinstance(present, _PARTS):
            _put(present, value)
        elif isinstance(present, np.ndarray):
            setattr(part, name, np.frombuffer(value, dtype=np.float64).copy())
        else:
            setattr(part, name, tuple(value) if isinstance(value, list) else value)
