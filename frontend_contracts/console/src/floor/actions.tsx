import { useCampaignClose, useCampaignStart, useCampaignStop } from "@outdial/react";
import type { CampaignHeaderFragment } from "@outdial/react";
import { useState } from "react";
import { words } from "../english.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { useAct, useSay } from "../parts/notices.tsx";
import type { Viewer } from "../session.ts";
import { CampaignDetails } from "./details.tsx";
import { ImportDialog } from "./import.tsx";

const w = words.campaigns;

/** What the viewer may do with a campaign. The list changes by its own subscription. */
export function CampaignActions(props: { campaign: CampaignHeaderFragment; viewer: Viewer }) {
  const { campaign, viewer } = props;
  const [asked, setAsked] = useState<"close" | "details" | "import" | null>(null);
  const say = useSay();
  const act = useAct();
  const [starting, start] = useCampaignStart();
  const [stopping, stop] = useCampaignStop();
  const [closing, close] = useCampaignClose();
  const { id, name, state } = campaign;
  const busy = starting.fetching || stopping.fetching || closing.fetching;
  const mayRun = viewer.permissions.includes("CAMPAIGN_RUN");

  const onStart = async () => {
    const { done } = await act(start({ id }), (data) => data.campaignStart);
    if (done) say(w.started(name));
  };
  const onStop = async () => {
    const { done } = await act(stop({ id }), (data) => data.campaignStop);
    if (done?.__typename !== "CampaignStopped") return;
    if (done.settled) say(w.stopped(name));
    else say(w.unsettled(name), { bad: true });
  };
  const onClose = async () => {
    setAsked(null);
    const { done } = await act(close({ id }), (data) => data.campaignClose);
    if (done?.__typename !== "CampaignClosed") return;
    if (done.settled) say(w.closed(name));
    else say(w.unsettled(name), { bad: true });
  };

  return (
    <div className="actions">
      {mayRun && state === "STOPPED" && (
        <BusyButton className="primary" busy={busy} onClick={onStart}>
          {w.start}
        </BusyButton>
      )}
      {mayRun && (state === "RUNNING" || state === "WAITING") && (
        <BusyButton className="danger" busy={busy} onClick={onStop}>
          {w.stop}
        </BusyButton>
      )}
      {viewer.permissions.includes("TARGET_MANAGE") && (
        <button type="button" onClick={() => setAsked("import")}>
          {w.import}
        </button>
      )}
      {mayRun && state === "STOPPED" && (
        <BusyButton busy={busy} onClick={() => setAsked("close")}>
          {w.close}
        </BusyButton>
      )}
      <button
        type="button"
        aria-label={words.details.openFor(name)}
        onClick={() => setAsked("details")}
      >
        {words.details.open}
      </button>
      {asked === "details" && (
        <CampaignDetails campaign={campaign} viewer={viewer} onClose={() => setAsked(null)} />
      )}
      {asked === "import" && <ImportDialog campaign={campaign} onClose={() => setAsked(null)} />}
      {asked === "close" && (
        <Dialog title={w.closeQuestion(name)} onClose={() => setAsked(null)}>
          <p>{w.closeExplained}</p>
          <div className="buttons">
            <button type="button" className="danger" onClick={onClose}>
              {w.close}
            </button>
            <button type="button" onClick={() => setAsked(null)}>
              {w.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}
