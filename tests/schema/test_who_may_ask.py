"""Every operation, asked by nobody, without the permission, with foreign ids, bad texts, and right.

The operations are found in the schema, so that none is forgotten: a new id argument fails here
until ID_ARGUMENTS says what it names.
"""

import asyncio
import io
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from starlette.datastructures import UploadFile
from tortoise import connections

from domain.access.models import ApiKey, Session
from domain.access.permissions import Permission
from domain.access.principal import Principal, PrincipalKind
from domain.access.tokens import open_session
from domain.campaigns.models import CampaignAgent, CampaignTeam
from domain.chains.models import CampaignSource
from domain.demo.people import people_xlsx
from domain.forecasts.models import Forecast
from domain.numbers.models import InboundNumber, NumberPurpose
from domain.recordings.models import Recording
from domain.suppression.models import Suppression, SuppressionImport
from domain.suppression.rules import SuppressionSource
from domain.targets.models import (
    ColumnChoice,
    ExportKind,
    TargetBatch,
    TargetExport,
    TargetImport,
    TargetOperation,
)
from domain.targets.reading.kinds import FileKind
from domain.targets.rules import OperationAction
from domain.trunks.models import Trunk
from schema.guards import Guard
from schema.root import MUTATIONS, QUERIES, SUBSCRIPTIONS
from tests import rows
from tests.fakes import FakePorts
from tests.schema.asking import SCHEMA, Refused, code_of, execute, subscribed

