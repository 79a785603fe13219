import {
  troubleIn,
  useCampaignLogIn,
  useCampaignLogOut,
  useConnection,
  useDeskCampaigns,
} from "@outdial/react";
import type { AgentState } from "@outdial/react";
import { useEffect, useId } from "react";
import { words } from "../english.ts";
import { formatClock } from "../format.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { useLast } from "../parts/last.ts";
import { useAct } from "../parts/notices.tsx";
import { TroubleNote } from "../parts/trouble.tsx";

const w = words.logins;
/** A supervisor, or `*10` on the agent's telephone, logs in, too, and no event tells. */
const EVERY_MS = 10_000;

/** The agent's campaigns: those that are always on, and those to log in to and out of. */
export function CampaignLogins({ state }: { state: AgentState | null }) {
  const [{ data, error }, again] = useDeskCampaigns({ variables: { first: 100 } });
  const { connection } = useConnection();
  const live = connection.phase === "live";
  const [entering, logIn] = useCampaignLogIn();
  const [leaving, logOut] = useCampaignLogOut();
  const act = useAct();
  const title = useId();
  useEffect(() => {
    const read = () => {
      if (!document.hidden) again({ requestPolicy: "network-only" });
    };
    read();
    const timer = setInterval(read, EVERY_MS);
    return () => clearInterval(timer);
  }, [state, live, again]);
  const campaigns = useLast(data?.deskCampaigns.nodes);
  const busy = entering.fetching || leaving.fetching;

  const change = async (campaignId: string, on: boolean) => {
    if (on) await act(logIn({ campaignId }), (answer) => answer.campaignLogIn);
    else await act(logOut({ campaignId }), (answer) => answer.campaignLogOut);
    again({ requestPolicy: "network-only" });
  };

  return (
    <section className="card logins" aria-labelledby={title}>
      <h2 id={title}>{w.title}</h2>
      {!campaigns && <TroubleNote trouble={troubleIn(error)} />}
      {!campaigns && !error && <p className="quiet">{words.frame.reading}</p>}
      {campaigns?.length === 0 && <p className="quiet">{w.none}</p>}
      <ul>
        {campaigns?.map(({ id, name, agentLogin, loggedInSince }) => (
          <li key={id} data-login={agentLogin === "PERMANENT" ? "ALWAYS" : loggedInSince ? "IN" : "OUT"}>
            <span>
              <b>{name}</b>
              <span className="quiet">
                {agentLogin === "PERMANENT" && w.always}
                {agentLogin === "MANUAL" &&
                  (loggedInSince ? w.since(formatClock(loggedInSince)) : w.out)}
              </span>
            </span>
            {agentLogin === "MANUAL" && state !== null && state !== "OFFLINE" && (
              <BusyButton
                aria-label={loggedInSince ? w.logOutOf(name) : w.logInTo(name)}
                busy={busy}
                onClick={() => change(id, !loggedInSince)}
              >
                {loggedInSince ? w.logOut : w.logIn}
              </BusyButton>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
