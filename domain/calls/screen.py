"""What an agent's screen shows of a contact's fields. Pure."""

import re
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import quote

from domain.calls.events import Variable

PANEL_VARIABLES = 30  # CAM-13: the most that an interaction panel shows
RING_VARIABLES = 6  # CAM-13: the most that a ring pop-over shows

_PLACE = re.compile(r"\{([^{}]+)\}")


def panel_variables(order: Sequence[str], values: Mapping[str, str]) -> tuple[Variable, ...]:
    """The contact's fields in the campaign's order; all of them if it has none."""
    names = order or tuple(values)
    return tuple(Variable(name, values[name]) for name in names if name in values)[:PANEL_VARIABLES]


def offered_variables(
    order: Sequence[str], sensitive: Collection[str], values: Mapping[str, str]
) -> tuple[Variable, ...]:
    """What the panel shows while the agent decides on a contact: none that is sensitive."""
    return panel_variables(
        [name for name in order or values if name not in sensitive],
        {name: value for name, value in values.items() if name not in sensitive},
    )


def ring_variables(
    chosen: Sequence[str],
    order: Sequence[str],
    sensitive: Collection[str],
    values: Mapping[str, str],
) -> tuple[Variable, ...]:
    """What the ring pop-over shows: the chosen fields, else the panel's first; none sensitive."""
    shown = panel_variables(chosen or order, values)
    return tuple(each for each in shown if each.name not in sensitive)[:RING_VARIABLES]


def ring_crm_url(
    template: str,
    variables: Mapping[str, str],
    sensitive: Collection[str],
    *,
    number: str,
    name: str,
) -> str | None:
    """The CRM address before the customer is there; None where it would tell what is sensitive."""
    if any(place in sensitive for place in _PLACE.findall(template)):
        return None
    return crm_url(template, variables, number=number, name=name)


def crm_url(template: str, variables: Mapping[str, str], *, number: str, name: str) -> str | None:
    """The CRM address of a contact; None without a template.

    Every value is percent-encoded whole, so that none can add a path or a parameter. A variable
    that the contact lacks is left empty.
    """
    if not template:
        return None
    values = {**variables, "number": number, "name": name}
    return _PLACE.sub(lambda place: quote(values.get(place[1], ""), safe=""), template)
