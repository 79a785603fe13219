"""What a machine of ours says to a customer, and the keys that it offers. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from domain.core.problems import Problems
from domain.telephony.port import File, Media, Say

# A relative name in the switch's sound store, so no dots: it never leads out of it.
SOUND = re.compile(r"(?=.{1,100}$)[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
SOUND_RULE = "must be the name of a sound: letters, digits, dashes, slashes; at most 100"
LONGEST_TEXT = 1000
MOST_REPEATS = 9
LONGEST_WAIT_S = 60.0
KEYS = "0123456789*#"
_LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
_KEY_FIELDS = {
    "opt_out_key": "optOutKey",
    "agent_key": "agentKey",
    "repeat_key": "repeatKey",
    "hang_up_key": "hangUpKey",
}


class AnnouncementSetting(TypedDict, total=False):
    """An announcement as it is set; what is left out has its default."""

    sound: str
    text: str
    language: str
    opt_out_key: str
    agent_key: str
    repeat_key: str
    hang_up_key: str
    repeats: int
    wait_s: float


@dataclass(frozen=True, slots=True)
class Announcement:
    """A message and what may be pressed. A key is one of 0-9 * #; empty: not offered."""

    sound: str = ""  # a sound's name; empty: the text is spoken
    text: str = ""
    language: str = "en"
    opt_out_key: str = ""  # never call again
    agent_key: str = ""  # speak with an agent of the campaign
    repeat_key: str = ""
    hang_up_key: str = ""
    repeats: int = 0  # how often it is said again when nothing is pressed
    wait_s: float = 5.0  # for a key, after the message

    @property
    def media(self) -> tuple[Media, ...]:
        """What is played."""
        if self.sound:
            return (File(name=self.sound),)
        return (Say(text=self.text, language=self.language),)

    @property
    def keys(self) -> str:
        """The keys that do something."""
        return self.opt_out_key + self.agent_key + self.repeat_key + self.hang_up_key


def announcement_of(setting: Mapping[str, Any] | None) -> Announcement | None:
    """A checked setting as a value; None: none is set."""
    return Announcement(**setting) if setting else None


def checked_announcement(
    where: str, setting: AnnouncementSetting, problems: Problems, *, agents: bool
) -> dict[str, Any]:
    """The column to write. `agents`: whether a key may lead to agents."""
    sound, text = setting.get("sound", ""), setting.get("text", "").strip()
    problems.unless(bool(sound) != bool(text), where, "must have either a sound or a text")
    problems.unless(not sound or SOUND.fullmatch(sound) is not None, f"{where}.sound", SOUND_RULE)
    problems.unless(
        len(text) <= LONGEST_TEXT and text.isprintable(),
        f"{where}.text",
        f"must be at most {LONGEST_TEXT} characters, on one line",
    )
    problems.unless(
        _LANGUAGE.fullmatch(setting.get("language", "en")) is not None,
        f"{where}.language",
        "must be as in en or pt_BR",
    )
    problems.between(f"{where}.repeats", setting.get("repeats", 0), 0, MOST_REPEATS)
    problems.between(f"{where}.waitSeconds", setting.get("wait_s", 5.0), 1, LONGEST_WAIT_S)
    _check_keys(where, setting, problems)
    problems.unless(
        agents or not setting.get("agent_key"), f"{where}.agentKey", "leads nowhere here"
    )
    return {**setting, "text": text}


def _check_keys(where: str, setting: AnnouncementSetting, problems: Problems) -> None:
    taken: set[str] = set()
    for field, public in _KEY_FIELDS.items():
        key = str(setting.get(field, ""))
        if not key:
            continue
        problems.unless(
            len(key) == 1 and key in KEYS, f"{where}.{public}", "must be one of 0-9, * and #"
        )
        problems.unless(key not in taken, f"{where}.{public}", "is the key of something else, too")
        taken.add(key)
