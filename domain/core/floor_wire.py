"""How a command travels to a floor's inbox and its answer back. Pure.

An inbox entry of a command has the fields `k` = b"command", `c` (the command's JSON, with its
class name as `type`), and, when an answer is wanted, `r` (the channel for it), `id`, and `d` (Unix
seconds after which nobody waits any more).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from domain.core.errors import DomainError
from domain.core.floors import FloorCommand

COMMAND = b"command"


@dataclass(frozen=True, slots=True)
class Asked:
    """A command as an inbox entry holds it. Without a channel nobody waits for the answer."""

    command: bytes
    reply_to: str | None = None
    request_id: str = ""
    deadline: float | None = None  # Unix seconds


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a floor answers: `ok`, or the refusal's code, message and attributes."""

    id: str
    ok: dict[str, Any] | None = None
    code: str | None = None
    message: str = ""
    data: dict[str, Any] = {}


_encode = msgspec.json.Encoder(enc_hook=str).encode
decode_answer = msgspec.json.Decoder(Answer).decode


def entry_of(
    command: FloorCommand, *, reply_to: str = "", request_id: str = "", deadline: float = 0.0
) -> dict[str, bytes | str]:
    """The inbox entry of a command."""
    entry: dict[str, bytes | str] = {"k": COMMAND, "c": _encode(command)}
    if reply_to:
        entry |= {"r": reply_to, "id": request_id, "d": repr(deadline)}
    return entry


def asked_of(fields: Mapping[bytes, bytes]) -> Asked:
    """The command in an inbox entry. Raises KeyError when it holds none."""
    reply_to = fields.get(b"r")
    return Asked(
        command=fields[b"c"],
        reply_to=reply_to.decode() if reply_to else None,
        request_id=fields.get(b"id", b"").decode(),
        deadline=float(fields[b"d"]) if b"d" in fields else None,
    )


def answer(request_id: str, result: dict[str, Any]) -> bytes:
    """The answer to a command that was done."""
    return _encode(Answer(id=request_id, ok=result))


def refusal(request_id: str, error: DomainError) -> bytes:
    """The answer to a command that was refused; the error's attributes travel with it."""
    data = {
        key: value
        for key, value in vars(error).items()
        if key != "message" and not key.startswith("_")
    }
    return _encode(Answer(id=request_id, code=error.code, message=error.message, data=data))
