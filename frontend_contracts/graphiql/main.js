// GraphiQL over our own paths. What stands in the Headers tab goes with queries, and as
// connection_init with subscriptions: {"authorization": "Bearer <token or API key>"}.
import "graphiql/graphiql.css";
import "./page.css";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL } from "graphiql";
import { createElement } from "react";
import { createRoot } from "react-dom/client";

const address = new URL("/graphql", location.href);
const socketAddress = new URL(address);
socketAddress.protocol = address.protocol === "https:" ? "wss:" : "ws:";

const fetcher = createGraphiQLFetcher({
  url: address.href,
  subscriptionUrl: socketAddress.href,
});

createRoot(document.getElementById("graphiql")).render(
  createElement(GraphiQL, {
    fetcher,
    // No default header: a bearer token that is none is refused, the schema too.
    defaultQuery:
      "# Sign in, then put this into Headers below:\n" +
      '#   {"authorization": "Bearer <token>"}\n{\n  __typename\n}\n',
    // Tokens do not belong into the storage of a browser.
    shouldPersistHeaders: false,
  }),
);
