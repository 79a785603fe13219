import { DeskEventsDocument } from "../generated/operations.ts";
import type { AgentState, DeskEventsSubscription, RecordingState } from "../generated/operations.ts";
import type { Outdial } from "./client.ts";
import { createFeed } from "./feed.ts";
import type { Feed } from "./feed.ts";

/** One message of the desk's subscription. */
export type DeskUpdate = DeskEventsSubscription["deskEvents"];
type Event = DeskUpdate["event"];
/** A customer on the line, being dialed, or offered. */
export type ScreenPop = Extract<Event, { __typename: "ScreenPop" }>;
/** How a customer call, a dialing or an offer ended. */
export type CallEnded = Extract<Event, { __typename: "CallEnded" }>;

/** Whether the customer is on hold, and who the third party is. */
export type CallStateChanged = Extract<Event, { __typename: "CallStateChanged" }>;
/** Another agent or a number that is called in or consulted, and how far it is. */
export type ThirdParty = NonNullable<CallStateChanged["thirdParty"]>;

/** A pop as the desk keeps it: with its end, once it has one. */
export interface DeskCall {
  readonly pop: ScreenPop;
  /** Null: goes on. */
  readonly ended: CallEnded | null;
  /** The customer hears music. */
  readonly held: boolean;
  /** Who is called in or consulted; null: nobody. */
  readonly thirdParty: ThirdParty | null;
  /** Whether the call is recorded. */
  readonly recording: RecordingState;
}

/** Everything that a desk shows. */
export interface Desk {
  /** The newest cursor that was seen, to resume at; null before the first message. */
  readonly cursor: string | null;
  /** The last cursors of events. They are opaque: what came before is known by being among them. */
  readonly seen: readonly string[];
  /** Null before the first message. */
  readonly state: AgentState | null;
  readonly reason: string | null;
  /** Since when the agent is in this state; ISO 8601. */
  readonly since: string | null;
  readonly campaignId: string | null;
  /** When wrap-up ends by itself; null: the agent ends it. */
  readonly wrapUpEndsAt: string | null;
  /** A break follows the call and its wrap-up. */
  readonly thenBreak: boolean;
  /** Of the break that follows; null: none given. */
  readonly thenBreakReason: string | null;
  /** The call or offer on the screen. It stays through wrap-up. */
  readonly current: DeskCall | null;
  /** Customers this desk spoke with, newest first. */
  readonly recent: readonly DeskCall[];
  /** How often news were lost because the desk was away for too long. */
  readonly gaps: number;
}

/** How many calls a desk remembers. */
export const REMEMBERED_CALLS = 20;
/** How many events are known again when they come twice. */
export const SEEN_CURSORS = 200;

/** A desk that heard nothing yet. */
export const EMPTY_DESK: Desk = {
  cursor: null,
  seen: [],
  state: null,
  reason: null,
  since: null,
  campaignId: null,
  wrapUpEndsAt: null,
  thenBreak: false,
  thenBreakReason: null,
  current: null,
  recent: [],
  gaps: 0,
};

/** States in which there is no customer to show. RINGING is not one: the agent's own phone rings. */
const FREE: ReadonlySet<AgentState> = new Set(["AVAILABLE", "BREAK", "OFFLINE"]);

/**
 * The desk after one message. What was seen before gives the same desk, so that a message that
 * comes twice around a reconnection is shown once.
 */
export function reduceDesk(desk: Desk, update: DeskUpdate): Desk {
  const { event } = update;
  // The parts of a snapshot share the cursor at which it was taken.
  if (!update.snapshot && desk.seen.includes(update.cursor)) return desk;
  const seen = update.snapshot ? desk.seen : [...desk.seen, update.cursor].slice(-SEEN_CURSORS);
  const next = { ...desk, cursor: update.cursor, seen };
  switch (event.__typename) {
    case "AgentStateChanged":
      return {
        ...next,
        state: event.state,
        reason: event.reason,
        since: event.at,
        campaignId: event.campaignId,
        wrapUpEndsAt: event.wrapUpEndsAt,
        thenBreak: event.thenBreak,
        thenBreakReason: event.thenBreakReason,
        // A snapshot is followed by its pop, if there is one.
        current: FREE.has(event.state) || update.snapshot ? null : desk.current,
      };
    case "ScreenPop":
      return withPop(next, event, update.snapshot ? endedBeforeIt(next, event) : null);
    case "CallEnded":
      return withEnd(next, event);
    case "CallStateChanged":
      return changed(next, event.callId, { held: event.held, thirdParty: event.thirdParty });
    case "RecordingChanged":
      return changed(next, event.callId, { recording: event.recording });
    case "ResumeGap":
      // What is true now follows at once. What was on the screen may be long over.
      return { ...next, seen: [], current: null, gaps: desk.gaps + 1 };
    default:
      return event satisfies never;
  }
}

/** The feed of the signed-in agent's own desk. It resumes at its cursor. */
export function createDeskFeed(outdial: Outdial): Feed<Desk> {
  return createFeed(outdial, {
    document: DeskEventsDocument,
    initial: EMPTY_DESK,
    variables: (desk) => ({ after: desk.cursor }),
    reduce: (desk, data) => reduceDesk(desk, data.deskEvents),
  });
}

function withPop(desk: Desk, pop: ScreenPop, ended: CallEnded | null): Desk {
  const call = { pop, ended, held: false, thirdParty: null, recording: pop.recording };
  if (pop.stage !== "CONNECTED") return { ...desk, current: call };
  const others = desk.recent.filter((each) => each.pop.callId !== pop.callId);
  return { ...desk, current: call, recent: [call, ...others].slice(0, REMEMBERED_CALLS) };
}

/** A desk that is opened anew in the wrap-up is told of the customer, and of no end: that was before. */
function endedBeforeIt({ state, since }: Desk, pop: ScreenPop): CallEnded | null {
  if (state !== "WRAP_UP" || since === null || pop.stage !== "CONNECTED") return null;
  return {
    __typename: "CallEnded",
    at: since,
    callId: pop.callId,
    disposition: "CONNECTED",
    talkSeconds: Math.max(0, (Date.parse(since) - Date.parse(pop.at)) / 1000),
  };
}

function changed(desk: Desk, callId: string, what: Partial<DeskCall>): Desk {
  const change = (call: DeskCall) => (call.pop.callId === callId ? { ...call, ...what } : call);
  return {
    ...desk,
    current: desk.current && change(desk.current),
    recent: desk.recent.map(change),
  };
}

function withEnd(desk: Desk, ended: CallEnded): Desk {
  const end = (call: DeskCall) =>
    call.pop.callId === ended.callId ? { ...call, ended, held: false, thirdParty: null } : call;
  const current = desk.current && end(desk.current);
  return {
    ...desk,
    // An offer or a dialing that is over leaves nothing to wrap up.
    current: current?.ended && current.pop.stage !== "CONNECTED" ? null : current,
    recent: desk.recent.map(end),
  };
}
