"""Messages that a machine of ours says to customers."""

from collections.abc import Mapping
from typing import Any, cast

import strawberry
from strawberry import UNSET

from domain.campaigns import announcements
from domain.campaigns.announcements import AnnouncementSetting
from schema.inputs import given, renamed


@strawberry.type(description="A message to customers, and the keys that it offers.")
class Announcement:
    sound: str = strawberry.field(description="The sound to play, by name; empty: the text.")
    text: str = strawberry.field(description="What is spoken; empty: the sound.")
    language: str = strawberry.field(description="Of the text, as en or pt_BR.")
    opt_out_key: str = strawberry.field(
        description="Puts the number on the account's do-not-call list and ends the call; empty: "
        "not offered."
    )
    agent_key: str = strawberry.field(
        description="Leads to the campaign's agents; empty: not offered."
    )
    repeat_key: str = strawberry.field(description="Says it again; empty: not offered.")
    hang_up_key: str = strawberry.field(description="Ends the call; empty: not offered.")
    repeats: int = strawberry.field(
        description="How often it is said again when nothing is pressed, 0 to 9."
    )
    wait_seconds: float = strawberry.field(
        description="For a key, after the message, 1 to 60. Then the call ends."
    )

    @classmethod
    def of_setting(cls, setting: Mapping[str, Any] | None) -> "Announcement | None":
        made = announcements.announcement_of(setting)
        if made is None:
            return None
        return cls(
            sound=made.sound,
            text=made.text,
            language=made.language,
            opt_out_key=made.opt_out_key,
            agent_key=made.agent_key,
            repeat_key=made.repeat_key,
            hang_up_key=made.hang_up_key,
            repeats=made.repeats,
            wait_seconds=made.wait_s,
        )


@strawberry.input(
    description="A message to customers: either a sound or a text. Keys are one of 0-9, * and #; "
    "each does one thing, and one that is left out is not offered."
)
class AnnouncementInput:
    sound: str | None = strawberry.field(
        description="The sound to play, by its name at the switch; at most 100 characters.",
        default=UNSET,
    )
    text: str | None = strawberry.field(
        description="What is spoken, where the switch has speech; at most 1000 characters.",
        default=UNSET,
    )
    language: str | None = strawberry.field(
        description="Of the text, as en or pt_BR; en if left out.", default=UNSET
    )
    opt_out_key: str | None = strawberry.field(
        description="Puts the number on the account's do-not-call list and ends the call.",
        default=UNSET,
    )
    agent_key: str | None = strawberry.field(
        description="Leads to the campaign's agents, if some are at work.", default=UNSET
    )
    repeat_key: str | None = strawberry.field(description="Says it again.", default=UNSET)
    hang_up_key: str | None = strawberry.field(description="Ends the call.", default=UNSET)
    repeats: int | None = strawberry.field(
        description="How often it is said again when nothing is pressed, 0 to 9; 0 if left out.",
        default=UNSET,
    )
    wait_seconds: float | None = strawberry.field(
        description="For a key, after the message, 1 to 60; 5 if left out.", default=UNSET
    )


def setting_of(input: AnnouncementInput, *, path: str) -> AnnouncementSetting:
    """What was given, as the domain has it. `path`: of the input, for what is wrong."""
    values = renamed(given(input, inside=path), {"wait_seconds": "wait_s"})
    return cast(AnnouncementSetting, values)
