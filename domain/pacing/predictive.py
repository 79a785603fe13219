"""Predictive pacing: launch while the risk of the next call is within what the budget allows.

Policy "horizon+" after David (US 5,640,445, expired: weights by elapsed time) and Samuelson (1999),
with the variance of answers modelled, the risk threshold steered by the abandon budget, and an
elastic ring limit: calls past the legal minimum ring (15 s, 16 CFR 310.4(b)(4)(ii)) are given up
when the risk is high.
"""

from dataclasses import replace
from math import sqrt

import numpy as np

from domain.pacing.budget import LONGEST_GAP, AbandonBudget, Allowance
from domain.pacing.horizon import HORIZONS, Balance, Horizon, RingTables, points_for
from domain.pacing.interface import Decision, FloorView, Observation, PacingSettings, Seen
from domain.pacing.learning import DurationLaw, Floats, RingLaw, age_bins
from domain.pacing.progressive import one_to_one, within_targets

REBUILD_SECONDS = 60.0
HANG_UP_SECONDS = 5.0  # a call still unanswered this long after we gave it up ended by itself
CANCEL_AT = 4.0  # times the threshold


class Pacer:
    """The predictive policy of one campaign; with `ports`, ports stand for agents."""

    def __init__(self, settings: PacingSettings, *, seed: int = 0) -> None:
        self.settings = settings
        self.ring = RingLaw(settings.ring_limit)
        self.talk = DurationLaw(width=5.0, bins=240, mean=120.0, variation=0.9)
        self.wrap = DurationLaw(width=2.0, bins=90, mean=20.0, variation=0.6)
        self.budget = AbandonBudget(settings)
        self._horizon: Horizon | None = None
        self._built_at = 0.0
        self._began: float | None = None
        self._last = 0.0
        self._cut_off = 0  # calls given up whose end has not been seen
        self._cut_off_until = 0.0
        self._presented = 0.0
        self._machines = 0.0
        self._unmet = 0  # presented, and neither connected nor abandoned yet
        self._analysis_seconds = 0.0
        self._analysing_before = 0
        self._talks_ended = 0.0
        self._wraps_begun = 0.0
        self._wrapping_before = 0
        self._answer_rate = 0.0
        self._elastic = settings.ring_limit > settings.minimum_ring

    def observe(self, event: Observation, now: float) -> None:
        """Learn from one thing that happened."""
        match event.kind:
            case Seen.ANSWERED:
                self.ring.answered(event.age)
            case Seen.FAILED:
                expected = self._cut_off > 0 and now < self._cut_off_until
                cut_off = expected and event.age >= self.settings.minimum_ring
                self._cut_off -= cut_off
                self.ring.ended(event.age, cut_off=cut_off)
            case Seen.PRESENTED:
                self._presents()
            case Seen.MACHINE:
                self._machines += 1.0
                self.budget.analysed = True
            case Seen.CONNECTED:
                self._meets()
            case Seen.ABANDONED:
                self._meets()
                self.budget.abandon()
            case Seen.TALK_ENDED:
                self.talk.ended(event.age)
                self._talks_ended += 1.0
            case Seen.WRAP_ENDED:
                self.wrap.ended(event.age)
            case _:
                pass

    def forget_tables(self) -> None:
        """Make the tables anew at the next decision; all that was learned stays."""
        self._horizon = None

    def _presents(self) -> None:
        self.budget.live_answer()
        self._presented += 1.0
        self._unmet += 1

    def _meets(self) -> None:
        # A call that was presented before this pacer was made still counts as a live answer.
        if self._unmet == 0:
            self._presents()
        self._unmet -= 1

    def decide(self, floor: FloorView, now: float) -> Decision:
        """Say how many calls to place and to give up now. Deterministic given the history."""
        floor = self._counted(floor)
        agents = floor.agents
        self.budget.told(floor.counted)
        if agents <= 0:
            return Decision(0, why="Launch 0: no agent is free, or at work for this campaign.")
        ringing = age_bins(floor.ringing, 1.0, self.ring.bins)
        self._pass_time(floor, ringing, agents, now)
        if agents < self.settings.minimum_agents:
            launch = self._placed(within_targets(one_to_one(floor), floor))
            return Decision(
                launch,
                why=(
                    f"Launch {launch}: {agents} agents are fewer than "
                    f"{self.settings.minimum_agents}, so one line per free agent."
                ),
            )
        horizon = self._tables(floor, agents, now)
        elastic = int(self.settings.minimum_ring) if self._elastic else None
        rings = horizon.ring_tables(
            self.ring,
            self.ring.upper_level(),
            live_share=self._live_share(),
            delay=self._analysis_delay(),
            cut_from=elastic,
        )
        self._answer_rate = rings.answer_share
        in_list = None
        if floor.targets_left is not None:
            in_list = floor.targets_left * rings.answer_share * self._live_share()
        allowance = self.budget.allow(now, agents, floor.closes_in, in_list)
        room = self._room(floor, agents)
        if allowance.guarded:
            launch = self._placed(within_targets(min(one_to_one(floor), room), floor))
            spare = floor.waiting + len(floor.ringing) + len(floor.analysing) - floor.free
            cancel = min(self._may_be_given_up(floor), max(0, spare)) if self._elastic else 0
            self._give_up(cancel, now)
            return self._said(launch, cancel, allowance, None, floor)
        balance = self._balance(horizon, floor, ringing, rings)
        limit = within_targets(room, floor)
        launch, risk = balance.most_within(allowance.threshold, limit)
        # A call for an agent who is free and whom no other call may take is never abandoned.
        launch = max(launch, min(one_to_one(floor), limit))
        cancel = 0
        if self._elastic and risk > CANCEL_AT * allowance.threshold:
            cancel = self._may_be_given_up(floor)
            self._give_up(cancel, now)
        return self._said(self._placed(launch), cancel, allowance, risk, floor)

    def _balance(
        self,
        horizon: Horizon,
        floor: FloorView,
        ringing: np.ndarray[tuple[int], np.dtype[np.int64]],
        rings: RingTables,
    ) -> Balance:
        analysing: Floats | None = None
        if len(floor.analysing):
            reach = np.minimum(HORIZONS / max(self._analysis_delay(), 0.5), 0.9999)
            analysing = self._live_share() * reach
        return horizon.balance(
            floor.free - floor.waiting,
            age_bins(floor.talking, self.talk.width, self.talk.bins),
            age_bins(floor.wrapping, self.wrap.width, self.wrap.bins),
            ringing,
            rings,
            analysing,
            len(floor.analysing),
        )

    def _counted(self, floor: FloorView) -> FloorView:
        used = len(floor.talking) + len(floor.wrapping)
        if self.settings.ports is not None:
            ports = self.settings.ports
            return replace(floor, agents=ports, free=max(0, ports - used))
        if floor.agents < floor.free + used:
            return replace(floor, agents=floor.free + used)
        return floor

    def _room(self, floor: FloorView, agents: int) -> int:
        """Return the calls that the lines per agent still allow."""
        used = len(floor.ringing) + len(floor.analysing) + len(floor.talking)
        return max(0, int(self.settings.max_lines_per_agent * agents + 1e-9) - used)

    def _may_be_given_up(self, floor: FloorView) -> int:
        ages = np.asarray(floor.ringing, dtype=np.float64)
        return int(np.count_nonzero(ages >= self.settings.minimum_ring))

    def _give_up(self, cancel: int, now: float) -> None:
        if cancel:
            self._cut_off = cancel
            self._cut_off_until = now + HANG_UP_SECONDS

    def _placed(self, launch: int) -> int:
        self.ring.called(launch)
        return launch

    def _pass_time(
        self,
        floor: FloorView,
        ringing: np.ndarray[tuple[int], np.dtype[np.int64]],
        agents: int,
        now: float,
    ) -> None:
        if self._began is None:
            self._began = self._last = now
        seconds = min(now - self._last, LONGEST_GAP)
        self._last = now
        self.ring.pass_time(ringing, seconds)
        self._analysis_seconds += self._analysing_before * seconds
        self._analysing_before = len(floor.analysing)
        self.budget.pass_time(now, agents, self.talk.mean + self.wrap.mean)

    def _tables(self, floor: FloorView, agents: int, now: float) -> Horizon:
        points = points_for(agents)
        assert self._began is not None
        # The laws change fastest at the start, when little has been seen.
        wait = min(REBUILD_SECONDS, max(5.0, 0.25 * (now - self._began)))
        fresh = self._horizon is not None and now - self._built_at < wait
        if self._horizon is not None and fresh and self._horizon.points == points:
            return self._horizon
        if self._horizon is None or self._horizon.points != points:
            self._horizon = Horizon(points, patience=self.settings.patience)
        memory = max(200.0, 20.0 * agents)
        self.talk.rebuild(np.asarray(floor.talking, dtype=np.float64), memory=memory)
        self.wrap.rebuild(np.asarray(floor.wrapping, dtype=np.float64), memory=memory)
        self.ring.rebuild(np.asarray(floor.ringing, dtype=np.float64))
        self._horizon.rebuild(self.talk, self.wrap, self._wrap_share(floor))
        self._forget_shares()
        self._built_at = now
        return self._horizon

    def _wrap_share(self, floor: FloorView) -> float:
        """Return the part of talks that a wrap-up follows."""
        wraps = self.wrap.ended_count + len(floor.wrapping)
        return min(1.0, (wraps + 2.0) / (self.talk.ended_count + 2.0))

    def _live_share(self) -> float:
        """Return the part of pick-ups that analysis passes to an agent, one standard error high.

        1 without analysis. High, because machines are told sooner than people are met: a first
        handful of machines must not fill the lines with calls.
        """
        seen = self._presented + self._machines + 4.0
        share = (self._presented + 4.0) / seen
        return min(1.0, share + sqrt(share * (1.0 - share) / seen))

    def _analysis_delay(self) -> float:
        """Return mean seconds of analysis, by Little's law; 0 without analysis."""
        return min(10.0, self._analysis_seconds / max(self._presented + self._machines, 1.0))

    def _forget_shares(self) -> None:
        total = self._presented + self._machines
        if total > 400.0:
            keep = 400.0 / total
            self._presented *= keep
            self._machines *= keep
            self._analysis_seconds *= keep

    def _said(
        self,
        launch: int,
        cancel: int,
        allowance: Allowance,
        risk: float | None,
        floor: FloorView,
    ) -> Decision:
        budget = self.budget
        figures = {
            "answer_rate": self._answer_rate,
            "slack": allowance.slack,
            "wanted": allowance.wanted,
            "threshold": allowance.threshold,
            "answers_to_come": allowance.answers_to_come,
        }
        counted = budget.spent
        spent = f"{counted.abandoned} of {counted.live} live answers were abandoned"
        if risk is None:
            why = (
                f"Launch {launch}: {spent}, over what {budget.target:.2%} allows now; one line "
                f"for each of {floor.free} free agents until the rate has recovered."
            )
            return Decision(launch, cancel, why + self._given_up(cancel), figures)
        figures["risk"] = risk
        why = (
            f"Launch {launch}: the next call's risk of an abandon is {risk:.2%}, "
            f"{allowance.threshold:.2%} is allowed; {spent}."
        )
        return Decision(launch, cancel, why + self._given_up(cancel), figures)

    def _given_up(self, cancel: int) -> str:
        if not cancel:
            return ""
        return f" Give up {cancel} that rang {self.settings.minimum_ring:g} s or longer."
