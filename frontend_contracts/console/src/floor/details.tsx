import type { CampaignHeaderFragment } from "@outdial/react";
import { useState } from "react";
import { words } from "../english.ts";
import { Dialog } from "../parts/dialog.tsx";
import type { Viewer } from "../session.ts";
import { Explain } from "./explain.tsx";
import { ForecastPanel } from "./forecast.tsx";
import { Ledger } from "./ledger.tsx";

const w = words.details;
const PARTS = ["why", "ledger", "forecast"] as const;

/** A closer look at one campaign: what is not dialed and why, who was abandoned, and what if. */
export function CampaignDetails(props: {
  campaign: CampaignHeaderFragment;
  viewer: Viewer;
  onClose: () => void;
}) {
  const { campaign, viewer, onClose } = props;
  const [part, setPart] = useState<(typeof PARTS)[number]>("why");
  return (
    <Dialog title={campaign.name} onClose={onClose} wide>
      <div className="choice" role="group" aria-label={w.parts}>
        {PARTS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={part === each}
            onClick={() => setPart(each)}
          >
            {w[each]}
          </button>
        ))}
      </div>
      {part === "why" && <Explain campaignId={campaign.id} />}
      {part === "ledger" && <Ledger campaignId={campaign.id} />}
      {part === "forecast" && (
        <ForecastPanel
          campaign={campaign}
          mayStart={viewer.permissions.includes("CAMPAIGN_MANAGE")}
        />
      )}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          {words.imports.done}
        </button>
      </div>
    </Dialog>
  );
}
