"""The abandon budget: what the measuring period may still spend, and the risk it allows.

The limits are those of 16 CFR 310.4(b)(4)(i) (3 % of live answers in a campaign or 30 days) and of
Ofcom's 2010 statement (3 % per campaign per 24 hours); the target may be set lower. The threshold
is steered by the observed rate as in Gibbs & Candes (2021), adaptive conformal inference: whatever
the model's error, the long-run rate of abandons becomes what is wanted.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

from domain.pacing.interface import Counted, PacingSettings

START = 1.4  # times the target: a threshold spends less than itself, see docs/pacing.md
STEP = 0.12
WORST_MISS = -3.0  # abandons come in bursts: cut at -1, their mean would drift over the target
OPENING_RUSH = 45.0  # seconds after the first call that teach nothing about the steady state
RATE_MEMORY = 900.0
LONGEST_GAP = 5.0  # seconds between decisions that count; a longer silence was a pause
CLOSING_RINGS = 40.0  # calls placed later than this before the close repay nothing
# Abandons kept back, of which the first melts as the close comes near: with B abandons still to be
# allowed, flat + spread * sqrt(B) + in_flight * sqrt(those of the next minute).
RESERVE_FLAT = 0.6
RESERVE_SPREAD = 0.3
RESERVE_IN_FLIGHT = 4.0
# Times sqrt(abandons of the period), with analysis: some that count as people were machines, and
# the rate among true people spreads around the one we see.
RESERVE_ANALYSIS = 0.3
# A debt is repaid, and a surplus spent, over this many answers or seconds or over half of what
# remains, whichever is most, but before the close: a team may shrink before its period ends.
OUTLOOK_ANSWERS = 400.0
OUTLOOK_SECONDS = 2700.0
ANYTIME_OUTLOOK = 0.35  # of it when nobody knows when the period ends: nothing may be owed then


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the budget says at one instant. Rates are fractions of live answers."""

    slack: float  # abandons that the target would still allow now
    wanted: float  # the abandon rate to aim at until the close
    guarded: bool  # True: one call per free agent, until the period has repaid its debt
    threshold: float  # the highest risk of an abandon that one more call may carry
    answers_to_come: float


class AbandonBudget:
    """Counts live answers and abandons of the period and steers the risk threshold."""

    def __init__(self, settings: PacingSettings) -> None:
        self.settings = settings
        self.target = settings.abandon_target
        self.live = settings.live_answers_before
        self.abandoned = settings.abandoned_before
        self.theta = START * self.target
        self.corrections = 0
        self.analysed = False  # machines were seen, so some of the live answers are machines too
        self._began: float | None = None
        self._last = 0.0
        self._answers = 0.0  # forgotten over RATE_MEMORY
        self._agent_seconds = 0.0
        self._window: tuple[float, int, int] | None = None  # since, live, abandoned
        self._counted: Counted | None = None

    @property
    def spent(self) -> Counted:
        """What counts against the target: as told, else what was counted here."""
        return self._counted or Counted(self.live, self.abandoned)

    def told(self, counted: Counted | None) -> None:
        """Go by what a window holds now; None: by what is counted here."""
        self._counted = counted

    def pass_time(self, now: float, agents: int, expected_cycle: float) -> None:
        """Let time pass; `expected_cycle` is talk + wrap-up in seconds, a prior for the rate."""
        if self._began is None:
            self._began = self._last = now
            self._agent_seconds = 120.0 * max(agents, 1)
            self._answers = 0.75 * self._agent_seconds / max(expected_cycle, 1.0)
            return
        if now - self._began >= self.settings.period:
            # The next measuring period starts with a clean sheet; what was learned stays.
            self._began += self.settings.period
            self.live = self.abandoned = 0
            self._window = None
        seconds = min(now - self._last, LONGEST_GAP)
        if seconds > 0.0:
            keep = exp(-seconds / RATE_MEMORY)
            self._answers *= keep
            self._agent_seconds = self._agent_seconds * keep + agents * seconds
            self._last = now

    def live_answer(self) -> None:
        """Count one live answer."""
        self.live += 1
        self._answers += 1.0

    def abandon(self) -> None:
        """Count one live answer that met no agent."""
        self.abandoned += 1

    def allow(
        self, now: float, agents: int, closes_in: float | None, answers_in_list: float | None
    ) -> Allowance:
        """Return what may be risked at `now`, and correct the threshold when one is due."""
        target, spent = self.target, self.spent
        slack = target * spent.live - spent.abandoned
        if slack > 0.0:  # a debt is everybody's, a surplus is shared
            slack /= spent.sharers
        rate = agents * self._answers / max(self._agent_seconds, 1.0)
        to_come = max(OUTLOOK_ANSWERS, rate * OUTLOOK_SECONDS)
        if closes_in is None:
            to_come *= ANYTIME_OUTLOOK
        else:
            remaining = rate * max(closes_in - CLOSING_RINGS, 0.0)
            to_come = min(max(to_come, 0.5 * remaining), remaining)
        if answers_in_list is not None:
            to_come = min(to_come, answers_in_list)
        budget = target * to_come
        in_flight = sqrt(target * 60.0 * rate)
        unsure = RESERVE_ANALYSIS * sqrt(spent.abandoned + budget) if self.analysed else 0.0
        reserve = RESERVE_FLAT + RESERVE_SPREAD * sqrt(budget) + RESERVE_IN_FLIGHT * in_flight
        reserve += unsure
        wanted = 0.0
        if to_come > 0.0:
            wanted = min(max((slack - reserve + budget) / to_come, 0.0), 1.6 * target)
        if closes_in is None:
            guarded = slack < 0.0
        else:
            guarded = slack < 0.5 - 0.7 * budget or (
                budget < 1.5 and slack < 1.0 + in_flight + unsure
            )
        self._correct(now, wanted, rate)
        threshold = self.theta * wanted / target if target > 0.0 else 0.0
        return Allowance(slack, wanted, guarded or target <= 0.0, threshold, to_come)

    def _correct(self, now: float, wanted: float, rate: float) -> None:
        if self._window is None:
            began = self._began if self._began is not None else now
            if now - began >= OPENING_RUSH:
                self._window = (now, self.live, self.abandoned)
            return
        since, live, abandoned = self._window
        answers = self.live - live
        if answers < self.settings.correction_pace or now - since < 60.0 or self.target <= 0.0:
            return
        self.corrections += 1
        miss = (wanted - (self.abandoned - abandoned) / answers) / self.target
        step = STEP * self.settings.gain * (1.0 + 1.5 / self.corrections)
        moved = log(self.theta) + step * min(max(miss, WORST_MISS), 1.0)
        self.theta = exp(min(max(moved, log(0.02 * self.target)), log(0.9)))
        self._window = (now, self.live, self.abandoned)
