import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { waitMs } from "./backoff.ts";
import type { Outdial } from "./client.ts";
import { OFFLINE, passes, troubleOf } from "./trouble.ts";
import type { SaidError, Trouble } from "./trouble.ts";

/** What a feed is told. */
export interface Follower<Data> {
  /** Something new. */
  next(data: Data): void;
  /** It stands still because of this; null: it runs again. */
  trouble(trouble: Trouble | null): void;
  /** Whether nothing more can come: then the server's end is the end. Left out: never. */
  isOver?(): boolean;
}

const DOCUMENTS = new WeakMap<object, { text: string; name: string }>();

/**
 * Follows a subscription until the returned function is called.
 *
 * It comes back after a lost connection, after the server ended it, and after an error that passes.
 * `variables` is asked before each (re)subscription, so a feed that keeps a cursor resumes there.
 */
export function follow<Data, Variables>(
  outdial: Outdial,
  document: TypedDocumentNode<Data, Variables>,
  variables: () => Variables,
  follower: Follower<Data>,
): () => void {
  const { text, name } = textOf(document);
  let tries = 0;
  let ended = false;
  let leave = () => {};
  let timer: ReturnType<typeof setTimeout> | undefined;

  const stop = (trouble: Trouble) => {
    leave();
    follower.trouble(trouble);
    if (trouble.kind === "signedOut") outdial.socket.signedOut();
    else if (passes(trouble)) again();
  };

  const again = () => {
    if (ended) return;
    clearTimeout(timer);
    timer = setTimeout(begin, waitMs(tries++));
  };

  const begin = () => {
    let mine = true;
    const unsubscribe = outdial.socket.client.subscribe<Data>(
      {
        query: text,
        operationName: name,
        // graphql-ws writes this out anew each time it subscribes after a lost connection.
        get variables() {
          return variables() as Record<string, unknown>;
        },
      },
      {
        next(result) {
          if (!mine) return;
          if (result.errors?.length) return stop(troubleOf(result.errors));
          tries = 0;
          follower.trouble(null);
          if (result.data) follower.next(result.data);
        },
        error(reason) {
          if (mine) stop(troubleOfReason(reason));
        },
        complete() {
          // Nobody asked for the end: a server that shuts down says it like this.
          if (mine && !follower.isOver?.()) again();
        },
      },
    );
    leave = () => {
      mine = false;
      unsubscribe();
    };
  };

  begin();
  return () => {
    ended = true;
    clearTimeout(timer);
    leave();
  };
}

function textOf(document: TypedDocumentNode<unknown, never>): { text: string; name: string } {
  let known = DOCUMENTS.get(document);
  if (known === undefined) {
    const [definition] = document.definitions;
    const name = definition?.kind === "OperationDefinition" ? definition.name?.value : undefined;
    known = { text: print(document), name: name ?? "" };
    DOCUMENTS.set(document, known);
  }
  return known;
}

function troubleOfReason(reason: unknown): Trouble {
  if (Array.isArray(reason)) return troubleOf(reason as readonly SaidError[]);
  if ((reason as { code?: unknown } | null)?.code === 4403) {
    return { kind: "signedOut", code: "UNAUTHENTICATED", message: "" };
  }
  return OFFLINE;
}