# What each id argument names. "nothing": ids of anything, which only filter the account's own.
ID_ARGUMENTS = {
    "abandonLedger.campaignId": "campaign",
    "abandonLedgerExportStart.campaignId": "campaign",
    "agent.id": "agent",
    "agentArchive.id": "agent",
    "agentChange.id": "agent",
    "agentChange.input.defaultCampaignId": "campaign",
    "agentChange.input.teamId": "team",
    "agentChange.input.userId": "user",
    "agentCreate.input.defaultCampaignId": "campaign",
    "agentCreate.input.teamId": "team",
    "agentCreate.input.userId": "user",
    "agentDial.agentId": "agent",
    "agentEndWrapUp.agentId": "agent",
    "agentGoAvailable.agentId": "agent",
    "agentHangUp.agentId": "agent",
    "agentSignOut.agentId": "agent",
    "agentStates.agentId": "agent",
    "agentSupervise.agentId": "agent",
    "agentTakeBreak.agentId": "agent",
    "agents.teamId": "team",
    "apiKeyRevoke.id": "api_key",
    "attempt.id": "attempt",
    "attempts.agentId": "agent",
    "attempts.campaignId": "campaign",
    "attempts.targetId": "target",
    "auditEntries.principalId": "user",
    "auditEntries.subjectId": "campaign",
    "call.id": "call",
    "callGuideAnswer.callId": "call",
    "callHangUp.id": "attempt",
    "callHold.agentId": "agent",
    "callRecord.agentId": "agent",
    "callSendKeys.agentId": "agent",
    "callTimeline.id": "call",
    "callTransfer.agentId": "agent",
    "callTransfer.toAgentId": "agent",
    "callTransferCancel.agentId": "agent",
    "callTransferComplete.agentId": "agent",
    "calls.agentId": "agent",
    "calls.campaignId": "campaign",
    "campaign.id": "campaign",
    "campaignAgents.id": "campaign",
    "campaignArchive.id": "campaign",
    "campaignAssign.agents.id": "agent",
    "campaignAssign.id": "campaign",
    "campaignAssign.teams.id": "team",
    "campaignBoard.id": "campaign",
    "campaignChange.id": "campaign",
    "campaignClose.id": "campaign",
    "campaignCopy.id": "campaign",
    "campaignDraw.id": "campaign",
    "campaignDraw.sourceId": "other_campaign",
    "campaignDrawEnd.id": "campaign",
    "campaignDrawEnd.sourceId": "other_campaign",
    "campaignExplain.id": "campaign",
    "campaignLink.afterId": "other_campaign",
    "campaignLink.id": "campaign",
    "campaignLogIn.agentId": "agent",
    "campaignLogIn.campaignId": "campaign",
    "campaignLogOut.agentId": "agent",
    "campaignLogOut.campaignId": "campaign",
    "campaignLogins.agentId": "agent",
    "campaignLogins.campaignId": "campaign",
    "campaignStart.id": "campaign",
    "campaignStop.id": "campaign",
    "campaignTrunks.id": "campaign",
    "campaignTrunks.trunkIds": "trunk",
    "campaignUnarchive.id": "campaign",
    "campaignUnassign.agentIds": "agent",
    "campaignUnassign.id": "campaign",
    "campaignUnassign.teamIds": "team",
    "campaignUnlink.id": "campaign",
    "columnChoiceRemove.id": "choice",
    "deskCampaigns.agentId": "agent",
    "forecast.id": "forecast",
    "forecastCancel.id": "forecast",
    "forecastProgress.id": "forecast",
    "forecastStart.input.campaignId": "campaign",
    "forecasts.campaignId": "campaign",
    "inboundNumberChange.id": "number",
    "inboundNumberChange.settings.callBackCampaignId": "campaign",
    "inboundNumberChange.settings.teamId": "team",
    "inboundNumberCreate.settings.callBackCampaignId": "campaign",
    "inboundNumberCreate.settings.teamId": "team",
    "inboundNumberDelete.id": "number",
    "numbersSuppress.input.campaignId": "campaign",
    "preDialHook.campaignId": "campaign",
    "preDialHookRemove.campaignId": "campaign",
    "preDialHookRotate.campaignId": "campaign",
    "preDialHookSet.campaignId": "campaign",
    "pacingDecisions.campaignId": "campaign",
    "previewDecide.targetId": "target",
    "recording.id": "recording",
    "recordings.agentId": "agent",
    "recordings.callId": "call",
    "recordings.campaignId": "campaign",
    "sessionRevoke.id": "session",
    "suppressionImport.id": "suppression_import",
    "suppressionImportCancel.id": "suppression_import",
    "suppressionImportProgress.id": "suppression_import",
    "suppressionImportStart.options.campaignId": "campaign",
    "suppressionRemove.id": "suppression",
    "suppressions.campaignId": "campaign",
    "target.id": "target",
    "targetClasses.campaignId": "campaign",
    "targetDraws.sourceId": "link",
    "targetExplain.id": "target",
    "targetExport.id": "export",
    "targetExportProgress.id": "export",
    "targetExportStart.campaignId": "campaign",
    "targetExportStart.filter.agentId": "agent",
    "targetExportStart.filter.batchId": "batch",
    "targetImport.id": "import",
    "targetImportCancel.id": "import",
    "targetImportConfirm.id": "import",
    "targetImportPreview.campaignId": "campaign",
    "targetImportProgress.id": "import",
    "targetImportStart.campaignId": "campaign",
    "targetImports.campaignId": "campaign",
    "targetOperation.id": "operation",
    "targetOperationProgress.id": "operation",
    "targetOperations.campaignId": "campaign",
    "targetRemove.id": "target",
    "targets.campaignId": "campaign",
    "targets.filter.agentId": "agent",
    "targets.filter.batchId": "batch",
    "targetsAdd.input.campaignId": "campaign",
    "targetsPurge.campaignId": "campaign",
    "targetsRemoveAll.campaignId": "campaign",
    "targetsReset.campaignId": "campaign",
    "teamDelete.id": "team",
    "teamRename.id": "team",
    "trunkChange.id": "trunk",
    "user.id": "user",
    "userChange.id": "user",
    "userChange.supervisedTeamIds": "team",
    "userDeactivate.id": "user",
    "userSetPassword.id": "user",
}

# The floor alone knows which targets it has offered and which agents are at work; those of other
# accounts are never among them.
DECIDED_BY_THE_FLOOR = {"previewDecide.targetId", "callTransfer.toAgentId"}
# A foreign one leaves nothing to write: the file is made, and empty.
ONLY_NARROWS = {"targetExportStart.filter.agentId", "targetExportStart.filter.batchId"}

