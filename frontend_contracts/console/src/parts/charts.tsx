import type { AgentState } from "@outdial/react";
import { WORKING_STATES } from "@outdial/react";
import { words } from "../english.ts";
import { formatWhole } from "../format.ts";

/** One line of a chart: its class gives the colour. */
export interface Series {
  readonly name: string;
  readonly className: string;
  /** Oldest first; `at` in Unix milliseconds. */
  readonly points: readonly { readonly at: number; readonly value: number }[];
}

const WIDTH = 320;
const HEIGHT = 64;
const SPAN_MS = 5 * 60_000;
/** Boards come once a second; a longer silence is drawn as a hole, not as a line. */
const HOLE_MS = 15_000;

/** Lines over the last five minutes, on one scale. The legend says the newest values. */
export function LineChart({ label, series }: { label: string; series: readonly Series[] }) {
  const end = Math.max(0, ...series.map(({ points }) => points.at(-1)?.at ?? 0));
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const top = niceTop(Math.max(1, ...values));
  const x = (at: number) => WIDTH - ((end - at) / SPAN_MS) * WIDTH;
  const y = (value: number) => HEIGHT - (value / top) * (HEIGHT - 2) - 1;
  return (
    <figure className="chart">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: ${series.map(newest).join(", ")}`}
      >
        {[0.5, 1].map((part) => (
          <line
            key={part}
            className="chart-grid"
            x1={0}
            x2={WIDTH}
            y1={y(top * part)}
            y2={y(top * part)}
          />
        ))}
        {series.map(({ name, className, points }) => (
          <path key={name} className={className} d={pathOf(points, x, y)} />
        ))}
      </svg>
      <figcaption>
        {series.map((each) => (
          <span key={each.name} className={`key ${each.className}`}>
            {each.name}
          </span>
        ))}
        <span className="grow" />
        <span className="quiet">
          {words.campaigns.lastMinutes} · 0–{formatWhole(top)}
        </span>
      </figcaption>
    </figure>
  );
}

function newest({ name, points }: Series): string {
  return `${name} ${points.at(-1)?.value ?? 0}`;
}

/** The next of 1, 2, 5, 10, 20, 50, … at or above the value: the scale jumps seldom. */
export function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}

function pathOf(
  points: Series["points"],
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  let before = Number.NEGATIVE_INFINITY;
  return points
    .map(({ at, value }) => {
      const command = at - before > HOLE_MS ? "M" : "L";
      before = at;
      return `${command}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    })
    .join("");
}

/** How many agents are in each state, as parts of one bar. */
export function StateBar({ counts }: { counts: Readonly<Record<AgentState, number>> }) {
  const present = WORKING_STATES.filter((state) => counts[state] > 0);
  const label = present.map((state) => `${words.states[state]} ${counts[state]}`).join(", ");
  return (
    <div className="bar" role="img" aria-label={label || words.floor.nobody}>
      {present.map((state) => (
        <span
          key={state}
          className="bar-part"
          data-state={state}
          style={{ flexGrow: counts[state] }}
          title={`${words.states[state]}: ${counts[state]}`}
        >
          {counts[state]}
        </span>
      ))}
    </div>
  );
}

/** A part of a whole, 0 to 1; null: it is not known how much. */
export function Progress({ part, label }: { part: number | null; label: string }) {
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={part === null ? undefined : Math.round(part * 100)}
      data-unknown={part === null}
    >
      <span style={{ inlineSize: `${(part ?? 0.3) * 100}%` }} />
    </div>
  );
}
