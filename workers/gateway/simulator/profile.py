"""Who is called: what customers of the simulated carrier are like, and who was forced to be how."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random


class Nature(StrEnum):
    """What a customer, or the network in front of him, does with a call."""

    LIVE = "live"
    MACHINE = "machine"
    FAX = "fax"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    INVALID = "invalid"
    CONGESTION = "congestion"
    REJECTED = "rejected"
    DEAD = "dead"  # the trunk says nothing at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A lognormal law by its mean (seconds) and coefficient of variation, cut at `longest`."""

    mean: float
    cv: float
    longest: float = math.inf

    def draw(self, rng: Random) -> float:
        """One value, above 0. A value over `longest` is drawn again."""
        if self.cv == 0:
            return min(self.mean, self.longest)
        sigma = math.sqrt(math.log1p(self.cv * self.cv))
        mu = math.log(self.mean) - sigma * sigma / 2
        for _ in range(20):
            value = rng.lognormvariate(mu, sigma)
            if value <= self.longest:
                return value
        return self.longest


@dataclass(frozen=True, slots=True, kw_only=True)
class CarrierProfile:
    """Laws of the carrier and its customers. The shares are of all calls; the rest rings out."""

    live: float = 0.35
    machine: float = 0.12
    busy: float = 0.08
    invalid: float = 0.04
    congestion: float = 0.01
    rejected: float = 0.02
    fax: float = 0.01
    early_media: float = 0.1  # of all calls that ring

    set_up: Law = Law(mean=0.5, cv=0.4, longest=2.0)  # command to ringing
    answers: Law = Law(mean=12.0, cv=0.55, longest=28.0)  # ringing to answer
    refuses: Law = Law(mean=4.0, cv=0.15, longest=5.0)  # command to busy, invalid, rejected
    network_gives_up_s: float = 60.0  # ringing, when nobody's ring limit ends it before

    patience: Law = Law(mean=9.0, cv=0.6)  # a live customer who hears nobody hangs up
    hold_patience: Law = Law(mean=150.0, cv=0.5)
    talk: Law = Law(mean=120.0, cv=0.9, longest=3600.0)  # heard by somebody to his own hang-up
    turn_s: float = 0.0  # mean length of a turn of speech; 0: `LegTalking` is not told

    verdict: Law = Law(mean=1.0, cv=0.25, longest=4.0)  # answer to the analysis' verdict
    live_taken_for_machine: float = 0.03
    machine_taken_for_live: float = 0.06
    unsure: float = 0.03
    greeting: Law = Law(mean=6.0, cv=0.4, longest=20.0)  # of a machine, up to its beep
    machine_records_s: float = 45.0  # then it hangs up

    presses: float = 0.7  # of live customers asked for digits
    caller_patience: Law = Law(mean=25.0, cv=0.5)  # of an inbound caller whom nobody answers
    endpoint_answers_s: float = 1.0
    file_s: float = 3.0  # length of a sound file that `sounds` does not have
    sounds: Mapping[str, float] = field(default_factory=dict)  # seconds by name
    letters_a_second: float = 14.0  # of speech
    digit_s: float = 0.6  # of a digit read aloud

    def __post_init__(self) -> None:
        shares = [self.live, self.machine, self.busy, self.invalid]
        shares += [self.congestion, self.rejected, self.fax]
        if min(shares) < 0 or sum(shares) > 1:
            raise ValueError("shares of a carrier profile must be 0 or more and at most 1 together")

    def nature(self, rng: Random) -> Nature:
        """What the next customer is like."""
        drawn = rng.random()
        for nature, share in (
            (Nature.LIVE, self.live),
            (Nature.MACHINE, self.machine),
            (Nature.BUSY, self.busy),
            (Nature.INVALID, self.invalid),
            (Nature.CONGESTION, self.congestion),
            (Nature.REJECTED, self.rejected),
            (Nature.FAX, self.fax),
        ):
            drawn -= share
            if drawn < 0:
                return nature
        return Nature.NO_ANSWER


@dataclass(slots=True, kw_only=True)
class Behaviour:
    """What one far end does in one call. Seconds; `inf` means never of his own accord."""

    nature: Nature
    is_customer: bool = True  # minds what he hears; an agent's phone does not
    set_up_s: float = 0.0
    answers_s: float = 0.0  # from ringing
    refuses_s: float = 0.0
    early_media: bool = False
    patience_s: float = math.inf
    hold_patience_s: float = math.inf
    talk_s: float = math.inf  # while somebody, or a recorded voice, talks with him
    ends_s: float = math.inf  # from the answer, whatever he hears
    verdict_s: float = 1.0
    verdict: Nature | None = None  # None: the analysis stays unsure
    confidence: float = 1.0
    greeting_s: float = 0.0
    digits: str = ""  # pressed when asked
    drops: bool = False  # the line is lost instead of hung up


def customer(profile: CarrierProfile, rng: Random, nature: Nature | None = None) -> Behaviour:
    """How a customer behaves in one call, all drawn at once so that runs can be repeated."""
    nature = nature or profile.nature(rng)
    made = Behaviour(
        nature=nature,
        set_up_s=profile.set_up.draw(rng),
        answers_s=profile.answers.draw(rng),
        refuses_s=profile.refuses.draw(rng),
        early_media=rng.random() < profile.early_media,
        verdict_s=profile.verdict.draw(rng),
    )
    if nature is Nature.LIVE:
        made.patience_s = profile.patience.draw(rng)
        made.hold_patience_s = profile.hold_patience.draw(rng)
        made.talk_s = profile.talk.draw(rng)
        if rng.random() < profile.presses:
            made.digits = str(rng.randint(1, 9))
        mistake, mistaken_for = profile.live_taken_for_machine, Nature.MACHINE
    elif nature is Nature.MACHINE:
        made.greeting_s = profile.greeting.draw(rng)
        made.ends_s = made.greeting_s + profile.machine_records_s
        mistake, mistaken_for = profile.machine_taken_for_live, Nature.LIVE
    else:
        made.ends_s = profile.machine_records_s
        mistake, mistaken_for = 0.0, nature
    heard = rng.random()
    made.confidence = round(0.75 + 0.25 * rng.random(), 3)
    if heard < mistake:
        made.verdict = mistaken_for
        made.confidence = round(made.confidence * 0.8, 3)
    elif heard < mistake + profile.unsure:
        made.confidence = 0.5
    else:
        made.verdict = nature
    return made
