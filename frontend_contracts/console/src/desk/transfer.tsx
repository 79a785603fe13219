import { troubleIn, useCallTransfer, useDeskColleagues } from "@outdial/react";
import type { Refused } from "@outdial/react";
import { useEffect, useId, useRef, useState } from "react";
import type { FormEvent, KeyboardEvent } from "react";
import { words } from "../english.ts";
import { e164 } from "../format.ts";
import { useAct } from "../parts/notices.tsx";
import { RefusedNote } from "../parts/refused.tsx";
import { TroubleNote } from "../parts/trouble.tsx";

const w = words.transfer;
const SHOWN = 8;
/** States of agents change all the time, and no event tells a desk of others. */
const EVERY_MS = 3000;

/** Gives the customer to an agent or a number, at once or after a talk. Stands beside the customer. */
export function Transfer({ onClose }: { onClose: () => void }) {
  const [to, setTo] = useState<"agent" | "number">("agent");
  const [refused, setRefused] = useState<Refused | null>(null);
  const [problem, setProblem] = useState("");
  const [transferring, transfer] = useCallTransfer();
  const act = useAct();
  const ids = [useId(), useId(), useId()] as const;
  const busy = transferring.fetching;

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    setRefused(null);
    const button = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null;
    const form = new FormData(event.currentTarget);
    const toAgentId = to === "agent" ? (form.get("agent") as string | null) : null;
    const toNumber = to === "number" ? e164(String(form.get("number"))) : null;
    const nobody = toAgentId === null && toNumber === null;
    setProblem(!nobody ? "" : to === "agent" ? w.choose : w.wrongNumber);
    if (nobody) return;
    const consult = button?.value !== "now";
    const answer = await act(
      transfer({ toAgentId, toNumber, consult }),
      (data) => data.callTransfer,
      { refusalShown: true },
    );
    setRefused(answer.refused);
    if (answer.done) onClose();
  };
  const choose = (kind: "agent" | "number") => {
    setTo(kind);
    setProblem("");
    setRefused(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") onClose();
  };

  return (
    <form className="transfer" aria-labelledby={ids[0]} onSubmit={submit} onKeyDown={onKeyDown}>
      <h3 id={ids[0]}>{w.title}</h3>
      <div className="choice" role="group" aria-label={w.to}>
        {(["agent", "number"] as const).map((kind) => (
          <button key={kind} type="button" aria-pressed={to === kind} onClick={() => choose(kind)}>
            {kind === "agent" ? w.agent : w.number}
          </button>
        ))}
      </div>
      {to === "agent" ? (
        <Colleagues />
      ) : (
        <div className="field">
          <label htmlFor={ids[1]}>{w.numberLabel}</label>
          <input
            id={ids[1]}
            name="number"
            type="tel"
            dir="ltr"
            autoComplete="off"
            maxLength={40}
            aria-describedby={ids[2]}
            autoFocus
            required
          />
          <p id={ids[2]} className="quiet">
            {w.numberHelp}
          </p>
        </div>
      )}
      <p className="problem" role="alert">
        {problem}
      </p>
      <RefusedNote refused={refused} />
      <div className="buttons">
        <button type="submit" className="primary" value="ask" aria-disabled={busy}>
          {w.ask}
        </button>
        <button type="submit" value="now" aria-disabled={busy}>
          {w.handOver}
        </button>
        <button type="button" onClick={onClose}>
          {w.cancel}
        </button>
      </div>
      <p className="quiet">
        {w.askHelp} {to === "agent" ? w.handOverAgent : w.handOverNumber}
      </p>
    </form>
  );
}

/** The agents who can take the customer now, to choose one. */
function Colleagues() {
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState<string | null>(null);
  const variables = { search: search.trim() || null, available: true, first: SHOWN };
  const [{ data, error }, again] = useDeskColleagues({ variables });
  const field = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const read = () => again({ requestPolicy: "network-only" });
    read();
    const timer = setInterval(read, EVERY_MS);
    return () => clearInterval(timer);
  }, [again]);
  const found = data?.deskColleagues.nodes;
  const others = (data?.deskColleagues.totalCount ?? 0) - (found?.length ?? 0);
  return (
    <>
      <div className="field">
        <label htmlFor={field}>{w.search}</label>
        <input
          ref={input}
          id={field}
          type="search"
          autoComplete="off"
          maxLength={100}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            // Enter in a search would give the customer away by the form's first button.
            if (event.key === "Enter") event.preventDefault();
          }}
        />
      </div>
      {!found && <TroubleNote trouble={troubleIn(error)} />}
      <fieldset className="colleagues">
        <legend>{w.chooseAgent}</legend>
        {found?.map(({ id, name, code }) => (
          <label key={id} className="chip">
            <input
              type="radio"
              name="agent"
              value={id}
              checked={chosen === id}
              onChange={() => setChosen(id)}
            />
            <span>
              {name} <span className="code">{code}</span>
            </span>
          </label>
        ))}
        <p className="quiet" role="status">
          {!found && !error && words.frame.reading}
          {found?.length === 0 && (search.trim() ? w.nobodyFound(search.trim()) : w.nobody)}
          {others > 0 && w.more(others)}
        </p>
      </fieldset>
    </>
  );
}
