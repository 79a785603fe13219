"""What the demo asks of the public API. A test holds each against the schema."""

SIGN_IN = """
mutation DemoDeskSignIn($account: String!, $code: String!, $pin: String!) {
  deskSignIn(account: $account, code: $code, pin: $pin) {
    ... on DeskSignedIn { token }
    ... on Refusal { code message }
  }
}
"""

DESK = """
subscription DemoDesk($after: String) {
  deskEvents(after: $after) {
    cursor
    snapshot
    event {
      __typename
      ... on AgentStateChanged { state }
      ... on ScreenPop { stage callId targetId }
    }
  }
}
"""

AGENT_SIGN_IN = "mutation DemoAgentSignIn { agentSignIn { __typename } }"
GO_AVAILABLE = "mutation DemoGoAvailable { agentGoAvailable { __typename } }"
HANG_UP = "mutation DemoHangUp { agentHangUp { __typename } }"

TAKE_BREAK = """
mutation DemoTakeBreak($reason: String) { agentTakeBreak(reason: $reason) { __typename } }
"""

END_WRAP_UP = """
mutation DemoEndWrapUp($code: String, $note: String!) {
  agentEndWrapUp(code: $code, note: $note) { __typename }
}
"""

DECIDE = """
mutation DemoDecide($target: UUID!, $decision: PreviewDecision!) {
  previewDecide(targetId: $target, decision: $decision) { __typename }
}
"""

USER_SIGN_IN = """
mutation DemoSignIn($account: String!, $email: String!, $password: String!) {
  signIn(account: $account, email: $email, password: $password) {
    ... on SignedIn { token }
    ... on Refusal { code message }
  }
}
"""

CAMPAIGNS = """
query DemoCampaigns { campaigns(first: 100) { nodes { id name state targets { total left } } } }
"""

IMPORT = """
query DemoImport($id: UUID!) { targetImport(id: $id) { state imported failure } }
"""

START = """
mutation DemoStart($id: UUID!) {
  campaignStart(id: $id) { __typename ... on Refusal { code message } }
}
"""

ALL = tuple(text for name, text in sorted(globals().items()) if name.isupper() and name != "ALL")
