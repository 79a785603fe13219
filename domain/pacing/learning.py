"""What the pacer learns while it dials: when calls are answered, how long talks and wrap-ups last.

Every law is an occurrence/exposure hazard (events per second at risk, by age), the estimator of
Nelson (1972) and Aalen (1978) for censored data. Calls, talks and wrap-ups still in progress
count as exposure: without them fast outcomes would bias a cold start.
"""

from math import erf, exp, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from domain.pacing.interface import Ages

Floats = NDArray[np.float64]

KERNEL = np.array([1.0, 2.0, 3.0, 2.0, 1.0])


def lognormal_hazards(mean: float, variation: float, width: float, bins: int) -> Floats:
    """Return the mean hazard per second of a lognormal duration in each of `bins` age bins."""
    spread = sqrt(log(1.0 + variation * variation))
    middle = log(mean) - 0.5 * spread * spread
    survival = [1.0]
    for k in range(1, bins + 1):
        z = (log(k * width) - middle) / spread
        survival.append(max(1e-9, 0.5 * (1.0 - erf(z / sqrt(2.0)))))
    logs = np.log(np.array(survival))
    hazards: Floats = np.maximum((logs[:-1] - logs[1:]) / width, 1e-6)
    # Beyond the 97th percentile the lognormal's own tail is a guess like any other: keep it flat.
    tail = int(np.searchsorted(-logs, 3.5))
    if tail < bins:
        hazards[tail:] = hazards[max(0, tail - 1)]
    return hazards


def smoothed(values: Floats) -> Floats:
    """Return `values` under the kernel 1-2-3-2-1, cut at the ends."""
    padded = np.convolve(values, KERNEL, mode="same")
    weight = np.convolve(np.ones_like(values), KERNEL, mode="same")
    result: Floats = padded / weight
    return result


class AgeCounts:
    """Events by age, and the time spent at each age, of durations that ended or were cut off."""

    def __init__(self, width: float, bins: int) -> None:
        self.width = width
        self.bins = bins
        self.events = np.zeros(bins)
        self._last_bin = np.zeros(bins + 1)  # durations that ended in this bin
        self._part = np.zeros(bins)  # seconds they spent in it

    def ended(self, age: float, *, happened: bool) -> None:
        """Count one duration that ended at `age`; `happened` False means it was cut off."""
        position = max(age, 0.0) / self.width
        k = min(int(position), self.bins - 1)
        if happened:
            self.events[k] += 1.0
        self._last_bin[k] += 1.0
        self._part[k] += min(position - k, 1.0) * self.width

    def exposure(self, in_progress: Floats) -> Floats:
        """Return seconds at risk by age bin, with the ages still in progress."""
        last, part = self._last_bin.copy(), self._part.copy()
        if in_progress.size:
            position = np.clip(in_progress / self.width, 0.0, self.bins - 1e-6)
            k = position.astype(np.int64)
            np.add.at(last, k, 1.0)
            np.add.at(part, k, (position - k) * self.width)
        beyond = np.cumsum(last[::-1])[::-1][1:]
        result: Floats = beyond * self.width + part
        return result

    def forget(self, share: float) -> None:
        """Keep `share` of everything counted."""
        self.events *= share
        self._last_bin *= share
        self._part *= share


