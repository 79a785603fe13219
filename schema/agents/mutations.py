"""Managing agents and teams. What agents do at work is in desk.py."""

from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry import UNSET

from domain.access.permissions import Permission
from domain.agents import service, teams
from domain.agents.models import EndpointKind
from domain.agents.service import AgentSettings
from schema.agents.refusals import AgentCodeTaken, AgentSignedIn, TeamNameTaken, TeamNotEmpty
from schema.agents.types import Agent, Team
from schema.campaigns.refusals import CampaignIsClosed
from schema.context import Info
from schema.guards import requires
from schema.inputs import given
from schema.refusals import InvalidInput, NotFound
from schema.scalars import PhoneNumber

AgentId = Annotated[UUID, strawberry.argument(description="The agent.")]
TeamId = Annotated[UUID, strawberry.argument(description="The team.")]
TeamName = Annotated[
    str, strawberry.argument(description="At most 100 characters; unique in the account.")
]

NULLABLE = ("team_id", "caller_id", "user_id", "default_campaign_id")


@strawberry.input(description="A new agent.")
class AgentCreateInput:
    name: str = strawberry.field(description="At most 100 characters.")
    code: str = strawberry.field(description="2 to 16 digits, unique in the account.")
    pin: str = strawberry.field(description="4 to 8 digits.")
    endpoint: str = strawberry.field(
        description="An account at the switch, or a number in E.164 for the kind NUMBER."
    )
    endpoint_kind: EndpointKind = strawberry.field(
        description="Where the agent's phone is.", default=EndpointKind.SIP
    )
    team_id: UUID | None = strawberry.field(description="The agent's team.", default=UNSET)
    caller_id: PhoneNumber | None = strawberry.field(
        description="What customers see; null: the campaign's.", default=UNSET
    )
    record: bool | None = strawberry.field(
        description="Whether to record every call of the agent.", default=UNSET
    )
    user_id: UUID | None = strawberry.field(
        description="The user who is this agent too.", default=UNSET
    )
    default_campaign_id: UUID | None = strawberry.field(
        description="The campaign of calls that the agent dials by hand; not closed.",
        default=UNSET,
    )


@strawberry.input(description="What to change of an agent; what is left out stays.")
class AgentChangeInput:
    name: str | None = strawberry.field(description="At most 100 characters.", default=UNSET)
    code: str | None = strawberry.field(
        description="2 to 16 digits, unique in the account.", default=UNSET
    )
    pin: str | None = strawberry.field(
        description="4 to 8 digits; the agent's sessions end.", default=UNSET
    )
    endpoint: str | None = strawberry.field(
        description="An account at the switch, or a number in E.164 for the kind NUMBER.",
        default=UNSET,
    )
    endpoint_kind: EndpointKind | None = strawberry.field(
        description="Where the agent's phone is.", default=UNSET
    )
    team_id: UUID | None = strawberry.field(
        description="The agent's team; null: none.", default=UNSET
    )
    caller_id: PhoneNumber | None = strawberry.field(
        description="What customers see; null: the campaign's.", default=UNSET
    )
    record: bool | None = strawberry.field(
        description="Whether to record every call of the agent.", default=UNSET
    )
    user_id: UUID | None = strawberry.field(
        description="The user who is this agent too; null: nobody.", default=UNSET
    )
    default_campaign_id: UUID | None = strawberry.field(
        description="The campaign of calls that the agent dials by hand, not closed; null: none.",
        default=UNSET,
    )


@strawberry.type(description="There is a new agent.")
class AgentCreated:
    agent: Agent = strawberry.field(description="The agent, signed out.")


@strawberry.type(description="An agent was changed.")
class AgentChanged:
    agent: Agent = strawberry.field(description="The agent as it is now.")


@strawberry.type(description="An agent works here no more; what the agent did is kept.")
class AgentArchived:
    agent: Agent = strawberry.field(description="The agent as it is now.")


@strawberry.type(description="There is a new team.")
class TeamCreated:
    team: Team = strawberry.field(description="The team, without agents.")


@strawberry.type(description="A team has a new name.")
class TeamRenamed:
    team: Team = strawberry.field(description="The team as it is now.")


