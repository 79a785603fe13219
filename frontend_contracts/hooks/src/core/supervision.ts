import { SupervisionChangedDocument } from "../generated/operations.ts";
import type { SupervisionChangedSubscription } from "../generated/operations.ts";
import type { Outdial } from "./client.ts";
import { createFeed } from "./feed.ts";
import type { Feed } from "./feed.ts";

/** What the viewer supervises, or did last; null: nothing so far, or not heard yet. */
export type Supervision = SupervisionChangedSubscription["supervisionChanged"];

/** The feed of the viewer's own supervision. Each message is whole. */
export function createSupervisionFeed(outdial: Outdial): Feed<Supervision> {
  return createFeed(outdial, {
    document: SupervisionChangedDocument,
    initial: null as Supervision,
    variables: () => ({}),
    reduce: (_, data) => data.supervisionChanged,
  });
}
