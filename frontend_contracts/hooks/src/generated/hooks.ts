// Written by `make contracts` from schema.graphql and operations/. Don't edit.

import { useMutation, useQuery, useSubscription } from "urql";
import type { UseQueryArgs, UseSubscriptionArgs } from "urql";
import * as op from "./operations.ts";

/**
 * Settings page: the account, and how full it is.
 */
export function useAccount(args: Partial<Omit<UseQueryArgs<op.AccountQueryVariables, op.AccountQuery>, "query">> = {}) {
  return useQuery({ query: op.AccountDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Settings page. InvalidInput is shown beside its fields.
 */
export function useAccountChange() {
  return useMutation(op.AccountChangeDocument);
}

/**
 * Settings page. Show `key` once, with a button to copy it: nobody can read it again.
 * InvalidInput is shown beside its fields.
 */
export function useApiKeyCreate() {
  return useMutation(op.ApiKeyCreateDocument);
}

/**
 * Settings page. NotFound: read the list again.
 */
export function useApiKeyRevoke() {
  return useMutation(op.ApiKeyRevokeDocument);
}

/**
 * Settings page: keys of other programs.
 */
export function useApiKeys(args: Partial<Omit<UseQueryArgs<op.ApiKeysQueryVariables, op.ApiKeysQuery>, "query">> = {}) {
  return useQuery({ query: op.ApiKeysDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Audit page: who changed what, newest first.
 */
export function useAuditEntries(args: Partial<Omit<UseQueryArgs<op.AuditEntriesQueryVariables, op.AuditEntriesQuery>, "query">> = {}) {
  return useQuery({ query: op.AuditEntriesDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Settings page. The viewer's sessions end, so sign in again afterwards. SignInFailed: `current` is wrong.
 * InvalidInput names what is wrong with `new`; NotAllowed: the viewer is no user.
 * TooManySignIns: `current` was wrong too often; the button waits `retryAfterSeconds`.
 */
export function usePasswordChange() {
  return useMutation(op.PasswordChangeDocument);
}

/**
 * Settings page, after losing a telephone. NotFound: it had ended already; read the list again.
 */
export function useSessionRevoke() {
  return useMutation(op.SessionRevokeDocument);
}

/**
 * Settings page: where the viewer is signed in.
 */
export function useSessions(args: Partial<Omit<UseQueryArgs<op.SessionsQueryVariables, op.SessionsQuery>, "query">> = {}) {
  return useQuery({ query: op.SessionsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Sign-in page, as a user. A refusal is shown beside the form; after TooManySignIns the button
 * waits `retryAfterSeconds`.
 */
export function useSignIn() {
  return useMutation(op.SignInDocument);
}

/**
 * The corner of every page. The token is void afterwards, whatever the answer says.
 */
export function useSignOut() {
  return useMutation(op.SignOutDocument);
}

/**
 * Settings page: one user.
 */
export function useUser(args: Omit<UseQueryArgs<op.UserQueryVariables, op.UserQuery>, "query">) {
  return useQuery({ query: op.UserDocument, ...args });
}

/**
 * Settings page. LastAdmin: make somebody else an administrator first. NotFound: read the list again.
 */
export function useUserChange() {
  return useMutation(op.UserChangeDocument);
}

/**
 * Settings page. InvalidInput and EmailTaken are shown beside their fields.
 */
export function useUserCreate() {
  return useMutation(op.UserCreateDocument);
}

/**
 * Settings page. LastAdmin: make somebody else an administrator first. NotFound: read the list again.
 */
export function useUserDeactivate() {
  return useMutation(op.UserDeactivateDocument);
}

/**
 * Settings page. InvalidInput says what is wrong with the password. NotFound: read the list again.
 */
export function useUserSetPassword() {
  return useMutation(op.UserSetPasswordDocument);
}

/**
 * Settings page: who may sign in.
 */
export function useUsers(args: Partial<Omit<UseQueryArgs<op.UsersQueryVariables, op.UsersQuery>, "query">> = {}) {
  return useQuery({ query: op.UsersDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Every page, once: who is signed in. An UNAUTHENTICATED error means: show the sign-in page.
 */
export function useViewer(args: Partial<Omit<UseQueryArgs<op.ViewerQueryVariables, op.ViewerQuery>, "query">> = {}) {
  return useQuery({ query: op.ViewerDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Team page: one agent with all settings.
 */
export function useAgent(args: Omit<UseQueryArgs<op.AgentQueryVariables, op.AgentQuery>, "query">) {
  return useQuery({ query: op.AgentDocument, ...args });
}

/**
 * Team page. AgentSignedIn: offer to sign the agent out first. NotFound: read the list again.
 */
export function useAgentArchive() {
  return useMutation(op.AgentArchiveDocument);
}

/**
 * Team page. InvalidInput and AgentCodeTaken are shown beside their fields; NotFound names what is gone.
 * CampaignIsClosed: no agent dials for the default campaign any more.
 */
export function useAgentChange() {
  return useMutation(op.AgentChangeDocument);
}

/**
 * Team page. InvalidInput and AgentCodeTaken are shown beside their fields; NotFound names the team, user or campaign.
 * CampaignIsClosed: no agent dials for the default campaign any more.
 */
export function useAgentCreate() {
  return useMutation(op.AgentCreateDocument);
}

/**
 * Desk and supervisor's page. Null `agentId`: the viewer's own desk. Accepted: the agent's phone rings, or the call is on
 * its way; the desk's events tell. CallForbidden names the rule: show `message`, and count down to `endsAt` if there is one.
 * AgentBusy: it was pressed twice, or a call came first. NoDefaultCampaign: an administrator sets one. NoLineFree: again in a
 * moment. TargetLimitReached: the account is full, the operator may raise it.
 * FloorUnavailable: it may have been dialed; look at the desk first.
 */
export function useAgentDial() {
  return useMutation(op.AgentDialDocument);
}

/**
 * Desk, after a call. NoWrapUp: it ended by itself and nothing was recorded. FloorUnavailable: it
 * may have been done; the desk's events tell.
 */
export function useAgentEndWrapUp() {
  return useMutation(op.AgentEndWrapUpDocument);
}

/**
 * Desk and supervisor's page. Null `agentId`: the viewer's own desk. AgentSignedOut: sign in first. AgentBusy: the state does
 * not allow it. FloorUnavailable: it may have been done; the desk's events tell.
 */
export function useAgentGoAvailable() {
  return useMutation(op.AgentGoAvailableDocument);
}

/**
 * Desk and supervisor's page. Null `agentId`: the viewer's own desk. NothingOnTheLine: the customer was faster.
 * FloorUnavailable: it may have been done; the desk's events tell.
 */
export function useAgentHangUp() {
  return useMutation(op.AgentHangUpDocument);
}

/**
 * Desk of a user who is an agent, and of an agent whom somebody signed out.
 * FloorUnavailable: it may have been done; the desk's events tell.
 */
export function useAgentSignIn() {
  return useMutation(op.AgentSignInDocument);
}

/**
 * Desk and supervisor's page. Null `agentId`: the viewer's own desk. AgentBusy: a customer is on the line; a supervisor
 * may ask again with `force`. FloorUnavailable: it may have been done; the desk's events tell.
 */
export function useAgentSignOut() {
  return useMutation(op.AgentSignOutDocument);
}

/**
 * Reports: who was in which state, when and how long.
 */
export function useAgentStates(args: Partial<Omit<UseQueryArgs<op.AgentStatesQueryVariables, op.AgentStatesQuery>, "query">> = {}) {
  return useQuery({ query: op.AgentStatesDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Supervisor's page: listen, whisper or barge by one's own telephone, which rings first. NotFound: the
 * agent is not on the line, or gone; read the list again. InvalidInput: give one of `endpoint` and
 * `number`. NoLineFree: no trunk has room for the number. FloorUnavailable: it may have been done; the
 * telephone tells.
 */
export function useAgentSupervise() {
  return useMutation(op.AgentSuperviseDocument);
}

/**
 * Supervisor's page: hang up one's own telephone. NotSupervising: it was over already.
 * FloorUnavailable: it may have been done; the telephone tells.
 */
export function useAgentSuperviseEnd() {
  return useMutation(op.AgentSuperviseEndDocument);
}

/**
 * Desk and supervisor's page. Null `agentId`: the viewer's own desk. During a call it holds after the call. AgentSignedOut: sign
 * in first. FloorUnavailable: it may have been done; the desk's events tell.
 */
export function useAgentTakeBreak() {
  return useMutation(op.AgentTakeBreakDocument);
}

/**
 * Supervisor's page: names for the board, whose lines have only ids. Team page: the list.
 */
export function useAgents(args: Partial<Omit<UseQueryArgs<op.AgentsQueryVariables, op.AgentsQuery>, "query">> = {}) {
  return useQuery({ query: op.AgentsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Desk: whose it is. Offer dialing by hand where there is a default campaign.
 */
export function useDeskAgent(args: Partial<Omit<UseQueryArgs<op.DeskAgentQueryVariables, op.DeskAgentQuery>, "query">> = {}) {
  return useQuery({ query: op.DeskAgentDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Desk, when a customer is given away: whom to. With `available` only those who can take the customer now.
 */
export function useDeskColleagues(args: Partial<Omit<UseQueryArgs<op.DeskColleaguesQueryVariables, op.DeskColleaguesQuery>, "query">> = {}) {
  return useQuery({ query: op.DeskColleaguesDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Sign-in page, as an agent. A refusal is shown beside the form; after TooManySignIns the button
 * waits `retryAfterSeconds`. FloorUnavailable: nobody is signed in, try again.
 */
export function useDeskSignIn() {
  return useMutation(op.DeskSignInDocument);
}

/**
 * Desk, when a contact is offered. OfferGone: the time was up, or the campaign stopped; the next
 * pop tells. FloorUnavailable: it may have been done; the desk's events tell.
 */
export function usePreviewDecide() {
  return useMutation(op.PreviewDecideDocument);
}

/**
 * Supervisor's page: how far one's own telephone is on its way to the agent, and why it is there no
 * more. AGENT_GONE: say that the agent's telephone is off the line. Null: nobody was supervised so far.
 */
export function useSupervisionChangedSubscription(args: Partial<Omit<UseSubscriptionArgs<op.SupervisionChangedSubscriptionVariables, op.SupervisionChangedSubscription>, "query">> = {}) {
  return useSubscription({ query: op.SupervisionChangedDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Team page. InvalidInput and TeamNameTaken are shown beside the name.
 */
export function useTeamCreate() {
  return useMutation(op.TeamCreateDocument);
}

/**
 * Team page. TeamNotEmpty says how many agents are left in it; NotFound: read the list again.
 */
export function useTeamDelete() {
  return useMutation(op.TeamDeleteDocument);
}

/**
 * Team page. InvalidInput and TeamNameTaken are shown beside the name; NotFound: read the list again.
 */
export function useTeamRename() {
  return useMutation(op.TeamRenameDocument);
}

/**
 * Team page, and wherever a team is chosen.
 */
export function useTeams(args: Partial<Omit<UseQueryArgs<op.TeamsQueryVariables, op.TeamsQuery>, "query">> = {}) {
  return useQuery({ query: op.TeamsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Call page, of an attempt that nobody answered.
 */
export function useAttempt(args: Omit<UseQueryArgs<op.AttemptQueryVariables, op.AttemptQuery>, "query">) {
  return useQuery({ query: op.AttemptDocument, ...args });
}

/**
 * Supervisor's page: the last attempts. Target page: all of one target.
 */
export function useAttempts(args: Partial<Omit<UseQueryArgs<op.AttemptsQueryVariables, op.AttemptsQuery>, "query">> = {}) {
  return useQuery({ query: op.AttemptsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Call page.
 */
export function useCall(args: Omit<UseQueryArgs<op.CallQueryVariables, op.CallQuery>, "query">) {
  return useQuery({ query: op.CallDocument, ...args });
}

/**
 * Desk, during the call or the wrap-up. Replaces earlier answers, so send all of them.
 * InvalidInput: the guide was changed meanwhile, or an answer is none of those to choose.
 */
export function useCallGuideAnswer() {
  return useMutation(op.CallGuideAnswerDocument);
}

/**
 * Supervisor's page. CallOver, NothingOnTheLine: somebody was faster. FloorUnavailable: it may have
 * been done; the list tells.
 */
export function useCallHangUp() {
  return useMutation(op.CallHangUpDocument);
}

/**
 * Desk. Null `agentId`: the viewer's own. NothingOnTheLine: the customer has hung up.
 * FloorUnavailable: it may have been done; asking again does no harm.
 */
export function useCallHold() {
  return useMutation(op.CallHoldDocument);
}

/**
 * Desk: start, pause, resume or stop recording. NothingOnTheLine: the customer has hung up.
 * NotRecording: nothing is being recorded, so nothing was paused, resumed or stopped.
 * FloorUnavailable: it may have been done; ask again, since doing it twice changes nothing.
 */
export function useCallRecord() {
  return useMutation(op.CallRecordDocument);
}

/**
 * Desk: press keys into the call. They are not kept. NothingOnTheLine: the customer has hung up.
 * FloorUnavailable: they may have been sent; the menu at the far end tells.
 */
export function useCallSendKeys() {
  return useMutation(op.CallSendKeysDocument);
}

/**
 * Call page: what happened in an attempt or call, in order.
 */
export function useCallTimeline(args: Omit<UseQueryArgs<op.CallTimelineQueryVariables, op.CallTimelineQuery>, "query">) {
  return useQuery({ query: op.CallTimelineDocument, ...args });
}

/**
 * Desk. TransferTargetBusy: choose somebody else. NothingOnTheLine: the customer has hung up. AgentBusy:
 * a consultation is under way. NoLineFree: no trunk has room for the number; the customer stays.
 * FloorUnavailable: it may have been done; the desk's events tell.
 */
export function useCallTransfer() {
  return useMutation(op.CallTransferDocument);
}

/**
 * Desk, while consulting: go back to the customer. NoConsultation, NothingOnTheLine: somebody has hung
 * up.
 * FloorUnavailable: it may have been done; the desk's events tell.
 */
export function useCallTransferCancel() {
  return useMutation(op.CallTransferCancelDocument);
}

/**
 * Desk, while consulting: hand the customer over. NoConsultation, NothingOnTheLine: somebody has hung up.
 * FloorUnavailable: it may have been done; the desk's events tell.
 */
export function useCallTransferComplete() {
  return useMutation(op.CallTransferCompleteDocument);
}

/**
 * Supervisor's page: the last calls. Reports: all of them.
 */
export function useCalls(args: Partial<Omit<UseQueryArgs<op.CallsQueryVariables, op.CallsQuery>, "query">> = {}) {
  return useQuery({ query: op.CallsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Desk. Follow it with the newest cursor that was seen: nothing is missed and nothing comes twice.
 * A ResumeGap says that something was missed after all; what is true now follows it.
 */
export function useDeskEventsSubscription(args: Partial<Omit<UseSubscriptionArgs<op.DeskEventsSubscriptionVariables, op.DeskEventsSubscription>, "query">> = {}) {
  return useSubscription({ query: op.DeskEventsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Recordings page: one of them.
 */
export function useRecording(args: Omit<UseQueryArgs<op.RecordingQueryVariables, op.RecordingQuery>, "query">) {
  return useQuery({ query: op.RecordingDocument, ...args });
}

/**
 * Recordings page, and those of one call.
 */
export function useRecordings(args: Partial<Omit<UseQueryArgs<op.RecordingsQueryVariables, op.RecordingsQuery>, "query">> = {}) {
  return useQuery({ query: op.RecordingsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Campaign page: one campaign with all settings.
 */
export function useCampaign(args: Omit<UseQueryArgs<op.CampaignQueryVariables, op.CampaignQuery>, "query">) {
  return useQuery({ query: op.CampaignDocument, ...args });
}

/**
 * Campaign page: agents who work on it alone, not through a team.
 */
export function useCampaignAgents(args: Omit<UseQueryArgs<op.CampaignAgentsQueryVariables, op.CampaignAgentsQuery>, "query">) {
  return useQuery({ query: op.CampaignAgentsDocument, ...args });
}

/**
 * Archive button in the list of finished campaigns. CampaignIsNotClosed: offer to close it.
 */
export function useCampaignArchive() {
  return useMutation(op.CampaignArchiveDocument);
}

/**
 * Campaign page: who works on it. NotFound names the campaign, team or agent.
 * SettingShared: offer to open the main campaign of the chain. CampaignIsClosed: read the page again.
 */
export function useCampaignAssign() {
  return useMutation(op.CampaignAssignDocument);
}

/**
 * Supervisor's page: figures of the chosen campaign, now and then at most once a second.
 * Each is whole, so one that was missed while the connection was away does no harm.
 */
export function useCampaignBoardSubscription(args: Omit<UseSubscriptionArgs<op.CampaignBoardSubscriptionVariables, op.CampaignBoardSubscription>, "query">) {
  return useSubscription({ query: op.CampaignBoardDocument, ...args });
}

/**
 * Programs that want one campaign's figures once. The page follows CampaignBoard instead.
 */
export function useCampaignBoardNow(args: Omit<UseQueryArgs<op.CampaignBoardNowQueryVariables, op.CampaignBoardNowQuery>, "query">) {
  return useQuery({ query: op.CampaignBoardNowDocument, ...args });
}

/**
 * Campaign page. InvalidInput is shown beside its fields; CampaignIsClosed: it can only be read.
 * SettingShared: offer to open the main campaign of the chain.
 */
export function useCampaignChange() {
  return useMutation(op.CampaignChangeDocument);
}

/**
 * Close button, after a question: a closed campaign never dials again. NotFound: read the list again.
 */
export function useCampaignClose() {
  return useMutation(op.CampaignCloseDocument);
}

/**
 * Copy button of the campaign page: opens the copy. NotFound: read the list again.
 */
export function useCampaignCopy() {
  return useMutation(op.CampaignCopyDocument);
}

/**
 * Supervisor's page. InvalidInput is shown beside its fields.
 */
export function useCampaignCreate() {
  return useMutation(op.CampaignCreateDocument);
}

/**
 * Desk and supervisor's page: a campaign with manual login. Null `agentId`: the viewer's own desk. AgentSignedOut: sign in first.
 * FloorUnavailable: it may have been done; `DeskCampaigns` tells.
 */
export function useCampaignLogIn() {
  return useMutation(op.CampaignLogInDocument);
}

/**
 * Desk and supervisor's page. LoginIsPermanent: there is nothing to log out of; offer a break.
 */
export function useCampaignLogOut() {
  return useMutation(op.CampaignLogOutDocument);
}

/**
 * Reports: who was logged into which campaign, when and how long. Only campaigns with manual login are logged into.
 */
export function useCampaignLogins(args: Partial<Omit<UseQueryArgs<op.CampaignLoginsQueryVariables, op.CampaignLoginsQuery>, "query">> = {}) {
  return useQuery({ query: op.CampaignLoginsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Start button. NoAgentsAssigned: offer to assign a team. CampaignIsClosed and NotFound: read the
 * list again.
 */
export function useCampaignStart() {
  return useMutation(op.CampaignStartDocument);
}

/**
 * Stop button. Not `settled`: say that a call may still leave, and offer to stop again.
 * CampaignIsClosed and NotFound: read the list again.
 */
export function useCampaignStop() {
  return useMutation(op.CampaignStopDocument);
}

/**
 * In the list of archived campaigns: back to the finished ones.
 */
export function useCampaignUnarchive() {
  return useMutation(op.CampaignUnarchiveDocument);
}

/**
 * Campaign page: who works on it no more. NotFound names the campaign.
 * SettingShared: offer to open the main campaign of the chain. CampaignIsClosed: read the page again.
 */
export function useCampaignUnassign() {
  return useMutation(op.CampaignUnassignDocument);
}

/**
 * Supervisor's page: the list. The finished ones are a list of their own.
 */
export function useCampaigns(args: Partial<Omit<UseQueryArgs<op.CampaignsQueryVariables, op.CampaignsQuery>, "query">> = {}) {
  return useQuery({ query: op.CampaignsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Supervisor's page: keeps the list of campaigns true. A null campaign means: read the list again.
 */
export function useCampaignsChangedSubscription(args: Partial<Omit<UseSubscriptionArgs<op.CampaignsChangedSubscriptionVariables, op.CampaignsChangedSubscription>, "query">> = {}) {
  return useSubscription({ query: op.CampaignsChangedDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Desk: the agent's campaigns. Offer log-in and log-out where `agentLogin` is MANUAL. Null `agentId`: the viewer's own desk.
 */
export function useDeskCampaigns(args: Partial<Omit<UseQueryArgs<op.DeskCampaignsQueryVariables, op.DeskCampaignsQuery>, "query">> = {}) {
  return useQuery({ query: op.DeskCampaignsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * The list of finished campaigns, the last closed first, with what came of each.
 */
export function useFinishedCampaigns(args: Partial<Omit<UseQueryArgs<op.FinishedCampaignsQueryVariables, op.FinishedCampaignsQuery>, "query">> = {}) {
  return useQuery({ query: op.FinishedCampaignsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Supervisor's page: what every agent does, now and then at most once a second.
 */
export function useFloorBoardSubscription(args: Partial<Omit<UseSubscriptionArgs<op.FloorBoardSubscriptionVariables, op.FloorBoardSubscription>, "query">> = {}) {
  return useSubscription({ query: op.FloorBoardDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Programs that want the agents' states once. The page follows FloorBoard instead.
 */
export function useFloorBoardNow(args: Partial<Omit<UseQueryArgs<op.FloorBoardNowQueryVariables, op.FloorBoardNowQuery>, "query">> = {}) {
  return useQuery({ query: op.FloorBoardNowDocument, ...args, variables: args.variables ?? {} });
}

/**
 * The chaining tab of a campaign.
 */
export function useCampaignChaining(args: Omit<UseQueryArgs<op.CampaignChainingQueryVariables, op.CampaignChainingQuery>, "query">) {
  return useQuery({ query: op.CampaignChainingDocument, ...args });
}

/**
 * Draws from: the save button. ChainCircle: show `names` in order. CampaignIsClosed and NotFound: read
 * the list again. InvalidInput: show each problem at its field.
 */
export function useCampaignDraw() {
  return useMutation(op.CampaignDrawDocument);
}

/**
 * Draws from: the remove button. What was drawn stays.
 */
export function useCampaignDrawEnd() {
  return useMutation(op.CampaignDrawEndDocument);
}

/**
 * "Starts after": the save button, after a warning that the shared settings are taken over.
 * ChainCircle: show `names` in order. ChainedElsewhere: offer to unlink it there.
 * CampaignIsClosed: one of the two is closed, read the page again.
 */
export function useCampaignLink() {
  return useMutation(op.CampaignLinkDocument);
}

/**
 * "Starts after": the remove button. The settings stay; a campaign that waited is stopped.
 */
export function useCampaignUnlink() {
  return useMutation(op.CampaignUnlinkDocument);
}

/**
 * What became of the finished targets that were to be drawn; with `results: [DUPLICATE]`, the report
 * of duplicates.
 */
export function useTargetDraws(args: Omit<UseQueryArgs<op.TargetDrawsQueryVariables, op.TargetDrawsQuery>, "query">) {
  return useQuery({ query: op.TargetDrawsDocument, ...args });
}

/**
 * A target's way through campaigns that draw from each other: one before, and those after.
 */
export function useTargetWay(args: Omit<UseQueryArgs<op.TargetWayQueryVariables, op.TargetWayQuery>, "query">) {
  return useQuery({ query: op.TargetWayDocument, ...args });
}

/**
 * What stands between a campaign's targets and their calls; also before it starts. Without `at`: now.
 */
export function useCampaignExplain(args: Omit<UseQueryArgs<op.CampaignExplainQueryVariables, op.CampaignExplainQuery>, "query">) {
  return useQuery({ query: op.CampaignExplainDocument, ...args });
}

/**
 * What binds all calls of the account.
 */
export function useDialingPolicy(args: Partial<Omit<UseQueryArgs<op.DialingPolicyQueryVariables, op.DialingPolicyQuery>, "query">> = {}) {
  return useQuery({ query: op.DialingPolicyDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Save button of the account's dialing rules. They hold at once, also for campaigns that dial.
 */
export function useDialingPolicyChange() {
  return useMutation(op.DialingPolicyChangeDocument);
}

/**
 * The packs that can be chosen. Show `sources` and `note` with each: it is no legal advice.
 */
export function useRegulationPacks(args: Partial<Omit<UseQueryArgs<op.RegulationPacksQueryVariables, op.RegulationPacksQuery>, "query">> = {}) {
  return useQuery({ query: op.RegulationPacksDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Why is this target not dialed? Asked when somebody opens a target.
 */
export function useTargetExplain(args: Omit<UseQueryArgs<op.TargetExplainQueryVariables, op.TargetExplainQuery>, "query">) {
  return useQuery({ query: op.TargetExplainDocument, ...args });
}

/**
 * What-if panel: one forecast with everything it assumed.
 */
export function useForecast(args: Omit<UseQueryArgs<op.ForecastQueryVariables, op.ForecastQuery>, "query">) {
  return useQuery({ query: op.ForecastDocument, ...args });
}

/**
 * What-if panel: stop it. ForecastFinished: it was over already, read it again.
 */
export function useForecastCancel() {
  return useMutation(op.ForecastCancelDocument);
}

/**
 * What-if panel: figures that grow firmer with every run; at most twice a second.
 */
export function useForecastProgressSubscription(args: Omit<UseSubscriptionArgs<op.ForecastProgressSubscriptionVariables, op.ForecastProgressSubscription>, "query">) {
  return useSubscription({ query: op.ForecastProgressDocument, ...args });
}

/**
 * What-if panel. NobodyToForecast: ask for a number of agents. TooManyForecasts: offer to cancel one.
 */
export function useForecastStart() {
  return useMutation(op.ForecastStartDocument);
}

/**
 * What-if panel: earlier forecasts of a campaign, newest first.
 */
export function useForecasts(args: Omit<UseQueryArgs<op.ForecastsQueryVariables, op.ForecastsQuery>, "query">) {
  return useQuery({ query: op.ForecastsDocument, ...args });
}

/**
 * Campaign page, "Ask before each call". Null: the campaign asks nobody, offer to set it up.
 */
export function usePreDialHook(args: Omit<UseQueryArgs<op.PreDialHookQueryVariables, op.PreDialHookQuery>, "query">) {
  return useQuery({ query: op.PreDialHookDocument, ...args });
}

/**
 * Campaign page. Calls leave without asking from now on.
 */
export function usePreDialHookRemove() {
  return useMutation(op.PreDialHookRemoveDocument);
}

/**
 * Campaign page. Show the new secret once; the former one signs for a day, too.
 * NoHook: it was removed meanwhile. CampaignIsClosed: nothing dials, so nothing is signed.
 */
export function usePreDialHookRotate() {
  return useMutation(op.PreDialHookRotateDocument);
}

/**
 * Campaign page. A secret is in the first answer only: show it once, to be copied.
 * InvalidInput is shown beside its fields; CampaignIsClosed: it can only be read.
 */
export function usePreDialHookSet() {
  return useMutation(op.PreDialHookSetDocument);
}

/**
 * Compliance panel of a campaign: both windows, and whether the target was kept in each.
 */
export function useAbandonLedger(args: Omit<UseQueryArgs<op.AbandonLedgerQueryVariables, op.AbandonLedgerQuery>, "query">) {
  return useQuery({ query: op.AbandonLedgerDocument, ...args });
}

/**
 * Compliance panel. Follow the export as any other (TargetExportProgress). TooManyForXlsx: offer CSV.
 */
export function useAbandonLedgerExportStart() {
  return useMutation(op.AbandonLedgerExportStartDocument);
}

/**
 * Monitor: somebody clicks into the chart of calls and asks why so many left then.
 */
export function usePacingDecisions(args: Omit<UseQueryArgs<op.PacingDecisionsQueryVariables, op.PacingDecisionsQuery>, "query">) {
  return useQuery({ query: op.PacingDecisionsDocument, ...args });
}

/**
 * Suppression page. Each row has an answer of its own; a refusal means that no row was added.
 */
export function useNumbersSuppress() {
  return useMutation(op.NumbersSuppressDocument);
}

/**
 * Do-not-call page: an import with its first rows that became no new entry.
 */
export function useSuppressionImport(args: Omit<UseQueryArgs<op.SuppressionImportQueryVariables, op.SuppressionImportQuery>, "query">) {
  return useQuery({ query: op.SuppressionImportDocument, ...args });
}

/**
 * Do-not-call page. ImportFinished: it was over already; entries that it made stay either way.
 */
export function useSuppressionImportCancel() {
  return useMutation(op.SuppressionImportCancelDocument);
}

/**
 * Do-not-call page: how far an import is, now and after every block of rows.
 */
export function useSuppressionImportProgressSubscription(args: Omit<UseSubscriptionArgs<op.SuppressionImportProgressSubscriptionVariables, op.SuppressionImportProgressSubscription>, "query">) {
  return useSubscription({ query: op.SuppressionImportProgressDocument, ...args });
}

/**
 * Do-not-call page. ImportFileRefused and FileTooLarge: nothing was kept, choose another file.
 */
export function useSuppressionImportStart() {
  return useMutation(op.SuppressionImportStartDocument);
}

/**
 * Do-not-call page: earlier imports, newest first.
 */
export function useSuppressionImports(args: Partial<Omit<UseQueryArgs<op.SuppressionImportsQueryVariables, op.SuppressionImportsQuery>, "query">> = {}) {
  return useQuery({ query: op.SuppressionImportsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Suppression page. NotFound: read the list again.
 */
export function useSuppressionRemove() {
  return useMutation(op.SuppressionRemoveDocument);
}

/**
 * Suppression page: numbers that are never dialed. With `number`: those that stand against it.
 */
export function useSuppressions(args: Partial<Omit<UseQueryArgs<op.SuppressionsQueryVariables, op.SuppressionsQuery>, "query">> = {}) {
  return useQuery({ query: op.SuppressionsDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Import panel. NotFound: somebody forgot it already, read the list again.
 */
export function useColumnChoiceRemove() {
  return useMutation(op.ColumnChoiceRemoveDocument);
}

/**
 * Import panel: the headers whose columns are remembered, to forget what is wrong.
 */
export function useColumnChoices(args: Partial<Omit<UseQueryArgs<op.ColumnChoicesQueryVariables, op.ColumnChoicesQuery>, "query">> = {}) {
  return useQuery({ query: op.ColumnChoicesDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Target page, with the customer's fields.
 */
export function useTarget(args: Omit<UseQueryArgs<op.TargetQueryVariables, op.TargetQuery>, "query">) {
  return useQuery({ query: op.TargetDocument, ...args });
}

/**
 * Targets page: how many there are of each class.
 */
export function useTargetClasses(args: Omit<UseQueryArgs<op.TargetClassesQueryVariables, op.TargetClassesQuery>, "query">) {
  return useQuery({ query: op.TargetClassesDocument, ...args });
}

/**
 * Export panel: an export, and the address of its file.
 */
export function useTargetExport(args: Omit<UseQueryArgs<op.TargetExportQueryVariables, op.TargetExportQuery>, "query">) {
  return useQuery({ query: op.TargetExportDocument, ...args });
}

/**
 * Export panel: how far an export is, now and then at most twice a second.
 */
export function useTargetExportProgressSubscription(args: Omit<UseSubscriptionArgs<op.TargetExportProgressSubscriptionVariables, op.TargetExportProgressSubscription>, "query">) {
  return useSubscription({ query: op.TargetExportProgressDocument, ...args });
}

/**
 * Export panel. TooManyForXlsx: offer CSV, or a narrower filter. NotFound names the campaign,
 * InvalidInput what is wrong with the filter.
 */
export function useTargetExportStart() {
  return useMutation(op.TargetExportStartDocument);
}

/**
 * Import panel: an import with its first bad rows.
 */
export function useTargetImport(args: Omit<UseQueryArgs<op.TargetImportQueryVariables, op.TargetImportQuery>, "query">) {
  return useQuery({ query: op.TargetImportDocument, ...args });
}

/**
 * Import panel. ImportFinished: it was over already, so all of it is in.
 */
export function useTargetImportCancel() {
  return useMutation(op.TargetImportCancelDocument);
}

/**
 * Import panel, after a preview. ImportFinished: it was canceled or begun meanwhile. ImportFileRefused:
 * no column holds numbers, choose again. InvalidInput names the choice that is wrong. CampaignIsClosed: the
 * campaign was closed meanwhile, and nothing is imported.
 */
export function useTargetImportConfirm() {
  return useMutation(op.TargetImportConfirmDocument);
}

/**
 * Import panel, to show the columns before anything is imported; TargetImportConfirm goes on. ImportFileRefused
 * and FileTooLarge: nothing was kept, choose another file. TargetLimitReached and CampaignIsClosed: nothing was kept, and
 * another file does not help.
 */
export function useTargetImportPreview() {
  return useMutation(op.TargetImportPreviewDocument);
}

/**
 * Import panel: how far an import is, now and then at most twice a second.
 */
export function useTargetImportProgressSubscription(args: Omit<UseSubscriptionArgs<op.TargetImportProgressSubscriptionVariables, op.TargetImportProgressSubscription>, "query">) {
  return useSubscription({ query: op.TargetImportProgressDocument, ...args });
}

/**
 * Import panel. ImportFileRefused and FileTooLarge: nothing was kept, choose another file.
 * TargetLimitReached and CampaignIsClosed: nothing was kept, and another file does not help.
 */
export function useTargetImportStart() {
  return useMutation(op.TargetImportStartDocument);
}

/**
 * Import panel: what was imported into a campaign before.
 */
export function useTargetImports(args: Omit<UseQueryArgs<op.TargetImportsQueryVariables, op.TargetImportsQuery>, "query">) {
  return useQuery({ query: op.TargetImportsDocument, ...args });
}

/**
 * Targets page: an operation that was begun before the page was opened.
 */
export function useTargetOperation(args: Omit<UseQueryArgs<op.TargetOperationQueryVariables, op.TargetOperationQuery>, "query">) {
  return useQuery({ query: op.TargetOperationDocument, ...args });
}

/**
 * Targets page: how far an operation is, now and then at most twice a second.
 */
export function useTargetOperationProgressSubscription(args: Omit<UseSubscriptionArgs<op.TargetOperationProgressSubscriptionVariables, op.TargetOperationProgressSubscription>, "query">) {
  return useSubscription({ query: op.TargetOperationProgressDocument, ...args });
}

/**
 * Targets page: what was removed, reset and purged, newest first.
 */
export function useTargetOperations(args: Omit<UseQueryArgs<op.TargetOperationsQueryVariables, op.TargetOperationsQuery>, "query">) {
  return useQuery({ query: op.TargetOperationsDocument, ...args });
}

/**
 * Targets page. TargetDialed: its history stays. NotFound: read the list again.
 */
export function useTargetRemove() {
  return useMutation(op.TargetRemoveDocument);
}

/**
 * Targets page of a campaign.
 */
export function useTargets(args: Omit<UseQueryArgs<op.TargetsQueryVariables, op.TargetsQuery>, "query">) {
  return useQuery({ query: op.TargetsDocument, ...args });
}

/**
 * Targets page, and programs. Each row has an answer of its own; a refusal means that no row was
 * added. Ask again with the same idempotency key after a lost connection; IdempotencyKeyReused: that key had other rows.
 * TargetLimitReached and CampaignIsClosed: fewer rows, or another key, do not help.
 */
export function useTargetsAdd() {
  return useMutation(op.TargetsAddDocument);
}

/**
 * Targets page, after the person typed how many: forget this class with its history. CountChanged says
 * how many there are now: ask again.
 */
export function useTargetsPurge() {
  return useMutation(op.TargetsPurgeDocument);
}

/**
 * Targets page, after the person typed how many. CountChanged says how many there are now: ask again.
 */
export function useTargetsRemoveAll() {
  return useMutation(op.TargetsRemoveAllDocument);
}

/**
 * Targets page, after the person typed how many: dial this class again from the start. CountChanged says
 * how many there are now: ask again. CampaignIsClosed: nothing can be dialed again.
 */
export function useTargetsReset() {
  return useMutation(op.TargetsResetDocument);
}

/**
 * Campaign page: the trunks that it dials by. NotFound names the campaign or trunk.
 */
export function useCampaignTrunks() {
  return useMutation(op.CampaignTrunksDocument);
}

/**
 * Settings page. InvalidInput is shown beside its fields; NotFound names the number, team or
 * campaign. CampaignIsClosed: nobody is called back by the campaign that was chosen.
 */
export function useInboundNumberChange() {
  return useMutation(op.InboundNumberChangeDocument);
}

/**
 * Settings page. InvalidInput and NumberTaken are shown beside their fields; NotFound names the team or
 * campaign. CampaignIsClosed: nobody is called back by the campaign that was chosen.
 */
export function useInboundNumberCreate() {
  return useMutation(op.InboundNumberCreateDocument);
}

/**
 * Settings page. NotFound: read the list again.
 */
export function useInboundNumberDelete() {
  return useMutation(op.InboundNumberDeleteDocument);
}

/**
 * Settings page: the numbers that customers and agents call.
 */
export function useInboundNumbers(args: Partial<Omit<UseQueryArgs<op.InboundNumbersQueryVariables, op.InboundNumbersQuery>, "query">> = {}) {
  return useQuery({ query: op.InboundNumbersDocument, ...args, variables: args.variables ?? {} });
}

/**
 * Settings page. InvalidInput and TrunkNameTaken are shown beside their fields. NotFound: read the list
 * again.
 */
export function useTrunkChange() {
  return useMutation(op.TrunkChangeDocument);
}

/**
 * Settings page. InvalidInput and TrunkNameTaken are shown beside their fields.
 */
export function useTrunkCreate() {
  return useMutation(op.TrunkCreateDocument);
}

/**
 * Settings page, and wherever a campaign's trunks are chosen. In the order of use.
 */
export function useTrunks(args: Partial<Omit<UseQueryArgs<op.TrunksQueryVariables, op.TrunksQuery>, "query">> = {}) {
  return useQuery({ query: op.TrunksDocument, ...args, variables: args.variables ?? {} });
}
