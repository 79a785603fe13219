"""Rows of the access slice for many parents at once."""

from collections import defaultdict
from uuid import UUID

from domain.access.models import Account, SupervisedTeam


async def accounts_by_id(account_ids: list[UUID]) -> list[Account]:
    """The accounts, in the order of the ids. One query."""
    rows = {row.id: row for row in await Account.filter(id__in=account_ids)}
    return [rows[account_id] for account_id in account_ids]


async def supervised_team_ids_by_user_id(user_ids: list[UUID]) -> list[list[UUID]]:
    """The teams that each user is limited to, in the order of the ids. One query."""
    teams: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await SupervisedTeam.filter(user_id__in=user_ids).order_by("team_id"):
        teams[row.user_id].append(row.team_id)
    return [teams[user_id] for user_id in user_ids]
