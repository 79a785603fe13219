"""What a gateway process must be told about its Asterisk."""

import re
from dataclasses import dataclass, field
from pathlib import Path

# Names of trunks, phones, music classes and sounds stand in AMI headers and dialplan arguments,
# where a comma, a slash or a line break would mean something else.
SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


@dataclass(frozen=True, slots=True)
class Trunk:
    """One way out. `dial` is Asterisk's dial string; `{digits}` is the number without its "+"."""

    name: str
    dial: str = "PJSIP/{digits}@{name}"

    def dial_string(self, number: str) -> str:
        """The dial string for an E.164 number."""
        return self.dial.format(name=self.name, digits=number.removeprefix("+"), number=number)


@dataclass(frozen=True, slots=True)
class AsteriskSettings:
    """One node. `recordings` is the folder of recordings as the gateway sees it; if Asterisk sees
    the same folder under another name (another machine), `recordings_there` says which.
    """

    node: str
    username: str
    secret: str = field(repr=False)
    recordings: Path
    recordings_there: Path | None = None
    host: str = "127.0.0.1"
    port: int = 5038
    trunks: tuple[Trunk, ...] = ()
    sounds: str = "outdial"  # where `outdial pbx config` put our tones, as Asterisk names it
    request_timeout_s: float = 5.0
    capacity: int = 500  # most legs at once; more are refused, and nothing was dialed
    ping_s: float = 2.0  # a link that answers no ping for this long is cut and made anew
    reconnect_s: float = 1.0

    def trunk(self, name: str | None) -> Trunk:
        """The trunk of that name; None: the first. An unlisted name is a plain PJSIP endpoint.

        Raises LookupError for a name that cannot be an endpoint, or when there is none at all.
        """
        if name is None:
            if not self.trunks:
                raise LookupError("no trunk is set up")
            return self.trunks[0]
        for trunk in self.trunks:
            if trunk.name == name:
                return trunk
        if not SAFE_NAME.fullmatch(name):
            raise LookupError("that is no name of a trunk")
        return Trunk(name)
