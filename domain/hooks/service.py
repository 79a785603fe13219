"""Setting, rotating and removing a campaign's pre-dial hook."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import urlsplit
from uuid import UUID

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.campaigns.commands import CampaignChanged
from domain.campaigns.errors import CampaignClosed
from domain.campaigns.models import Campaign
from domain.campaigns.rules import CampaignState
from domain.campaigns.service import access_campaign
from domain.core.floors import tell_of_rows
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.core.web import is_public
from domain.hooks.errors import NoHook
from domain.hooks.models import PreDialHook
from domain.hooks.rules import (
    FORMER_SECRET_FOR,
    LONGEST_RETRY_S,
    MOST_VARIABLES,
    SECRET_BYTES,
    HookFallback,
    HookSettings,
    new_secret,
)


class HookChange(TypedDict, total=False):
    """What to set of a hook; what is left out stays as it is."""

    url: str
    time_limit_ms: int
    fallback: HookFallback
    retry_s: int
    variables: Sequence[str]


@dataclass(frozen=True, slots=True)
class SetHook:
    """A hook, and its secret where it is new: the only time that it is shown."""

    hook: PreDialHook
    secret: str | None


async def find_hook(principal: Principal, campaign_id: UUID) -> PreDialHook | None:
    """What a campaign asks before it dials; None: nobody. Raises NotFound."""
    campaign = await access_campaign(principal, campaign_id)
    return await PreDialHook.filter(campaign_id=campaign.id).first()


async def set_hook(
    principal: Principal, campaign_id: UUID, change: HookChange, *, ports: Ports
) -> SetHook:
    """Ask before each call from now on, or otherwise than until now.

    Raises NotFound, CampaignClosed, InvalidInput.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    values = _checked(change, private=ports.private_hooks)
    secret = None
    async with unit_of_work(ports):
        campaign = await _open_campaign(principal, campaign_id)
        _refuse_sensitive(values.get("variables", ()), campaign)
        hook = await PreDialHook.filter(campaign_id=campaign.id).first()
        before = {} if hook is None else {key: getattr(hook, key) for key in values}
        if hook is None:
            problems = Problems()
            problems.unless("url" in values, "url", "must be given")
            problems.refuse_any()
            secret = new_secret(secrets.token_bytes(SECRET_BYTES))
            hook = await PreDialHook.create(
                campaign_id=campaign.id,
                account_id=campaign.account_id,
                secret=secret,
                created_at=ports.clock.now(),
                **values,
            )
        elif before == values:
            return SetHook(hook, None)
        else:
            hook.update_from_dict(values)
            await hook.save(update_fields=list(values))
        await _record(principal, "preDialHookSet", campaign, before, values, ports)
    await _tell(campaign, ports)
    return SetHook(hook, secret)


