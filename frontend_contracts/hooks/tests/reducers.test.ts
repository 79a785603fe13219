import { describe, expect, test } from "vitest";
import { waitMs } from "../src/core/backoff.ts";
import { EMPTY_BOARD, REMEMBERED_BOARDS, agentsByState, reduceBoard } from "../src/core/boards.ts";
import type { Board } from "../src/core/boards.ts";
import { reduceCampaigns } from "../src/core/campaigns.ts";
import { isForecastOver, reduceForecast } from "../src/core/forecasts.ts";
import { fractionRead, reduceImport } from "../src/core/imports.ts";
import { passes, troubleOf } from "../src/core/trouble.ts";
import type {
  CampaignHeaderFragment,
  ForecastFiguresFragment,
  ForecastState,
  ImportState,
} from "../src/generated/operations.ts";

type Figures = { at: string };
const board = (second: number): Figures => ({ at: new Date(second * 1000).toISOString() });

describe("a board", () => {
  test("does not go back in time", () => {
    const now = reduceBoard<Figures>(EMPTY_BOARD, board(10));
    expect(reduceBoard(now, board(9))).toBe(now);
    expect(reduceBoard(now, board(10))).toBe(now);
  });

  test("remembers five minutes and no more", () => {
    let kept: Board<Figures> = EMPTY_BOARD;
    for (let second = 1; second <= REMEMBERED_BOARDS + 5; second += 1) {
      kept = reduceBoard(kept, board(second));
    }
    expect(kept.history).toHaveLength(REMEMBERED_BOARDS);
    expect(kept.history[0]).toEqual(board(6));
    expect(kept.now).toEqual(board(REMEMBERED_BOARDS + 5));
  });

  test("counts the states that nobody is in as 0", () => {
    const counts = agentsByState([{ state: "TALKING" }, { state: "TALKING" }, { state: "BREAK" }]);
    expect([counts.TALKING, counts.BREAK, counts.WRAP_UP]).toEqual([2, 1, 0]);
  });
});

describe("the list of campaigns", () => {
  const campaign = (serial: number, state: CampaignHeaderFragment["state"] = "STOPPED") =>
    ({ id: `c${serial}`, serial, state }) as CampaignHeaderFragment;

  test("puts a new campaign first", () => {
    expect(reduceCampaigns([campaign(1)], campaign(2)).map((each) => each.serial)).toEqual([2, 1]);
  });

  test("replaces one that changed, in its place", () => {
    const list = reduceCampaigns([campaign(2), campaign(1)], campaign(1, "RUNNING"));
    expect(list.map((each) => each.state)).toEqual(["STOPPED", "RUNNING"]);
  });

  test("loses one that was closed", () => {
    expect(reduceCampaigns([campaign(2), campaign(1)], campaign(2, "CLOSED"))).toHaveLength(1);
  });
});

describe("an import", () => {
  const at = (rowsRead: number, state: ImportState = "RUNNING", rowsTotal: number | null = 100) => ({
    importId: "i",
    state,
    rowsTotal,
    rowsRead,
    imported: rowsRead,
    updated: 0,
    duplicates: 0,
    suppressed: 0,
    invalid: 0,
    rowsPerSecond: 0,
    secondsLeft: null,
  });

  test("neither un-reads rows nor un-ends", () => {
    const some = at(50);
    expect(reduceImport(some, at(40))).toBe(some);
    const over = at(100, "DONE");
    expect(reduceImport(over, at(100))).toBe(over);
  });

  test.each([
    [at(25), 0.25],
    [at(0, "RUNNING", null), null],
    [at(0, "DONE", 0), 1],
    [at(120), 1],
  ])("knows the part that was read", (progress, expected) => {
    expect(fractionRead(progress)).toBe(expected);
  });
});

describe("a forecast", () => {
  const at = (runsDone: number, state: ForecastState = "RUNNING") =>
    ({ id: "f", state, runsDone, runsTotal: 12 }) as ForecastFiguresFragment;

  test("neither un-plays runs nor un-ends", () => {
    const some = at(5);
    expect(reduceForecast(some, at(4))).toBe(some);
    const over = at(5, "CANCELED");
    expect(reduceForecast(over, at(6))).toBe(over);
    expect(reduceForecast(reduceForecast(null, some), over)).toBe(over);
  });

  test.each([
    ["PENDING", false],
    ["RUNNING", false],
    ["DONE", true],
    ["CANCELED", true],
    ["FAILED", true],
  ] as const)("that is %s is over: %s", (state, over) => {
    expect(isForecastOver(at(1, state))).toBe(over);
  });
});

describe("waiting before the next try", () => {
  test.each([
    [0, 0, 125],
    [0, 1, 250],
    [1, 1, 500],
    [99, 1, 10_000],
    [99, 0, 5_000],
  ])("doubles up to the cap, half of it by chance (try %i, chance %f)", (n, chance, expected) => {
    expect(waitMs(n, undefined, () => chance)).toBe(expected);
  });
});

describe("trouble", () => {
  const said = (code?: string) => troubleOf([{ message: "m", extensions: code ? { code } : {} }]);

  test.each([
    ["UNAUTHENTICATED", "signedOut", false],
    ["FORBIDDEN", "notAllowed", false],
    ["NOT_FOUND", "notAllowed", false],
    ["RATE_LIMITED", "busy", true],
    ["DATABASE_UNAVAILABLE", "busy", true],
    ["INTERNAL", "fault", true],
    ["BAD_REQUEST", "fault", false],
    [undefined, "fault", false],
  ] as const)("%s is %s, and passes by itself: %s", (code, kind, alone) => {
    expect([said(code).kind, passes(said(code))]).toEqual([kind, alone]);
  });
});
