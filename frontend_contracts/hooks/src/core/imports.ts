import { TargetImportProgressDocument } from "../generated/operations.ts";
import type { ImportState, TargetImportProgressSubscription } from "../generated/operations.ts";
import type { Outdial } from "./client.ts";
import { createFeed } from "./feed.ts";
import type { Feed } from "./feed.ts";

/** How far an import is; null before the first message. */
export type ImportProgress = TargetImportProgressSubscription["targetImportProgress"] | null;

const OVER: ReadonlySet<ImportState> = new Set(["DONE", "CANCELED", "FAILED"]);

/** Whether nothing more will come. */
export function isOver(progress: ImportProgress): boolean {
  return progress !== null && OVER.has(progress.state);
}

/** The part that was read, 0 to 1; null while the number of rows is not known. */
export function fractionRead(progress: ImportProgress): number | null {
  if (progress === null || progress.rowsTotal === null) return null;
  return progress.rowsTotal === 0 ? 1 : Math.min(1, progress.rowsRead / progress.rowsTotal);
}

/**
 * The progress after one message. Rows are never un-read and an end never un-ended: what says so
 * is older than what is shown.
 */
export function reduceImport(
  progress: ImportProgress,
  next: NonNullable<ImportProgress>,
): ImportProgress {
  if (progress === null) return next;
  if (isOver(progress) && !isOver(next)) return progress;
  return next.rowsRead < progress.rowsRead ? progress : next;
}

/** The feed of one import. */
export function createImportFeed(outdial: Outdial, id: string): Feed<ImportProgress> {
  return createFeed(outdial, {
    document: TargetImportProgressDocument,
    initial: null as ImportProgress,
    variables: () => ({ id }),
    reduce: (progress, data) => reduceImport(progress, data.targetImportProgress),
    isOver,
  });
}
