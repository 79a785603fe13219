import type {
  BlockCode,
  ForecastNumber,
  ForecastSource,
  ForecastState,
  SupervisionEnd,
  SupervisorRole,
} from "@outdial/react";

/** Texts of listening in. */
export interface SupervisionWords {
  readonly open: string;
  readonly openFor: (agent: string) => string;
  readonly title: (agent: string) => string;
  readonly role: string;
  readonly roles: Readonly<Record<SupervisorRole, string>>;
  readonly rolesExplained: Readonly<Record<SupervisorRole, string>>;
  readonly now: Readonly<Record<SupervisorRole, (agent: string) => string>>;
  readonly rings: (agent: string) => string;
  readonly phone: string;
  readonly atSwitch: string;
  readonly endpoint: string;
  readonly endpointHelp: string;
  readonly outside: string;
  readonly number: string;
  readonly numberHelp: string;
  readonly begin: string;
  readonly cancel: string;
  readonly end: string;
  readonly ended: Readonly<
    Record<Exclude<SupervisionEnd, "ASKED">, (agent: string) => string>
  >;
  readonly kept: string;
}

/** Texts of a campaign's closer look. */
export interface DetailsWords {
  readonly open: string;
  readonly openFor: (campaign: string) => string;
  readonly parts: string;
  readonly why: string;
  readonly ledger: string;
  readonly forecast: string;
  readonly readAgain: string;
  readonly asOf: (time: string) => string;
}

/** Texts of why numbers are not dialed. */
export interface ExplainWords {
  readonly total: string;
  readonly dialing: string;
  readonly waiting: string;
  readonly dialable: string;
  readonly rule: string;
  readonly targets: string;
  readonly ends: string;
  readonly never: string;
  readonly estimated: string;
  readonly nothing: string;
  readonly broken: string;
  readonly brokenRule: (rule: string, what: string, why: string) => string;
  readonly one: string;
  readonly number: string;
  readonly numberHelp: string;
  readonly ask: string;
  readonly unknown: (number: string) => string;
  readonly dialableNow: string;
  readonly notNow: string;
  readonly until: (moment: string) => string;
  readonly judged: (rules: string) => string;
  readonly place: (where: string) => string;
  readonly codes: Readonly<Record<BlockCode, string>>;
}

/** Texts of the abandon ledger. */
export interface LedgerWords {
  readonly explained: (target: string) => string;
  readonly rolling: string;
  readonly period: string;
  readonly held: string;
  readonly kept: string;
  readonly broken: string;
  readonly rate: string;
  readonly upper: (confidence: string) => string;
  readonly live: string;
  readonly connected: string;
  readonly abandoned: string;
  readonly machines: string;
  readonly span: (from: string, to: string) => string;
  readonly pool: (name: string, campaigns: number) => string;
  readonly lost: (rate: string) => string;
}

/** Texts of what-if forecasts. */
export interface ForecastWords {
  readonly explained: string;
  readonly asItIs: string;
  readonly variant: string;
  readonly same: string;
  readonly agents: string;
  readonly agentsHelp: string;
  readonly mode: string;
  readonly abandonTarget: string;
  readonly talk: string;
  readonly start: string;
  readonly starting: string;
  readonly cancel: string;
  readonly again: string;
  readonly none: string;
  readonly progress: (done: number, total: number) => string;
  readonly states: Readonly<Record<ForecastState, string>>;
  readonly asked: (moment: string) => string;
  readonly figure: string;
  readonly range: string;
  readonly occupancy: string;
  readonly abandonRate: string;
  readonly wait: string;
  readonly connectedAnHour: string;
  readonly callsAnHour: string;
  readonly calls: string;
  readonly hours: string;
  readonly finishes: string;
  readonly unknown: string;
  readonly between: (low: string, high: string) => string;
  readonly assumptions: string;
  readonly numbers: Readonly<Record<ForecastNumber, string>>;
  readonly sources: Readonly<Record<ForecastSource, string>>;
}
