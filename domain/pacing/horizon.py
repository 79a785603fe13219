"""The law of agents free minus calls answered over the next 28 seconds, from elapsed times.

At horizon h the balance is Y = free - waiting + agents who finish - calls who answer, a sum of
independent Bernoulli variables (Poisson-binomial). Its characteristic function is a product, so
P(Y <= 0) comes from a discrete inversion (Hong 2013, Comput. Stat. Data Anal. 59), one small
matrix product and one complex exponential per decision; ages are binned, tables are reused.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.pacing.learning import DurationLaw, Floats, RingLaw

Complex = NDArray[np.complex128]

HORIZONS = np.array([2.0, 4.0, 6.0, 8.0, 10.5, 13.0, 16.0, 20.0, 24.0, 28.0])
LEVEL_GRID = 0.02  # ring tables are shared by answer levels within 2 % of each other
RING_TABLES_KEPT = 24
CUT_SHARE = 0.5  # of answers after the legal minimum ring, for calls that may be given up then
CHANCE_STEPS = 2048  # logarithms are looked up, chances rounded to 1 in 2048


@dataclass(frozen=True, slots=True)
class RingTables:
    """What one answer level makes of ringing and of new calls."""

    by_age: Floats  # P(a call ringing this long becomes a live answer within h)
    logs: Complex  # log of the factor of one such call, by age, horizon and frequency
    new: Floats  # P(a call placed now becomes a live answer within h)
    new_logs: Complex
    share: Floats  # of a new call's live answers, the part that comes in each horizon step
    answer_share: float  # P(answered at all)


def points_for(agents: int) -> int:
    """Return the lattice points that hold the balance of a team, about 7 sigma each way."""
    for limit, points in ((12, 32), (30, 48), (80, 64), (200, 96)):
        if agents <= limit:
            return points
    return 160


class Horizon:
    """Tables for one team size, rebuilt when the laws have been learned anew."""

    def __init__(self, points: int, *, patience: float) -> None:
        self.points = points
        self.patience = patience
        half = points // 2
        self.omega = 2.0 * np.pi * np.arange(half + 1) / points
        self.turn_up: Complex = np.exp(1j * self.omega) - 1.0  # a call answered: Y falls by one
        turn_down: Complex = np.exp(-1j * self.omega) - 1.0  # an agent finishes: Y rises
        # At a chance of exactly 1/2 and omega = pi the factor is 0: keep its logarithm finite.
        steps = np.arange(CHANCE_STEPS + 1) / CHANCE_STEPS + 1e-9
        self._log_up: Complex = np.log(1.0 + steps[:, None] * self.turn_up[None, :])
        self._log_down: Complex = np.log(1.0 + steps[:, None] * turn_down[None, :])
        weight = np.full(half + 1, 2.0 / points)
        weight[0] = weight[-1] = 1.0 / points
        # Row c + points - 1: sum of exp(i omega y) over y = c .. 0; the last row is the empty sum.
        powers = np.exp(-1j * np.outer(np.arange(points), self.omega))
        sums = np.cumsum(powers, axis=0)[::-1]
        self.kernel: Complex = np.vstack([sums, np.zeros((1, half + 1))]) * weight
        self._rings: dict[tuple[int, bool], RingTables] = {}
        self.talk: Floats = np.empty((0, HORIZONS.size))
        self.wrap: Floats = np.empty((0, HORIZONS.size))
        self.talk_logs: Complex = np.empty((0, 0), dtype=np.complex128)
        self.wrap_logs: Complex = np.empty((0, 0), dtype=np.complex128)

    def rebuild(self, talk: DurationLaw, wrap: DurationLaw, wrap_share: float) -> None:
        """Recompute what finishing agents contribute; ring tables are forgotten."""
        finish, after_talk = wrap_finish(wrap, self.patience)
        self.wrap = finish
        self.talk = talk_finish(talk, after_talk, wrap_share, self.patience)
        self.wrap_logs = self._logs(self.wrap, self._log_down)
        self.talk_logs = self._logs(self.talk, self._log_down)
        self._rings.clear()

    def ring_tables(
        self, ring: RingLaw, level: float, *, live_share: float, delay: float, cut_from: int | None
    ) -> RingTables:
        """Return the tables of calls at an answer `level`; `cut_from` halves hazards from there."""
        key = (round(np.log(max(level, 1e-6)) / LEVEL_GRID), cut_from is not None)
        tables = self._rings.get(key)
        if tables is None:
            if len(self._rings) >= RING_TABLES_KEPT:
                self._rings.clear()
            tables = self._rings[key] = self._make_ring_tables(
                ring, float(np.exp(key[0] * LEVEL_GRID)), live_share, delay, cut_from
            )
        return tables

    def _make_ring_tables(
        self, ring: RingLaw, level: float, live_share: float, delay: float, cut_from: int | None
    ) -> RingTables:
        answer = ring.answer_hazards * level
        end = ring.end_hazards
        answer_share = answered_of_all(answer, end)
        if cut_from is not None:
            answer = answer.copy()
            answer[cut_from:] *= CUT_SHARE
        both = answer + end
        survival = np.concatenate([[1.0], np.exp(-np.cumsum(both))])
        mass = survival[:-1] * (answer / both) * (1.0 - np.exp(-both))
        answered = np.concatenate([[0.0], np.cumsum(mass)])
        edges = np.arange(ring.bins + 1, dtype=np.float64)
        ages = edges[:-1] + 0.5
        ahead = np.maximum(HORIZONS - delay, 0.0)
        now = np.interp(ages, edges, answered)
        alive = np.maximum(np.interp(ages, edges, survival), 1e-9)
        then = np.interp(ages[:, None] + ahead[None, :], edges, answered)
        by_age = np.clip(live_share * (then - now[:, None]) / alive[:, None], 0.0, 0.9999)
        new = np.clip(live_share * np.interp(ahead, edges, answered), 0.0, 0.9999)
        steps = np.diff(new, prepend=0.0)
        total = max(float(new[-1]), 1e-12)
        return RingTables(
            by_age,
            self._logs(by_age, self._log_up),
            new,
            np.log(1.0 + new[:, None] * self.turn_up[None, :]),
            steps / total,
            answer_share,
        )

    def _logs(self, chances: Floats, table: Complex) -> Complex:
        """Return log(1 + chance * turn), flat: one row per age."""
        step = (chances * CHANCE_STEPS + 0.5).astype(np.int64)
        result: Complex = table[step].reshape(chances.shape[0], -1)
        return result

    def balance(
        self,
        spare: int,
        talking: NDArray[np.int64],
        wrapping: NDArray[np.int64],
        ringing: NDArray[np.int64],
        rings: RingTables,
        analysing: Floats | None,
        analysing_count: int,
    ) -> "Balance":
        """Return the law of Y at each horizon, without new calls. `spare` is free - waiting."""
        total = np.zeros(rings.new_logs.size, dtype=np.complex128)
        mean = np.full(HORIZONS.size, float(spare))
        for bins, chances, logs, sign in (
            (talking, self.talk, self.talk_logs, 1.0),
            (wrapping, self.wrap, self.wrap_logs, 1.0),
            (ringing, rings.by_age, rings.logs, -1.0),
        ):
            if not bins.size:
                continue
            if bins.size <= 40:
                total += logs[bins].sum(axis=0)
                mean += sign * chances[bins].sum(axis=0)
            else:
                counts = np.bincount(bins, minlength=chances.shape[0]).astype(np.float64)
                used = np.flatnonzero(counts)
                held = counts[used]
                total += held @ logs[used]
                mean += sign * (held @ chances[used])
        spectrum = total.reshape(HORIZONS.size, -1)
        if analysing is not None and analysing_count:
            spectrum += analysing_count * np.log(1.0 + analysing[:, None] * self.turn_up[None, :])
            mean -= analysing_count * analysing
        spectrum -= 1j * spare * self.omega[None, :]
        return Balance(self, spectrum, mean, rings)


class Balance:
    """The balance of agents and answers at one instant; gives the risk of one more call."""

    def __init__(
        self, horizon: Horizon, spectrum: Complex, mean: Floats, rings: RingTables
    ) -> None:
        self._horizon = horizon
        self._spectrum = spectrum
        self.mean = mean
        self._rings = rings

    def risks(self, extra: NDArray[np.int64]) -> Floats:
        """Return, for each number of calls already added, the risk that the next is abandoned."""
        horizon, rings = self._horizon, self._rings
        count = extra.astype(np.float64)
        logs = self._spectrum[None, :, :] + count[:, None, None] * rings.new_logs[None, :, :]
        mean = self.mean[None, :] - count[:, None] * rings.new[None, :]
        lowest = np.floor(mean).astype(np.int64) - horizon.points // 2
        row = np.minimum(np.maximum(lowest, 1 - horizon.points), 1) + horizon.points - 1
        chances = (np.exp(logs) * horizon.kernel[row]).real.sum(axis=2)
        chances = np.minimum(np.maximum(chances, 0.0), 1.0)
        worst = np.maximum.accumulate(chances[:, ::-1], axis=1)[:, ::-1]
        result: Floats = worst @ rings.share
        return result

    def most_within(self, threshold: float, limit: int) -> tuple[int, float]:
        """Return how many calls (at most `limit`) keep the risk within `threshold`, and q(0)."""
        first = float(self.risks(np.zeros(1, dtype=np.int64))[0])
        if first > threshold or limit <= 0:
            return 0, first
        low, high = 0, limit  # the call after `low` others is within; after `high` is not known
        while high - low > 1:
            if low < 2:
                tried = np.unique(np.minimum(np.array([1, 2, 4, 9, 20, 50, 130]), high - 1))
            else:
                tried = np.unique(np.linspace(low, high, 8).astype(np.int64)[1:-1])
            tried = tried[(tried > low) & (tried < high)]
            if not tried.size:
                tried = np.array([low + 1])
            within = self.risks(tried) <= threshold
            above = int(np.argmin(within)) if not within.all() else within.size
            if above < within.size:
                high = int(tried[above])
            if above > 0:
                low = int(tried[above - 1])
        return low + 1, first


def answered_of_all(answer: Floats, end: Floats) -> float:
    """Return the part of calls that are answered, of two hazards by second of ringing."""
    both = answer + end
    alive = np.concatenate([[1.0], np.exp(-np.cumsum(both))[:-1]])
    return float((alive * (answer / both) * (1.0 - np.exp(-both))).sum())


def wrap_finish(wrap: DurationLaw, patience: float) -> tuple[Floats, Floats]:
    """Return P(a wrap-up of this age ends within h + patience), and P(one lasts <= n + 1/2 s)."""
    edges, total = cumulative(wrap)
    ages: Floats = (np.arange(wrap.bins, dtype=np.float64) + 0.5) * wrap.width
    reach = HORIZONS + patience
    now = np.interp(ages, edges, total)
    then = beyond(ages[:, None] + reach[None, :], edges, total, float(wrap.hazards[-1]))
    finish = np.clip(1.0 - np.exp(now[:, None] - then), 0.0, 0.9999)
    seconds: Floats = np.arange(int(reach[-1]) + 2, dtype=np.float64) + 0.5
    within = 1.0 - np.exp(-beyond(seconds, edges, total, float(wrap.hazards[-1])))
    return finish, within


def talk_finish(
    talk: DurationLaw, wrap_within: Floats, wrap_share: float, patience: float
) -> Floats:
    """Return P(an agent in a talk of this age has talked and wrapped up within h + patience)."""
    edges, total = cumulative(talk)
    steps = int(HORIZONS[-1] + patience) + 1
    ages: Floats = (np.arange(talk.bins, dtype=np.float64) + 0.5) * talk.width
    grid = ages[:, None] + np.arange(steps + 1)[None, :]
    survival = np.exp(
        np.interp(ages, edges, total)[:, None] - beyond(grid, edges, total, float(talk.hazards[-1]))
    )
    ends = survival[:, :-1] - survival[:, 1:]  # P(the talk ends in this second)
    within = 1.0 - wrap_share * (1.0 - wrap_within)
    after = np.floor(HORIZONS[None, :] + patience - np.arange(steps)[:, None] - 1.0)
    index = np.clip(after, 0, within.size - 1).astype(np.int64)
    done = np.where(after >= 0, within[index], 0.0)
    result: Floats = np.clip(ends @ done, 0.0, 0.9999)
    return result


def cumulative(law: DurationLaw) -> tuple[Floats, Floats]:
    """Return bin edges in seconds and the cumulative hazard at them."""
    edges: Floats = np.arange(law.bins + 1, dtype=np.float64) * law.width
    total = np.concatenate([[0.0], np.cumsum(law.hazards) * law.width])
    return edges, total


def beyond(ages: Floats, edges: Floats, total: Floats, last: float) -> Floats:
    """Return the cumulative hazard at `ages`, carried on at the `last` hazard after the table."""
    over = np.maximum(ages - edges[-1], 0.0)
    result: Floats = np.interp(ages, edges, total) + over * last
    return result
