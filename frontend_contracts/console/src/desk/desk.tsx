import {
  useAgentGoAvailable,
  useAgentSignIn,
  useAgentTakeBreak,
  useDesk,
  useDeskAgent,
} from "@outdial/react";
import type { AgentHeaderFragment, Desk as DeskModel } from "@outdial/react";
import { useEffect, useState } from "react";
import { reasonText, words } from "../english.ts";
import { formatSeconds, secondsBetween, useNow } from "../format.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { useAct, useSay } from "../parts/notices.tsx";
import { TroubleNote } from "../parts/trouble.tsx";
import { CallCard } from "./call.tsx";
import { DialByHand } from "./dial.tsx";
import { CampaignLogins } from "./logins.tsx";
import { RecentCalls } from "./recent.tsx";

const w = words.desk;

/** An agent's own desk: the state, the customer, and what comes after the call. */
export function Desk() {
  const { model: desk, trouble } = useDesk();
  const [{ data }] = useDeskAgent();
  const agent = data?.deskAgent ?? null;
  const say = useSay();
  const { gaps, current } = desk;
  useEffect(() => {
    if (gaps > 0) say(w.gap, { bad: true });
  }, [gaps, say]);
  // A pop is seen in the tab's title, too, by an agent who works in another window.
  const customer = current && !current.ended ? current.pop.name || current.pop.number : "";
  useEffect(() => {
    document.title = customer ? `${customer} · Outdial` : "Outdial";
  }, [customer]);
  return (
    <>
      <TroubleNote trouble={trouble} />
      <div className="desk" data-agent-state={desk.state}>
        <StateCard desk={desk} agent={agent} />
        <CallCard desk={desk} />
        <div className="desk-side">
          {(desk.state === "AVAILABLE" || desk.state === "BREAK") && agent && (
            <DialByHand allowed={agent.defaultCampaignId !== null} />
          )}
          <CampaignLogins state={desk.state} />
          <RecentCalls calls={desk.recent} />
        </div>
      </div>
    </>
  );
}

function StateCard({ desk, agent }: { desk: DeskModel; agent: AgentHeaderFragment | null }) {
  const now = useNow();
  const { state } = desk;
  return (
    <section className="card state-card" aria-labelledby="state">
      <h2 className="hidden">{w.title}</h2>
      <p className="quiet">
        {agent && `${agent.name} · ${agent.code}`}
      </p>
      <p id="state" className="state big" data-state={state} role="status">
        <span className="dot" data-state={state} /> {state ? words.states[state] : words.frame.reading}
      </p>
      {state && desk.since && (
        <p className="quiet">
          {desk.reason && `${reasonText(desk.reason)} · `}
          {w.since} {formatSeconds(secondsBetween(desk.since, now))}
        </p>
      )}
      {desk.thenBreak && (
        <p className="quiet">
          {desk.thenBreakReason ? w.thenBreakFor(desk.thenBreakReason) : w.thenBreak}
        </p>
      )}
      {state && <StateButtons desk={desk} />}
    </section>
  );
}

function StateButtons({ desk }: { desk: DeskModel }) {
  const act = useAct();
  const [signing, signIn] = useAgentSignIn();
  const [going, goAvailable] = useAgentGoAvailable();
  const [breaking, takeBreak] = useAgentTakeBreak();
  const [reason, setReason] = useState(w.breakReasons[0] ?? "");
  const { state } = desk;
  if (state === "OFFLINE") {
    return (
      <BusyButton
        className="primary"
        busy={signing.fetching}
        onClick={() => act(signIn({}), (data) => data.agentSignIn)}
      >
        {w.signInAgain}
      </BusyButton>
    );
  }
  return (
    <div className="buttons column">
      {(state === "BREAK" || desk.thenBreak) && state !== "WRAP_UP" && (
        <BusyButton
          className={state === "BREAK" ? "primary" : undefined}
          busy={going.fetching}
          onClick={() => act(goAvailable({}), (data) => data.agentGoAvailable)}
        >
          {desk.thenBreak ? w.noBreak : w.available}
        </BusyButton>
      )}
      {state !== "BREAK" && state !== "WRAP_UP" && !desk.thenBreak && (
        <div className="joined">
          <select
            aria-label={w.breakReason}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          >
            {w.breakReasons.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
          <BusyButton
            busy={breaking.fetching}
            onClick={() => act(takeBreak({ reason }), (data) => data.agentTakeBreak)}
          >
            {state === "TALKING" ? w.breakAfter : w.break}
          </BusyButton>
        </div>
      )}
    </div>
  );
}
