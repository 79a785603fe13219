"""What a customer does to get a campaign going, each step through the public API."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from tests.e2e.customer import Customer, at_desk, until
from tests.e2e.desk import Desk
from tests.e2e.system import Credentials

TEAM_CREATE = """
mutation ($name: String!) {
  teamCreate(name: $name) { __typename ... on TeamCreated { team { id } } }
}
"""
AGENT_CREATE = """
mutation ($input: AgentCreateInput!) {
  agentCreate(input: $input) { __typename ... on AgentCreated { agent { id code } } }
}
"""
CAMPAIGN_CREATE = """
mutation ($input: CampaignCreateInput!) {
  campaignCreate(input: $input) {
    __typename
    ... on CampaignCreated { campaign { id state } }
    ... on InvalidInput { problems { path message } }
  }
}
"""
NUMBER_CREATE = """
mutation ($number: PhoneNumber!) {
  inboundNumberCreate(number: $number, purpose: CALLER_ID) { __typename }
}
"""
ASSIGN = """
mutation ($id: UUID!, $teams: [AssignedInput!]) {
  campaignAssign(id: $id, teams: $teams) { __typename }
}
"""
TARGETS_ADD = """
mutation ($input: TargetsAddInput!) {
  targetsAdd(input: $input) { __typename ... on TargetsAdded { added } }
}
"""
START = """
mutation ($id: UUID!) {
  campaignStart(id: $id) {
    __typename
    ... on CampaignStarted { campaign { state } }
    ... on Refusal { code message }
  }
}
"""
STOP = """
mutation ($id: UUID!) {
  campaignStop(id: $id) {
    __typename
    ... on CampaignStopped { settled campaign { state } }
    ... on Refusal { code message }
  }
}
"""
CLOSE = """
mutation ($id: UUID!) {
  campaignClose(id: $id) {
    __typename
    ... on CampaignClosed { settled campaign { state } }
    ... on Refusal { code message }
  }
}
"""
TARGETS = """
query ($campaign: UUID!, $after: String) {
  targets(campaignId: $campaign, first: 100, after: $after) {
    nodes { id number state closedReason attempts customerStatus }
    pageInfo { hasNextPage endCursor }
  }
}
"""
ATTEMPTS = """
query ($campaign: UUID!, $after: String) {
  attempts(campaignId: $campaign, first: 100, after: $after) {
    nodes {
      id targetId number state disposition failedOver agentId ordinal callerId decidedBy
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
CALLS = """
query ($campaign: UUID!, $after: String) {
  calls(campaignId: $campaign, first: 100, after: $after) {
    nodes { id agentId number wrapUpCode note endedBy talkSeconds endedAt }
    pageInfo { hasNextPage endCursor }
  }
}
"""


class CallCentre:
    """One account, asked as its administrator."""

    def __init__(self, admin: Customer, credentials: Credentials) -> None:
        self.admin = admin
        self.credentials = credentials
        self.team = ""
        # A number belongs to one account only, and the tests share a server.
        self.caller_id = f"+1202{uuid4().int % 10**7:07}"

    async def agents(self, count: int) -> list[str]:
        """The codes of new agents in one team; the PIN is code and "0"."""
        made = await self.admin.ask(TEAM_CREATE, name="Sales")
        self.team = made["team"]["id"]
        codes = [str(101 + n) for n in range(count)]
        for code in codes:
            agent = {
                "name": f"Agent {code}",
                "code": code,
                "pin": f"{code}0",
                "endpoint": f"phone-{code}",
                "teamId": self.team,
            }
            done = await self.admin.ask(AGENT_CREATE, input=agent)
            assert done["__typename"] == "AgentCreated", done
        return codes

    async def number(self, number: str) -> None:
        """Let the account have a number to show; having it already changes nothing."""
        done = await self.admin.ask(NUMBER_CREATE, number=number)
        assert done["__typename"] in ("InboundNumberSaved", "NumberTaken"), done

    async def campaign(self, mode: str, **settings: Any) -> str:
        """The id of a new campaign that the team works on. Nothing is dialed twice by default."""
        settings = {
            "name": f"{mode} spring",
            "mode": mode,
            "callerId": self.caller_id,
            "retryDelays": [],
            **settings,
        }
        if settings["callerId"] is not None:
            await self.number(settings["callerId"])
        made = await self.admin.ask(CAMPAIGN_CREATE, input=settings)
        assert made["__typename"] == "CampaignCreated", made
        id: str = made["campaign"]["id"]
        done = await self.admin.ask(ASSIGN, id=id, teams=[{"id": self.team, "level": 1}])
        assert done["__typename"] == "CampaignChanged"
        return id

    async def add(self, campaign: str, numbers: Sequence[str]) -> None:
        """Put numbers on a campaign's list."""
        done = await self.admin.ask(
            TARGETS_ADD, input={"campaignId": campaign, "pasted": "\n".join(numbers)}
        )
        assert done["added"] == len(numbers)

    async def start(self, campaign: str) -> Any:
        return await self.admin.ask(START, id=campaign)

    async def stop(self, campaign: str) -> Any:
        return await self.admin.ask(STOP, id=campaign)

    async def desk(self, code: str, *, url: str | None = None) -> Desk:
        """An agent who signed in with code and PIN, on a break."""
        agent = await at_desk(
            self.admin.http, url or self.admin.url, self.credentials.slug, code, f"{code}0"
        )
        return Desk(agent)

    async def targets(self, campaign: str) -> list[Any]:
        return await self._all(TARGETS, campaign)

    async def attempts(self, campaign: str) -> list[Any]:
        return await self._all(ATTEMPTS, campaign)

    async def calls(self, campaign: str) -> list[Any]:
        return await self._all(CALLS, campaign)

    async def until_closed(self, campaign: str, *, seconds: float = 60.0) -> list[Any]:
        """All targets, once every one is closed and no attempt is under way."""

        async def closed() -> list[Any]:
            targets = await self.targets(campaign)
            open = [target for target in targets if target["state"] != "CLOSED"]
            under_way = [a for a in await self.attempts(campaign) if a["state"] != "ENDED"]
            return [] if open or under_way else targets

        try:
            found: list[Any] = await until(closed, seconds=seconds)
        except TimeoutError:
            raise AssertionError(await self.targets(campaign)) from None
        return found

    async def _all(self, query: str, campaign: str) -> list[Any]:
        nodes: list[Any] = []
        after = None
        while True:
            page = await self.admin.ask(query, campaign=campaign, after=after)
            nodes += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return nodes
            after = page["pageInfo"]["endCursor"]
