"""What an agent's screen shows about a contact. Pure."""

from domain.calls.events import ScreenPop
from domain.calls.rules import CallDirection
from domain.calls.screen import (
    crm_url,
    offered_variables,
    panel_variables,
    ring_crm_url,
    ring_variables,
)
from domain.floor.settings import Settings
from domain.floor.state import Line, Offer
from domain.targets.hopper import HopperTarget


def pop_of_line(line: Line, settings: Settings, *, stage: str, at: float) -> ScreenPop:
    """The pop for a customer who is dialed for an agent, or connected."""
    target = line.target
    if stage == "connected":
        variables = panel_variables(settings.variables, target.variables)
        url = crm_url(settings.crm_url, target.variables, number=target.number, name=target.name)
    else:
        hidden = settings.sensitive_variables
        variables = ring_variables(
            settings.ring_variables, settings.variables, hidden, target.variables
        )
        url = _crm_url_before(settings, target)
    return ScreenPop(
        at=at,
        stage=stage,
        call=line.id,
        target=target.id,
        campaign=line.campaign_id,
        campaign_name=settings.name,
        direction=line.direction,
        number=line.number,
        name=target.name,
        variables=variables,
        crm_url=url,
        call_guide=settings.call_guide,
        wrap_up_codes=tuple(settings.wrap_up_codes.values()),
        recording=line.recorded,
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
        variables=offered_variables(
            settings.variables, settings.sensitive_variables, offer.target.variables
        ),
        crm_url=_crm_url_before(settings, offer.target),
        call_guide=settings.call_guide,
        wrap_up_codes=tuple(settings.wrap_up_codes.values()),
        decide_before=decide_before,
    )


def _crm_url_before(settings: Settings, target: HopperTarget) -> str | None:
    return ring_crm_url(
        settings.crm_url,
        target.variables,
        settings.sensitive_variables,
        number=target.number,
        name=target.name,
    )
