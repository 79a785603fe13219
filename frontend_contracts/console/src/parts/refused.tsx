import type { Refused } from "@outdial/react";
import { words } from "../english.ts";
import { formatMoment } from "../format.ts";

/** Why a form was refused, beside its fields. Empty, it is there to be spoken when it is filled. */
export function RefusedNote({ refused }: { refused: Refused | null }) {
  return (
    <div className="problem" role="alert">
      {refused && (
        <>
          {/* The message of a wrong input says its problems in one line. */}
          {refused.problems.length === 0 && <p>{refused.message}</p>}
          {refused.until && <p>{words.dialing.until(formatMoment(refused.until))}</p>}
          {refused.problems.length > 0 && (
            <ul className="plain">
              {refused.problems.map((problem) => (
                <li key={problem.path}>
                  {words.fields[problem.path] ?? problem.path}: {problem.message}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </div>
  );
}
