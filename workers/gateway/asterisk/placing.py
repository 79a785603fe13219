"""What is sent to have Asterisk place a leg: whom to dial, who is shown, where an answer goes."""

import re

from domain.telephony.port import CallerId, PlaceLeg, ToEndpoint
from workers.gateway.asterisk.settings import SAFE_NAME, AsteriskSettings

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
NAME_LENGTH = 60  # characters of a caller's name; displays show fewer


def display_name(text: str) -> str:
    """A caller's name as it may stand in a quoted string: one line, without quotes or brackets."""
    words = "".join(" " if c.isspace() or not c.isprintable() else c for c in text)
    return " ".join(re.sub(r'["<>\\;,]', " ", words).split())[:NAME_LENGTH]


def dial_string(command: PlaceLeg, settings: AsteriskSettings) -> str:
    """Asterisk's name of the far end. Raises ValueError for an address that can't be one, and
    LookupError for a trunk that is not there.
    """
    if isinstance(command.to, ToEndpoint):
        if not SAFE_NAME.fullmatch(command.to.endpoint):
            raise ValueError("endpoint")
        return f"PJSIP/{command.to.endpoint}"
    if not E164.fullmatch(command.to.number):
        raise ValueError("format")
    return settings.trunk(command.to.trunk).dial_string(command.to.number)


def originate(command: PlaceLeg, dial: str, way_in: tuple[str, str]) -> dict[str, str | list[str]]:
    """The action that places a leg. `way_in`: context and extension for when it is answered."""
    context, exten = way_in
    action: dict[str, str | list[str]] = {
        "Action": "Originate",
        "ActionID": str(command.leg),
        "ChannelId": str(command.leg),
        "Channel": dial,
        "Context": context,
        "Exten": exten,
        "Priority": "1",
        "Async": "true",
        "Timeout": str(max(1000, round(command.ring_limit_s * 1000))),
        "Account": str(command.account),
    }
    variables = _analysis_variables(command)
    if command.caller_id.number is None:
        # Q.931: presentation restricted; the trunk's endpoint turns it into "anonymous".
        variables += ["CONNECTEDLINE(pres)=prohib", "CALLERID(pres)=prohib"]
    else:
        action["CallerID"] = _caller_id(command.caller_id)
    if variables:
        action["Variable"] = variables
    return action


def _caller_id(caller: CallerId) -> str:
    digits = re.sub(r"[^0-9+*#A-Za-z]", "", caller.number or "")
    name = display_name(caller.name)
    return f'"{name}" <{digits}>' if name else f"<{digits}>"


def _analysis_variables(command: PlaceLeg) -> list[str]:
    asked = command.analysis
    if asked is None:
        return []
    return [
        f"OUTDIAL_SILENCE={round(asked.initial_silence_s * 1000)}",
        f"OUTDIAL_GREETING={round(asked.greeting_s * 1000)}",
        f"OUTDIAL_AFTER={round(asked.after_greeting_silence_s * 1000)}",
        f"OUTDIAL_TOTAL={round(asked.total_s * 1000)}",
        f"OUTDIAL_WORD={round(asked.minimum_word_s * 1000)}",
        f"OUTDIAL_BETWEEN={round(asked.between_words_silence_s * 1000)}",
        f"OUTDIAL_WORDS={asked.maximum_words}",
        f"OUTDIAL_LEVEL={asked.silence_threshold}",
        f"OUTDIAL_FAX={'yes' if asked.detect_fax else 'no'}",
        f"OUTDIAL_UNSURE={'beep' if asked.beep_if_unsure else 'idle'}",
    ]
