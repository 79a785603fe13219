"""Occupancy against abandon rate by team size, all policies, as SVG written by hand."""

from html import escape
from pathlib import Path
from statistics import mean

from benchmarks.pacing.runs import Results, Row

WIDTH, HEIGHT = 560, 400
LEFT, RIGHT, TOP, BOTTOM = 56, 150, 34, 44
COLOURS = {
    "predictive": "#0b6e4f",
    "progressive": "#555555",
    "ratio": "#8aa4c8",
    "level-default": "#c05621",
    "level-tuned": "#d69e2e",
    "corrected": "#6b46c1",
}
LABELS = {
    "predictive": "predictive",
    "progressive": "progressive 1:1",
    "ratio": "fixed ratio (curve)",
    "level-default": "adaptive level",
    "level-tuned": "adaptive, tuned",
    "corrected": "corrected lines",
}
MOST_ABANDONED = 6.0


def draw(found: Results, folder: Path) -> list[tuple[str, str]]:
    """Write one plot for each base team size and answer rate run; return (title, file name)."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = []
    for name, by_policy in found.items():
        if not name.startswith("base-") or "ratio" not in by_policy:
            continue
        _, agents, rate = name.split("-")
        if rate not in ("p0.1", "p0.3"):
            continue
        title = f"{agents[1:]} agents, answer rate {rate[1:]}"
        (folder / f"{name}.svg").write_text(picture(title, by_policy))
        drawn.append((title, f"{name}.svg"))
    return drawn


def point(rows: list[Row]) -> tuple[float, float]:
    """Return (abandoned, occupancy), mean over the runs."""
    return (
        mean(float(r["abandoned"]) for r in rows),
        mean(float(r["occupancy"]) for r in rows),
    )


def picture(title: str, by_policy: dict[str, list[Row]]) -> str:
    """Return the SVG of one team size."""
    curve = sorted((float(r["abandoned"]), float(r["occupancy"])) for r in by_policy["ratio"])
    spots = {p: point(rows) for p, rows in by_policy.items() if p != "ratio" and rows}
    heights = [y for x, y in [*curve, *spots.values()] if x <= MOST_ABANDONED]
    low, high = 5.0 * int(min(heights) / 5.0), 100.0

    def place(x: float, y: float) -> tuple[float, float]:
        across = (WIDTH - LEFT - RIGHT) * min(x, MOST_ABANDONED) / MOST_ABANDONED
        up = (HEIGHT - TOP - BOTTOM) * (y - low) / (high - low)
        return round(LEFT + across, 1), round(HEIGHT - BOTTOM - up, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="14">{escape(title)}</text>',
    ]
    steps = max(1, round((high - low) / 5.0 / 8.0))
    level = low
    while level <= high:
        x0, y = place(0.0, level)
        x1, _ = place(MOST_ABANDONED, level)
        parts.append(f'<path d="M{x0} {y}H{x1}" stroke="#e2e2e2"/>')
        parts.append(f'<text x="{x0 - 6}" y="{y + 4}" text-anchor="end">{level:.0f}</text>')
        level += 5.0 * steps
    for tick in range(int(MOST_ABANDONED) + 1):
        x, y = place(tick, low)
        parts.append(f'<text x="{x}" y="{y + 16}" text-anchor="middle">{tick}</text>')
    x, bottom = place(3.0, low)
    _, top = place(3.0, high)
    parts.append(f'<path d="M{x} {bottom}V{top}" stroke="#b00" stroke-dasharray="4 3"/>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{HEIGHT - 8}" text-anchor="middle">'
        "abandoned, % of live answers (right edge: 6 or more)</text>"
    )
    parts.append(
        f'<text transform="translate(14 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
        "occupancy, %</text>"
    )
    shown = [place(x, y) for x, y in curve if x <= MOST_ABANDONED]
    if shown:
        path = "L".join(f"{x} {y}" for x, y in shown)
        parts.append(f'<path d="M{path}" fill="none" stroke="{COLOURS["ratio"]}"/>')
    for policy, (abandoned, occupancy) in spots.items():
        x, y = place(abandoned, occupancy)
        parts.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{COLOURS[policy]}"/>')
    for row, policy in enumerate(p for p in COLOURS if p in by_policy):
        y = TOP + 14 + 18 * row
        parts.append(
            f'<circle cx="{WIDTH - RIGHT + 14}" cy="{y - 4}" r="5" fill="{COLOURS[policy]}"/>'
        )
        parts.append(f'<text x="{WIDTH - RIGHT + 24}" y="{y}">{LABELS[policy]}</text>')
    return "\n".join([*parts, "</svg>", ""])
