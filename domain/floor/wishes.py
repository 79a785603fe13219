"""What rules and the pre-dial hook ask of one call that is about to be made."""

from dataclasses import dataclass
from typing import Any

from domain.conditions.rules import Verdict
from domain.hooks.rules import HookAnswer


@dataclass(frozen=True, slots=True)
class Said:
    """What is known of the hook's answer about one target."""

    at: float  # monotonic seconds
    number: str  # the one that was asked about
    answer: HookAnswer | None  # None: none came, and the hook's fallback lets the call out
    reason: str = ""  # why none came
    took_ms: int | None = None  # None: it was not asked


@dataclass(frozen=True, slots=True)
class Wishes:
    """All of it together."""

    rules: Verdict
    said: Said | None = None

    @property
    def caller_ids(self) -> tuple[str | None, ...]:
        """Whose number to show, best first: the hook's, then a rule's. None: withheld."""
        found: list[str | None] = []
        if self.said is not None and (answer := self.said.answer) is not None:
            found += [answer.caller_id] if answer.sets_caller_id else []
        if self.rules.shows is not None:
            found.append(self.rules.shows.caller_id)
        return tuple(found)

    def written(self) -> dict[str, Any] | None:
        """As the attempt keeps it; None: nothing was said."""
        kept: dict[str, Any] = {}
        if self.rules.matched:
            kept["rules"] = list(self.rules.matched)
        if self.rules.level is not None:
            kept["level"] = self.rules.level
        if self.said is not None:
            kept["hook"] = _hook(self.said)
        return kept or None


def _hook(said: Said) -> dict[str, Any]:
    if said.answer is None:
        return {"answer": "none", "reason": said.reason, "tookMs": said.took_ms}
    kept: dict[str, Any] = {"answer": "dial", "tookMs": said.took_ms}
    if said.answer.sets_caller_id:
        kept["callerId"] = said.answer.caller_id
    return kept
