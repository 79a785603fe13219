import type { Trouble } from "@outdial/react";
import { words } from "../english.ts";

/** Why something is missing, in words. */
export function TroubleNote({ trouble }: { trouble: Trouble | null }) {
  if (trouble === null) return null;
  return (
    <p className="note" data-kind={trouble.kind} role="status">
      {words.trouble[trouble.kind]} {trouble.message}
    </p>
  );
}
