"""The benchmark's tables, on the screen and in docs/pacing.md."""

from pathlib import Path
from statistics import mean, pstdev

from benchmarks.pacing import plots
from benchmarks.pacing.goals import GOALS, decision_us, verdict
from benchmarks.pacing.runs import Results, Row, clairvoyant_occupancy, envelope_at
from benchmarks.pacing.scenarios import all_scenarios
from domain.ledgers.rules import Counts, upper_rate

BEGIN, END = "<!-- results: written by make bench-pacing -->", "<!-- end of results -->"
MISSING = "–"
CONFIDENCE = 0.95


def average(rows: list[Row], key: str) -> float:
    """Return the mean of one figure over the runs."""
    return mean(float(row[key]) for row in rows)


def line(name: str, policy: str, rows: list[Row]) -> str:
    """Return one line for the screen."""
    if policy == "ratio":
        return f"{name:20} {policy:14} {len(rows)} ratios"
    target = 100.0 * all_scenarios()[name].abandon_target
    within = sum(float(r["abandoned"]) <= target for r in rows)
    text = (
        f"{name:20} {policy:14} {average(rows, 'occupancy'):5.1f} %"
        f"  abandoned {average(rows, 'abandoned'):4.2f} %"
        f"  worst {max(float(r['abandoned']) for r in rows):5.3f}  within {within}/{len(rows)}"
    )
    if policy == "predictive":
        text += f"  {verdict(name, rows, target)}  {decision_us(rows):.0f} us a decision"
    return text


def cell(rows: list[Row] | None) -> str:
    """Return occupancy (abandon rate) of a policy."""
    if not rows:
        return MISSING
    return f"{average(rows, 'occupancy'):.1f} ({average(rows, 'abandoned'):.2f})"


def markdown(found: Results) -> str:
    """Return the tables of all that was run."""
    scenarios = all_scenarios()
    names = [n for n in scenarios if n in found]
    head = (
        "| scenario | progressive | fixed ratio at target | level, default | level, tuned |"
        " corrected lines | **predictive** | worst run | within | goal | verdict | clairvoyant |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|---|\n"
    )
    body = ""
    for name in names:
        by_policy = found[name]
        target = 100.0 * scenarios[name].abandon_target
        ours = by_policy.get("predictive")
        ratio = by_policy.get("ratio")
        progressive = by_policy.get("progressive")
        envelope = MISSING
        if ratio:
            points = [(float(r["abandoned"]), float(r["occupancy"])) for r in ratio]
            envelope = f"{envelope_at(points, target):.1f}"
        shown = [
            name,
            f"{average(progressive, 'occupancy'):.1f}" if progressive else MISSING,
            envelope,
            cell(by_policy.get("level-default")),
            cell(by_policy.get("level-tuned")),
            cell(by_policy.get("corrected")),
        ]
        if ours:
            rates = [float(r["abandoned"]) for r in ours]
            shown += [
                f"**{cell(ours)}** ±{pstdev(float(r['occupancy']) for r in ours):.1f}",
                f"{max(rates):.2f}",
                f"{sum(r <= target for r in rates)}/{len(rates)}",
                f"≥ {GOALS[name]:.1f}" if name in GOALS else MISSING,
                verdict(name, ours, target),
            ]
        else:
            shown += [MISSING] * 5
        shown.append(f"{clairvoyant_occupancy(scenarios[name]):.1f}")
        body += "| " + " | ".join(shown) + " |\n"
    return head + body + "\n" + confidence(found, names) + "\n" + details(found, names)


def confidence(found: Results, names: list[str]) -> str:
    """Return what all runs of the predictive policy together say of a day like theirs."""
    scenarios = all_scenarios()
    within = over = 0
    for name in names:
        target = 100.0 * scenarios[name].abandon_target
        for row in found[name].get("predictive", []):
            over += float(row["abandoned"]) > target
            within += float(row["abandoned"]) <= target
    if not within + over:
        return ""
    missed = upper_rate(Counts(connected=within, abandoned=over), CONFIDENCE)
    return (
        f"{within} of {within + over} runs of *predictive* ended within their target. With "
        f"{CONFIDENCE:.0%} confidence (one-sided, Clopper and Pearson) at least "
        f"{100.0 * (1.0 - missed):.1f} % of such days do.\n"
    )


def seeds_of(rows: list[Row] | None) -> str:
    """Return the seeds of these runs, as in "1-4, 7"."""
    if not rows:
        return MISSING
    spans: list[list[int]] = []
    for seed in sorted({int(row["seed"]) for row in rows}):
        if spans and seed == spans[-1][1] + 1:
            spans[-1][1] = seed
        else:
            spans.append([seed, seed])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)


def details(found: Results, names: list[str]) -> str:
    """Return the second table: what the predictive policy costs and how it behaves."""
    head = (
        "| scenario | agent waits, s | dials per connect | hung up after 15 s, % of dials |"
        " worst hour, % | rate with people taken for machines, % | live answers a run |"
        " µs a decision | seeds: ours; others | level, tuned in hindsight |\n"
        "|---|---|---|---|---|---|---|---|---|---|\n"
    )
    body = ""
    for name in names:
        rows = found[name].get("predictive")
        if not rows:
            continue
        tuned = found[name].get("level-tuned")
        worst = max(float(r["worst_hour"]) for r in rows)
        body += (
            f"| {name} | {average(rows, 'wait'):.1f} | {average(rows, 'dials_per_connect'):.2f}"
            f" | {average(rows, 'cancelled'):.1f} | {worst:.1f} | {average(rows, 'ofcom'):.2f}"
            f" | {average(rows, 'live'):.0f} | {decision_us(rows):.0f}"
            f" | {seeds_of(rows)}; {seeds_of(found[name].get('corrected'))}"
            f" | {tuned[0]['setting'] if tuned else MISSING} |\n"
        )
    return head + body


def write(found: Results, docs: Path) -> None:
    """Replace the results in docs/pacing.md and draw the plots."""
    page = docs / "pacing.md"
    text = page.read_text()
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    drawn = plots.draw(found, docs / "plots")
    pictures = "\n".join(f"![{title}](plots/{file})" for title, file in drawn)
    page.write_text(f"{before}{BEGIN}\n\n{markdown(found)}\n{pictures}\n\n{END}{after}")
