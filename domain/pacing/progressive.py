"""A fixed number of lines per free agent: progressive dialing, and IVR progressive on ports.

Nothing is predicted. With one line per free agent every live answer meets an agent, unless that
agent leaves while the call rings; so 1:1 is also what the predictive pacer falls back to.
By renewal, its occupancy at 1:1 is p(talk + wrap) / (p(talk + wrap) + mean wait for an answer).
"""

from math import floor

from domain.pacing.interface import Decision, FloorView, Observation, PacingSettings


def one_to_one(floor_view: FloorView) -> int:
    """Return the calls that leave at most one call per free agent, 0 or more."""
    pending = floor_view.waiting + len(floor_view.ringing) + len(floor_view.analysing)
    return max(0, floor_view.free - pending)


def within_targets(launch: int, floor_view: FloorView) -> int:
    """Return `launch`, no more than the targets that can be dialed now."""
    if floor_view.targets_left is None:
        return launch
    return max(0, min(launch, floor_view.targets_left))


class Progressive:
    """`lines_per_agent` lines for every free agent; a call in progress uses a line up."""

    def __init__(self, settings: PacingSettings, *, seed: int = 0) -> None:
        self.settings = settings

    def observe(self, event: Observation, now: float) -> None:
        """Take no notice: fixed lines learn nothing."""

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Return max(0, floor(lines x free) - waiting - ringing - in analysis)."""
        lines = lines_for(self.settings.lines_per_agent, floor.free)
        pending = floor.waiting + len(floor.ringing) + len(floor.analysing)
        launch = within_targets(max(0, lines - pending), floor)
        return Decision(
            launch,
            why=(
                f"Launch {launch}: {self.settings.lines_per_agent:g} lines for each of "
                f"{floor.free} free agents make {lines}, {pending} calls are on their way."
            ),
            figures={"lines": float(lines), "pending": float(pending)},
        )


class PortProgressive:
    """IVR progressive: `lines_per_agent` lines for every port that nobody listens at."""

    def __init__(self, settings: PacingSettings, *, seed: int = 0) -> None:
        if settings.ports is None:
            raise ValueError("IVR progressive needs a number of ports: set PacingSettings.ports.")
        self.ports = settings.ports
        self.lines = settings.lines_per_agent

    def observe(self, event: Observation, now: float) -> None:
        """Take no notice: ports need no forecast."""

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Return max(0, floor(lines x free ports) - waiting - ringing - in analysis)."""
        used = len(floor.talking)
        lines = lines_for(self.lines, max(0, self.ports - used))
        pending = floor.waiting + len(floor.ringing) + len(floor.analysing)
        launch = within_targets(max(0, lines - pending), floor)
        return Decision(
            launch,
            why=(
                f"Launch {launch}: {used} of {self.ports} ports are in use; {self.lines:g} lines "
                f"for each free one make {lines}, {pending} calls are on their way."
            ),
            figures={
                "ports": float(self.ports),
                "used": float(used),
                "lines": float(lines),
                "pending": float(pending),
            },
        )


def lines_for(lines_per_agent: float, free: int) -> int:
    """Return the lines that `free` agents may hold. 3 x 1.1 is 3, and 10 x 0.3 is 3, not 2."""
    return floor(lines_per_agent * free + 1e-9)
