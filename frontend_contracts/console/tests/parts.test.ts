import { describe, expect, test } from "vitest";
import { stepsOf } from "../src/desk/guide.tsx";
import { ENGLISH } from "../src/english.ts";
import { formatSeconds, secondsBetween } from "../src/format.ts";
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
      { text: "Thank you." },
      { unknown: true },
      "nonsense",
      null,
    ];
    expect(stepsOf(guide)).toEqual([
      { title: "Are you the owner?", text: "", answers: ["Yes", "No"] },
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
