import { documents, troubleIn, useOutdial } from "@outdial/react";
import type { TargetExplainQuery, Trouble } from "@outdial/react";
import { useId, useState } from "react";
import type { FormEvent } from "react";
import { words } from "../english.ts";
import { e164, formatMoment } from "../format.ts";
import { TroubleNote } from "../parts/trouble.tsx";

const w = words.explain;

type Answer =
  | { readonly kind: "wrong" }
  | { readonly kind: "unknown"; readonly number: string }
  | { readonly kind: "found"; readonly explained: TargetExplainQuery["targetExplain"] }
  | { readonly kind: "trouble"; readonly trouble: Trouble };

/** Looks one number of a campaign up, and says whether it is dialed now, or why not. */
export function ExplainNumber({ campaignId }: { campaignId: string }) {
  const outdial = useOutdial();
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [busy, setBusy] = useState(false);
  const [title, field, help] = [useId(), useId(), useId()];

  const lookUp = async (number: string): Promise<Answer> => {
    const fresh = { requestPolicy: "network-only" } as const;
    const filter = { numberBegins: number };
    const listed = await outdial.urql
      .query(documents.TargetsDocument, { campaignId, filter, first: 2 }, fresh)
      .toPromise();
    const trouble = troubleIn(listed.error);
    if (trouble) return { kind: "trouble", trouble };
    const target = listed.data?.targets.nodes.find((each) => each.number === number);
    if (!target) return { kind: "unknown", number };
    const { data, error } = await outdial.urql
      .query(documents.TargetExplainDocument, { id: target.id }, fresh)
      .toPromise();
    const problem = troubleIn(error);
    if (data) return { kind: "found", explained: data.targetExplain };
    return { kind: "trouble", trouble: problem ?? { kind: "fault", code: "", message: "" } };
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (busy) return;
    const number = e164(String(new FormData(event.currentTarget).get("number")));
    if (number === null) return setAnswer({ kind: "wrong" });
    setBusy(true);
    setAnswer(await lookUp(number));
    setBusy(false);
  };

  return (
    <section aria-labelledby={title} className="one-number">
      <h3 id={title}>{w.one}</h3>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor={field}>{w.number}</label>
          <div className="joined">
            <input
              id={field}
              name="number"
              type="tel"
              dir="ltr"
              maxLength={40}
              autoComplete="off"
              aria-describedby={help}
              required
            />
            <button type="submit" aria-disabled={busy}>
              {w.ask}
            </button>
          </div>
          <p id={help} className="quiet">
            {w.numberHelp}
          </p>
        </div>
      </form>
      <div role="status" data-answer={answer?.kind ?? "none"}>
        {answer?.kind === "wrong" && <p>{words.transfer.wrongNumber}</p>}
        {answer?.kind === "unknown" && <p>{w.unknown(answer.number)}</p>}
        {answer?.kind === "trouble" && <TroubleNote trouble={answer.trouble} />}
        {answer?.kind === "found" && <Explained explained={answer.explained} />}
      </div>
    </section>
  );
}

function Explained({ explained }: { explained: TargetExplainQuery["targetExplain"] }) {
  const { blockedBy, country, state, timeZones, rules, brokenRules } = explained;
  const place = [country, state, timeZones.join(", ")].filter(Boolean).join(" · ");
  return (
    <div className="explained">
      <p>
        <bdi>{explained.number}</bdi>{" "}
        <b>{blockedBy === null ? w.dialableNow : w.notNow}</b>
      </p>
      {blockedBy && (
        <p>
          <b>{w.codes[blockedBy.code]}.</b> {blockedBy.message}{" "}
          {blockedBy.endsAt && w.until(formatMoment(blockedBy.endsAt))}
        </p>
      )}
      {blockedBy && blockedBy.inputs.length > 0 && (
        <dl className="inputs">
          {blockedBy.inputs.map(({ name, value }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {brokenRules.map(({ rule, what, why }) => (
        <p key={`${rule}${what}`}>{w.brokenRule(rule, what, why)}</p>
      ))}
      <p className="quiet">{w.place(place)}</p>
      {rules.length > 0 && <p className="quiet">{w.judged(rules.join(", "))}</p>}
    </div>
  );
}
