"""What an agent's screen shows about a contact. Pure."""

import re
from urllib.parse import quote

from domain.calls.events import ScreenPop, Variable
from domain.calls.rules import CallDirection
from domain.floor.state import Line, Offer, Settings
from domain.targets.hopper import HopperTarget

PANEL_VARIABLES = 30  # CAM-13: the most that an interaction panel shows

_PLACE = re.compile(r"\{([^{}]+)\}")


def crm_url(template: str, target: HopperTarget) -> str | None:
    """The CRM address of a contact; None without a template.

    Every value is percent-encoded whole, so that none can add a path or a parameter. A variable
    that the contact lacks is left empty.
    """
    if not template:
        return None
    values = {**target.variables, "number": target.number, "name": target.name}
    return _PLACE.sub(lambda place: quote(values.get(place[1], ""), safe=""), template)


def _variables(settings: Settings, target: HopperTarget) -> tuple[Variable, ...]:
    names = settings.variables or tuple(target.variables)
    return tuple(
        Variable(name, target.variables[name]) for name in names if name in target.variables
    )[:PANEL_VARIABLES]


def pop_of_line(line: Line, settings: Settings, *, stage: str, at: float) -> ScreenPop:
    """The pop for a customer who is dialed for an agent, or connected."""
    return ScreenPop(
        at=at,
        stage=stage,
        call=line.id,
        target=line.target.id,
        campaign=line.campaign_id,
        campaign_name=settings.name,
        direction=CallDirection.OUTBOUND,
        number=line.number,
        name=line.target.name,
        variables=_variables(settings, line.target),
        crm_url=crm_url(settings.crm_url, line.target),
        call_guide=settings.call_guide,
    )


def pop_of_offer(offer: Offer, settings: Settings, *, at: float, decide_before: float) -> ScreenPop:
    """The pop for a contact that an agent may have dialed, or not."""
    return ScreenPop(
        at=at,
        stage="offered",
        call=offer.target.id,
        target=offer.target.id,
        campaign=offer.campaign_id,
        campaign_name=settings.name,
        direction=CallDirection.OUTBOUND,
        number=offer.target.number,
        name=offer.target.name,
        variables=_variables(settings, offer.target),
        crm_url=crm_url(settings.crm_url, offer.target),
        call_guide=settings.call_guide,
        decide_before=decide_before,
    )
