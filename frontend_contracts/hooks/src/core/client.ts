import { Client, cacheExchange, fetchExchange, mapExchange, subscriptionExchange } from "@urql/core";
import { createSocket } from "./connection.ts";
import type { Connection, Socket } from "./connection.ts";
import type { Readable } from "./store.ts";
import { troubleIn } from "./trouble.ts";

/** Whom and what to talk to. */
export interface OutdialOptions {
  /** The GraphQL address: absolute, or a path on the page's own server, as `/graphql`. */
  readonly url: string;
  /** A session's token or an API key; null: only signing in is possible. */
  readonly token: string | null;
  /** Called when the server says that the token is not in force any more. */
  readonly onSignedOut?: () => void;
  /** For Node and for tests. */
  readonly fetch?: typeof fetch;
  /** For Node before 22 and for tests: a WebSocket class. */
  readonly webSocket?: unknown;
  /** Milliseconds before the n-th try to connect again. */
  readonly waitMs?: (n: number) => number;
}

/** One principal's way to the API: queries and mutations over HTTP, everything live over one socket. */
export interface Outdial {
  /** For urql's own hooks and for the generated ones. */
  readonly urql: Client;
  readonly socket: Socket;
  /** How the socket is, to show it. */
  readonly connection: Readable<Connection>;
  readonly token: string | null;
  /** End the socket for good. */
  close(): void;
}

/**
 * Makes a client. Make a new one when another person signs in, so that nothing cached is shared.
 *
 * @example
 * const outdial = createOutdialClient({ url: "/graphql", token });
 */
export function createOutdialClient(options: OutdialOptions): Outdial {
  const { http, ws } = addresses(options.url);
  const socket = createSocket({
    url: ws,
    token: options.token,
    webSocket: options.webSocket,
    waitMs: options.waitMs,
  });
  let told = false;
  const signedOut = () => {
    if (told || options.token === null) return;
    told = true;
    socket.signedOut();
    options.onSignedOut?.();
  };
  const unwatch = socket.connection.subscribe(() => {
    if (socket.connection.get().phase === "signedOut") signedOut();
  });
  const urql = new Client({
    url: http,
    fetch: options.fetch,
    // A document's text in the address is cached by proxies and logged by servers.
    preferGetMethod: false,
    fetchOptions: {
      headers: options.token ? { authorization: `Bearer ${options.token}` } : {},
    },
    exchanges: [
      mapExchange({
        onError(error) {
          if (troubleIn(error)?.kind === "signedOut") signedOut();
        },
      }),
      cacheExchange,
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (request) => ({
          subscribe: (sink) => ({
            unsubscribe: socket.client.subscribe(
              { ...request, query: request.query ?? "" },
              sink as Parameters<typeof socket.client.subscribe>[1],
            ),
          }),
        }),
      }),
    ],
  });
  return {
    urql,
    socket,
    connection: socket.connection,
    token: options.token,
    close() {
      unwatch();
      socket.close();
    },
  };
}

/** The HTTP and the WebSocket address of the API. A path is taken on the page's own server. */
export function addresses(url: string): { http: string; ws: string } {
  const base = typeof location === "undefined" ? undefined : location.href;
  const http = new URL(url, base);
  const ws = new URL(http);
  ws.protocol = http.protocol === "https:" ? "wss:" : "ws:";
  return { http: http.href, ws: ws.href };
}
