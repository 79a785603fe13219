import { usePreviewDecide } from "@outdial/react";
import type { Desk, ScreenPop } from "@outdial/react";
import { words } from "../english.ts";
import { formatSeconds, secondsBetween, useNow } from "../format.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { useAct } from "../parts/notices.tsx";
import { CallGuide } from "./guide.tsx";
import { LineControls } from "./line.tsx";
import { WrapUp } from "./wrap-up.tsx";

const w = words.desk;

/** The customer on the line, being dialed or offered; or why there is none. */
export function CallCard({ desk }: { desk: Desk }) {
  const { current, state } = desk;
  if (current === null) {
    return (
      <section className="card call-card empty" aria-labelledby="customer">
        <h2 id="customer">{state === "WRAP_UP" ? w.wrapUp : w.noPop}</h2>
        <p className="quiet">{state && w.noPopHelp[state]}</p>
        {state === "WRAP_UP" && <WrapUp desk={desk} pop={null} />}
      </section>
    );
  }
  const { pop, ended } = current;
  return (
    <section className="card call-card" aria-labelledby="customer" data-pop={pop.callId}>
      <header>
        <span className="tag" data-stage={ended ? "ENDED" : pop.stage}>
          {ended ? words.dispositions[ended.disposition ?? "CONNECTED"] : words.stages[pop.stage]}
        </span>
        <span className="quiet">
          {pop.campaignName} · {pop.direction === "INBOUND" ? w.inbound : w.outbound}
        </span>
        <span className="grow" />
        {!ended && <CallClock pop={pop} />}
      </header>
      <h2 id="customer" className="customer">
        {pop.name || w.unnamed}
      </h2>
      <p className="big-number">
        <bdi>{pop.number}</bdi>
      </p>
      <div className="buttons">
        {!ended && pop.stage === "OFFERED" && pop.targetId && <Decide targetId={pop.targetId} />}
        {pop.crmUrl && isWeb(pop.crmUrl) && (
          <a className="button" href={pop.crmUrl} target="_blank" rel="noreferrer">
            {w.crm}
          </a>
        )}
      </div>
      {!ended && pop.stage === "CONNECTED" && state === "TALKING" && (
        <LineControls key={pop.callId} call={current} />
      )}
      {pop.variables.length > 0 && (
        <dl className="variables">
          {pop.variables.map((variable) => (
            <div key={variable.name}>
              <dt>{variable.name}</dt>
              <dd>
                <bdi>{variable.value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {state === "WRAP_UP" && <WrapUp key={pop.callId} desk={desk} pop={pop} />}
      <CallGuide guide={pop.callGuide} />
    </section>
  );
}

function CallClock({ pop }: { pop: ScreenPop }) {
  const now = useNow();
  if (pop.stage !== "OFFERED") {
    return <span className="clock">{formatSeconds(secondsBetween(pop.at, now))}</span>;
  }
  if (pop.decideBefore === null) return null;
  const left = Math.max(0, Math.ceil((Date.parse(pop.decideBefore) - now) / 1000));
  return <span className="clock">{w.decide(left)}</span>;
}

function Decide({ targetId }: { targetId: string }) {
  const act = useAct();
  const [deciding, decide] = usePreviewDecide();
  const button = (decision: "ACCEPT" | "SKIP" | "REMOVE", text: string, className?: string) => (
    <BusyButton
      className={className}
      busy={deciding.fetching}
      onClick={() => act(decide({ targetId, decision }), (data) => data.previewDecide)}
    >
      {text}
    </BusyButton>
  );
  return (
    <>
      {button("ACCEPT", w.accept, "primary")}
      {button("SKIP", w.skip)}
      {button("REMOVE", w.remove, "danger")}
    </>
  );
}

/** A campaign's setting is not trusted to run here: only addresses of pages become links. */
function isWeb(address: string): boolean {
  return /^https?:\/\//i.test(address);
}
