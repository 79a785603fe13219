import { WORKING_STATES, agentsByState, useAgents } from "@outdial/react";
import type { AgentState, FloorBoard } from "@outdial/react";
import { useEffect, useState } from "react";
import { reasonText, words } from "../english.ts";
import { formatSeconds, secondsBetween, useNow } from "../format.ts";
import { StateBar } from "../parts/charts.tsx";
import type { Viewer } from "../session.ts";
import { SuperviseDialog, SupervisionBar } from "./supervision.tsx";
import type { SupervisedAgent } from "./supervision.tsx";

const w = words.floor;
const ORDER = new Map<AgentState, number>(WORKING_STATES.map((state, index) => [state, index]));

interface AgentsProps {
  board: FloorBoard;
  campaignNames: ReadonlyMap<string, string>;
  viewer: Viewer;
}

/** States in which the agent's telephone is on the line, so that somebody can be heard. */
const ON_THE_LINE: ReadonlySet<AgentState> = new Set([
  "TALKING",
  "WRAP_UP",
  "AVAILABLE",
  "RESERVED",
]);

/** Who is at work and what they do. The board has ids only; the names are read beside it. */
export function AgentsPanel({ board, campaignNames, viewer }: AgentsProps) {
  const [only, setOnly] = useState<AgentState | null>(null);
  const [asked, setAsked] = useState<SupervisedAgent | null>(null);
  const maySupervise = viewer.permissions.includes("AGENT_SUPERVISE");
  const lines = board.now?.agents ?? [];
  const counts = agentsByState(lines);
  const names = useNames(lines.map((line) => line.agentId));
  const now = useNow();
  const shown = lines
    .filter((line) => only === null || line.state === only)
    .toSorted(
      (a, b) =>
        (ORDER.get(a.state) ?? 9) - (ORDER.get(b.state) ?? 9) || a.since.localeCompare(b.since),
    );
  return (
    <section className="card" aria-labelledby="agents">
      <header>
        <h2 id="agents">{w.title}</h2>
        <span className="quiet" data-figure="atWork">
          {lines.length > 0 ? w.atWork(lines.length) : w.nobody}
        </span>
      </header>
      {maySupervise && <SupervisionBar names={names} />}
      {asked && <SuperviseDialog agent={asked} onClose={() => setAsked(null)} />}
      <StateBar counts={counts} />
      <div className="filters" role="group" aria-label={w.state}>
        <button type="button" aria-pressed={only === null} onClick={() => setOnly(null)}>
          {w.allStates}
        </button>
        {WORKING_STATES.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={only === state}
            onClick={() => setOnly(only === state ? null : state)}
          >
            <span className="dot" data-state={state} /> {words.states[state]}{" "}
            <b data-state-count={state}>{counts[state]}</b>
          </button>
        ))}
      </div>
      {shown.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-labelledby="agents">
          <table>
            <thead>
              <tr>
                <th scope="col">{w.agent}</th>
                <th scope="col">{w.state}</th>
                <th scope="col" className="number">
                  {w.since}
                </th>
                <th scope="col">{w.campaign}</th>
                {maySupervise && (
                  <th scope="col">
                    <span className="hidden">{words.supervision.open}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {shown.map((line) => (
                <tr key={line.agentId}>
                  <th scope="row" className="wraps">{names.get(line.agentId) ?? "…"}</th>
                  <td>
                    <span className="state" data-state={line.state}>
                      <span className="dot" data-state={line.state} /> {words.states[line.state]}
                      {line.reason && <span className="quiet"> · {reasonText(line.reason)}</span>}
                    </span>
                  </td>
                  <td className="number">{formatSeconds(secondsBetween(line.since, now))}</td>
                  <td className="wraps">{line.campaignId && campaignNames.get(line.campaignId)}</td>
                  {maySupervise && (
                    <td className="row-action">
                      {ON_THE_LINE.has(line.state) && (
                        <SuperviseButton
                          name={names.get(line.agentId) ?? ""}
                          onAsk={(name) => setAsked({ id: line.agentId, name })}
                        />
                      )}
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function SuperviseButton({ name, onAsk }: { name: string; onAsk: (name: string) => void }) {
  return (
    <button
      type="button"
      className="small"
      aria-label={words.supervision.openFor(name)}
      onClick={() => onAsk(name)}
    >
      {words.supervision.open}
    </button>
  );
}

/** Names by agent id; read again when the board shows somebody unknown. At most a hundred. */
function useNames(ids: readonly string[]): ReadonlyMap<string, string> {
  const [{ data, fetching }, again] = useAgents({ variables: { first: 100 } });
  const names = new Map(data?.agents.nodes.map(({ id, name }) => [id, name]));
  const unknown = data ? ids.filter((id) => !names.has(id)).join() : "";
  useEffect(() => {
    if (unknown !== "" && !fetching) again({ requestPolicy: "network-only" });
    // Once per set of unknown agents: one who is not in the list's first page never will be.
  }, [unknown]);
  return names;
}
