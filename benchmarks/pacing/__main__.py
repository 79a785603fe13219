"""`make bench-pacing`: run the scenarios; write tables, JSON, docs/pacing.md and plots."""

import argparse
import json
import os
from pathlib import Path

# One thread: the figures are per core, and small matrices gain nothing from more.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from benchmarks.pacing import runs, tables
from benchmarks.pacing.scenarios import all_scenarios

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "pacing.json"
QUICK = ("base-n5-p0.3", "base-n10-p0.3", "base-n20-p0.3", "h2-jump-n20")


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pacing", description=__doc__)
    parser.add_argument("--scenarios", default="", help="names, or parts of names, with commas")
    parser.add_argument("--seeds", default="1-10", help="for example 1-10 or 3,5,8")
    parser.add_argument("--policies", default=",".join(runs.POLICIES))
    parser.add_argument("--quick", action="store_true", help="4 scenarios, 2 seeds, no files")
    parser.add_argument(
        "--add", action="store_true", help="keep what earlier runs found, other seeds too"
    )
    parser.add_argument("--render", action="store_true", help="write the tables again, run nothing")
    asked = parser.parse_args()

    scenarios = all_scenarios()
    names = list(scenarios)
    if asked.scenarios:
        parts = asked.scenarios.split(",")
        names = [n for n in names if any(p == n or p in n.split("-") or p in n for p in parts)]
    elif asked.quick:
        names = list(QUICK)
    seeds = [1, 2] if asked.quick else parse_seeds(asked.seeds)
    policies = asked.policies.split(",")

    found: runs.Results = {}
    if (asked.add or asked.render) and RESULTS.exists():
        found = json.loads(RESULTS.read_text())
    if not asked.render:
        for name in names:
            for policy in policies:
                rows = runs.run_policy(scenarios[name], policy, seeds, quick=asked.quick)
                if not rows:
                    continue
                by_policy = found.setdefault(name, {})
                if policy != "ratio":
                    rows = runs.merged(by_policy.get(policy, []), rows)
                by_policy[policy] = rows
                print(tables.line(name, policy, rows), flush=True)
                if not asked.quick:
                    RESULTS.parent.mkdir(parents=True, exist_ok=True)
                    RESULTS.write_text(json.dumps(found, indent=1))
    print()
    print(tables.markdown(found))
    if not asked.quick:
        tables.write(found, ROOT / "docs")


def parse_seeds(text: str) -> list[int]:
    """Return the seeds that "1-3,7" names: 1, 2, 3, 7."""
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


if __name__ == "__main__":
    main()
