"""Do-not-call lists, and what was wrong with a file of one, as files to save."""

from uuid import UUID

from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.service import access_campaign
from domain.core.ports import Ports
from domain.suppression.imports import access_import, problems_of
from domain.suppression.models import Suppression
from domain.targets.exporting.exports import Access, ExportFile, written
from domain.targets.importing.problems import OF_SUPPRESSIONS
from domain.targets.models import ExportKind

# With the headers that an import reads again; a date says nothing of its hour, so the hour stays.
_ENTRIES = """
SELECT CASE WHEN is_prefix THEN pattern || '*' ELSE pattern END AS "Number",
    suppression.reason AS "Reason", source AS "Source",
    coalesce(to_char(expires_at AT TIME ZONE account.timezone, 'YYYY-MM-DD HH24:MI:SS'), '')
        AS "Expires",
    coalesce(campaign.name, '') AS "Campaign",
    to_char(suppression.created_at AT TIME ZONE account.timezone, 'YYYY-MM-DD HH24:MI:SS')
        AS "Added"
FROM suppression JOIN account ON account.id = suppression.account_id
LEFT JOIN campaign ON campaign.id = suppression.scope_id
WHERE suppression.account_id = $1 AND ($2::uuid IS NULL OR suppression.scope_id = $2)
ORDER BY suppression.id
"""
_PROBLEMS = OF_SUPPRESSIONS.file_query


async def entries_file(
    principal: Principal, campaign_id: UUID | None, kind: ExportKind, *, ports: Ports
) -> ExportFile:
    """A campaign's list, or all lists of the account, in a file that the caller removes.

    Raises NotFound, TooManyForXlsx.
    """
    principal.require(Permission.TARGET_VIEW)
    found = Suppression.filter(account_id=principal.account_id)
    if campaign_id is not None:
        await access_campaign(principal, campaign_id, Permission.TARGET_VIEW)
        found = found.filter(scope_id=campaign_id)
    values = [principal.account_id, campaign_id]
    count = await found.count()
    subject = ("campaign", campaign_id) if campaign_id else ("account", principal.account_id)
    access = Access(principal, "suppressionsFetch", *subject)
    return await written(access, "do-not-call", kind, _ENTRIES, values, count=count, ports=ports)


async def problems_file(
    principal: Principal, import_id: UUID, kind: ExportKind, *, ports: Ports
) -> ExportFile:
    """The rows of an import that became no new entry, in a file that the caller removes.

    Raises NotFound, TooManyForXlsx.
    """
    row = await access_import(principal, import_id)
    count = await problems_of(row).count()
    access = Access(principal, "suppressionImportProblemsFetch", "import", row.id)
    return await written(access, "problems", kind, _PROBLEMS, [row.id], count=count, ports=ports)