# Values that pass the rules, by the name of the argument or input field.
VALUES: dict[str, Any] = {
    "code": "4711",
    "pin": "1234",
    "endpoint": "agent-4711",
    "email": "new@example.com",
    "password": rows.PASSWORD,
    "current": rows.PASSWORD,
    "new": rows.PASSWORD + "!",
    "scopes": ["CAMPAIGN_VIEW"],
    "account": "ours",
    "pasted": "+12025550147",
    "digits": "12",
    "number": "+12025550190",
    "closedReasons": ["FINAL"],
    "url": "https://hook.example/ask",
    "at": "2026-03-01T00:00:00Z",
    "since": "2026-03-01T00:00:00Z",
    "until": "2026-03-02T00:00:00Z",
}
# Inputs that may be left out, but not all of them.
GIVEN_ANYWAY = {"pasted", "closedReasons", "url"}

# What somebody with the right hears, where it is not success on the rows of `_world`.
ANSWERS = {
    "signIn": "SIGN_IN_FAILED",
    "deskSignIn": "SIGN_IN_FAILED",
    "targetsPurge": "COUNT_CHANGED",  # the count to confirm is another one
    "targetsReset": "COUNT_CHANGED",
    "targetImportConfirm": "IMPORT_FINISHED",  # no draft
    "campaignArchive": "CAMPAIGN_NOT_CLOSED",
    "preDialHookRotate": "NO_HOOK",
    "agentSupervise": "INVALID_INPUT",  # neither endpoint nor number is required by itself
}

ROOTS = {"query": QUERIES, "mutation": MUTATIONS, "subscription": SUBSCRIPTIONS}


class Operation:
    """One root field, with its guard and a document that asks it."""

    def __init__(self, kind: str, name: str, field: GraphQLField, guard: Guard) -> None:
        self.kind, self.name, self.field, self.guard = kind, name, field, guard
        arguments = {
            argument_name: argument.type
            for argument_name, argument in field.args.items()
            if is_required_argument(argument) or _id_paths(f"{name}.{argument_name}", argument.type)
        }
        self.arguments = arguments
        self.document = self.document_with(arguments)

    def document_with(self, arguments: Iterable[str]) -> str:
        heads = ", ".join(f"${name}: {self.field.args[name].type}" for name in arguments)
        given = ", ".join(f"{name}: ${name}" for name in arguments)
        named = get_named_type(self.field.type)
        shape = ""
        if isinstance(named, GraphQLUnionType):
            problems = any(member.name == "InvalidInput" for member in named.types)
            shape = (
                "{ __typename ... on Refusal { code }"
                f"{' ... on InvalidInput { problems { path } }' if problems else ''} }}"
            )
        elif named.name.endswith("Connection"):
            shape = "{ __typename totalCount }"
        elif not is_leaf_type(named):
            shape = "{ __typename }"
        return (
            f"{self.kind} {'(' + heads + ')' if heads else ''} "
            f"{{ {self.name} {'(' + given + ')' if given else ''} {shape} }}"
        )

    @property
    def permissions(self) -> tuple[Permission, ...]:
        return getattr(self.guard, "permissions", ())

    @property
    def public(self) -> bool:
        return self.guard.words == "Open to everybody."

    def id_paths(self) -> list[str]:
        return [
            path
            for name, argument in self.field.args.items()
            for path in _id_paths(f"{self.name}.{name}", argument.type)
        ]

    def variables(self, ids: dict[str, UUID]) -> dict[str, Any]:
        return {
            name: _value(f"{self.name}.{name}", type_, ids)
            for name, type_ in self.arguments.items()
        }

    def texts(
        self, text: str, ids: Mapping[str, UUID] = MappingProxyType({})
    ) -> list[tuple[str, dict[str, Any]]]:
        """Each place for a text, with its argument: right but for this text there."""
        return [
            (place, {name: value})
            for name, argument in self.field.args.items()
            for place, value in _with_text(f"{self.name}.{name}", argument.type, text, ids)
        ]

    def has(self, path: str) -> bool:
        """Whether it is an argument's path, or a field's of an input that is an argument."""
        parts = [part for part in path.split(".") if not part.isdigit()]
        return _leads(self.field.args, parts) or any(
            isinstance(named := get_named_type(argument.type), GraphQLInputObjectType)
            and _leads(named.fields, parts)
            for argument in self.field.args.values()
        )


