import { useCampaignList, useFloorBoard } from "@outdial/react";
import { words } from "../english.ts";
import { TroubleNote } from "../parts/trouble.tsx";
import type { Viewer } from "../session.ts";
import { AgentsPanel } from "./agents.tsx";
import { CallsPanel } from "./calls.tsx";
import { CampaignCard } from "./campaign.tsx";

/** The supervisor's live page. */
export function Floor({ viewer }: { viewer: Viewer }) {
  const { model: campaigns, trouble } = useCampaignList();
  const floor = useFloorBoard();
  const names = new Map((campaigns ?? []).map(({ id, name }) => [id, name]));
  return (
    <>
      <TroubleNote trouble={trouble ?? floor.trouble} />
      <section aria-labelledby="campaigns">
        <h2 id="campaigns">{words.campaigns.title}</h2>
        {campaigns?.length === 0 && <p className="quiet">{words.campaigns.none}</p>}
        <div className="cards">
          {campaigns?.map((campaign) => (
            <CampaignCard key={campaign.id} campaign={campaign} viewer={viewer} />
          ))}
        </div>
      </section>
      <div className="columns">
        <AgentsPanel board={floor.model} campaignNames={names} viewer={viewer} />
        {viewer.permissions.includes("CALL_VIEW") && <CallsPanel board={floor.model} />}
      </div>
    </>
  );
}
