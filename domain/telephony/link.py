"""How floors and gateways talk: names of the keys and shapes of what stands in them.

A gateway drives one switch and has a *node* name that outlives it; each start of its process is a
new *incarnation*. It shows itself by a heartbeat, takes commands from one stream of its own, and
puts events into the inbox of the floor they concern. Numbers for events count from 1 per account
and incarnation: a floor drops a number it has seen (a repetition after a lost connection) and knows
from a gap that events are missing, so that it asks for a snapshot.
"""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from domain.telephony.events import Event, decode_event

HEARTBEAT_S = 1.0
HEARTBEAT_EXPIRES_S = 5.0
COMMANDS_KEPT = 20_000  # per gateway; older ones are past their `not_after` long since
INBOX_KEPT = 200_000  # per floor; about ten minutes of its busiest hour
GATEWAYS = "gateways"  # sorted set: node name, Unix seconds of its last heartbeat
NUMBERS = "numbers"  # hash: E.164, or an agent's phone -> id of the account that owns it

EVENT = b"event"
GATEWAY = b"gateway"


def heartbeat_key(node: str) -> str:
    """Where a gateway's `Node` stands as JSON, for `HEARTBEAT_EXPIRES_S` after each beat."""
    return f"gateway:{node}"


def commands_stream(node: str) -> str:
    """The stream a gateway reads; field `c` of an entry is one encoded command."""
    return f"gateway:{node}:commands"


def accounts_key(node: str) -> str:
    """The set of accounts that have, or had, legs at this node, across its incarnations."""
    return f"gateway:{node}:accounts"


def inbox_stream(account: UUID, part: int = 0) -> str:
    """The inbox of a floor: commands of the API beside what gateways say."""
    return f"floor:{account}:{part}"


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway as its last heartbeat shows it."""

    node: str
    incarnation: str
    up: bool  # whether the switch itself answers
    legs: int  # in use now, all accounts
    capacity: int  # most legs at once
    kind: str  # "simulated", "asterisk"


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """The link between a gateway and its switch went up or down."""

    up: bool


class FromGateway(msgspec.Struct, frozen=True, kw_only=True):
    """One message of a gateway in a floor's inbox. `sequence` is 0 for a `Link`."""

    node: str
    incarnation: str
    sequence: int
    said: Event | Link


encode_node = msgspec.json.Encoder().encode
decode_node = msgspec.json.Decoder(Node).decode
encode_link = msgspec.json.Encoder().encode
_decode_link = msgspec.json.Decoder(Link).decode


def is_from_gateway(fields: Mapping[bytes, bytes]) -> bool:
    """Whether an inbox entry is a gateway's (the API's commands have other kinds)."""
    return fields.get(b"k") in (EVENT, GATEWAY)


def read_from_gateway(fields: Mapping[bytes, bytes]) -> FromGateway:
    """The message in an inbox entry; raises `KeyError` or `msgspec.MsgspecError` if malformed."""
    said = decode_event(fields[b"p"]) if fields[b"k"] == EVENT else _decode_link(fields[b"p"])
    return FromGateway(
        node=fields[b"n"].decode(),
        incarnation=fields[b"i"].decode(),
        sequence=int(fields.get(b"s", b"0")),
        said=said,
    )
