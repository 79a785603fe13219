"""Targets added by hand or by another program: an answer for each row, and never twice."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

import msgspec
from tortoise.backends.base.client import BaseDBAsyncClient

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.access.service import access_account
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.targets.commands import TargetsChanged
from domain.targets.errors import IdempotencyKeyReused
from domain.targets.importing.bulk import insert_staged, refuse_beyond_limit
from domain.targets.importing.duplicates import Destination
from domain.targets.importing.imports import read_country
from domain.targets.models import TargetAddition, TargetBatch
from domain.targets.new_targets import NewTarget, staged_target
from domain.targets.reading.cells import RowProblem
from domain.targets.reading.staging import Reported, Staged, copy_staged
from domain.targets.rules import Duplicates

MAX_ROWS = 1_000  # of one structured addition
MAX_PASTED = 10_000  # lines
ADDED = "ADDED"
UPDATED = "UPDATED"
_WAS_ADDED = RowProblem(ADDED, "Added.")
_WAS_UPDATED = RowProblem(UPDATED, "The contact with this number has these data now.")


@dataclass(frozen=True, slots=True)
class AddOptions:
    """How rows are read. `key` makes a repetition answer the same and add nothing."""

    country: str | None = None  # as of ImportOptions
    priority: int = 5
    batch_name: str = ""
    key: str | None = None
    duplicates: Duplicates = field(default_factory=Duplicates)


@dataclass(frozen=True, slots=True)
class RowAnswer:
    """What became of one row. `target_id` is set when it was added, or was there already."""

    row: int  # from 1, as given
    code: str  # ADDED, or why not
    message: str
    number: str | None = None  # E.164
    target_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """An answer for each row. `repeated`: they were added earlier, under the same key."""

    answers: list[RowAnswer]
    repeated: bool = False

    @property
    def added(self) -> int:
        return sum(answer.code == ADDED for answer in self.answers)

    @property
    def updated(self) -> int:
        return sum(answer.code == UPDATED for answer in self.answers)


async def add_targets(
    principal: Principal,
    campaign_id: UUID,
    rows: Sequence[NewTarget],
    options: AddOptions,
    *,
    ports: Ports,
) -> Addition:
    """An answer for each row that has any text; a wrong row never keeps a right one out.

    Raises NotFound, CampaignClosed, InvalidInput, IdempotencyKeyReused, TargetLimitReached.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_MANAGE)
    if campaign.state is CampaignState.CLOSED:
        raise CampaignClosed(campaign.id)
    problems = Problems()
    problems.between("priority", options.priority, 1, 10)
    problems.unless(0 < len(rows) <= MAX_PASTED, "targets", f"must be 1 to {MAX_PASTED:,}")
    if options.key is not None:
        problems.unless(1 <= len(options.key) <= 100, "idempotencyKey", "must be 1 to 100 long")
        plain = options.key.isprintable()
        problems.unless(plain, "idempotencyKey", "must not have control characters")
    batch_name = problems.text("batchName", options.batch_name or "Added", longest=100)
    country = await read_country(principal, options.country, problems)
    problems.refuse_any()

    digest = _digest([str(campaign_id), options, list(rows)])
    async with unit_of_work(ports) as work:
        if options.key is not None:
            # The account's row is the queue: two requests with one key, one after the other.
            await access_account(principal, lock=True)
            earlier = await TargetAddition.filter(
                account_id=principal.account_id, key=options.key
            ).first()
            if earlier is not None:
                if earlier.digest != digest:
                    raise IdempotencyKeyReused(options.key)
                answers = msgspec.convert(earlier.answers, list[RowAnswer])
                return Addition(answers, repeated=True)
        answers = await _add(
            work.connection,
            campaign,
            rows,
            country=country,
            priority=options.priority,
            batch_name=batch_name,
            duplicates=options.duplicates,
            ports=ports,
        )
        if options.key is not None:
            await TargetAddition.create(
                account_id=principal.account_id,
                key=options.key,
                digest=digest,
                answers=msgspec.to_builtins([asdict(answer) for answer in answers]),
                created_at=ports.clock.now(),
            )
        addition = Addition(answers)
        if addition.added or addition.updated:
            await audit.record(
                principal,
                "targetsAdd",
                subject_type="campaign",
                subject_id=campaign.id,
                difference={"added": [None, addition.added], "updated": [None, addition.updated]},
                at=ports.clock.now(),
            )
    if addition.added or addition.updated:
        await ports.floors.tell(principal.account_id, TargetsChanged(campaign=campaign.id))
    return addition