class DurationLaw:
    """How long talks (or wrap-ups) last: a hazard by age, learned on a weak lognormal prior."""

    def __init__(
        self, *, width: float, bins: int, mean: float, variation: float, prior_weight: float = 4.0
    ) -> None:
        self.width = width
        self.bins = bins
        self.counts = AgeCounts(width, bins)
        self.ended_count = 0.0
        self._seconds = 0.0
        self._prior_mean = mean
        self._variation = variation
        self._prior_weight = prior_weight
        self.mean = mean
        self.hazards = lognormal_hazards(mean, variation, width, bins)

    def ended(self, age: float) -> None:
        """Learn from one duration that ended at `age` seconds."""
        self.counts.ended(age, happened=True)
        self.ended_count += 1.0
        self._seconds += age

    def rebuild(self, in_progress: Floats, *, memory: float) -> None:
        """Recompute the hazards; remember about `memory` durations."""
        if self.ended_count > memory:
            share = memory / self.ended_count
            self.counts.forget(share)
            self.ended_count *= share
            self._seconds *= share
        running = float(in_progress.sum()) if in_progress.size else 0.0
        self.mean = (self._seconds + running + 2.0 * self._prior_mean) / (self.ended_count + 2.0)
        prior = lognormal_hazards(max(self.mean, 0.5), self._variation, self.width, self.bins)
        events = smoothed(self.counts.events)
        exposure = smoothed(self.counts.exposure(in_progress))
        pseudo = self._prior_weight * self.width
        hazards = (events + pseudo * prior) / (exposure + pseudo)
        # Too few durations get this old to tell one age from the next: pool them.
        tail = int(np.searchsorted(-exposure, -8.0 * self.width))
        if tail < self.bins - 1:
            raw = self.counts.events[tail:].sum() + pseudo * float(prior[tail])
            hazards[tail:] = raw / (exposure[tail:].sum() + pseudo)
        self.hazards = np.maximum(hazards, 1e-6)


class RingLaw:
    """When a ringing call is answered or ends otherwise: two hazards by second of ringing.

    The shape of the answer hazard is remembered long; its level (`level()`, 1 = as the shape says)
    follows O/E, answers seen over answers expected, with a memory of max(60 answers, 150 s) and
    jumps when a pair with a memory of max(14 answers, 25 s) disagrees by 3.2 standard errors.

    The first calls of a day ring together: what a large floor expects of their first seconds is a
    few answers of hundreds to come, and none of them seen yet says little. Until a first handful
    of answers, or calls that have rung for longer, the level stays near 1.
    """

    SLOW = (60.0, 150.0)
    FAST = (14.0, 25.0)
    JUMP = 3.2
    UPPER = 0.8
    PRIOR_ANSWERS = 2.0
    YOUNG = 8  # seconds of ringing; three of four answers come later
    HANDFUL = 30.0  # answers
    YOUNG_WEIGHT = 3.0  # how much of it is taken for the guess that the level is 1

    def __init__(self, ring_limit: float) -> None:
        self.bins = max(20, int(ring_limit) + 6)
        self.counts = AgeCounts(1.0, self.bins)
        self.failures = np.zeros(self.bins)
        self._prior_answer, self._prior_end = _ring_prior(self.bins, ring_limit)
        self.answer_hazards = self._prior_answer.copy()
        self.end_hazards = self._prior_end.copy()
        self.seen = self.PRIOR_ANSWERS
        self.expected = self.PRIOR_ANSWERS
        self._fast_seen = 0.0
        self._fast_expected = 0.0
        self._rate = 0.0
        self._young = 0.0  # of the expected answers, those of calls that rang shortly, less others
        self._answers = 0  # since the beginning
        self.jumps = 0

    def answered(self, age: float) -> None:
        """Learn from a call answered after `age` seconds."""
        self.counts.ended(age, happened=True)
        self.seen += 1.0
        self._fast_seen += 1.0
        self._answers += 1

    def ended(self, age: float, *, cut_off: bool) -> None:
        """Learn from a call that ended unanswered; `cut_off` when we hung it up ourselves."""
        self.counts.ended(age, happened=False)
        if not cut_off:
            self.failures[min(int(max(age, 0.0)), self.bins - 1)] += 1.0

    def pass_time(self, bins_ringing: NDArray[np.int64], seconds: float) -> None:
        """Add the answers that calls ringing now were expected to give in the last `seconds`."""
        rate = float(self.answer_hazards[bins_ringing].sum()) if bins_ringing.size else 0.0
        gained = 0.5 * (rate + self._rate) * seconds
        self._rate = rate
        if seconds <= 0.0:
            return
        if self._answers < self.HANDFUL and rate > 0.0:
            young = float(self.answer_hazards[bins_ringing[bins_ringing < self.YOUNG]].sum())
            self._young = max(0.0, self._young + gained * (2.0 * young / rate - 1.0))
        level = self.level()
        self.seen, self.expected = _forget(
            self.seen, self.expected + gained, gained * level, seconds, self.SLOW
        )
        self._fast_seen, self._fast_expected = _forget(
            self._fast_seen, self._fast_expected + gained, gained * level, seconds, self.FAST
        )
        due = level * self._fast_expected
        if due > 1.0 and not self._guessed() and abs(self._fast_seen - due) / sqrt(due) > self.JUMP:
            self.seen = self._fast_seen + 1.0
            self.expected = self._fast_expected + 1.0 / level
            self._fast_seen = self._fast_expected = 0.0
            self.jumps += 1

    def called(self, extra: int) -> None:
        """Count `extra` calls launched just now, so that their first second is expected too."""
        self._rate += extra * float(self.answer_hazards[0])

    def level(self) -> float:
        """Return answers seen over answers expected."""
        guessed = self._guessed()
        return (self.seen + guessed) / max(self.expected + guessed, 1e-9)

    def _guessed(self) -> float:
        """Return the answers taken to be as expected, while only young calls tell of the level."""
        unsure = max(0.0, 1.0 - self._answers / self.HANDFUL)
        return self.YOUNG_WEIGHT * self._young * unsure

    def upper_level(self) -> float:
        """Return a level that the true one seldom exceeds: 1.5 standard errors higher."""
        return self.level() * (1.0 + self.UPPER / sqrt(max(self.seen, 0.5)))

    def rebuild(self, in_progress: Floats) -> None:
        """Recompute both hazards; the level keeps its meaning across the change of shape."""
        total = float(self.counts.events.sum())
        if total > 600.0:
            self.counts.forget(600.0 / total)
            self.failures *= 600.0 / total
        exposure = self.counts.exposure(in_progress)
        at_risk = np.convolve(exposure, [1.0, 2.0, 1.0], mode="same")
        answers = np.convolve(self.counts.events, [1.0, 2.0, 1.0], mode="same")
        weight = 6.0
        shape = (answers + weight * self._prior_answer) / (at_risk + weight)
        old = float((self.answer_hazards * (exposure + 0.1)).sum())
        new = float((shape * (exposure + 0.1)).sum())
        scale = old / new if new > 0.0 else 1.0
        self.answer_hazards = np.clip(shape * scale, 1e-7, 2.0)
        self.end_hazards = np.clip(
            (self.failures + 2.0 * self._prior_end) / (exposure + 2.0), 1e-7, 5.0
        )


