"""The process that plays a forecast, so that floors of the same machine are not held up.

Started by domain/forecasts/players.py; reads one JSON object from standard input and says after
each run of each variant what it came to, one JSON object a line. The variants take turns, so that
those who watch can compare from the first run on; all of them meet the same people.
"""

import os
import sys

import msgspec

from domain.simulation.what_if import Forecast, Plan, forecast


class Order(msgspec.Struct, frozen=True):
    """What is to be played."""

    plans: list[Plan]
    runs: int
    seed: int


class Played(msgspec.Struct, frozen=True):
    """One more run of one variant."""

    variant: int
    forecast: Forecast


def main() -> None:
    """Play what comes on standard input."""
    os.nice(10)  # floors and imports of the same machine come first
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    playing = [forecast(plan, runs=order.runs, seed=order.seed) for plan in order.plans]
    for _ in range(order.runs):
        for variant, runs in enumerate(playing):
            sys.stdout.buffer.write(msgspec.json.encode(Played(variant, next(runs))) + b"\n")
            sys.stdout.buffer.flush()
