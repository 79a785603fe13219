import type {
  AgentState,
  CampaignState,
  DialMode,
  Disposition,
  ImportState,
  PopStage,
  Trouble,
} from "@outdial/react";
import type { DialingWords, LineWords, LoginsWords, TransferWords } from "./words/desk.ts";
import type {
  DetailsWords,
  ExplainWords,
  ForecastWords,
  LedgerWords,
  SupervisionWords,
} from "./words/floor.ts";

/** Every text of the console. Another language is another object of this type. */
export interface Words {
  readonly direction: "ltr" | "rtl";
  readonly language: string;
  readonly signIn: {
    readonly title: string;
    readonly asUser: string;
    readonly asAgent: string;
    readonly account: string;
    readonly email: string;
    readonly password: string;
    readonly code: string;
    readonly pin: string;
    readonly submit: string;
    readonly submitting: string;
    readonly waiting: (seconds: number) => string;
    readonly ended: string;
  };
  readonly frame: {
    readonly signOut: string;
    readonly theme: string;
    readonly reading: string;
    readonly live: string;
    readonly connecting: string;
    readonly idle: string;
    /** After a click that got no answer. */
    readonly notDone: string;
    readonly lost: (seconds: number) => string;
    readonly retry: string;
    readonly dismiss: string;
    readonly nothingHere: string;
  };
  /** What the schema's arguments are called on the page, where it asks for them. */
  readonly fields: Readonly<Record<string, string>>;
  readonly trouble: Readonly<Record<Trouble["kind"], string>>;
  readonly floor: {
    readonly title: string;
    readonly atWork: (count: number) => string;
    readonly nobody: string;
    readonly agent: string;
    readonly state: string;
    readonly since: string;
    readonly campaign: string;
    readonly allStates: string;
  };
  readonly campaigns: {
    readonly title: string;
    readonly none: string;
    readonly start: string;
    readonly stop: string;
    readonly close: string;
    readonly import: string;
    readonly closeQuestion: (name: string) => string;
    readonly closeExplained: string;
    readonly cancel: string;
    readonly dialing: string;
    readonly waiting: string;
    readonly talking: string;
    readonly linesPerAgent: string;
    readonly abandonRate: string;
    readonly abandonExplained: string;
    readonly answered: string;
    readonly connected: string;
    readonly abandoned: string;
    readonly machines: string;
    readonly dialed: string;
    readonly left: (left: number, total: number) => string;
    readonly noTargets: string;
    readonly why: string;
    readonly agents: string;
    readonly chart: string;
    readonly lastMinutes: string;
    readonly started: (name: string) => string;
    readonly stopped: (name: string) => string;
    readonly closed: (name: string) => string;
    readonly unsettled: (name: string) => string;
  };
  readonly calls: {
    readonly title: string;
    readonly none: string;
    readonly time: string;
    readonly number: string;
    readonly talk: string;
    readonly wait: string;
    readonly outcome: string;
    readonly abandoned: string;
    readonly up: string;
  };
  readonly imports: {
    readonly title: (campaign: string) => string;
    readonly file: string;
    readonly fileHelp: string;
    readonly country: string;
    readonly countryHelp: string;
    readonly start: string;
    readonly uploading: string;
    readonly cancel: string;
    readonly done: string;
    /** Of one that goes on. */
    readonly leave: string;
    readonly another: string;
    readonly imported: string;
    readonly duplicates: string;
    readonly suppressed: string;
    readonly invalid: string;
    readonly rows: (read: number, total: number | null) => string;
    readonly left: (seconds: number) => string;
    readonly problems: string;
    readonly moreProblems: (count: number) => string;
    readonly row: string;
    readonly problem: string;
    readonly value: string;
    readonly wholeFile: string;
  };
  readonly desk: {
    readonly title: string;
    readonly available: string;
    readonly break: string;
    readonly breakAfter: string;
    readonly thenBreak: string;
    readonly thenBreakFor: (reason: string) => string;
    readonly noBreak: string;
    readonly breakReason: string;
    readonly breakReasons: readonly string[];
    readonly since: string;
    readonly signedOut: string;
    readonly signInAgain: string;
    readonly noPop: string;
    readonly noPopHelp: Readonly<Record<AgentState, string>>;
    readonly hangUp: string;
    readonly crm: string;
    readonly guide: string;
    readonly wrapUp: string;
    readonly wrapUpEnds: (time: string) => string;
    readonly code: string;
    /** The system's codes; a campaign's own are shown as they were given. */
    readonly codes: Readonly<Record<string, string>>;
    readonly callAgain: (zone: string) => string;
    readonly callAgainHelp: string;
    readonly note: string;
    readonly finish: string;
    readonly finishBreak: string;
    readonly decide: (seconds: number) => string;
    readonly accept: string;
    readonly skip: string;
    readonly remove: string;
    readonly recent: string;
    readonly noRecent: string;
    readonly ended: (how: string, time: string) => string;
    readonly inbound: string;
    readonly outbound: string;
    readonly gap: string;
    readonly unnamed: string;
  };
  readonly line: LineWords;
  readonly transfer: TransferWords;
  readonly dialing: DialingWords;
  readonly logins: LoginsWords;
  readonly supervision: SupervisionWords;
  readonly details: DetailsWords;
  readonly explain: ExplainWords;
  readonly ledger: LedgerWords;
  readonly forecast: ForecastWords;
  readonly states: Readonly<Record<AgentState, string>>;
  readonly campaignStates: Readonly<Record<CampaignState, string>>;
  /** What the floor says itself; an agent's own reason is shown as it was given. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly modes: Readonly<Record<DialMode, string>>;
  readonly dispositions: Readonly<Record<Disposition, string>>;
  readonly importStates: Readonly<Record<ImportState, string>>;
  readonly stages: Readonly<Record<PopStage, string>>;
  readonly fault: { readonly title: string; readonly reload: string };
}
