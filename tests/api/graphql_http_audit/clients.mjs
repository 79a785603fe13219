// Talks to a server with the clients that front ends use: graphql-ws and graphql-sse.
// Arguments: address, token, topic. Prints what came as JSON.
import { createClient as createSocketClient } from "graphql-ws";
import { createClient as createStreamClient } from "graphql-sse";

const [url, token] = process.argv.slice(2);
const operations = [
  { query: "{ viewer { name } }" },
  { query: "subscription { count(to: 3) }" },
  { query: "subscription { nothing }" },
];

async function collect(client) {
  const found = [];
  for (const operation of operations) {
    const heard = [];
    try {
      for await (const result of client.iterate(operation)) heard.push(result);
    } catch (error) {
      heard.push({ error: Array.isArray(error) ? error.map((e) => e.message) : String(error) });
    }
    found.push(heard);
  }
  await client.dispose();
  return found;
}

const socket = createSocketClient({
  url: `${url.replace("http", "ws")}/graphql`,
  webSocketImpl: (await import("ws")).WebSocket,
  connectionParams: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
});
const stream = createStreamClient({
  url: `${url}/graphql/stream`,
  headers: { authorization: `Bearer ${token}` },
  retryAttempts: 0,
});
console.log(JSON.stringify({ socket: await collect(socket), stream: await collect(stream) }));
process.exit(0);
