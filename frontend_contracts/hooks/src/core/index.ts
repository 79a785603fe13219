/** Everything that works without React. */
export { LIVE_BACKOFF, waitMs } from "./backoff.ts";
export type { Backoff } from "./backoff.ts";
export {
  EMPTY_BOARD,
  REMEMBERED_BOARDS,
  WORKING_STATES,
  agentsByState,
  createCampaignBoardFeed,
  createFloorBoardFeed,
  reduceBoard,
} from "./boards.ts";
export type { Board, CampaignBoard, FloorBoard } from "./boards.ts";
export { LIST_EVERY_MS, createCampaignsFeed, reduceCampaigns } from "./campaigns.ts";
export type { CampaignList } from "./campaigns.ts";
export { createOutdialClient } from "./client.ts";
export type { Outdial, OutdialOptions } from "./client.ts";
export type { Connection, Socket } from "./connection.ts";
export {
  EMPTY_DESK,
  REMEMBERED_CALLS,
  SEEN_CURSORS,
  createDeskFeed,
  reduceDesk,
} from "./desk.ts";
export type {
  CallEnded,
  CallStateChanged,
  Desk,
  DeskCall,
  DeskUpdate,
  ScreenPop,
  ThirdParty,
} from "./desk.ts";
export { createFeed } from "./feed.ts";
export type { Feed, FeedOf, Live } from "./feed.ts";
export { follow } from "./follow.ts";
export type { Follower } from "./follow.ts";
export { createForecastFeed, isForecastOver, reduceForecast } from "./forecasts.ts";
export type { ForecastProgress } from "./forecasts.ts";
export { createImportFeed, fractionRead, isOver, reduceImport } from "./imports.ts";
export type { ImportProgress } from "./imports.ts";
export { isRefusal, refusedBy } from "./refusals.ts";
export type { RefusalOf, Refused, Way } from "./refusals.ts";
export { createStore } from "./store.ts";
export type { Readable, Store } from "./store.ts";
export { createSupervisionFeed } from "./supervision.ts";
export type { Supervision } from "./supervision.ts";
export { OFFLINE, passes, troubleIn, troubleOf } from "./trouble.ts";
export type { SaidError, Trouble } from "./trouble.ts";
