import { describe, expect, test } from "vitest";
import { EMPTY_DESK, SEEN_CURSORS, reduceDesk } from "../src/core/desk.ts";
import type { Desk, DeskUpdate } from "../src/core/desk.ts";

const AT = "2026-03-02T20:00:00+00:00";

function state(
  cursor: string,
  name: Desk["state"],
  snapshot = false,
  thenBreakReason: string | null = null,
): DeskUpdate {
  return {
    cursor,
    snapshot,
    event: {
      __typename: "AgentStateChanged",
      at: AT,
      agentId: "agent",
      state: name ?? "OFFLINE",
      reason: null,
      campaignId: null,
      wrapUpEndsAt: null,
      thenBreak: thenBreakReason !== null,
      thenBreakReason,
    },
  };
}

function pop(
  cursor: string,
  callId: string,
  stage: "OFFERED" | "DIALING" | "CONNECTED" = "CONNECTED",
  snapshot = false,
): DeskUpdate {
  return {
    cursor,
    snapshot,
    event: {
      __typename: "ScreenPop",
      at: AT,
      stage,
      callId,
      targetId: "target",
      campaignId: "campaign",
      campaignName: "Spring",
      direction: "OUTBOUND",
      number: "+12025550103",
      name: "Ana",
      variables: [],
      crmUrl: null,
      callGuide: [],
      wrapUpCodes: [],
      decideBefore: null,
      recording: "OFF",
    },
  };
}

function ended(cursor: string, callId: string): DeskUpdate {
  return {
    cursor,
    snapshot: false,
    event: { __typename: "CallEnded", at: AT, callId, disposition: "CONNECTED", talkSeconds: 12 },
  };
}

function call(
  cursor: string,
  callId: string,
  held: boolean,
  status: "CALLING" | "RINGING" | "ANSWERED" | null = null,
  snapshot = false,
): DeskUpdate {
  const number = "+12025550199";
  const thirdParty = status && { status, agentId: null, name: "", number };
  return {
    cursor,
    snapshot,
    event: { __typename: "CallStateChanged", at: AT, callId, held, thirdParty },
  };
}

function gap(cursor: string): DeskUpdate {
  return { cursor, snapshot: false, event: { __typename: "ResumeGap", message: "lost" } };
}

const after = (...updates: DeskUpdate[]) => updates.reduce(reduceDesk, EMPTY_DESK);

