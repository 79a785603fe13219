import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { Outdial } from "./client.ts";
import { follow } from "./follow.ts";
import { createStore } from "./store.ts";
import type { Readable, Store } from "./store.ts";
import type { Trouble } from "./trouble.ts";

/** What a live feed shows. `trouble` stands beside the last model, which is kept. */
export interface Live<Model> {
  readonly model: Model;
  readonly trouble: Trouble | null;
}

/** A feed runs while somebody watches it, and goes on where it stopped. */
export type Feed<Model> = Readable<Live<Model>>;

/** How a subscription becomes a model. */
export interface FeedOf<Model, Data, Variables> {
  readonly document: TypedDocumentNode<Data, Variables>;
  readonly initial: Model;
  /** Asked before each (re)subscription. */
  variables(model: Model): Variables;
  /** Pure; gives the same model when nothing changed. */
  reduce(model: Model, data: Data): Model;
  /** Whether the model is its last. Left out: there always is more to come. */
  isOver?(model: Model): boolean;
}

/** Makes a feed of one subscription. */
export function createFeed<Model, Data, Variables>(
  outdial: Outdial,
  { document, initial, variables, reduce, isOver }: FeedOf<Model, Data, Variables>,
): Feed<Model> {
  const store: Store<Live<Model>> = createStore<Live<Model>>({ model: initial, trouble: null }, () =>
    follow(outdial, document, () => variables(store.get().model), {
      next(data) {
        const { model, trouble } = store.get();
        const next = reduce(model, data);
        if (next !== model) store.set({ model: next, trouble });
      },
      trouble(trouble) {
        if (trouble !== store.get().trouble) store.set({ ...store.get(), trouble });
      },
      isOver: () => isOver?.(store.get().model) ?? false,
    }),
  );
  return store;
}
