import { CampaignsChangedDocument, CampaignsDocument } from "../generated/operations.ts";
import type { CampaignHeaderFragment } from "../generated/operations.ts";
import type { Outdial } from "./client.ts";
import type { Feed, Live } from "./feed.ts";
import { follow } from "./follow.ts";
import { createStore } from "./store.ts";
import { troubleIn } from "./trouble.ts";

/** Campaigns, newest first; null before the first answer. */
export type CampaignList = readonly CampaignHeaderFragment[] | null;

/** How often the list is read again, for the counts of targets, which no event announces. */
export const LIST_EVERY_MS = 10_000;

/** The list with one campaign made or changed. A closed one leaves it. */
export function reduceCampaigns(
  list: CampaignList,
  changed: CampaignHeaderFragment,
): NonNullable<CampaignList> {
  const others = (list ?? []).filter((each) => each.id !== changed.id);
  if (changed.state === "CLOSED") return others;
  return [...others, changed].sort((a, b) => b.serial - a.serial);
}

/**
 * The feed of the campaigns that are not closed, at most a hundred.
 *
 * A change that happens while the connection is away is announced to nobody, so the list is read
 * after each time that the socket opens, and every ten seconds.
 */
export function createCampaignsFeed(outdial: Outdial): Feed<CampaignList> {
  const store = createStore<Live<CampaignList>>({ model: null, trouble: null }, () => {
    let ended = false;
    const read = async () => {
      const answer = await outdial.urql
        .query(CampaignsDocument, { first: 100 }, { requestPolicy: "network-only" })
        .toPromise();
      if (ended) return;
      const trouble = troubleIn(answer.error);
      const model = answer.data?.campaigns.nodes ?? store.get().model;
      store.set({ model, trouble });
    };
    let phase = outdial.connection.get().phase;
    const unwatch = outdial.connection.subscribe(() => {
      const before = phase;
      phase = outdial.connection.get().phase;
      if (phase === "live" && before !== "live") void read();
    });
    const timer = setInterval(() => void read(), LIST_EVERY_MS);
    const leave = follow(outdial, CampaignsChangedDocument, () => ({}), {
      next({ campaignsChanged: { campaign } }) {
        if (campaign === null) void read();
        else store.set({ ...store.get(), model: reduceCampaigns(store.get().model, campaign) });
      },
      trouble(trouble) {
        if (trouble !== null) store.set({ ...store.get(), trouble });
      },
    });
    void read();
    return () => {
      ended = true;
      clearInterval(timer);
      unwatch();
      leave();
    };
  });
  return store;
}
