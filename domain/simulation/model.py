"""A discrete-event model of a dialing floor, driven by any pacing policy.

Calls are first come, first served; the agent idle longest takes the next. A policy sees ages and
counts only. `run` checks the laws of conservation at its end and asserts, as it goes, that no call
waits while an agent is free and that an abandoned call waited exactly the patience.
"""

from collections import deque
from heapq import heappop, heappush
from itertools import islice

from domain.pacing.interface import FloorView, Observation, PacingPolicy, Seen
from domain.simulation.ages import Ages
from domain.simulation.outcome import NotConserved, Tally
from domain.simulation.scenario import Scenario
from domain.simulation.targets import People

RING_OVER, ANALYSED, PATIENCE, TALK_OVER, WRAP_OVER, COMES, LEAVES, DECIDE, END = range(9)


class Floor:
    """One run of a scenario under a policy."""

    def __init__(self, scenario: Scenario, policy: PacingPolicy, *, seed: int) -> None:
        self.scenario = scenario
        self.policy = policy
        self.tally = Tally()
        self.now = 0.0
        self._people = People(scenario, seed)
        self._queue: list[tuple[float, int, int, int]] = []
        self._order = 0
        self._ringing: dict[int, float] = {}
        self._analysing: dict[int, float] = {}
        self._waiting: deque[int] = deque()
        self._since: dict[int, float] = {}  # presented at, of the calls waiting
        self._answering: set[int] = set()  # ringing calls that somebody or something will pick up
        self._machines: set[int] = set()
        self._talking: dict[int, float] = {}  # by agent
        self._wrapping: dict[int, float] = {}
        self._call_of: dict[int, int] = {}
        self._free: dict[int, None] = {}  # agents, longest idle first
        self._here: dict[int, float] = {}  # agents signed in, since
        self._leaving: set[int] = set()
        self._speeds = scenario.speeds
        self._next_target = 0
        self._decided = -1e9
        self._decide_at = 1e18

    def run(self) -> Tally:
        """Run to the end and return the checked tally."""
        s = self.scenario
        for agent, spells in enumerate(s.team):
            for spell in spells:
                self._at(spell.begins, COMES, agent)
                if spell.ends < s.duration:
                    self._at(spell.ends, LEAVES, agent)
        self._at(s.duration, END, 0)
        handlers = (
            self._ring_over,
            self._analysed,
            self._patience_over,
            self._talk_over,
            self._wrap_over,
            self._comes,
            self._leaves,
        )
        queue, tally = self._queue, self.tally
        while True:
            at, _, kind, item = heappop(queue)
            if kind == DECIDE:
                if at != self._decide_at:
                    continue
            passed = at - self.now
            tally.idle_seconds += passed * len(self._free)
            tally.talk_seconds += passed * len(self._talking)
            tally.wrap_seconds += passed * len(self._wrapping)
            self.now = at
            if kind == END:
                break
            if kind != DECIDE:
                handlers[kind](item)
                if self._waiting and self._free:
                    raise NotConserved("a call waits while an agent is free")
            ready = self._decided + s.decision_gap
            if kind == DECIDE or at >= ready:
                self._decide()
            elif self._decide_at > ready:
                self._decide_at = ready
                self._at(ready, DECIDE, 0)
        return self._close()

    def _close(self) -> Tally:
        tally = self.tally
        for since in self._here.values():
            tally.signed_seconds += self.now - since
        tally.ringing = len(self._ringing)
        tally.analysing = len(self._analysing)
        tally.waiting = len(self._since)
        tally.talking = len(self._talking)
        tally.wrapping = len(self._wrapping)
        tally.check(self.scenario.minimum_ring)
        return tally

    def _at(self, when: float, kind: int, item: int) -> None:
        self._order += 1
        heappush(self._queue, (when, self._order, kind, item))

    def _see(self, kind: Seen, age: float = 0.0) -> None:
        self.policy.observe(Observation(kind, age), self.now)

    def _decide(self) -> None:
        s, now = self.scenario, self.now
        left = None if s.targets is None else s.targets - self._next_target
        view = FloorView(
            free=len(self._free),
            waiting=len(self._since),
            ringing=Ages(self._ringing, now),
            analysing=Ages(self._analysing, now),
            talking=Ages(self._talking, now),
            wrapping=Ages(self._wrapping, now),
            agents=len(self._here),
            targets_left=left,
            closes_in=s.duration - now,
        )
        decision = self.policy.decide(view, now)
        self.tally.decisions += 1
        self._decided = now
        self._decide_at = now + s.tick
        self._at(self._decide_at, DECIDE, 0)
        if decision.cancel:
            self._cancel(decision.cancel)
        launch = decision.launch if left is None else min(decision.launch, left)
        if launch:
            self.tally.last_dial = now
        for _ in range(launch):
            self._dial()

    def _dial(self) -> None:
        target, now = self._next_target, self.now
        self._next_target += 1
        self.tally.dials += 1
        people, k = self._people.block(target)
        p = self.scenario.answers(now)
        u = people.answer[k]
        answers = u < p
        analysis = self.scenario.analysis
        if analysis is not None and not answers and u < p + analysis.machines:
            answers = True
            self._machines.add(target)
        self._ringing[target] = now
        self._see(Seen.DIALED)
        self._at(now + (people.ring[k] if answers else people.fail_after[k]), RING_OVER, target)
        if answers:
            self._answering.add(target)

    def _cancel(self, count: int) -> None:
        oldest = list(islice(self._ringing.items(), count))
        for target, began in oldest:
            age = self.now - began
            self.tally.cancelled += 1
            self.tally.youngest_cancel = min(self.tally.youngest_cancel, age)
            del self._ringing[target]
            self._answering.discard(target)
            self._machines.discard(target)
            self._see(Seen.FAILED, age)

    def _ring_over(self, target: int) -> None:
        began = self._ringing.pop(target, None)
        if began is None:
            return
        age = self.now - began
        if target not in self._answering:
            self.tally.failed += 1
            self._see(Seen.FAILED, age)
            return
        self._answering.discard(target)
        self.tally.answered += 1
        self._see(Seen.ANSWERED, age)
        if self.scenario.analysis is None:
            self._present(target)
            return
        people, k = self._people.block(target)
        self._analysing[target] = self.now
        self._at(self.now + people.analysis[k], ANALYSED, target)

    def _analysed(self, target: int) -> None:
        del self._analysing[target]
        analysis = self.scenario.analysis
        assert analysis is not None
        people, k = self._people.block(target)
        machine = target in self._machines
        wrong = people.verdict[k] < (
            analysis.false_negative if machine else analysis.false_positive
        )
        if machine == wrong:
            self._present(target)
            return
        self.tally.dropped += 1
        self.tally.people_dropped += not machine
        self._machines.discard(target)
        self._see(Seen.MACHINE)

    def _present(self, target: int) -> None:
        self.tally.presented += 1
        if target not in self._machines:
            self.tally.people_presented += 1
            self.tally.hours.setdefault(int(self.now // 3600), [0, 0])[0] += 1
        self._see(Seen.PRESENTED)
        if self._free:
            agent = next(iter(self._free))
            self._connect(agent, target)
        else:
            self._since[target] = self.now
            self._waiting.append(target)
            self._at(self.now + self.scenario.patience, PATIENCE, target)

    def _patience_over(self, target: int) -> None:
        since = self._since.pop(target, None)
        if since is None:
            return
        if abs(self.now - since - self.scenario.patience) > 1e-9:
            raise NotConserved("an abandoned call did not wait exactly the patience")
        self._waiting.remove(target)
        self.tally.abandoned += 1
        if target not in self._machines:
            self.tally.people_abandoned += 1
            self.tally.hours.setdefault(int(self.now // 3600), [0, 0])[1] += 1
        self._machines.discard(target)
        self._see(Seen.ABANDONED)

    def _connect(self, agent: int, target: int) -> None:
        del self._free[agent]
        self.tally.connected += 1
        self._talking[agent] = self.now
        self._call_of[agent] = target
        self._see(Seen.CONNECTED)
        people, k = self._people.block(target)
        seconds = people.talk[k]
        if target in self._machines and self.scenario.analysis is not None:
            seconds = self.scenario.analysis.machine_talk
        self._at(self.now + seconds * self._speed(agent), TALK_OVER, agent)

    def _talk_over(self, agent: int) -> None:
        age = self.now - self._talking.pop(agent)
        target = self._call_of[agent]
        self.tally.talks_ended += 1
        self._wrapping[agent] = self.now
        self._see(Seen.TALK_ENDED, age)
        people, k = self._people.block(target)
        self._at(self.now + people.wrap[k] * self._speed(agent), WRAP_OVER, agent)

    def _wrap_over(self, agent: int) -> None:
        age = self.now - self._wrapping.pop(agent)
        self._machines.discard(self._call_of.pop(agent))
        self.tally.wraps_ended += 1
        self._see(Seen.WRAP_ENDED, age)
        if agent in self._leaving:
            self._leaving.discard(agent)
            self._gone(agent)
        else:
            self._ready(agent)

    def _ready(self, agent: int) -> None:
        self._free[agent] = None
        if self._waiting:
            target = self._waiting.popleft()
            del self._since[target]
            self._connect(agent, target)

    def _comes(self, agent: int) -> None:
        if agent in self._leaving:  # back before the last call was wrapped up
            self._leaving.discard(agent)
            return
        self._here[agent] = self.now
        self._see(Seen.AGENT_IN)
        self._ready(agent)

    def _leaves(self, agent: int) -> None:
        if agent in self._free:
            del self._free[agent]
            self._gone(agent)
        else:
            self._leaving.add(agent)

    def _gone(self, agent: int) -> None:
        self.tally.signed_seconds += self.now - self._here.pop(agent)
        self._see(Seen.AGENT_OUT)

    def _speed(self, agent: int) -> float:
        return self._speeds[agent] if self._speeds else 1.0
