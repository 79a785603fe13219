"""A campaign's pacer on the floor: what its window holds is counted beside it, and told to it."""

from collections.abc import Callable
from dataclasses import replace

from domain.floor.runs.windows import Held
from domain.pacing.interface import Decision, FloorView, Observation, PacingPolicy, Seen


class Paced:
    """A policy that goes by the window which its campaign must hold."""

    def __init__(self, policy: PacingPolicy, held: Held, unix: Callable[[], float]) -> None:
        self._policy = policy
        self._held = held
        self._unix = unix

    def observe(self, event: Observation, now: float) -> None:
        """Count live answers and abandoned ones, and pass everything on."""
        match event.kind:
            case Seen.PRESENTED:
                self._held.presented(self._unix())
            case Seen.CONNECTED | Seen.ABANDONED:
                abandoned = event.kind is Seen.ABANDONED
                self._held.met(self._unix(), abandoned=abandoned)
            case _:
                pass
        self._policy.observe(event, now)

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Decide by what the window holds now."""
        counted = self._held.seen(self._unix())
        return self._policy.decide(replace(floor, counted=counted), now)
