import { CampaignBoardDocument, FloorBoardDocument } from "../generated/operations.ts";
import type {
  AgentState,
  CampaignFiguresFragment,
  FloorFiguresFragment,
} from "../generated/operations.ts";
import type { Outdial } from "./client.ts";
import { createFeed } from "./feed.ts";
import type { Feed } from "./feed.ts";

/** A board and its last minutes, for charts. */
export interface Board<Figures> {
  /** Null before the first message. */
  readonly now: Figures | null;
  /** Oldest first, `now` included. */
  readonly history: readonly Figures[];
}

/** One campaign's live figures. */
export type CampaignBoard = Board<CampaignFiguresFragment>;
/** What all agents do. */
export type FloorBoard = Board<FloorFiguresFragment>;

/** How many boards are kept: five minutes at one a second. */
export const REMEMBERED_BOARDS = 300;

/** A board that heard nothing yet. */
export const EMPTY_BOARD: Board<never> = { now: null, history: [] };

/** The board after one message; one that is not newer than what is shown changes nothing. */
export function reduceBoard<Figures extends { readonly at: string }>(
  board: Board<Figures>,
  now: Figures,
): Board<Figures> {
  if (board.now !== null && Date.parse(now.at) <= Date.parse(board.now.at)) return board;
  return { now, history: [...board.history, now].slice(-REMEMBERED_BOARDS) };
}

/** Every state that an agent at work can be in, in the order in which boards show them. */
export const WORKING_STATES = [
  "TALKING",
  "WRAP_UP",
  "AVAILABLE",
  "RESERVED",
  "RINGING",
  "BREAK",
] as const satisfies readonly AgentState[];

/** How many agents are in each state; 0 for a state that nobody is in. */
export function agentsByState(
  lines: readonly { readonly state: AgentState }[],
): Readonly<Record<AgentState, number>> {
  const counts: Record<AgentState, number> = {
    OFFLINE: 0,
    AVAILABLE: 0,
    RESERVED: 0,
    RINGING: 0,
    TALKING: 0,
    WRAP_UP: 0,
    BREAK: 0,
  };
  for (const line of lines) counts[line.state] += 1;
  return counts;
}

/** The feed of one campaign's figures. */
export function createCampaignBoardFeed(outdial: Outdial, id: string): Feed<CampaignBoard> {
  return createFeed(outdial, {
    document: CampaignBoardDocument,
    initial: EMPTY_BOARD as CampaignBoard,
    variables: () => ({ id }),
    reduce: (board, data) => reduceBoard(board, data.campaignBoard),
  });
}

/** The feed of what all agents do. */
export function createFloorBoardFeed(outdial: Outdial): Feed<FloorBoard> {
  return createFeed(outdial, {
    document: FloorBoardDocument,
    initial: EMPTY_BOARD as FloorBoard,
    variables: () => ({}),
    reduce: (board, data) => reduceBoard(board, data.floorBoard),
  });
}
