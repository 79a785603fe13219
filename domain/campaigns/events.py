"""What supervisors hear about campaigns."""

from uuid import UUID

import msgspec

from domain.agents.rules import AgentState


def campaign_topic(account_id: UUID) -> str:
    """Ids of campaigns whose rows changed, one topic for the account."""
    return f"campaigns:{account_id}"


def board_topic(campaign_id: UUID) -> str:
    """Figures of one campaign, whole, at most one message a second."""
    return f"board:{campaign_id}"


def floor_board_topic(account_id: UUID) -> str:
    """Figures of all agents of an account, at most one message a second."""
    return f"floor_board:{account_id}"


class CampaignRowChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign was made or changed. The listener reads it with its own rights."""

    campaign: UUID


class CampaignBoard(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign's figures at an instant. Counts since the campaign's last start."""

    campaign: UUID
    at: float  # Unix seconds
    state: str
    targets_left: int  # new or waiting for a retry
    dialing: int  # dialed, not answered
    waiting: int  # live customers without an agent
    talking: int
    listening: int = 0
    agents: dict[AgentState, int]  # of the agents who work on this campaign
    dialed: int
    answered: int  # live answers
    connected: int
    abandoned: int
    machines: int
    lines_per_agent: float  # ringing and answered lines for each agent who takes calls, now
    abandon_rate: float  # of live answers in the last 24 h
    why: str  # the pacer's words for its last decision


class AgentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One agent on a supervisor's board."""

    agent: UUID
    state: AgentState
    since: float  # Unix seconds
    reason: str | None = None
    campaign: UUID | None = None
    call: UUID | None = None


class FloorBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The agents of an account at an instant. Agents who are offline are left out."""

    account: UUID
    at: float  # Unix seconds
    agents: tuple[AgentLine, ...]


_encode = msgspec.json.Encoder().encode
decode_campaign_board = msgspec.json.Decoder(CampaignBoard).decode
decode_floor_board = msgspec.json.Decoder(FloorBoard).decode
encode_row_changed = _encode
decode_row_changed = msgspec.json.Decoder(CampaignRowChanged).decode


def encode_board(board: CampaignBoard | FloorBoard, *, at: float | None = None) -> bytes:
    """A board as JSON; with `at`, as of another instant, so that two can be compared."""
    return _encode(board if at is None else msgspec.structs.replace(board, at=at))