def _digest(asked: list[object]) -> str:
    """What tells one addition from another, SHA-256 in hex."""
    try:
        text = msgspec.json.encode(asked)
    except UnicodeEncodeError:  # a lone surrogate, which staging takes out of what is kept
        text = json.dumps(msgspec.to_builtins(asked)).encode()
    return hashlib.sha256(text).hexdigest()


async def _add(
    connection: BaseDBAsyncClient,
    campaign: Campaign,
    rows: Sequence[NewTarget],
    *,
    country: str | None,
    priority: int,
    batch_name: str,
    duplicates: Duplicates,
    ports: Ports,
) -> list[RowAnswer]:
    results = [
        result
        for number, row in enumerate(rows, start=1)
        if (result := staged_target(number, row, country)) is not None
    ]
    good = [result for result in results if isinstance(result, Staged)]
    if not good:
        return [_refused(result) for result in results if isinstance(result, Reported)]
    batch = await TargetBatch.create(
        campaign_id=campaign.id,
        name=batch_name,
        priority=priority,
        created_at=ports.clock.now(),
        using_db=connection,
    )
    destination = Destination(
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        batch_id=batch.id,
        priority=priority,
        max_attempts=campaign.max_attempts,
        at=ports.clock.now(),
        duplicates=duplicates,
    )
    inserted = await insert_staged(connection, copy_staged(good), destination)
    whys = {each.row: each.why for each in inserted.left_out}
    whys |= dict.fromkeys(inserted.updated, _WAS_UPDATED)
    await refuse_beyond_limit(connection, campaign.account_id)
    added, present = await _ids(connection, destination, [result.number for result in good])
    answers = []
    for result in results:
        if isinstance(result, Reported):
            answers.append(_refused(result))
            continue
        why, number = whys.get(result.row) or _was_added(result), result.number
        id = added[number].pop(0) if why.code == ADDED else present.get(number)
        answers.append(RowAnswer(result.row, why.code, why.message, number, id))
    return answers


def _was_added(result: Staged) -> RowProblem:
    if not result.without:
        return _WAS_ADDED
    without = dict.fromkeys(each.problem.message for each in result.without)
    return RowProblem(ADDED, " ".join(without))


def _refused(result: Reported) -> RowAnswer:
    return RowAnswer(result.row, result.problem.code, result.problem.message)


async def _ids(
    connection: BaseDBAsyncClient, destination: Destination, numbers: list[str]
) -> tuple[dict[str, list[UUID]], dict[str, UUID]]:
    """The new targets by number, in the order of their rows, and those that were there before.

    Of a number in several campaigns, the one in this campaign.
    """
    rows = await connection.execute_query_dict(
        "SELECT number, id, campaign_id = $3 AS here, coalesce(batch_id = $4, false) AS new "
        "FROM target WHERE account_id = $1 AND number = ANY($2) ORDER BY id",
        [destination.account_id, numbers, destination.campaign_id, destination.batch_id],
    )
    added: dict[str, list[UUID]] = {}
    present: dict[str, UUID] = {}
    for row in sorted(rows, key=lambda row: bool(row["here"])):
        if row["new"]:
            added.setdefault(row["number"], []).append(row["id"])
        present[row["number"]] = row["id"]
    return added, present
