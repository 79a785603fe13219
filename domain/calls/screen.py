"""What an agent's screen shows of a contact's fields. Pure."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from domain.calls.events import Variable

PANEL_VARIABLES = 30  # CAM-13: the most that an interaction panel shows

_PLACE = re.compile(r"\{([^{}]+)\}")


def panel_variables(order: Sequence[str], values: Mapping[str, str]) -> tuple[Variable, ...]:
    """The contact's fields in the campaign's order; all of them if it has none."""
    names = order or tuple(values)
    return tuple(Variable(name, values[name]) for name in names if name in values)[:PANEL_VARIABLES]


def crm_url(template: str, variables: Mapping[str, str], *, number: str, name: str) -> str | None:
    """The CRM address of a contact; None without a template.

    Every value is percent-encoded whole, so that none can add a path or a parameter. A variable
    that the contact lacks is left empty.
    """
    if not template:
        return None
    values = {**variables, "number": number, "name": name}
    return _PLACE.sub(lambda place: quote(values.get(place[1], ""), safe=""), template)
