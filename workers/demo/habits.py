"""How the simulated agents behave: seeded, so that one seed gives one day. Pure."""

import random
from dataclasses import dataclass
from enum import StrEnum

WRAP_UP_CODES = ("Sale", "Call back", "Not interested", "Wrong person", "Do not call")
_WEIGHTS = (18, 22, 45, 10, 5)
BREAK_REASONS = ("Coffee", "Lunch", "Meeting", "Training")
_NOTES = ("", "", "", "Wants an offer by e-mail.", "Has moved.", "Asked about the family plan.")


class Decision(StrEnum):
    """What an agent does with a contact that is offered."""

    ACCEPT = "ACCEPT"
    SKIP = "SKIP"
    REMOVE = "REMOVE"


@dataclass(frozen=True, slots=True)
class WrapUp:
    """What an agent does after one call."""

    seconds: float
    code: str
    note: str


class Habits:
    """One agent's choices. Each call draws anew."""

    def __init__(self, seed: int, agent: str) -> None:
        self._chance = random.Random(f"{seed}/{agent}")
        # Some are quick and some take their time, all day long.
        self._pace = self._chance.uniform(0.7, 1.4)

    def arrival_s(self) -> float:
        """Seconds until the agent takes the first call: nobody starts on the second."""
        return self._chance.uniform(0.5, 8.0)

    def wrap_up(self) -> WrapUp:
        """After a call: some seconds of writing."""
        return WrapUp(
            seconds=min(40.0, self._pace * self._chance.lognormvariate(1.4, 0.5)),
            code=self._chance.choices(WRAP_UP_CODES, _WEIGHTS)[0],
            note=self._chance.choice(_NOTES),
        )

    def break_s(self) -> float:
        """How long a break is."""
        return self._chance.uniform(15.0, 60.0)

    def break_wanted(self) -> str | None:
        """What the break after this call is for; None: no break, as after most calls."""
        return self._chance.choice(BREAK_REASONS) if self._chance.random() < 1 / 15 else None

    def longest_talk_s(self) -> float:
        """After so long the agent ends a call that the customer has not ended."""
        return self._chance.uniform(90.0, 240.0)

    def decision(self) -> tuple[float, Decision]:
        """Seconds of reading an offered contact, and what comes of it."""
        drawn = self._chance.random()
        chosen = Decision.ACCEPT if drawn < 0.85 else Decision.SKIP
        return self._pace * self._chance.uniform(1.5, 6.0), (
            Decision.REMOVE if drawn > 0.98 else chosen
        )
