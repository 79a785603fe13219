import {
  isForecastOver,
  troubleIn,
  useForecastCancel,
  useForecastProgress,
  useForecastStart,
  useForecasts,
} from "@outdial/react";
import type { CampaignHeaderFragment, DialMode, ForecastInput, Refused } from "@outdial/react";
import { useId, useState } from "react";
import type { FormEvent } from "react";
import { words } from "../english.ts";
import { formatMoment } from "../format.ts";
import { BusyButton } from "../parts/busy-button.tsx";
import { Progress } from "../parts/charts.tsx";
import { useAct } from "../parts/notices.tsx";
import { RefusedNote } from "../parts/refused.tsx";
import { TroubleNote } from "../parts/trouble.tsx";
import { ForecastResult } from "./forecast-result.tsx";

const w = words.forecast;
const MODES = Object.keys(words.modes) as DialMode[];

/** What a campaign would do: the last forecast, live while it is played, and a form for another. */
export function ForecastPanel(props: { campaign: CampaignHeaderFragment; mayStart: boolean }) {
  const { campaign, mayStart } = props;
  const [{ data, error }] = useForecasts({
    variables: { campaignId: campaign.id, first: 1 },
    requestPolicy: "network-only",
  });
  const [started, setStarted] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const last = started ?? data?.forecasts.nodes[0]?.id ?? null;
  const begun = (id: string) => {
    setStarted(id);
    setAsking(false);
  };
  return (
    <div className="details" data-part="forecast">
      <TroubleNote trouble={troubleIn(error)} />
      {!data && !error && <p className="quiet">{words.frame.reading}</p>}
      {data && last === null && <p className="quiet">{w.none}</p>}
      {last !== null && !asking && (
        <Shown key={last} id={last} mayStart={mayStart} onAnother={() => setAsking(true)} />
      )}
      {mayStart && data && (last === null || asking) && (
        <ForecastForm campaign={campaign} onStarted={begun} />
      )}
    </div>
  );
}

interface ShownProps {
  id: string;
  mayStart: boolean;
  onAnother: () => void;
}

function Shown({ id, mayStart, onAnother }: ShownProps) {
  const { model: forecast, trouble } = useForecastProgress(id);
  const [canceling, cancel] = useForecastCancel();
  const act = useAct();
  const over = isForecastOver(forecast);
  const part = forecast && forecast.runsTotal > 0 ? forecast.runsDone / forecast.runsTotal : null;
  return (
    <div className="forecast" data-forecast={forecast?.state ?? "READING"}>
      <TroubleNote trouble={trouble} />
      <p role="status">
        {forecast ? <b>{w.states[forecast.state]}</b> : words.frame.reading}
        {forecast && ` · ${w.progress(forecast.runsDone, forecast.runsTotal)}`}
        {forecast && ` · ${w.asked(formatMoment(forecast.createdAt))}`}
      </p>
      {forecast && !over && <Progress part={part} label={words.details.forecast} />}
      {forecast?.failure && (
        <p className="problem" role="alert">
          {forecast.failure}
        </p>
      )}
      {forecast && <ForecastResult variants={forecast.variants} />}
      {mayStart && forecast && (
        <div className="buttons">
          {over ? (
            <button type="button" onClick={onAnother}>
              {w.again}
            </button>
          ) : (
            <BusyButton
              busy={canceling.fetching}
              onClick={() => act(cancel({ id }), (data) => data.forecastCancel)}
            >
              {w.cancel}
            </BusyButton>
          )}
        </div>
      )}
    </div>
  );
}

interface FormProps {
  campaign: CampaignHeaderFragment;
  onStarted: (id: string) => void;
}

function ForecastForm({ campaign, onStarted }: FormProps) {
  const [starting, start] = useForecastStart();
  const [refused, setRefused] = useState<Refused | null>(null);
  const [mode, setMode] = useState<DialMode | "">("");
  const act = useAct();
  const id = useId();
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (starting.fetching) return;
    setRefused(null);
    const input = inputOf(campaign.id, new FormData(event.currentTarget));
    const answer = await act(start({ input }), (data) => data.forecastStart, {
      refusalShown: true,
    });
    setRefused(answer.refused);
    if (answer.done?.__typename === "ForecastStarted") onStarted(answer.done.forecast.id);
  };
  const number = (name: string, label: string, more: object, help?: string) => (
    <div className="field">
      <label htmlFor={`${id}${name}`}>{label}</label>
      <input
        id={`${id}${name}`}
        name={name}
        type="number"
        inputMode="decimal"
        dir="ltr"
        aria-describedby={help ? `${id}${name}help` : undefined}
        {...more}
      />
      {help && (
        <p id={`${id}${name}help`} className="quiet">
          {help}
        </p>
      )}
    </div>
  );
  return (
    <form onSubmit={submit} className="forecast-form">
      <p>{w.explained}</p>
      <div className="fields">
        <div className="field">
          <label htmlFor={`${id}mode`}>{w.mode}</label>
          <select
            id={`${id}mode`}
            name="mode"
            value={mode}
            onChange={(event) => setMode(event.target.value as DialMode | "")}
          >
            <option value="">{`${w.same}: ${words.modes[campaign.mode]}`}</option>
            {MODES.filter((each) => each !== campaign.mode).map((each) => (
              <option key={each} value={each}>
                {words.modes[each]}
              </option>
            ))}
          </select>
        </div>
        {number("agents", w.agents, { min: 1, max: 500, step: 1 }, w.agentsHelp)}
        {number("talk", w.talk, { min: 1, max: 7200, step: 1 })}
        {(mode || campaign.mode) === "PREDICTIVE" &&
          number("abandon", w.abandonTarget, { min: 0.1, max: 50, step: 0.1 })}
      </div>
      <RefusedNote refused={refused} />
      <div className="buttons">
        <button type="submit" className="primary" aria-disabled={starting.fetching}>
          {starting.fetching ? w.starting : w.start}
        </button>
      </div>
    </form>
  );
}

/** The campaign as it is and, where something was changed, the campaign with the changes. */
export function inputOf(campaignId: string, form: FormData): ForecastInput {
  const said = (name: string) => {
    const text = String(form.get(name) ?? "").trim();
    return text === "" ? null : Number(text);
  };
  const abandon = said("abandon");
  const changes = {
    mode: (form.get("mode") as DialMode | "" | null) || null,
    agents: said("agents"),
    talkSeconds: said("talk"),
    abandonTarget: abandon === null ? null : abandon / 100,
  };
  const asItIs = { name: w.asItIs, team: "ASSIGNED" as const };
  if (Object.values(changes).every((each) => each === null)) {
    return { campaignId, variants: [asItIs] };
  }
  return { campaignId, variants: [asItIs, { ...asItIs, name: w.variant, ...changes }] };
}
