import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { createOutdialClient } from "../src/core/client.ts";
import type { Outdial } from "../src/core/client.ts";
import { createDeskFeed } from "../src/core/desk.ts";
import type { Desk } from "../src/core/desk.ts";
import type { Feed, Live } from "../src/core/feed.ts";
import { createImportFeed } from "../src/core/imports.ts";
import { ScriptedServer } from "./server.ts";

let server: ScriptedServer;
let outdial: Outdial;
let signedOut: number;

beforeEach(async () => {
  server = new ScriptedServer();
  await server.start();
  signedOut = 0;
  outdial = client("token");
});

afterEach(async () => {
  outdial.close();
  await server.stop();
});

function client(token: string | null): Outdial {
  return createOutdialClient({
    url: `http://127.0.0.1:${server.port}/graphql`,
    token,
    onSignedOut: () => (signedOut += 1),
    webSocket: WebSocket,
    waitMs: () => 10,
  });
}

function watch<Model>(feed: Feed<Model>): { seen: Live<Model>[]; leave: () => void } {
  const seen: Live<Model>[] = [];
  return { seen, leave: feed.subscribe(() => seen.push(feed.get())) };
}

const until = (check: () => boolean) => vi.waitUntil(check, { timeout: 20_000, interval: 5 });

function deskState(cursor: string, state: Desk["state"], snapshot = false) {
  const at = "2026-03-02T20:00:00+00:00";
  const event = { __typename: "AgentStateChanged", at, agentId: "a", state };
  return { deskEvents: { cursor, snapshot, event } };
}

const GAP = {
  deskEvents: { cursor: "90-0", snapshot: false, event: { __typename: "ResumeGap", message: "" } },
};

describe("a desk", () => {
  test.each([
    ["is restarted", 1012],
    ["is cut off", 1006],
    ["has an internal error", 1011],
  ])("goes on at its cursor when the server %s", async (_, code) => {
    const feed = createDeskFeed(outdial);
    const { leave } = watch(feed);
    const first = await server.subscription(0);
    expect(first.variables).toEqual({ after: null });
    first.next(deskState("5-0", "BREAK", true));
    first.next(deskState("6-3", "AVAILABLE"));
    await until(() => feed.get().model.cursor === "6-3");
    server.drop(code);
    const second = await server.subscription(1);
    expect(second.variables).toEqual({ after: "6-3" });
    second.next(deskState("6-3", "AVAILABLE"));
    second.next(deskState("7-0", "TALKING"));
    await until(() => feed.get().model.state === "TALKING");
    expect(feed.get().trouble).toBeNull();
    leave();
  });

  test("goes on at its cursor on a server that was away", async () => {
    const feed = createDeskFeed(outdial);
    const { leave } = watch(feed);
    (await server.subscription(0)).next(deskState("5-0", "BREAK", true));
    await until(() => feed.get().model.cursor === "5-0");
    await server.stop();
    await until(() => outdial.connection.get().phase === "waiting");
    await server.start();
    expect((await server.subscription(1)).variables).toEqual({ after: "5-0" });
    leave();
  });

  test("takes the fresh snapshot after a gap, and resumes from there", async () => {
    const feed = createDeskFeed(outdial);
    const { leave } = watch(feed);
    const first = await server.subscription(0);
    first.next(deskState("5-0", "TALKING", true));
    first.next(GAP);
    first.next(deskState("90-0", "AVAILABLE", true));
    await until(() => feed.get().model.state === "AVAILABLE");
    expect(feed.get().model.gaps).toBe(1);
    server.drop();
    expect((await server.subscription(1)).variables).toEqual({ after: "90-0" });
    leave();
  });

  test("goes on at its cursor when it is watched again", async () => {
    const feed = createDeskFeed(outdial);
    const first = watch(feed);
    (await server.subscription(0)).next(deskState("5-0", "BREAK", true));
    await until(() => feed.get().model.cursor === "5-0");
    first.leave();
    const second = watch(feed);
    expect((await server.subscription(1)).variables).toEqual({ after: "5-0" });
    second.leave();
  });
});

