import { expect, test } from "vitest";
import { isRefusal, refusedBy } from "../src/core/refusals.ts";

test("an answer that is no refusal has nothing to say", () => {
  const accepted = { __typename: "AgentAccepted", agent: { id: "a" } } as const;
  expect([isRefusal(accepted), refusedBy(accepted)]).toEqual([false, null]);
});

test("wrong input names its fields", () => {
  const problems = [{ path: "name", message: "must be given" }];
  const refused = refusedBy({
    __typename: "InvalidInput",
    code: "INVALID_INPUT",
    message: "Nothing was changed.",
    problems,
  });
  expect([refused?.way, refused?.problems]).toEqual(["correct", problems]);
});

test("too many tries say how long to wait", () => {
  const refused = refusedBy({
    __typename: "TooManySignIns",
    code: "TOO_MANY_SIGN_INS",
    message: "Not signed in.",
    retryAfterSeconds: 30,
  });
  expect([refused?.way, refused?.waitSeconds]).toEqual(["wait", 30]);
});

test("what may have been done sends the person to the live feed, not to the button", () => {
  const refused = refusedBy({
    __typename: "FloorUnavailable",
    code: "FLOOR_UNAVAILABLE",
    message: "It is not known whether this was done.",
  });
  expect(refused?.way).toBe("look");
});
