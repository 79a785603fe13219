"""Wrap-up codes."""

from collections.abc import Sequence

import strawberry

from domain.wrapups import rules
from domain.wrapups.rules import WrapUpCodeSetting, WrapUpEffect

strawberry.enum(WrapUpEffect, description="What a wrap-up code does to the target.")


@strawberry.type(description="What an agent may say of a call, and what becomes of the target.")
class WrapUpCode:
    code: str = strawberry.field(description="At most 64 characters.")
    effect: WrapUpEffect = strawberry.field(description="What becomes of the target.")
    delay_seconds: int = strawberry.field(
        description="Until the next call, for `RETRY`, and for `RESCHEDULE` without a time."
    )

    @classmethod
    def of(cls, code: rules.WrapUpCode) -> "WrapUpCode":
        return cls(code=code.code, effect=code.effect, delay_seconds=code.delay_s)


@strawberry.input(description="What an agent may say of a call, and what becomes of the target.")
class WrapUpCodeInput:
    code: str = strawberry.field(description="At most 64 characters.")
    effect: WrapUpEffect = strawberry.field(description="What becomes of the target.")
    delay_seconds: int = strawberry.field(
        description="Until the next call, for `RETRY`, and for `RESCHEDULE` without a time; at "
        "most 90 days.",
        default=0,
    )


def codes_of(inputs: Sequence[WrapUpCodeInput]) -> list[WrapUpCodeSetting]:
    """The codes as the use case takes them."""
    return [
        {"code": row.code, "effect": row.effect, "delay_s": row.delay_seconds} for row in inputs
    ]
