"""When calls may be placed, by which rules, and what forbids one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from domain.conditions.rules import Broken
from domain.eligibility import explain, models, parts
from domain.eligibility.checking import CapSetting, WindowSetting
from domain.eligibility.hours import Hours, Period
from domain.eligibility.parts import BlockCode
from domain.eligibility.weeks import DAYS, Weekday
from schema.scalars import PhoneNumber, phone_number

strawberry.enum(Weekday, description="A day of the week.")
strawberry.enum(BlockCode, description="Which rule forbids a call.")


@strawberry.type(description="A period of the local day, on some days of the week.")
class CallingWindow:
    days: list[Weekday] = strawberry.field(description="The days.")
    start: str = strawberry.field(description="Local time as `09:00`.")
    end: str = strawberry.field(description="Local time, not included; `24:00`: the day's end.")

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "CallingWindow":
        days = [Weekday(day) for day in row["days"]]
        return cls(days=days, start=row["from"], end=row["until"])

    @classmethod
    def of_hours(cls, hours: Hours) -> list["CallingWindow"]:
        """The windows of a timetable, those of the same hours together."""
        found: dict[Period, list[Weekday]] = {}
        for day, periods in zip(DAYS, hours.week, strict=True):
            for period in periods:
                found.setdefault(period, []).append(day)
        return [
            cls(days=days, start=_clock(start), end=_clock(end))
            for (start, end), days in found.items()
        ]


@strawberry.type(description="How often one number may be called.")
class NumberCap:
    calls: int = strawberry.field(description="At most so many.")
    hours: int = strawberry.field(description="Within any stretch of so many hours.")

    @classmethod
    def of(cls, row: Mapping[str, int]) -> "NumberCap":
        return cls(calls=row["calls"], hours=row["hours"])


@strawberry.input(description="A period of the local day, on some days of the week.")
class CallingWindowInput:
    days: list[Weekday] = strawberry.field(description="One or more.")
    start: str = strawberry.field(description="Local time of the contact, as `09:00`.")
    end: str = strawberry.field(description="After the start, not included; at most `24:00`.")


@strawberry.input(description="How often one number may be called.")
class NumberCapInput:
    calls: int = strawberry.field(description="At most so many, 1 to 100.")
    hours: int = strawberry.field(description="Within any so many hours, 1 to 720.")


def windows_of(inputs: Sequence[CallingWindowInput]) -> list[WindowSetting]:
    """The windows as the use case takes them."""
    return [{"days": row.days, "start": row.start, "end": row.end} for row in inputs]


def caps_of(inputs: Sequence[NumberCapInput]) -> list[CapSetting]:
    """The caps as the use case takes them."""
    return [{"calls": row.calls, "hours": row.hours} for row in inputs]


@strawberry.type(
    description="What a country or state prescribes, as data with its sources. No legal advice: "
    "read it with a lawyer before you rely on it."
)
class RegulationPack:
    id: str = strawberry.field(description="Its name in settings, as `us-fl`.")
    title: str = strawberry.field(description="What it is.")
    country: str = strawberry.field(description="ISO 3166-1.")
    state: str | None = strawberry.field(description="ISO 3166-2; null: the whole country.")
    basis: str = strawberry.field(description="`law`, the `code` of an industry, or mere `custom`.")
    automatic: bool = strawberry.field(description="Whether `*` means this one, too.")
    sources: list[str] = strawberry.field(description="Where it is written.")
    note: str = strawberry.field(description="What the data can't tell.")
    windows: list[CallingWindow] = strawberry.field(
        description="When it lets calls out, in local time; empty: it says nothing of hours."
    )
    holiday_windows: list[str] | None = strawberry.field(
        description="Hours of public holidays, as `10:00-18:00`; empty: none; null: as on "
        "other days."
    )
    caps: list[NumberCap] = strawberry.field(
        description="How often one number may be called, over the whole account."
    )

    @classmethod
    def of(cls, pack: parts.Pack) -> "RegulationPack":
        hours = pack.hours
        holidays = hours.on_holidays if hours is not None else None
        return cls(
            id=pack.id,
            title=pack.title,
            country=pack.country,
            state=pack.state or None,
            basis=pack.basis,
            automatic=pack.automatic,
            sources=list(pack.sources),
            note=pack.note,
            windows=CallingWindow.of_hours(hours) if hours is not None else [],
            holiday_windows=[f"{_clock(start)}-{_clock(end)}" for start, end in holidays]
            if holidays is not None
            else None,
            caps=[NumberCap(calls=cap.limit, hours=cap.hours) for cap in pack.caps],
        )


@strawberry.type(description="What binds all calls of the account.")
class DialingPolicy:
    packs: list[str] = strawberry.field(
        description="Ids of `regulationPacks`, or `*`; for campaigns that name none themselves."
    )
    number_caps: list[NumberCap] = strawberry.field(
        description="How often one number may be called, by all campaigns together."
    )

    @classmethod
    def of(cls, row: models.DialingPolicy) -> "DialingPolicy":
        return cls(
            packs=list(row.packs), number_caps=[NumberCap.of(cap) for cap in row.number_caps]
        )


@strawberry.type(description="Something that a rule was decided by.")
class RuleInput:
    name: str = strawberry.field(description="As `timeZone`.")
    value: str = strawberry.field(description="As `America/New_York`.")


@strawberry.type(description="A rule that forbids a call.")
class BlockingRule:
    code: BlockCode = strawberry.field(description="Which.")
    message: str = strawberry.field(description="The same, for people.")
    ends_at: datetime | None = strawberry.field(
        description="Something forbids the call at least until then; null: it does not end by "
        "itself."
    )
    inputs: list[RuleInput] = strawberry.field(description="What it was decided by.")

    @classmethod
    def of(cls, block: parts.Block) -> "BlockingRule":
        return cls(
            code=block.code,
            message=block.message,
            ends_at=block.ends_at,
            inputs=[RuleInput(name=name, value=value) for name, value in block.inputs],
        )


@strawberry.type(description="A rule that could not be judged: it counts as not matching.")
class BrokenRule:
    rule: str = strawberry.field(description="Its name.")
    what: str = strawberry.field(description="What was to be compared.")
    why: str = strawberry.field(description="What is wrong with it.")

    @classmethod
    def of(cls, broken: Broken) -> "BrokenRule":
        return cls(rule=broken.rule, what=broken.what, why=broken.why)


@strawberry.type(description="For how many targets a rule could not be judged.")
class BrokenCount:
    broken: BrokenRule = strawberry.field(description="The rule, and what is wrong.")
    targets: int = strawberry.field(description="How many.")


@strawberry.type(description="Whether a target would be dialed, and if not, why.")
class TargetExplanation:
    target_id: UUID = strawberry.field(description="The target.")
    at: datetime = strawberry.field(description="When this was true.")
    dialable_now: bool = strawberry.field(
        description="Whether the campaign would dial it as soon as it is its turn."
    )
    number: PhoneNumber = strawberry.field(
        description="Which of the contact's numbers would be dialed."
    )
    blocked_by: BlockingRule | None = strawberry.field(
        description="The first rule that forbids it; null: none does. Of several numbers the rule "
        "that ends first."
    )
    rules: list[str] = strawberry.field(
        description="The campaign's rules that match it now, by name."
    )
    broken_rules: list[BrokenRule] = strawberry.field(
        description="Rules that can't be judged for it."
    )
    country: str | None = strawberry.field(description="Of the number; null: unknown.")
    state: str | None = strawberry.field(description="Of the number; null: unknown.")
    time_zones: list[str] = strawberry.field(
        description="The contact's, or those that the number may have: it must be allowed in all."
    )

    @classmethod
    def of(cls, answer: explain.TargetAnswer) -> "TargetExplanation":
        return cls(
            target_id=answer.target_id,
            at=answer.at,
            dialable_now=answer.block is None,
            number=phone_number(answer.number),
            blocked_by=BlockingRule.of(answer.block) if answer.block is not None else None,
            rules=list(answer.rules),
            broken_rules=[BrokenRule.of(each) for each in answer.broken],
            country=answer.place.country or None,
            state=answer.place.state or None,
            time_zones=list(answer.place.zones),
        )


@strawberry.type(description="How many targets one rule forbids before any other.")
class BlockedCount:
    code: BlockCode = strawberry.field(description="Which rule.")
    targets: int = strawberry.field(description="How many.")
    message: str = strawberry.field(description="The reason of the first that becomes free.")
    ends_at: datetime | None = strawberry.field(
        description="When the first of them may become free; null: not by itself."
    )


@strawberry.type(description="How many of a campaign's targets may be dialed, and why not more.")
class CampaignExplanation:
    campaign_id: UUID = strawberry.field(description="The campaign.")
    at: datetime = strawberry.field(description="The instant that was judged.")
    blocked_by: BlockingRule | None = strawberry.field(
        description="What forbids all of its calls; null: nothing does."
    )
    total: int = strawberry.field(description="All targets.")
    dialing: int = strawberry.field(description="With an attempt under way.")
    waiting: int = strawberry.field(description="New, or to be dialed again.")
    dialable: int = strawberry.field(
        description="Of those that wait: how many may be dialed, were the campaign running."
    )
    blocked: list[BlockedCount] = strawberry.field(
        description="The others, by the first rule that forbids them; most first."
    )
    estimated: bool = strawberry.field(
        description="Whether counts are scaled up from a random sample: more than 20,000 wait."
    )
    broken_rules: list[BrokenCount] = strawberry.field(
        description="Rules that could not be judged for some; at most 50, most first."
    )
    summary: str = strawberry.field(description="The same in a sentence.")

    @classmethod
    def of(cls, answer: explain.CampaignAnswer) -> "CampaignExplanation":
        return cls(
            campaign_id=answer.campaign_id,
            at=answer.at,
            blocked_by=BlockingRule.of(answer.block) if answer.block is not None else None,
            total=answer.total,
            dialing=answer.dialing,
            waiting=answer.waiting,
            dialable=answer.dialable,
            blocked=[
                BlockedCount(
                    code=each.code,
                    targets=each.targets,
                    message=each.example,
                    ends_at=each.ends_at,
                )
                for each in answer.blocked
            ],
            estimated=answer.estimated,
            broken_rules=[
                BrokenCount(broken=BrokenRule.of(each.what), targets=each.targets)
                for each in answer.broken
            ],
            summary=answer.summary,
        )


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
