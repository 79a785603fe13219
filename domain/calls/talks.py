"""What became of a call since its customer met somebody, as its timeline tells it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.calls.models import CallEvent
from domain.calls.rules import RecordingState, ThirdPartyStatus

ANSWERED = ThirdPartyStatus.ANSWERED
CHANGES = (
    "held",
    "taken_back",
    "consulting",
    "third_party_called",
    "third_party_ringing",
    "third_party_answered",
    "third_party_gone",
    "transferred",
    "recording_started",
    "recording_paused",
    "recording_resumed",
    "recording_stopped",
)


@dataclass(frozen=True, slots=True)
class KnownThird:
    """Whom an agent consults, or gave the customer to."""

    leg: UUID
    status: ThirdPartyStatus
    called_at: datetime
    agent_id: UUID | None = None  # None: a number outside
    number: str = ""  # E.164
    trunk_id: UUID | None = None  # None: the switch's default
    tried: frozenset[UUID] = frozenset()  # the trunks that failed it before


@dataclass(frozen=True, slots=True)
class Talk:
    """Whether the customer is on hold or recorded, and who the third party is, if one is there."""

    held: bool = False
    third: KnownThird | None = None
    recording: RecordingState = RecordingState.OFF
    at: datetime | None = None  # of the last change; None: there was none


def talk_after(events: Iterable[tuple[str, datetime, dict[str, Any]]]) -> Talk:
    """The talk after these changes: kind, instant and detail of each, in their order."""
    talk = Talk()
    for kind, at, detail in events:
        talk = replace(_after(talk, kind, at, detail), at=at)
    return talk


async def read_talks(call_ids: list[UUID]) -> dict[UUID, Talk]:
    """The talks of these calls, by call; one without a change is not in the result. One statement.

    Calls that the caller reached through an access function, or that are its own.
    """
    found: dict[UUID, list[tuple[str, datetime, dict[str, Any]]]] = {}
    rows = CallEvent.filter(call_id__in=call_ids, kind__in=CHANGES)
    for row in await rows.order_by("id"):
        found.setdefault(row.call_id, []).append((row.kind, row.at, row.detail))
    return {call_id: talk_after(events) for call_id, events in found.items()}


def _after(talk: Talk, kind: str, at: datetime, detail: dict[str, Any]) -> Talk:
    third = talk.third
    match kind:
        case "held" | "taken_back":
            return replace(talk, held=kind == "held")
        case "consulting" | "third_party_called" if "leg" in detail:
            return replace(talk, third=_called(kind, at, detail))
        case "third_party_ringing" if third is not None:
            return replace(talk, third=replace(third, status=ThirdPartyStatus.RINGING))
        case "third_party_answered" if third is not None:
            return replace(talk, third=replace(third, status=ANSWERED))
        case "third_party_gone":
            return replace(talk, third=None)
        case "transferred":
            # Into another room. A number talks on with the customer; an agent has them now.
            stays = third if third is not None and third.agent_id is None else None
            return replace(talk, held=False, third=stays)
        case "recording_started" | "recording_resumed":
            return replace(talk, recording=RecordingState.ON)
        case "recording_paused":
            return replace(talk, recording=RecordingState.PAUSED)
        case "recording_stopped":
            return replace(talk, recording=RecordingState.OFF)
    return talk


def _called(kind: str, at: datetime, detail: dict[str, Any]) -> KnownThird:
    agent, trunk = detail.get("agent"), detail.get("trunk")
    return KnownThird(
        leg=UUID(detail["leg"]),
        status=ANSWERED if kind == "consulting" else ThirdPartyStatus.CALLING,
        called_at=at,
        agent_id=UUID(agent) if agent else None,
        number=detail.get("number", ""),
        trunk_id=UUID(trunk) if trunk else None,
        tried=frozenset(map(UUID, detail.get("tried", ()))),
    )
