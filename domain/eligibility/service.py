"""What binds an account's calls: read it, change it."""

from collections.abc import Sequence
from typing import TypedDict

from domain.access import audit
from domain.access.permissions import Permission
from domain.access.principal import Principal
from domain.access.service import access_account
from domain.core.floors import tell_of_rows
from domain.core.ports import Ports
from domain.core.problems import Problems
from domain.core.unit_of_work import unit_of_work
from domain.eligibility.checking import CapSetting, checked_caps, checked_packs
from domain.eligibility.commands import PolicyChanged
from domain.eligibility.models import DialingPolicy


class PolicySettings(TypedDict, total=False):
    """What to change of a policy; what is left out stays as it is."""

    packs: Sequence[str]
    number_caps: Sequence[CapSetting]


async def access_policy(principal: Principal, *, ports: Ports) -> DialingPolicy:
    """The account's policy; one that was never set binds nothing."""
    principal.require(Permission.CAMPAIGN_VIEW)
    policy = await DialingPolicy.filter(account_id=principal.account_id).first()
    return policy or _unset(principal, ports)


async def change_policy(
    principal: Principal, settings: PolicySettings, *, ports: Ports
) -> DialingPolicy:
    """The policy with what was given changed; it holds at once for campaigns that dial.

    Raises InvalidInput with every problem.
    """
    principal.require(Permission.CAMPAIGN_MANAGE)
    problems, values = Problems(), dict[str, object]()
    if "packs" in settings:
        values["packs"] = checked_packs("packs", settings["packs"], problems)
    if "number_caps" in settings:
        values["number_caps"] = checked_caps("numberCaps", settings["number_caps"], problems)
    problems.refuse_any()
    async with unit_of_work(ports):
        # The account's row is the queue, since there may be no policy to lock.
        await access_account(principal, lock=True)
        policy = await DialingPolicy.filter(account_id=principal.account_id).first()
        found = policy or _unset(principal, ports)
        before = {column: getattr(found, column) for column in values}
        if before == values:
            return found
        found.update_from_dict({**values, "changed_at": ports.clock.now()})
        await found.save(force_create=policy is None)
        public = {"number_caps": "numberCaps"}
        await audit.record(
            principal,
            "dialingPolicyChange",
            subject_type="account",
            subject_id=principal.account_id,
            difference=audit.difference(
                {public.get(key, key): value for key, value in before.items()},
                {public.get(key, key): value for key, value in values.items()},
            ),
            at=ports.clock.now(),
        )
    await tell_of_rows(ports.floors, principal.account_id, PolicyChanged())
    return found


def _unset(principal: Principal, ports: Ports) -> DialingPolicy:
    return DialingPolicy(account_id=principal.account_id, changed_at=ports.clock.now())