@strawberry.type(description="A team is gone.")
class TeamDeleted:
    id: UUID = strawberry.field(description="What its id was.")


AgentCreateResult = Annotated[
    AgentCreated | InvalidInput | NotFound | AgentCodeTaken | CampaignIsClosed,
    strawberry.union("AgentCreateResult", description="The new agent, or why there is none."),
]
AgentChangeResult = Annotated[
    AgentChanged | NotFound | InvalidInput | AgentCodeTaken | CampaignIsClosed,
    strawberry.union("AgentChangeResult", description="The agent, or why nothing changed."),
]
AgentArchiveResult = Annotated[
    AgentArchived | NotFound | AgentSignedIn,
    strawberry.union("AgentArchiveResult", description="The agent, or why nothing changed."),
]
TeamCreateResult = Annotated[
    TeamCreated | InvalidInput | TeamNameTaken,
    strawberry.union("TeamCreateResult", description="The new team, or why there is none."),
]
TeamRenameResult = Annotated[
    TeamRenamed | NotFound | InvalidInput | TeamNameTaken,
    strawberry.union("TeamRenameResult", description="The team, or why nothing changed."),
]
TeamDeleteResult = Annotated[
    TeamDeleted | NotFound | TeamNotEmpty,
    strawberry.union("TeamDeleteResult", description="The id, or why nothing changed."),
]


@strawberry.type
class AgentMutations:
    @strawberry.mutation(
        description="Make an agent.", extensions=[requires(Permission.AGENT_MANAGE)]
    )
    async def agent_create(
        self,
        info: Info,
        input: Annotated[AgentCreateInput, strawberry.argument(description="The agent.")],
    ) -> AgentCreateResult:
        ctx = info.context
        settings = cast(AgentSettings, given(input, nullable=NULLABLE))
        row = await service.create_agent(ctx.principal, settings, ports=ctx.ports)
        return AgentCreated(agent=Agent.of(row))

    @strawberry.mutation(
        description="Change an agent, also while at work.",
        extensions=[requires(Permission.AGENT_MANAGE)],
    )
    async def agent_change(
        self,
        info: Info,
        id: AgentId,
        input: Annotated[AgentChangeInput, strawberry.argument(description="What to change.")],
    ) -> AgentChangeResult:
        ctx = info.context
        settings = cast(AgentSettings, given(input, nullable=NULLABLE))
        row = await service.change_agent(ctx.principal, id, settings, ports=ctx.ports)
        return AgentChanged(agent=Agent.of(row))

    @strawberry.mutation(
        description="Let an agent work here no more. The code stays taken.",
        extensions=[requires(Permission.AGENT_MANAGE)],
    )
    async def agent_archive(self, info: Info, id: AgentId) -> AgentArchiveResult:
        ctx = info.context
        row = await service.archive_agent(ctx.principal, id, ports=ctx.ports)
        return AgentArchived(agent=Agent.of(row))

    @strawberry.mutation(description="Make a team.", extensions=[requires(Permission.AGENT_MANAGE)])
    async def team_create(self, info: Info, name: TeamName) -> TeamCreateResult:
        ctx = info.context
        row = await teams.create_team(ctx.principal, name, ports=ctx.ports)
        return TeamCreated(team=Team.of(row))

    @strawberry.mutation(
        description="Give a team another name.", extensions=[requires(Permission.AGENT_MANAGE)]
    )
    async def team_rename(self, info: Info, id: TeamId, name: TeamName) -> TeamRenameResult:
        ctx = info.context
        row = await teams.rename_team(ctx.principal, id, name, ports=ctx.ports)
        return TeamRenamed(team=Team.of(row))

    @strawberry.mutation(
        description="Delete a team without agents; it leaves its campaigns.",
        extensions=[requires(Permission.AGENT_MANAGE)],
    )
    async def team_delete(self, info: Info, id: TeamId) -> TeamDeleteResult:
        ctx = info.context
        row = await teams.delete_team(ctx.principal, id, ports=ctx.ports)
        return TeamDeleted(id=row.id)
