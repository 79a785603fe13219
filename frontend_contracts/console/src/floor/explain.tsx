import { troubleIn, useCampaignExplain } from "@outdial/react";
import type { CampaignExplainQuery } from "@outdial/react";
import { words } from "../english.ts";
import { formatClock, formatMoment, formatWhole } from "../format.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { useLast } from "../parts/last.ts";
import { TroubleNote } from "../parts/trouble.tsx";
import { ExplainNumber } from "./explain-number.tsx";

const w = words.explain;
type Explanation = CampaignExplainQuery["campaignExplain"];

/** Why targets are not dialed: how many by which rule, and one number looked up. */
export function Explain({ campaignId }: { campaignId: string }) {
  const [{ data, error, fetching }, again] = useCampaignExplain({
    variables: { id: campaignId },
    requestPolicy: "cache-and-network",
  });
  const found = useLast(data?.campaignExplain);
  return (
    <div className="details" data-part="why">
      <TroubleNote trouble={troubleIn(error)} />
      {!found && !error && <p className="quiet">{words.frame.reading}</p>}
      {found && (
        <>
          {found.blockedBy && (
            <p className="note" data-campaign-blocked={found.blockedBy.code}>
              {found.blockedBy.message}
            </p>
          )}
          <p className="why" role="status" data-figure="summary">
            {found.summary}
          </p>
          <dl className="figures">
            {(["total", "dialing", "waiting", "dialable"] as const).map((name) => (
              <div key={name}>
                <dt>{w[name]}</dt>
                <dd data-figure={name}>{formatWhole(found[name])}</dd>
              </div>
            ))}
          </dl>
          <Blocked explanation={found} />
          <Broken explanation={found} />
          <p className="quiet asked">
            {words.details.asOf(formatClock(found.at))}
            {found.estimated && ` · ${w.estimated}`}
            <BusyButton
              className="small"
              busy={fetching}
              onClick={() => again({ requestPolicy: "network-only" })}
            >
              {words.details.readAgain}
            </BusyButton>
          </p>
        </>
      )}
      <ExplainNumber campaignId={campaignId} />
    </div>
  );
}

function Blocked({ explanation: { blocked } }: { explanation: Explanation }) {
  if (blocked.length === 0) return <p className="quiet">{w.nothing}</p>;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={w.rule}>
      <table>
        <thead>
          <tr>
            <th scope="col">{w.rule}</th>
            <th scope="col" className="number">
              {w.targets}
            </th>
            <th scope="col">{w.ends}</th>
          </tr>
        </thead>
        <tbody>
          {blocked.map(({ code, targets, message, endsAt }) => (
            <tr key={code} data-blocked={code}>
              <th scope="row" className="wraps">
                {w.codes[code]}
                <span className="quiet">{message}</span>
              </th>
              <td className="number">{formatWhole(targets)}</td>
              <td className="wraps">{endsAt ? formatMoment(endsAt) : w.never}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Broken({ explanation: { brokenRules } }: { explanation: Explanation }) {
  if (brokenRules.length === 0) return null;
  return (
    <section>
      <h3>{w.broken}</h3>
      <ul className="plain">
        {brokenRules.map(({ targets, broken: { rule, what, why } }) => (
          <li key={`${rule}${what}${why}`}>
            <b>{formatWhole(targets)}</b> {w.brokenRule(rule, what, why)}
          </li>
        ))}
      </ul>
    </section>
  );
}
