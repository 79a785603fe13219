"""How a command travels to a floor's inbox and its answer back. Pure.

An inbox entry of a command has the fields `k` = b"command", `c` (the command's JSON, with its
class name as `type`), and, when an answer is wanted, `r` (the channel for it), `id`, and `d` (Unix
seconds after which nobody waits any more).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from domain.core.errors import DomainError, FieldProblem, OutdialError, Unavailable
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


def refusal(request_id: str, error: DomainError | Unavailable) -> bytes:
    """The answer to a command that was refused; the error's attributes travel with it."""
    data = {
        key: _tagged(value)
        for key, value in vars(error).items()
        if key != "message" and not key.startswith("_")
    }
    return _encode(Answer(id=request_id, code=error.code, message=str(error), data=data))


def error_of(answer: Answer) -> OutdialError:
    """The error of a refusal as it was raised elsewhere, without running its constructor.

    Its class is the imported one with that code; without one it is a plain DomainError that has it.
    """
    kind = error_classes().get(answer.code or "", DomainError)
    error = kind.__new__(kind)
    Exception.__init__(error, answer.message)
    vars(error).update({name: _untagged(value) for name, value in answer.data.items()})
    vars(error)["message"] = answer.message
    if kind is DomainError:
        vars(error)["code"] = answer.code
    return error


def error_classes() -> dict[str, type[OutdialError]]:
    """Every imported error class that has a code of its own, by code."""
    return {
        kind.__dict__["code"]: kind for kind in _all_below(OutdialError) if "code" in vars(kind)
    }


def _all_below(kind: type[OutdialError]) -> Iterable[type[OutdialError]]:
    for below in kind.__subclasses__():
        yield below
        yield from _all_below(below)


def _tagged(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$instant": value.isoformat()}
    if isinstance(value, timedelta):
        return {"$seconds": value.total_seconds()}
    if isinstance(value, UUID):
        return {"$uuid": str(value)}
    if isinstance(value, FieldProblem):
        return {"$problem": [value.path, value.message]}
    if isinstance(value, list | tuple | set | frozenset):
        return [_tagged(item) for item in value]
    return value


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_untagged(item) for item in value)
    match value:
        case {"$instant": text}:
            return datetime.fromisoformat(text)
        case {"$seconds": seconds}:
            return timedelta(seconds=seconds)
        case {"$uuid": text}:
            return UUID(text)
        case {"$problem": [path, message]}:
            return FieldProblem(path, message)
    return value
