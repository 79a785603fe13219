"""Files of the ledger: every live answer of a time and what became of it, without the people."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.service import access_campaign
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.ledgers.answers import LIVE_ANSWERS, counts_of, pool_of
from domain.ledgers.rules import Window
from domain.targets.exporting.exports import LEDGER, order_export
from domain.targets.models import ExportKind, TargetExport

# Times are UTC, to the microsecond, so that a file can be counted again to the same answer.
_TIME = """'YYYY-MM-DD"T"HH24:MI:SS.US'"""
_ROWS = f"""
SELECT live.id AS "Call ID", campaign.name AS "Campaign",
    to_char(live.answered_at AT TIME ZONE 'UTC', {_TIME}) AS "Answered at",
    coalesce(to_char(live.connected_at AT TIME ZONE 'UTC', {_TIME}), '') AS "Met agent at",
    coalesce(to_char(live.ended_at AT TIME ZONE 'UTC', {_TIME}), '') AS "Ended at",
    live.outcome AS "Outcome",
    coalesce(agent.code, '') AS "Agent",
    coalesce(live.wrap_up_code, '') AS "Wrap-up code"
FROM ({LIVE_ANSWERS}) AS live
JOIN campaign ON campaign.id = live.campaign_id
LEFT JOIN agent ON agent.id = live.agent_id
ORDER BY live.answered_at, live.id
"""


async def begin_ledger_export(
    principal: Principal,
    campaign_id: UUID,
    kind: ExportKind,
    *,
    begins: datetime,
    ends: datetime,
    pooled: bool,
    ports: Ports,
) -> TargetExport:
    """A new export, waiting for a worker; of the whole pool, or of this campaign alone.

    Raises NotFound, InvalidInput, TooManyForXlsx.
    """
    campaign = await access_campaign(principal, campaign_id, Permission.TARGET_VIEW)
    problems = Problems()
    problems.unless(begins < ends, "until", "must be after the beginning")
    problems.refuse_any()
    members = (await pool_of(campaign.id))[0] if pooled else [campaign.id]
    rows = (await counts_of(members, Window(campaign.abandon_window, begins, ends))).live
    wanted = {
        "campaigns": [str(member) for member in members],
        "begins": begins.astimezone(UTC).isoformat(),
        "ends": ends.astimezone(UTC).isoformat(),
    }
    return await order_export(
        principal,
        campaign.id,
        kind,
        {LEDGER: wanted},
        rows,
        action="abandonLedgerExportStart",
        ports=ports,
    )


def rows_of(wanted: dict[str, Any]) -> tuple[str, list[Any]]:
    """The query of a file's rows, and its values."""
    return _ROWS, [
        [UUID(id) for id in wanted["campaigns"]],
        datetime.fromisoformat(wanted["begins"]),
        datetime.fromisoformat(wanted["ends"]),
    ]