def _operations() -> Iterator[Operation]:
    for kind, roots in ROOTS.items():
        root = SCHEMA._schema.get_type(kind.title())
        fields: dict[str, GraphQLField] = root.fields  # type: ignore[union-attr]  # roots have fields
        guards = {
            SCHEMA.config.name_converter.get_graphql_name(field): extension
            for slice_ in roots
            for field in slice_.__strawberry_definition__.fields  # type: ignore[attr-defined]
            for extension in field.extensions
            if isinstance(extension, Guard)
        }
        for name, field in fields.items():
            yield Operation(kind, name, field, guards[name])


def _id_paths(path: str, kind: Any, inside: tuple[str, ...] = ()) -> list[str]:
    named = get_named_type(kind)
    if named.name in inside:  # a condition is made of conditions
        return []
    if isinstance(named, GraphQLScalarType):
        return [path] if named.name == "UUID" else []
    if isinstance(named, GraphQLInputObjectType):
        return [
            found
            for name, field in named.fields.items()
            for found in _id_paths(f"{path}.{name}", field.type, (*inside, named.name))
        ]
    return []


def _value(path: str, kind: Any, ids: Mapping[str, UUID]) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return _value(path, kind.of_type, ids)
    last = path.rpartition(".")[2]
    if last in VALUES and get_named_type(kind).name != "UUID":
        return VALUES[last]
    if isinstance(kind, GraphQLList):
        return [_value(path, kind.of_type, ids)]
    if isinstance(kind, GraphQLInputObjectType):
        return {
            name: _value(f"{path}.{name}", field.type, ids)
            for name, field in kind.fields.items()
            if is_required_input_field(field)
            or name in GIVEN_ANYWAY
            or _id_paths(f"{path}.{name}", field.type)
        }
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if kind.name == "Upload":
        return UploadFile(io.BytesIO(people_xlsx(1)), filename="list.xlsx")
    return {"UUID": str(ids.get(path, "")), "Boolean": True, "Int": 1, "String": "x"}[kind.name]