def age_bins(ages: Ages, width: float, bins: int) -> NDArray[np.int64]:
    """Return the bin of each age, the last bin for all that are older."""
    if not len(ages):
        return np.empty(0, dtype=np.int64)
    bin_of = (np.asarray(ages, dtype=np.float64) * (1.0 / width)).astype(np.int64)
    result: NDArray[np.int64] = np.minimum(np.maximum(bin_of, 0), bins - 1)
    return result


def _forget(
    seen: float, expected: float, answers: float, seconds: float, memory: tuple[float, float]
) -> tuple[float, float]:
    keep = exp(-min(answers / memory[0], seconds / memory[1]))
    return seen * keep, expected * keep


def _ring_prior(bins: int, ring_limit: float) -> tuple[Floats, Floats]:
    """Hazards before anything is seen: 3 in 10 answer after about 12 s, some are busy at once."""
    spread, middle = 0.51, log(12.0) - 0.13
    ages = np.arange(bins) + 0.5
    density = np.exp(-0.5 * ((np.log(ages) - middle) / spread) ** 2)
    density /= ages * spread * sqrt(2.0 * pi)
    answer = 0.3 * density
    end = np.zeros(bins)
    end[3:5] = 0.7 * 0.25 * 0.5
    left = np.maximum(1.0 - np.cumsum(answer + end), 0.05)
    answer_hazards: Floats = np.maximum(answer / left, 1e-4)
    end_hazards: Floats = np.maximum(end / left, 1e-5)
    end_hazards[min(bins - 1, int(ring_limit)) :] = 1.0
    return answer_hazards, end_hazards
