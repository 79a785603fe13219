import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";

/** One subscription that a client opened. */
export interface Subscribed {
  readonly name: string;
  readonly variables: Record<string, unknown>;
  /** Sends data, as the server's `next`. */
  next(data: unknown): void;
  /** Sends errors instead of data, and ends it. */
  error(code: string): void;
  /** Ends it without being asked. */
  complete(): void;
}

/** A server that speaks graphql-transport-ws and does what the test tells it. */
export class ScriptedServer {
  readonly subscribed: Subscribed[] = [];
  readonly tokens: unknown[] = [];
  port = 0;
  #server: WebSocketServer | undefined;
  #waiting: (() => void)[] = [];

  async start(accept: (token: unknown) => boolean = () => true): Promise<void> {
    const server = new WebSocketServer({ port: this.port, host: "127.0.0.1" });
    this.#server = server;
    server.on("connection", (socket) => this.#serve(socket, accept));
    await once(server, "listening");
    this.port = (server.address() as AddressInfo).port;
  }

  /** Closes every socket with this code; 1006 cuts them off without a word. */
  drop(code = 1012): void {
    for (const socket of this.#server?.clients ?? []) {
      if (code === 1006) socket.terminate();
      else socket.close(code);
    }
  }

  async stop(): Promise<void> {
    this.drop(1006);
    const server = this.#server;
    await new Promise((done) => server?.close(done));
  }

  /** The n-th subscription that was opened, waiting for it. */
  async subscription(n: number): Promise<Subscribed> {
    while (this.subscribed.length <= n) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.subscribed[n] as Subscribed;
  }

  #serve(socket: WebSocket, accept: (token: unknown) => boolean): void {
    const send = (message: object) => socket.send(JSON.stringify(message));
    socket.on("message", (raw) => {
      const { type, id, payload } = JSON.parse(String(raw));
      if (type === "connection_init") {
        this.tokens.push(payload?.authorization);
        if (accept(payload?.authorization)) send({ type: "connection_ack" });
        else socket.close(4403, "Forbidden");
      }
      if (type === "ping") send({ type: "pong" });
      if (type !== "subscribe") return;
      this.subscribed.push({
        name: payload.operationName,
        variables: payload.variables,
        next: (data) => send({ type: "next", id, payload: { data } }),
        error: (code) =>
          send({ type: "error", id, payload: [{ message: code, extensions: { code } }] }),
        complete: () => send({ type: "complete", id }),
      });
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}
