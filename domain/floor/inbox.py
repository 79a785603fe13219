"""What comes into a floor: events of switches, told apart from repetitions and losses. Pure."""

from dataclasses import dataclass, field

from domain.telephony.link import FromGateway


@dataclass(slots=True)
class Heard:
    """What was last heard from each gateway, so that a loss is noticed."""

    _last: dict[str, tuple[str, int]] = field(default_factory=dict)

    def is_new(self, message: FromGateway) -> bool:
        """Whether a message was not handled before."""
        incarnation, sequence = self._last.get(message.node, ("", 0))
        return incarnation != message.incarnation or message.sequence > sequence

    def tells_of_a_loss(self, message: FromGateway) -> bool:
        """Whether messages before this one are missing. Remembers the message."""
        incarnation, sequence = self._last.get(message.node, ("", 0))
        self._last[message.node] = (message.incarnation, message.sequence)
        if not incarnation:
            return False  # the first since this owner began; a snapshot is on its way anyway
        expected = sequence + 1 if incarnation == message.incarnation else 1
        return message.sequence != expected
