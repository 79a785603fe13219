import { createClient } from "graphql-ws";
import type { Client } from "graphql-ws";
import { waitMs } from "./backoff.ts";
import { createStore } from "./store.ts";
import type { Readable } from "./store.ts";

/**
 * The one socket of a client, for people.
 *
 * - `idle`: nothing is followed, so there is none.
 * - `connecting`, `live`: as they say.
 * - `waiting`: it was lost; the next try is at `retryAt` (Unix milliseconds).
 * - `signedOut`: the server does not take the token; there will be no further try.
 */
export type Connection =
  | { readonly phase: "idle" | "connecting" | "live" | "signedOut" }
  | { readonly phase: "waiting"; readonly retryAt: number };

/** Where the socket goes and who it is for. */
export interface SocketOptions {
  /** `ws://` or `wss://` address of the API. */
  readonly url: string;
  readonly token: string | null;
  /** Node has no WebSocket of its own before 22. */
  readonly webSocket?: unknown;
  /** How long to wait before the n-th try. */
  readonly waitMs?: (n: number) => number;
}

/** A socket that comes back by itself. */
export interface Socket {
  readonly client: Client;
  readonly connection: Readable<Connection>;
  /** Try now instead of waiting: after a person pressed a button, or the network came back. */
  retryNow(): void;
  /** The server said that the token is void: there is no point in trying again. */
  signedOut(): void;
  /** End it for good. */
  close(): void;
}

const AWAY: ReadonlySet<Connection["phase"]> = new Set(["waiting", "signedOut"]);
const FORBIDDEN = 4403;
const PING_MS = 12_000;
const PONG_MS = 6_000;

/** Opens when something is followed, closes when nothing is, and comes back after each loss. */
export function createSocket(options: SocketOptions): Socket {
  const connection = createStore<Connection>({ phase: "idle" });
  const wait = options.waitMs ?? waitMs;
  let wake: (() => void) | undefined;
  let pong: ReturnType<typeof setTimeout> | undefined;

  const client = createClient({
    url: options.url,
    webSocketImpl: options.webSocket,
    connectionParams: options.token ? { authorization: `Bearer ${options.token}` } : undefined,
    keepAlive: PING_MS,
    connectionAckWaitTimeout: 10_000,
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (event) => !isForbidden(event),
    retryWait: (n) => {
      const ms = wait(n);
      connection.set({ phase: "waiting", retryAt: Date.now() + ms });
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    },
    on: {
      connecting: () => connection.set({ phase: "connecting" }),
      connected: () => connection.set({ phase: "live" }),
      closed(event) {
        clearTimeout(pong);
        if (isForbidden(event)) connection.set({ phase: "signedOut" });
        // A refused connection ends twice, and the wait for the next try begins in between.
        else if (!AWAY.has(connection.get().phase)) connection.set({ phase: "idle" });
      },
      // A laptop that slept, a cable that was pulled: nobody closes such a socket but we.
      ping(received) {
        if (received) return;
        clearTimeout(pong);
        pong = setTimeout(() => client.terminate(), PONG_MS);
      },
      pong(received) {
        if (received) clearTimeout(pong);
      },
    },
  });

  // A connection that was being denied has nothing to close, and says so by rejecting.
  const dispose = () => void Promise.resolve(client.dispose()).catch(() => {});

  return {
    client,
    connection,
    retryNow: () => wake?.(),
    signedOut() {
      connection.set({ phase: "signedOut" });
      dispose();
    },
    close() {
      clearTimeout(pong);
      dispose();
      wake?.();
    },
  };
}

function isForbidden(event: unknown): boolean {
  return (event as { code?: unknown } | null)?.code === FORBIDDEN;
}
