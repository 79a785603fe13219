import { agentsByState, useCampaignBoard } from "@outdial/react";
import type { CampaignFiguresFragment, CampaignHeaderFragment } from "@outdial/react";
import { words } from "../english.ts";
import { formatPercent, formatTenths, formatWhole } from "../format.ts";
import { LineChart, Progress, StateBar } from "../parts/charts.tsx";
import { TroubleNote } from "../parts/trouble.tsx";
import type { Viewer } from "../session.ts";
import { CampaignActions } from "./actions.tsx";

const w = words.campaigns;

interface CardProps {
  campaign: CampaignHeaderFragment;
  viewer: Viewer;
}

/** One campaign: what it does now, why, and the buttons. */
export function CampaignCard({ campaign, viewer }: CardProps) {
  const { model: board, trouble } = useCampaignBoard(campaign.id);
  const { now, history } = board;
  const total = campaign.targets.total;
  // The floor counts while the campaign dials; otherwise only the list is told of new targets.
  const left = campaign.state === "RUNNING" && now ? now.targetsLeft : campaign.targets.left;
  const moves =
    campaign.state === "RUNNING" || history.some(({ talking, dialing }) => talking + dialing > 0);
  return (
    <article className="card campaign" aria-label={campaign.name} data-campaign={campaign.serial}>
      <header>
        <h3>
          {campaign.name} <span className="quiet">#{campaign.serial}</span>
        </h3>
        <span className="tag">{words.modes[campaign.mode]}</span>
        <span className="tag" data-campaign-state={campaign.state}>
          {words.campaignStates[campaign.state]}
        </span>
        <span className="grow" />
        <CampaignActions campaign={campaign} viewer={viewer} />
      </header>
      <TroubleNote trouble={trouble} />
      <Figures now={now} />
      <p className="why">
        <span className="quiet">{w.why}</span> <span data-figure="why">{now?.why || "–"}</span>
      </p>
      {moves && (
        <LineChart
          label={w.chart}
          series={[
            series(w.talking, "line-talking", history, (each) => each.talking),
            series(w.dialing, "line-dialing", history, (each) => each.dialing),
          ]}
        />
      )}
      <StateBar counts={countsOf(now)} />
      <div className="left">
        <Progress part={total === 0 ? 0 : 1 - left / total} label={w.left(left, total)} />
        <span className="quiet">{total === 0 ? w.noTargets : w.left(left, total)}</span>
      </div>
    </article>
  );
}

function Figures({ now }: { now: CampaignFiguresFragment | null }) {
  const all = [
    figure("talking", w.talking, now && formatWhole(now.talking)),
    figure("waiting", w.waiting, now && formatWhole(now.waiting)),
    figure("dialing", w.dialing, now && formatWhole(now.dialing)),
    figure("linesPerAgent", w.linesPerAgent, now && formatTenths(now.linesPerAgent)),
    figure("abandonRate", w.abandonRate, now && formatPercent(now.abandonRate), w.abandonExplained),
    figure("dialed", w.dialed, now && formatWhole(now.dialed)),
    figure("answered", w.answered, now && formatWhole(now.answered)),
    figure("connected", w.connected, now && formatWhole(now.connected)),
    figure("abandoned", w.abandoned, now && formatWhole(now.abandoned)),
    figure("machines", w.machines, now && formatWhole(now.machines)),
  ];
  return (
    <dl className="figures">
      {all.map(({ name, label, value, title }) => (
        <div key={name} title={title} className={name === "waiting" && now?.waiting ? "hot" : ""}>
          <dt>{label}</dt>
          <dd data-figure={name}>{value ?? "–"}</dd>
        </div>
      ))}
    </dl>
  );
}

function figure(name: string, label: string, value: string | null, title?: string) {
  return { name, label, value, title };
}

function series(
  name: string,
  className: string,
  history: readonly CampaignFiguresFragment[],
  value: (figures: CampaignFiguresFragment) => number,
) {
  const points = history.map((each) => ({ at: Date.parse(each.at), value: value(each) }));
  return { name, className, points };
}

function countsOf(now: CampaignFiguresFragment | null) {
  const counts = { ...agentsByState([]) };
  for (const { state, count } of now?.agents ?? []) counts[state] = count;
  return counts;
}
