import { useAgentEndWrapUp } from "@outdial/react";
import type { Desk, Refused, ScreenPop } from "@outdial/react";
import { useId, useState } from "react";
import type { FormEvent } from "react";
import { words, wrapUpCodeText } from "../english.ts";
import { formatSeconds, localZone, useNow } from "../format.ts";
import { useAct } from "../parts/notices.tsx";
import { RefusedNote } from "../parts/refused.tsx";

const w = words.desk;

/** How the call went, as the agent saw it, in the codes of its campaign. */
export function WrapUp({ desk, pop }: { desk: Desk; pop: ScreenPop | null }) {
  const [saving, end] = useAgentEndWrapUp();
  const [chosen, setChosen] = useState<string | null>(null);
  const [refused, setRefused] = useState<Refused | null>(null);
  const act = useAct();
  const [note, again] = [useId(), useId()];
  const codes = pop?.wrapUpCodes ?? [];
  const promises = codes.some(({ code, effect }) => code === chosen && effect === "RESCHEDULE");
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setRefused(null);
    const button = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null;
    const form = new FormData(event.currentTarget);
    const at = String(form.get("again") ?? "");
    const answer = await act(
      end({
        code: chosen,
        note: String(form.get("note") ?? ""),
        thenBreak: button?.value === "break",
        callAgainAt: at === "" ? null : new Date(at).toISOString(),
      }),
      (data) => data.agentEndWrapUp,
      { refusalShown: true },
    );
    setRefused(answer.refused);
  };
  return (
    <form className="wrap-up" onSubmit={submit}>
      <h3>
        {w.wrapUp} {desk.wrapUpEndsAt && <EndsBy at={desk.wrapUpEndsAt} />}
      </h3>
      {codes.length > 0 && (
        <fieldset>
          <legend>{w.code}</legend>
          {codes.map(({ code }) => (
            <label key={code} className="chip">
              <input
                type="radio"
                name="code"
                value={code}
                checked={chosen === code}
                onChange={() => setChosen(code)}
              />
              <span>{wrapUpCodeText(code)}</span>
            </label>
          ))}
        </fieldset>
      )}
      {promises && (
        <div className="field">
          <label htmlFor={again}>{w.callAgain(localZone())}</label>
          <input
            id={again}
            name="again"
            type="datetime-local"
            aria-describedby={`${again}help`}
          />
          <p id={`${again}help`} className="quiet">
            {w.callAgainHelp}
          </p>
        </div>
      )}
      <div className="field">
        <label htmlFor={note}>{w.note}</label>
        <textarea id={note} name="note" rows={3} maxLength={2000} />
      </div>
      <RefusedNote refused={refused} />
      <div className="buttons">
        {/* A break that was asked for before follows in any case. */}
        {!desk.thenBreak && (
          <button type="submit" className="primary" disabled={saving.fetching}>
            {w.finish}
          </button>
        )}
        <button
          type="submit"
          className={desk.thenBreak ? "primary" : undefined}
          value={desk.thenBreak ? "" : "break"}
          disabled={saving.fetching}
        >
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
