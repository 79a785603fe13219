"""Whether numbers that are to be shown belong to the account."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.core.problems import Problems
from domain.numbers.models import InboundNumber

_FOREIGN = "must be one of the account's numbers; see `inboundNumbers`"


async def refuse_foreign(account_id: UUID, shown: Iterable[tuple[str, str | None]]) -> None:
    """Raise InvalidInput unless the account has each of these numbers, given with their paths.

    None is a number that is withheld.
    """
    wanted = [(path, number) for path, number in shown if number is not None]
    if not wanted:
        return
    numbers = list({number for _, number in wanted})
    found = InboundNumber.filter(account_id=account_id, number__in=numbers)
    owned = {row.number for row in await found}
    problems = Problems()
    for path, number in wanted:
        problems.unless(number in owned, path, _FOREIGN)
    problems.refuse_any()


def numbers_shown(values: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """The numbers that a campaign's columns would show, with their public paths."""
    rules: Sequence[Mapping[str, Any]] = values.get("rules", ())
    return [
        *((("callerId", values["caller_id"]),) if "caller_id" in values else ()),
        *(
            (f"callerIdPool.{index}", number)
            for index, number in enumerate(values.get("caller_id_pool", ()))
        ),
        *(
            (f"rules.{index}.then.{place}.callerId", action.get("caller_id"))
            for index, rule in enumerate(rules)
            for place, action in enumerate(rule["then"])
        ),
    ]
