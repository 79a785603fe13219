import { useAgentEndWrapUp } from "@outdial/react";
import type { Desk } from "@outdial/react";
import { useId } from "react";
import type { FormEvent } from "react";
import { words } from "../english.ts";
import { formatSeconds, useNow } from "../format.ts";
import { useAct } from "../parts/notices.tsx";

const w = words.desk;

/** How the call went, as the agent saw it. */
export function WrapUp({ desk }: { desk: Desk }) {
  const [saving, end] = useAgentEndWrapUp();
  const act = useAct();
  const note = useId();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const button = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null;
    const form = new FormData(event.currentTarget);
    await act(
      end({
        code: (form.get("code") as string | null) ?? null,
        note: String(form.get("note") ?? ""),
        thenBreak: button?.value === "break",
      }),
      (data) => data.agentEndWrapUp,
    );
  };
  return (
    <form className="wrap-up" onSubmit={submit}>
      <h3>
        {w.wrapUp} {desk.wrapUpEndsAt && <EndsBy at={desk.wrapUpEndsAt} />}
      </h3>
      <fieldset>
        <legend>{w.code}</legend>
        {w.codes.map((code) => (
          <label key={code} className="chip">
            <input type="radio" name="code" value={code} />
            <span>{code}</span>
          </label>
        ))}
      </fieldset>
      <div className="field">
        <label htmlFor={note}>{w.note}</label>
        <textarea id={note} name="note" rows={3} maxLength={2000} />
      </div>
      <div className="buttons">
        <button type="submit" className="primary" disabled={saving.fetching}>
          {w.finish}
        </button>
        <button type="submit" value="break" disabled={saving.fetching}>
          {w.finishBreak}
        </button>
      </div>
    </form>
  );
}

function EndsBy({ at }: { at: string }) {
  const left = Math.max(0, (Date.parse(at) - useNow()) / 1000);
  return <span className="quiet">{w.wrapUpEnds(formatSeconds(left))}</span>;
}
