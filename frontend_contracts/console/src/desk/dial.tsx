import { useAgentDial } from "@outdial/react";
import type { Refused } from "@outdial/react";
import { useId, useState } from "react";
import type { FormEvent } from "react";
import { words } from "../english.ts";
import { useAct } from "../parts/notices.tsx";
import { RefusedNote } from "../parts/refused.tsx";

const w = words.dialing;

/** Dials a number by hand, by the rules of the agent's default campaign. */
export function DialByHand({ allowed }: { allowed: boolean }) {
  const [dialing, dial] = useAgentDial();
  const [refused, setRefused] = useState<Refused | null>(null);
  const [number, setNumber] = useState("");
  const act = useAct();
  const [title, field] = [useId(), useId()];
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setRefused(null);
    const answer = await act(dial({ number: number.trim() }), (data) => data.agentDial, {
      refusalShown: true,
    });
    setRefused(answer.refused);
    if (answer.done) setNumber("");
  };
  return (
    <section className="card dial" aria-labelledby={title}>
      <h2 id={title}>{w.title}</h2>
      {allowed ? (
        <form onSubmit={submit}>
          <label className="hidden" htmlFor={field}>
            {w.number}
          </label>
          <div className="joined">
            <input
              id={field}
              name="number"
              type="tel"
              dir="ltr"
              autoComplete="off"
              maxLength={40}
              placeholder={w.number}
              value={number}
              onChange={(event) => setNumber(event.target.value)}
              required
            />
            <button type="submit" disabled={dialing.fetching}>
              {dialing.fetching ? w.dialing : w.dial}
            </button>
          </div>
          <RefusedNote refused={refused} />
        </form>
      ) : (
        <p className="quiet">{w.without}</p>
      )}
    </section>
  );
}
