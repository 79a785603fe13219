import type { ForecastFiguresFragment } from "@outdial/react";
import { words } from "../english.ts";
import { formatMoment, formatPercent, formatTenths, formatWhole } from "../format.ts";

const w = words.forecast;
type Variant = ForecastFiguresFragment["variants"][number];
type Figures = NonNullable<Variant["figures"]>;
interface Range<Value> {
  readonly low: Value;
  readonly median: Value;
  readonly high: Value;
}

interface Row {
  readonly name: string;
  readonly label: string;
  readonly shown: (figures: Figures) => Range<string> | null;
}

const ROWS: readonly Row[] = [
  row("occupancy", w.occupancy, ({ occupancy }) => occupancy, formatPercent),
  row("abandonRate", w.abandonRate, ({ abandonRate }) => abandonRate, formatPercent),
  row("wait", w.wait, ({ waitSeconds }) => waitSeconds, formatTenths),
  row("connectedAnHour", w.connectedAnHour, (figures) => figures.connectedAnHour, formatWhole),
  row("callsAnHour", w.callsAnHour, ({ callsAnHour }) => callsAnHour, formatWhole),
  row("calls", w.calls, ({ calls }) => calls, formatWhole),
  row("hours", w.hours, ({ workingHours }) => workingHours, formatTenths),
  row("finishes", w.finishes, ({ finishesAt }) => finishesAt, formatMoment),
];

/** Every figure of every variant, with its range, and what was assumed for them. */
export function ForecastResult({ variants }: { variants: readonly Variant[] }) {
  if (!variants.some(({ figures }) => figures)) return null;
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label={words.details.forecast}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.figure}</th>
              {variants.map(({ name, mode }) => (
                <th key={name} scope="col" className="number wraps">
                  {name} <span className="quiet">{words.modes[mode]}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {ROWS.map(({ name, label, shown }) => (
              <tr key={name} data-row={name}>
                <th scope="row" className="wraps">
                  {label}
                </th>
                {variants.map((variant) => (
                  <td key={variant.name} className="number wraps">
                    <Shown range={variant.figures && shown(variant.figures)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet">{w.range}</p>
      <details>
        <summary>{w.assumptions}</summary>
        <div className="assumptions">
          {variants.map(({ name, assumptions }) => (
            <section key={name}>
              <h3>{name}</h3>
              <dl className="rows">
                {assumptions.map((each) => (
                  <div key={each.name}>
                    <dt>
                      {w.numbers[each.name]} <span className="quiet">{w.sources[each.source]}</span>
                    </dt>
                    <dd>{PARTS.has(each.name) ? formatPercent(each.value) : assumed.format(each.value)}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </details>
    </>
  );
}

/** Assumptions that are parts of a whole. */
const PARTS: ReadonlySet<string> = new Set(["ABANDON_TARGET", "ANSWER_RATE", "MACHINE_RATE"]);
const assumed = new Intl.NumberFormat(words.language, { maximumFractionDigits: 3 });

function Shown({ range }: { range: Range<string> | null }) {
  if (range === null) return w.unknown;
  return (
    <>
      <b>{range.median}</b>
      <span className="quiet">{w.between(range.low, range.high)}</span>
    </>
  );
}

function row<Value>(
  name: string,
  label: string,
  of: (figures: Figures) => Range<Value> | null,
  format: (value: Value) => string,
): Row {
  const shown = (figures: Figures) => {
    const range = of(figures);
    if (range === null) return null;
    return { low: format(range.low), median: format(range.median), high: format(range.high) };
  };
  return { name, label, shown };
}
