import { describe, expect, test } from "vitest";
import { stepsOf } from "../src/desk/guide.tsx";
import { ENGLISH } from "../src/english.ts";
import { e164, formatSeconds, secondsBetween } from "../src/format.ts";
import { inputOf } from "../src/floor/forecast.tsx";
import { niceTop } from "../src/parts/charts.tsx";

describe("seconds", () => {
  test.each([
    [0, "0:00"],
    [7.9, "0:07"],
    [754, "12:34"],
    [3723, "1:02:03"],
    [-3, "0:00"],
  ])("%f are shown as %s", (seconds, shown) => {
    expect(formatSeconds(seconds)).toBe(shown);
  });

  test("are never below 0, though the server's clock be ahead", () => {
    expect(secondsBetween("2026-03-02T20:00:10Z", Date.parse("2026-03-02T20:00:00Z"))).toBe(0);
  });
});

test.each([
  ["+1 (202) 555-0199", "+12025550199"],
  ["0044 113.496.0010", "+441134960010"],
  ["0121 496", null],
  ["+1", null],
  ["Ada", null],
])("the typed number %s is %s", (typed, number) => {
  expect(e164(typed)).toBe(number);
});

test.each([
  [1, 1],
  [3, 5],
  [5, 5],
  [6, 10],
  [11, 20],
  [260, 500],
])("a chart whose highest value is %i goes up to %i", (value, top) => {
  expect(niceTop(value)).toBe(top);
});

describe("a call guide", () => {
  test("shows the steps that it understands and leaves the rest out", () => {
    const guide = [
      { question: "Are you the owner?", answers: ["Yes", "No", 7] },
      { id: "b", text: "Since when?", answers: [{ text: "This year", next: "c" }, {}], next: null },
      { text: "Thank you." },
      { unknown: true },
      "nonsense",
      null,
    ];
    expect(stepsOf(guide)).toEqual([
      { title: "Are you the owner?", text: "", answers: ["Yes", "No"] },
      { title: "", text: "Since when?", answers: ["This year"] },
      { title: "", text: "Thank you.", answers: [] },
    ]);
  });

  test.each([[null], [{}], ["text"], [undefined]])("that is %o shows nothing", (guide) => {
    expect(stepsOf(guide)).toEqual([]);
  });
});

test("no text of the dictionary is empty", () => {
  const empty = (value: unknown, path: string): string[] => {
    if (typeof value === "string") return value.trim() === "" ? [path] : [];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, each]) => empty(each, `${path}.${name}`));
  };
  expect(empty(ENGLISH, "words")).toEqual([]);
});

describe("a what-if", () => {
  const form = (values: Record<string, string>) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(values)) data.set(name, value);
    return inputOf("c", data).variants;
  };

  test("without a change is the campaign alone", () => {
    expect(form({ mode: "", agents: " " })).toEqual([{ name: "As it is", team: "ASSIGNED" }]);
  });

  test("with changes stands beside the campaign, percents as fractions", () => {
    expect(form({ mode: "PREDICTIVE", agents: "12", abandon: "2.5" })).toEqual([
      { name: "As it is", team: "ASSIGNED" },
      {
        name: "With your changes",
        team: "ASSIGNED",
        mode: "PREDICTIVE",
        agents: 12,
        talkSeconds: null,
        abandonTarget: 0.025,
      },
    ]);
  });
});