describe("a desk", () => {
  test("shows the state and the pop of its snapshot, which share a cursor", () => {
    const desk = after(state("5-0", "TALKING", true), pop("5-0", "a", "CONNECTED", true));
    expect([desk.state, desk.current?.pop.callId, desk.cursor]).toEqual(["TALKING", "a", "5-0"]);
  });

  test("shows the break that follows a call until it does not", () => {
    const desk = after(state("5-0", "TALKING", true), state("6-0", "TALKING", false, "lunch"));
    expect([desk.thenBreak, desk.thenBreakReason]).toEqual([true, "lunch"]);
    expect(reduceDesk(desk, state("7-0", "TALKING")).thenBreak).toBe(false);
  });

  test("shows what comes twice once", () => {
    const once = after(state("5-0", "AVAILABLE", true), pop("6-0", "a"));
    expect(reduceDesk(once, pop("6-0", "a"))).toBe(once);
    expect(once.recent).toHaveLength(1);
  });

  test("shows what comes again later once, too", () => {
    const desk = after(state("5-0", "AVAILABLE", true), pop("6-0", "a"), pop("7-0", "b"));
    expect(reduceDesk(desk, pop("6-0", "a"))).toBe(desk);
  });

  test("takes cursors as they are, whatever they look like", () => {
    const desk = after(state("185a65548b0e:9", "AVAILABLE", true), pop("185a65548b0e:10", "a"));
    expect([desk.cursor, desk.current?.pop.callId]).toEqual(["185a65548b0e:10", "a"]);
  });

  test("remembers so many cursors and no more", () => {
    const updates = Array.from({ length: SEEN_CURSORS + 5 }, (_, n) => state(`${n}`, "BREAK"));
    const desk = after(...updates);
    expect([desk.seen.length, desk.seen[0]]).toEqual([SEEN_CURSORS, "5"]);
  });

  test("keeps the pop through wrap-up, with its end, and clears it afterwards", () => {
    const wrapUp = after(
      state("1-0", "AVAILABLE", true),
      pop("2-0", "a"),
      state("2-1", "TALKING"),
      ended("3-0", "a"),
      state("3-1", "WRAP_UP"),
    );
    expect(wrapUp.current?.ended?.talkSeconds).toBe(12);
    const free = reduceDesk(wrapUp, state("4-0", "AVAILABLE"));
    expect(free.current).toBeNull();
    expect(free.recent.map((call) => call.ended?.callId)).toEqual(["a"]);
  });

  test("that is opened anew in the wrap-up knows that the customer is gone", () => {
    const began = Date.parse(AT) - 42_000;
    const earlier = pop("5-0", "a", "CONNECTED", true);
    const talked = { ...earlier, event: { ...earlier.event, at: new Date(began).toISOString() } };
    const desk = after(state("5-0", "WRAP_UP", true), talked as DeskUpdate);
    expect(desk.current?.ended).toMatchObject({ callId: "a", at: AT, talkSeconds: 42 });
    const on = after(state("5-0", "WRAP_UP", true), pop("6-0", "b"));
    expect(on.current?.ended).toBeNull();
  });

  test("forgets an offer that is over, and does not count it among its calls", () => {
    const desk = after(
      state("1-0", "RESERVED", true),
      pop("2-0", "t", "OFFERED"),
      ended("3-0", "t"),
    );
    expect([desk.current, desk.recent]).toEqual([null, []]);
  });

  test("counts a call once when it is dialed and then connected", () => {
    const desk = after(
      state("1-0", "RESERVED", true),
      pop("2-0", "a", "DIALING"),
      pop("3-0", "a", "CONNECTED"),
    );
    expect(desk.recent.map((call) => call.pop.callId)).toEqual(["a"]);
    expect(desk.current?.pop.stage).toBe("CONNECTED");
  });

  test("shows hold and the third party of its call, from a snapshot too", () => {
    const reloaded = after(
      state("1-0", "TALKING", true),
      pop("1-0", "a", "CONNECTED", true),
      call("1-0", "a", true, "CALLING", true),
    );
    expect([reloaded.current?.held, reloaded.current?.thirdParty?.status]).toEqual([
      true,
      "CALLING",
    ]);
    const there = reduceDesk(reloaded, call("2-0", "a", true, "ANSWERED"));
    expect(there.current?.thirdParty?.status).toBe("ANSWERED");
    const back = reduceDesk(there, call("3-0", "a", false));
    expect([back.current?.held, back.current?.thirdParty]).toEqual([false, null]);
  });

  test("shows nobody on hold once the call has ended, nor for another call", () => {
    const held = after(state("1-0", "TALKING", true), pop("2-0", "a"), call("3-0", "b", true));
    expect(held.current?.held).toBe(false);
    const over = [call("4-0", "a", true, "RINGING"), ended("5-0", "a")].reduce(reduceDesk, held);
    expect([over.current?.held, over.current?.thirdParty]).toEqual([false, null]);
  });

  test("shows whether its call is recorded, and of no other call", () => {
    const at = (cursor: string, callId: string, recording: "ON" | "PAUSED"): DeskUpdate => ({
      cursor,
      snapshot: false,
      event: { __typename: "RecordingChanged", at: AT, callId, recording },
    });
    const talking = after(state("1-0", "TALKING", true), pop("1-0", "a", "CONNECTED", true));
    const recorded = reduceDesk(talking, at("2-0", "a", "ON"));
    const other = reduceDesk(recorded, at("3-0", "b", "PAUSED"));
    expect([talking, recorded, other].map((desk) => desk.current?.recording)).toEqual([
      "OFF",
      "ON",
      "ON",
    ]);
  });

  test("keeps a new pop when the call before it ends late", () => {
    const desk = after(
      state("1-0", "AVAILABLE", true),
      pop("2-0", "a"),
      pop("3-0", "b"),
      ended("4-0", "a"),
    );
    expect([desk.current?.pop.callId, desk.current?.ended]).toEqual(["b", null]);
    expect(desk.recent.map((call) => call.ended?.callId)).toEqual([undefined, "a"]);
  });

  test("starts afresh after a gap, from the snapshot that follows it", () => {
    const before = after(state("5-0", "TALKING", true), pop("6-0", "a"));
    const lost = reduceDesk(before, gap("90-0"));
    expect([lost.current, lost.gaps, lost.recent.length]).toEqual([null, 1, 1]);
    const fresh = reduceDesk(lost, state("90-0", "AVAILABLE", true));
    expect([fresh.state, fresh.cursor]).toEqual(["AVAILABLE", "90-0"]);
  });

  test("takes a gap whose cursor is older than its own, as after the server lost its memory", () => {
    const before = after(state("90-0", "TALKING", true));
    const lost = reduceDesk(before, gap("1-0"));
    const fresh = reduceDesk(lost, state("1-0", "BREAK", true));
    expect([fresh.cursor, fresh.state]).toEqual(["1-0", "BREAK"]);
    expect(reduceDesk(fresh, pop("2-0", "b")).current?.pop.callId).toBe("b");
  });
});