/** As browsers tell that nobody listens: an error first, and the end in a task of its own. */
class Refused {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly readyState = Refused.CLOSED;
  onerror: ((event: Event) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  constructor() {
    setTimeout(() => {
      this.onerror?.(new Event("error"));
      setTimeout(() => this.onclose?.({ code: 1006, reason: "" }));
    });
  }
  close(): void {}
}

test("a connection that is refused waits for the next try, and says so until then", async () => {
  const refused = createOutdialClient({
    url: "http://127.0.0.1/graphql",
    token: "token",
    webSocket: Refused,
    waitMs: () => 30,
  });
  const phases: string[] = [];
  refused.connection.subscribe(() => phases.push(refused.connection.get().phase));
  const { leave } = watch(createDeskFeed(refused));
  await until(() => phases.length >= 5);
  expect(phases.slice(0, 5)).toEqual([
    "connecting",
    "waiting",
    "connecting",
    "waiting",
    "connecting",
  ]);
  leave();
  refused.close();
});

describe("a feed", () => {
  test("keeps its model while the connection is away", async () => {
    const feed = createDeskFeed(outdial);
    const { leave } = watch(feed);
    (await server.subscription(0)).next(deskState("5-0", "TALKING", true));
    await until(() => feed.get().model.state === "TALKING");
    await server.stop();
    await until(() => outdial.connection.get().phase === "waiting");
    expect(feed.get().model.state).toBe("TALKING");
    await server.start();
    leave();
  });

  test("asks again after the server ended it, and after an error that passes", async () => {
    const feed = createImportFeed(outdial, "i");
    const { leave } = watch(feed);
    (await server.subscription(0)).complete();
    (await server.subscription(1)).error("INTERNAL");
    await until(() => feed.get().trouble?.code === "INTERNAL");
    (await server.subscription(2)).next({ targetImportProgress: { state: "DONE", rowsRead: 1 } });
    await until(() => feed.get().model !== null);
    expect(feed.get().trouble).toBeNull();
    leave();
  });

  test("does not ask again when the server ends what is over", async () => {
    const feed = createImportFeed(outdial, "i");
    const { leave } = watch(feed);
    const first = await server.subscription(0);
    first.next({ targetImportProgress: { state: "DONE", rowsRead: 1 } });
    first.complete();
    await until(() => feed.get().model?.state === "DONE");
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect([server.subscribed.length, feed.get().trouble]).toEqual([1, null]);
    leave();
  });

  test("does not ask again for what is not allowed", async () => {
    const feed = createImportFeed(outdial, "i");
    const { leave } = watch(feed);
    (await server.subscription(0)).error("FORBIDDEN");
    await until(() => feed.get().trouble?.kind === "notAllowed");
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(server.subscribed).toHaveLength(1);
    leave();
  });

  test("shares one socket, which closes when nobody watches", async () => {
    const watched = [createDeskFeed(outdial), createImportFeed(outdial, "i")].map((feed) =>
      watch(feed as Feed<unknown>),
    );
    await server.subscription(1);
    expect(server.tokens).toEqual(["Bearer token"]);
    for (const { leave } of watched) leave();
    await until(() => outdial.connection.get().phase === "idle");
  });
});

describe("a token that is not in force any more", () => {
  test("ends the client at once and is told once", async () => {
    await server.stop();
    await server.start(() => false);
    const feed = createDeskFeed(outdial);
    const { leave } = watch(feed);
    await until(() => signedOut === 1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([signedOut, server.tokens.length, server.subscribed.length]).toEqual([1, 1, 0]);
    leave();
  });

  test("is noticed on a feed, too", async () => {
    const feed = createDeskFeed(outdial);
    const { leave } = watch(feed);
    (await server.subscription(0)).error("UNAUTHENTICATED");
    await until(() => signedOut === 1);
    expect(outdial.connection.get().phase).toBe("signedOut");
    leave();
  });
});