async def rotate_secret(principal: Principal, campaign_id: UUID, *, ports: Ports) -> SetHook:
    """A new secret; for a day both sign, so that no question is refused meanwhile.

    Raises NotFound, CampaignClosed, NoHook.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    secret = new_secret(secrets.token_bytes(SECRET_BYTES))
    async with unit_of_work(ports):
        campaign = await _open_campaign(principal, campaign_id)
        hook = await PreDialHook.filter(campaign_id=campaign.id).first()
        if hook is None:
            raise NoHook(campaign_id)
        hook.former_secret, hook.secret = hook.secret, secret
        hook.former_until = ports.clock.now() + FORMER_SECRET_FOR
        await hook.save(update_fields=["secret", "former_secret", "former_until"])
        await _record(principal, "preDialHookRotate", campaign, {}, {}, ports)
    await _tell(campaign, ports)
    return SetHook(hook, secret)


async def remove_hook(principal: Principal, campaign_id: UUID, *, ports: Ports) -> UUID:
    """Ask nobody any more. A campaign without a hook stays so. Raises NotFound."""
    principal.require(Permission.CAMPAIGN_MANAGE)
    async with unit_of_work(ports):
        campaign = await access_campaign(
            principal, campaign_id, Permission.CAMPAIGN_MANAGE, lock=True
        )
        hook = await PreDialHook.filter(campaign_id=campaign.id).first()
        if hook is None:
            return campaign.id
        await hook.delete()
        await _record(principal, "preDialHookRemove", campaign, {"url": hook.url}, {}, ports)
    await _tell(campaign, ports)
    return campaign.id


def settings_of_hook(hook: PreDialHook, *, now: datetime) -> HookSettings:
    """The hook as a floor uses it."""
    both = hook.former_secret is not None and hook.former_until is not None
    former = [hook.former_secret] if both and now < (hook.former_until or now) else []
    return HookSettings(
        url=hook.url,
        secrets=(hook.secret, *(each for each in former if each is not None)),
        time_limit_s=hook.time_limit_ms / 1000,
        fallback=hook.fallback,
        retry_s=hook.retry_s,
        variables=tuple(hook.variables),
    )


async def _open_campaign(principal: Principal, id: UUID) -> Campaign:
    campaign = await access_campaign(principal, id, Permission.CAMPAIGN_MANAGE, lock=True)
    if campaign.state is CampaignState.CLOSED:
        raise CampaignClosed(campaign.id)
    return campaign


def _checked(change: HookChange, *, private: bool) -> dict[str, Any]:
    problems, values = Problems(), dict[str, Any](change)
    if "url" in change:
        values["url"] = problems.text("url", change["url"], longest=500)
        _check_url(values["url"], problems, private=private)
    if "time_limit_ms" in change:
        problems.between("timeLimitMs", change["time_limit_ms"], 50, 10_000)
    if "retry_s" in change:
        problems.between("retrySeconds", change["retry_s"], 1, LONGEST_RETRY_S)
    if "variables" in change:
        names = [
            problems.text(f"variables.{index}", name, longest=200)
            for index, name in enumerate(change["variables"])
        ]
        problems.unless(len(names) <= MOST_VARIABLES, "variables", f"at most {MOST_VARIABLES}")
        values["variables"] = list(dict.fromkeys(names))
    problems.refuse_any()
    return values


def _refuse_sensitive(names: Sequence[str], campaign: Campaign) -> None:
    problems, hidden = Problems(), set(campaign.sensitive_variables)
    for index, name in enumerate(names):
        problems.unless(
            name not in hidden, f"variables.{index}", f"{name!r} is sensitive: never sent"
        )
    problems.refuse_any()


def _check_url(url: str, problems: Problems, *, private: bool) -> None:
    try:
        parts = urlsplit(url)
        web = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        web = False
    if not web or not url.isascii():
        problems.add("url", "must begin with https:// and a host, in ASCII")
        return
    if not private:
        problems.unless(parts.scheme == "https", "url", "must begin with https://")
        problems.unless(not _is_inside(parts.hostname or ""), "url", "must be a public address")
    # Whoever reads the audit would read it too.
    problems.unless("@" not in parts.netloc, "url", "must not have a user or password in it")


def _is_inside(host: str) -> bool:
    # A name may lead inside as well: that is found out when the connection is made.
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


async def _tell(campaign: Campaign, ports: Ports) -> None:
    await tell_of_rows(ports.floors, campaign.account_id, CampaignChanged(campaign=campaign.id))


async def _record(
    principal: Principal,
    action: str,
    campaign: Campaign,
    before: dict[str, Any],
    after: dict[str, Any],
    ports: Ports,
) -> None:
    public = {"time_limit_ms": "timeLimitMs", "retry_s": "retrySeconds"}
    await audit.record(
        principal,
        action,
        subject_type="campaign",
        subject_id=campaign.id,
        difference=audit.difference(
            {public.get(key, key): value for key, value in before.items()},
            {public.get(key, key): value for key, value in after.items()},
        ),
        at=ports.clock.now(),
    )
