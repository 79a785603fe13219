import { useCalls } from "@outdial/react";
import type { CallRowFragment, FloorBoard } from "@outdial/react";
import { useEffect, useRef } from "react";
import { words, wrapUpCodeText } from "../english.ts";
import { formatClock, formatSeconds, secondsBetween, useNow } from "../format.ts";
import { useLast } from "../parts/last.ts";

const w = words.calls;
const SHOWN = 18;
const EVERY_MS = 2000;

/** The last calls. No event announces them, so they are read again after the floor has changed. */
export function CallsPanel({ board }: { board: FloorBoard }) {
  const [{ data }, again] = useCalls({ variables: { first: SHOWN } });
  const at = board.now?.at;
  const read = useRef(0);
  useEffect(() => {
    if (at === undefined || document.hidden || Date.now() - read.current < EVERY_MS) return;
    read.current = Date.now();
    again({ requestPolicy: "network-only" });
  }, [at, again]);
  const calls = useLast(data?.calls.nodes) ?? [];
  return (
    <section className="card" aria-labelledby="calls">
      <header>
        <h2 id="calls">{w.title}</h2>
      </header>
      {data && calls.length === 0 && <p className="quiet">{w.none}</p>}
      {calls.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-labelledby="calls">
          <table>
            <thead>
              <tr>
                <th scope="col">{w.time}</th>
                <th scope="col">{w.number}</th>
                <th scope="col">{words.floor.campaign}</th>
                <th scope="col">{words.floor.agent}</th>
                <th scope="col" className="number">
                  {w.talk}
                </th>
                <th scope="col">{w.outcome}</th>
              </tr>
            </thead>
            <tbody>
              {calls.map((call) => (
                <CallLine key={call.id} call={call} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function CallLine({ call }: { call: CallRowFragment }) {
  const now = useNow();
  const up = call.endedAt === null;
  const talk = up && call.connectedAt ? secondsBetween(call.connectedAt, now) : call.talkSeconds;
  return (
    <tr data-call={call.id}>
      <td>{formatClock(call.answeredAt)}</td>
      <td>
        <bdi>{call.number}</bdi>
      </td>
      <td className="wraps">{call.campaign?.name}</td>
      <td className="wraps">{call.agent?.name}</td>
      <td className="number">{talk === null ? "" : formatSeconds(talk)}</td>
      <td>{up ? <span className="tag" data-up>{w.up}</span> : outcome(call)}</td>
    </tr>
  );
}

function outcome(call: CallRowFragment) {
  if (call.connectedAt === null) return <span className="tag" data-bad>{w.abandoned}</span>;
  return <span className="tag">{call.wrapUpCode ? wrapUpCodeText(call.wrapUpCode) : words.dispositions.CONNECTED}</span>;
}
