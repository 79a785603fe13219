import type {
  AgentDialMutation,
  AgentEndWrapUpMutation,
  AgentGoAvailableMutation,
  AgentHangUpMutation,
  AgentSignInMutation,
  AgentSignOutMutation,
  AgentSuperviseEndMutation,
  AgentSuperviseMutation,
  AgentTakeBreakMutation,
  CallHoldMutation,
  CallRecordMutation,
  CallSendKeysMutation,
  CallTransferCancelMutation,
  CallTransferCompleteMutation,
  CallTransferMutation,
  CampaignCloseMutation,
  CampaignCreateMutation,
  CampaignLogInMutation,
  CampaignLogOutMutation,
  CampaignStartMutation,
  CampaignStopMutation,
  DeskSignInMutation,
  ForecastCancelMutation,
  ForecastStartMutation,
  PreviewDecideMutation,
  SignInMutation,
  TargetImportCancelMutation,
  TargetImportStartMutation,
} from "../generated/operations.ts";

/** A rule said no. */
export interface Refused {
  /** Stable, for programs. */
  readonly code: string;
  /** What was not done, why, and what to do; English. */
  readonly message: string;
  /** What the person can do about it. */
  readonly way: Way;
  /** Of `correct`: what is wrong with which field. */
  readonly problems: readonly { readonly path: string; readonly message: string }[];
  /** Of `wait`: for so long; null: the server does not say. */
  readonly waitSeconds: number | null;
  /** Of a rule that ends: when, ISO 8601; null: none is known. */
  readonly until: string | null;
}

/**
 * What a person can do after a refusal.
 *
 * - `correct`: change what was entered. `wait`: the same again later.
 * - `reread`: the page shows something that is over; read it again.
 * - `look`: it may have been done; the live feed tells.
 * - `assign`: give the campaign agents first. `stop`: nothing here helps.
 */
export type Way = "correct" | "wait" | "reread" | "look" | "assign" | "stop";

type Answer =
  | SignInMutation["signIn"]
  | DeskSignInMutation["deskSignIn"]
  | AgentSignInMutation["agentSignIn"]
  | AgentSignOutMutation["agentSignOut"]
  | AgentGoAvailableMutation["agentGoAvailable"]
  | AgentTakeBreakMutation["agentTakeBreak"]
  | AgentEndWrapUpMutation["agentEndWrapUp"]
  | AgentHangUpMutation["agentHangUp"]
  | AgentDialMutation["agentDial"]
  | AgentSuperviseMutation["agentSupervise"]
  | AgentSuperviseEndMutation["agentSuperviseEnd"]
  | CallHoldMutation["callHold"]
  | CallRecordMutation["callRecord"]
  | CallSendKeysMutation["callSendKeys"]
  | CallTransferMutation["callTransfer"]
  | CallTransferCompleteMutation["callTransferComplete"]
  | CallTransferCancelMutation["callTransferCancel"]
  | CampaignLogInMutation["campaignLogIn"]
  | CampaignLogOutMutation["campaignLogOut"]
  | ForecastStartMutation["forecastStart"]
  | ForecastCancelMutation["forecastCancel"]
  | PreviewDecideMutation["previewDecide"]
  | CampaignStartMutation["campaignStart"]
  | CampaignStopMutation["campaignStop"]
  | CampaignCloseMutation["campaignClose"]
  | CampaignCreateMutation["campaignCreate"]
  | TargetImportStartMutation["targetImportStart"]
  | TargetImportCancelMutation["targetImportCancel"];

/** The members of a result union that are refusals. */
export type RefusalOf<Result> = Extract<Result, { readonly code: string; readonly message: string }>;

/** Whether a result is one of its refusals. */
export function isRefusal<Result extends object>(result: Result): result is RefusalOf<Result> {
  return "code" in result && "message" in result;
}

/**
 * What a refusal means to a person; null when the answer is none.
 *
 * A refusal that the schema gains in one of these unions does not compile here: it must be given a
 * way out before the page can meet it.
 */
export function refusedBy(result: Answer): Refused | null {
  if (!isRefusal(result)) return null;
  switch (result.__typename) {
    case "InvalidInput":
      return refused(result, "correct", { problems: result.problems });
    case "SignInFailed":
    case "ImportFileRefused":
    case "FileTooLarge":
    case "TransferTargetBusy":
    case "NobodyToForecast":
      return refused(result, "correct");
    case "NoLineFree":
    case "TooManyForecasts":
      return refused(result, "wait");
    case "TooManySignIns":
      return refused(result, "wait", { waitSeconds: result.retryAfterSeconds });
    case "FloorUnavailable":
      return refused(result, "look");
    case "NoAgentsAssigned":
      return refused(result, "assign");
    case "NotFound":
    case "AgentSignedOut":
    case "AgentBusy":
    case "NoWrapUp":
    case "NothingOnTheLine":
    case "OfferGone":
    case "CampaignIsClosed":
    case "ImportFinished":
    case "ForecastFinished":
    case "LoginIsPermanent":
    case "NoConsultation":
    case "NotRecording":
    case "NotSupervising":
      return refused(result, "reread");
    case "CallForbidden":
      return refused(result, "stop", { until: result.endsAt });
    case "NoDefaultCampaign":
    case "TargetLimitReached":
      return refused(result, "stop");
    default:
      return result satisfies never;
  }
}

function refused(
  { code, message }: { readonly code: string; readonly message: string },
  way: Way,
  more: Partial<Pick<Refused, "problems" | "waitSeconds" | "until">> = {},
): Refused {
  return { code, message, way, problems: [], waitSeconds: null, until: null, ...more };
}
