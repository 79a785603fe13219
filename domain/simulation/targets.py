"""Who answers, when and for how long: fixed by (seed, index of the target) alone.

Common random numbers (Law, Simulation Modeling and Analysis, chapter 11): every policy meets the
same people in the same order, so that differences between policies are not luck.
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from domain.simulation.scenario import Duration, Scenario

BLOCK = 4096
TRIES = 6  # candidates for a ring time under the limit; all over it has odds below 1e-8


@dataclass(slots=True)
class Block:
    """`BLOCK` people in a row; every list has one entry for each."""

    answer: list[float]
    ring: list[float]
    fast: list[bool]
    fail_after: list[float]
    talk: list[float]
    wrap: list[float]
    machine: list[float]
    verdict: list[float]
    analysis: list[float]


class People:
    """The endless list of people behind the targets of one run."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self._scenario = scenario
        self._seed = seed
        self._blocks: dict[int, Block] = {}

    def block(self, index: int) -> tuple[Block, int]:
        """Return the block of a target and its place in it."""
        number, place = divmod(index, BLOCK)
        block = self._blocks.get(number)
        if block is None:
            block = self._blocks[number] = self._draw(number)
        return block, place

    def _draw(self, number: int) -> Block:
        s = self._scenario
        random = np.random.default_rng([self._seed, number])
        ring = lognormal(s.ring, random.standard_normal((TRIES, BLOCK)))
        first = np.argmax(ring <= s.longest_answer, axis=0)
        ring = np.minimum(ring[first, np.arange(BLOCK)], s.longest_answer)
        answer = random.random(BLOCK)
        fast = random.random(BLOCK) < s.failed_fast
        part = random.random(BLOCK)
        fail_after = np.where(
            fast,
            s.fast[0] + (s.fast[1] - s.fast[0]) * part,
            s.given_up[0] + (s.given_up[1] - s.given_up[0]) * part,
        )
        talk = lognormal(s.talk, random.standard_normal(BLOCK))
        wrap = lognormal(s.wrap, random.standard_normal(BLOCK))
        machine, verdict, spell = random.random((3, BLOCK))
        analysis = np.zeros(BLOCK)
        if s.analysis is not None:
            analysis = s.analysis.shortest + (s.analysis.longest - s.analysis.shortest) * spell
        return Block(
            answer.tolist(),
            ring.tolist(),
            fast.tolist(),
            fail_after.tolist(),
            talk.tolist(),
            wrap.tolist(),
            machine.tolist(),
            verdict.tolist(),
            analysis.tolist(),
        )


def lognormal(
    duration: Duration, normal: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return lognormal seconds from standard normal numbers. A mean of 0 gives 0."""
    if duration.mean <= 0.0:
        return np.zeros_like(normal)
    spread = sqrt(log(1.0 + duration.variation**2))
    middle = log(duration.mean) - 0.5 * spread * spread
    return np.exp(middle + spread * normal)