def _with_text(
    path: str, kind: Any, text: str, ids: Mapping[str, UUID], inside: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Values of the type that pass but for one text, each with the place of that text."""
    if isinstance(kind, GraphQLNonNull):
        yield from _with_text(path, kind.of_type, text, ids, inside)
    elif isinstance(kind, GraphQLList):
        for place, value in _with_text(path, kind.of_type, text, ids, inside):
            yield place, [value]
    elif isinstance(kind, GraphQLInputObjectType) and kind.name not in inside:
        rest = {
            name: _value(f"{path}.{name}", field.type, ids)
            for name, field in kind.fields.items()
            if is_required_input_field(field)
        }
        for name, field in kind.fields.items():
            inner = _with_text(f"{path}.{name}", field.type, text, ids, (*inside, kind.name))
            for place, value in inner:
                yield place, {**rest, name: value}
    elif isinstance(kind, GraphQLScalarType) and kind.name == "String":
        yield path, text


def _leads(fields: Mapping[str, Any], path: list[str]) -> bool:
    if not path or path[0] not in fields:
        return not path
    named = get_named_type(fields[path[0]].type)
    # The value of an enum may follow, as in `retryDelays.busy`.
    return not isinstance(named, GraphQLInputObjectType) or _leads(named.fields, path[1:])


OPERATIONS = {f"{operation.kind} {operation.name}": operation for operation in _operations()}
EVERYTHING = frozenset(Permission)


async def _world(slug: str, fakes: FakePorts) -> tuple[Principal, dict[str, UUID]]:
    """An account with one of everything, and somebody in it who may do everything."""
    account = await rows.an_account(slug)
    user = await rows.a_user(account)
    team = await rows.a_team(account)
    agent = await rows.an_agent(account)
    question: dict[str, Any] = {"id": "x", "text": "?", "answers": [], "next": None}
    campaign = await rows.a_campaign(account, call_guide=[question])
    await CampaignTeam.create(campaign=campaign, team=await rows.a_team(account))
    await CampaignAgent.create(campaign=campaign, agent=agent)
    target = await rows.a_target(campaign)
    batch = await TargetBatch.create(campaign=campaign, name="March")
    importing = await TargetImport.create(
        account=account,
        campaign=campaign,
        batch=batch,
        file_name="a.xlsx",
        file_path="a.xlsx",
        kind=FileKind.XLSX,
    )
    exporting = await TargetExport.create(
        account=account, campaign=campaign, kind=ExportKind.CSV, rows_total=1, file_path="a.csv"
    )
    operation = await TargetOperation.create(
        account=account,
        campaign=campaign,
        action=OperationAction.PURGE,
        targets_total=1,
        after_id=UUID(int=0),
        until_id=target.id,
        created_at=fakes.clock.now(),
    )
    other = await rows.a_campaign(account)
    link = await CampaignSource.create(
        account=account,
        campaign=campaign,
        source=other,
        batch_id=batch.id,
        created_at=fakes.clock.now(),
    )
    forecast = await Forecast.create(
        account=account,
        campaign=campaign,
        asked_by_kind=PrincipalKind.USER,
        asked_by_id=user.id,
        runs=1,
        seed=1,
    )
    trunk = await Trunk.create(account=account, name="alpha")
    number = await InboundNumber.create(
        account=account, number=f"+1202555{len(slug):04}", purpose=NumberPurpose.PHONE_LOGIN
    )
    suppression = await Suppression.create(
        account=account,
        scope_id=account.id,
        pattern="+1900",
        is_prefix=True,
        source=SuppressionSource.MANUAL,
    )
    now = fakes.clock.now()
    choice = await ColumnChoice.create(
        account=account, signature="s", columns=[["Tel", "phone"]], used_at=now
    )
    suppressing = await SuppressionImport.create(
        account=account,
        scope_id=account.id,
        file_name="a.csv",
        file_path="b.csv",
        kind=FileKind.CSV,
        source=SuppressionSource.IMPORT,
        created_at=now,
    )
    attempt = await rows.an_attempt(target, now)
    call = await rows.a_call(account, now, campaign_id=campaign.id)
    recording = await Recording.create(account=account, call_id=call.id, node="n", started_at=now)
    key = await ApiKey.create(account=account, name="k", prefix="odk_", digest=slug, scopes=[])
    asker = await rows.a_user(account)
    await open_session(account.id, clock=fakes.clock, user_id=asker.id)
    session = await Session.get(account_id=account.id)
    who = Principal(
        kind=PrincipalKind.USER,
        id=asker.id,
        account_id=account.id,
        name="Asker",
        permissions=EVERYTHING,
        agent_id=agent.id,
        session_id=session.id,
    )
    named = {
        "agent": agent.id,
        "api_key": key.id,
        "attempt": attempt.id,
        "batch": batch.id,
        "call": call.id,
        "campaign": campaign.id,
        "choice": choice.id,
        "export": exporting.id,
        "forecast": forecast.id,
        "import": importing.id,
        "link": link.id,
        "number": number.id,
        "operation": operation.id,
        "other_campaign": other.id,
        "recording": recording.id,
        "session": session.id,
        "suppression": suppression.id,
        "suppression_import": suppressing.id,
        "target": target.id,
        "team": team.id,
        "trunk": trunk.id,
        "user": user.id,
    }
    return who, {path: named[kind] for path, kind in ID_ARGUMENTS.items()}


async def _rows_now() -> list[dict[str, Any]]:
    """Every row of every table, as a digest per table."""
    tables = await connections.get("default").execute_query_dict(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    union = " UNION ALL ".join(
        f"SELECT '{table['name']}' AS name, count(*) AS rows,"
        f" md5(string_agg(t::text, '|' ORDER BY t::text)) AS digest"
        f' FROM "{table["name"]}" t'
        for table in tables
    )
    digests: list[dict[str, Any]] = await connections.get("default").execute_query_dict(union)
    return digests


async def _ask(
    operation: Operation, who: Principal | None, fakes: FakePorts, ids: dict[str, UUID]
) -> str | int:
    """The code of the refusal; or the count of a list; or "ok"."""
    variables = operation.variables(ids)
    if operation.kind == "subscription":
        return await _listen(operation, who, fakes, variables)
    result = await execute(operation.document, who, fakes, **variables)
    if result.errors:
        return code_of(result)
    assert result.data is not None
    value = result.data[operation.name]
    if isinstance(value, dict):
        return value.get("code") or value.get("totalCount", "ok")  # type: ignore[no-any-return]  # JSON
    return len(value) if isinstance(value, list) else "ok"


async def _listen(
    operation: Operation, who: Principal | None, fakes: FakePorts, variables: dict[str, Any]
) -> str:
    try:
        async with subscribed(operation.document, who, fakes, **variables) as events:
            if operation.name == "campaignsChanged" and who is not None:
                return await _hear_a_change(events, who, fakes)
            await anext(events)
    except Refused as refused:
        return refused.code
    return "ok"


async def _hear_a_change(events: Any, who: Principal, fakes: FakePorts) -> str:
    hearing = asyncio.ensure_future(anext(events))
    while not fakes.bus.listeners and not hearing.done():  # noqa: ASYNC110  # no event to wait for
        await asyncio.sleep(0)
    if not hearing.done():
        fakes.bus.resync(f"campaigns:{who.account_id}")
    await hearing
    return "ok"


def test_every_id_argument_is_known() -> None:
    found = {path for operation in OPERATIONS.values() for path in operation.id_paths()}
    assert found == set(ID_ARGUMENTS)


@pytest.mark.feature("API-03")
@pytest.mark.parametrize("name", sorted(OPERATIONS))
async def test_only_those_may_ask_who_may(name: str, database: str, fakes: FakePorts) -> None:
    operation = OPERATIONS[name]
    ours, own_ids = await _world("ours", fakes)
    _, foreign_ids = await _world("theirs", fakes)
    before = await _rows_now()

    async def refused(who: Principal | None, ids: dict[str, UUID]) -> str | int:
        answer = await _ask(operation, who, fakes, ids)
        assert await _rows_now() == before
        fakes.assert_untouched()
        return answer

    if not operation.public:
        assert await refused(None, own_ids) == "UNAUTHENTICATED"
    if operation.permissions:
        others = EVERYTHING - set(operation.permissions)
        wrong = Principal(
            kind=PrincipalKind.USER,
            id=ours.id,
            account_id=ours.account_id,
            name="Wrong",
            permissions=others,
            agent_id=ours.agent_id,
        )
        assert await refused(wrong, own_ids) == "FORBIDDEN"
    for path in operation.id_paths():
        if path in DECIDED_BY_THE_FLOOR | ONLY_NARROWS:
            continue
        answer = await refused(ours, {**own_ids, path: foreign_ids[path]})
        assert answer in ("NOT_FOUND", 0), f"{path} of another account: {answer}"

    answer = await _ask(operation, ours, fakes, own_ids)
    assert isinstance(answer, int) or answer == ANSWERS.get(operation.name, "ok")


@pytest.mark.parametrize(
    "name",
    sorted(
        name for name, each in OPERATIONS.items() if each.kind != "subscription" and each.texts("")
    ),
)
async def test_no_text_is_a_fault_of_ours_and_what_is_wrong_is_told_by_its_name(
    name: str, database: str, fakes: FakePorts
) -> None:
    operation = OPERATIONS[name]
    who, ids = await _world("ours", fakes)
    # PostgreSQL has no such character, and columns have a width.
    for text in ("a\0b", "x" * 5000, ""):
        for place, given in operation.texts(text, ids):
            variables = {**operation.variables(ids), **given}
            document = operation.document_with(variables)
            result = await execute(document, who, fakes, **variables)
            if result.errors:
                assert code_of(result) != "INTERNAL", place
                continue
            assert result.data is not None
            answer = result.data[operation.name]
            for problem in answer.get("problems", ()) if isinstance(answer, dict) else ():
                assert operation.has(problem["path"]), f"{place}: {problem['path']}"
