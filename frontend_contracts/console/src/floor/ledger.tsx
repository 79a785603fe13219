import { troubleIn, useAbandonLedger } from "@outdial/react";
import type { AbandonWindowFiguresFragment } from "@outdial/react";
import { useId } from "react";
import { words } from "../english.ts";
import { formatClock, formatMoment, formatPercent, formatWhole } from "../format.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { useLast } from "../parts/last.ts";
import { TroubleNote } from "../parts/trouble.tsx";

const w = words.ledger;

/** Who met no agent in time, over both windows, and whether the target was kept. */
export function Ledger({ campaignId }: { campaignId: string }) {
  const [{ data, error, fetching }, again] = useAbandonLedger({
    variables: { campaignId },
    requestPolicy: "cache-and-network",
  });
  const ledger = useLast(data?.abandonLedger);
  return (
    <div className="details" data-part="ledger">
      <TroubleNote trouble={troubleIn(error)} />
      {!ledger && !error && <p className="quiet">{words.frame.reading}</p>}
      {ledger && (
        <>
          <p>{w.explained(formatPercent(ledger.target))}</p>
          <div className="windows">
            <Window
              title={w.rolling}
              figures={ledger.rolling}
              confidence={ledger.confidence}
              held={ledger.held === "ROLLING_24H"}
              name="rolling"
            />
            <Window
              title={w.period}
              figures={ledger.period}
              confidence={ledger.confidence}
              held={ledger.held === "SUCCESSIVE_30_DAYS"}
              name="period"
            />
          </div>
          {ledger.pool && <p className="quiet">{w.pool(ledger.pool, ledger.campaignIds.length)}</p>}
          {ledger.falsePositiveRate > 0 && (
            <p className="quiet">{w.lost(formatPercent(ledger.falsePositiveRate))}</p>
          )}
          <p className="quiet asked">
            {words.details.asOf(formatClock(ledger.at))}
            <BusyButton
              className="small"
              busy={fetching}
              onClick={() => again({ requestPolicy: "network-only" })}
            >
              {words.details.readAgain}
            </BusyButton>
          </p>
        </>
      )}
    </div>
  );
}

interface WindowProps {
  title: string;
  figures: AbandonWindowFiguresFragment;
  confidence: number;
  held: boolean;
  name: string;
}

function Window({ title, figures, confidence, held, name }: WindowProps) {
  const id = useId();
  const { live, rate, upperRate, kept, begins, ends } = figures;
  const some = live > 0;
  const rows = [
    [w.upper(formatPercent(confidence)), some ? formatPercent(upperRate) : words.forecast.unknown],
    [w.live, formatWhole(live)],
    [w.connected, formatWhole(figures.connected)],
    [w.abandoned, formatWhole(figures.abandoned)],
    [w.machines, formatWhole(figures.machines)],
  ] as const;
  return (
    <section className="window" aria-labelledby={id} data-window={name} data-kept={kept}>
      <header>
        <h3 id={id}>{title}</h3>
        {held && <span className="tag">{w.held}</span>}
        <span className="grow" />
        <span className="tag" data-good={kept || undefined} data-bad={!kept || undefined}>
          {kept ? w.kept : w.broken}
        </span>
      </header>
      <p className="quiet">{w.span(formatMoment(begins), formatMoment(ends))}</p>
      <p className="rate">
        <b data-figure="rate">{some ? formatPercent(rate) : words.forecast.unknown}</b>{" "}
        <span className="quiet">{w.rate}</span>
      </p>
      <dl className="rows">
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
