import { useCallback, useMemo, useSyncExternalStore } from "react";
import { createCampaignBoardFeed, createFloorBoardFeed } from "../core/boards.ts";
import type { CampaignBoard, FloorBoard } from "../core/boards.ts";
import { createCampaignsFeed } from "../core/campaigns.ts";
import type { CampaignList } from "../core/campaigns.ts";
import type { Outdial } from "../core/client.ts";
import type { Connection } from "../core/connection.ts";
import { createDeskFeed } from "../core/desk.ts";
import type { Desk } from "../core/desk.ts";
import type { Feed, Live } from "../core/feed.ts";
import { createForecastFeed } from "../core/forecasts.ts";
import type { ForecastProgress } from "../core/forecasts.ts";
import { createImportFeed } from "../core/imports.ts";
import type { ImportProgress } from "../core/imports.ts";
import type { Readable } from "../core/store.ts";
import { createSupervisionFeed } from "../core/supervision.ts";
import type { Supervision } from "../core/supervision.ts";
import { useOutdial } from "./provider.tsx";

/** The feed's model and trouble, kept up to date. */
export function useFeed<Model>(feed: Feed<Model>): Live<Model> {
  return useReadable(feed);
}

/**
 * The signed-in agent's own desk, live. After a lost connection it goes on at its cursor: no pop is
 * missed and none comes twice; `gaps` counts the times when that could not be held.
 */
export function useDesk(): Live<Desk> {
  return useFeed(useFeedOf(createDeskFeed));
}

/** One campaign's figures, live, with their last five minutes. */
export function useCampaignBoard(id: string): Live<CampaignBoard> {
  return useFeed(useFeedOf(useCallback((outdial) => createCampaignBoardFeed(outdial, id), [id])));
}

/** What all agents do, live, with the last five minutes. */
export function useFloorBoard(): Live<FloorBoard> {
  return useFeed(useFeedOf(createFloorBoardFeed));
}

/** The campaigns that are not closed, live. */
export function useCampaignList(): Live<CampaignList> {
  return useFeed(useFeedOf(createCampaignsFeed));
}

/** How far an import is, live. */
export function useImportProgress(id: string): Live<ImportProgress> {
  return useFeed(useFeedOf(useCallback((outdial) => createImportFeed(outdial, id), [id])));
}

/** What a forecast says so far, live. */
export function useForecastProgress(id: string): Live<ForecastProgress> {
  return useFeed(useFeedOf(useCallback((outdial) => createForecastFeed(outdial, id), [id])));
}

/** What the viewer supervises, or did last, live. */
export function useSupervision(): Live<Supervision> {
  return useFeed(useFeedOf(createSupervisionFeed));
}

/** How the live connection is, and a way to try again at once. */
export function useConnection(): { connection: Connection; retryNow: () => void } {
  const { connection, socket } = useOutdial();
  return { connection: useReadable(connection), retryNow: socket.retryNow };
}

function useFeedOf<Model>(create: (outdial: Outdial) => Feed<Model>): Feed<Model> {
  const outdial = useOutdial();
  return useMemo(() => create(outdial), [create, outdial]);
}

function useReadable<Value>(readable: Readable<Value>): Value {
  return useSyncExternalStore(readable.subscribe, readable.get, readable.get);
}
