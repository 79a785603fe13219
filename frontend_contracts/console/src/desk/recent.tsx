import type { DeskCall } from "@outdial/react";
import { words } from "../english.ts";
import { formatClock, formatSeconds } from "../format.ts";

const w = words.desk;

/** The last customers of this desk. */
export function RecentCalls({ calls }: { calls: readonly DeskCall[] }) {
  return (
    <section className="card recent" aria-labelledby="recent">
      <h2 id="recent">{w.recent}</h2>
      {calls.length === 0 && <p className="quiet">{w.noRecent}</p>}
      <ul>
        {calls.map(({ pop, ended }) => (
          <li key={pop.callId} data-recent={pop.callId}>
            <b>{pop.name || w.unnamed}</b>
            <span className="quiet">
              {formatClock(pop.at)} ·{" "}
              {ended ? formatSeconds(ended.talkSeconds) : words.stages[pop.stage]}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
