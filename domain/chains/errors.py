"""What can be refused about campaigns that work together.

DomainError
├── ChainCircle      a campaign would come after, or draw from, itself
├── ChainedElsewhere it belongs to another chain
└── SettingShared    the chain's main campaign holds it
"""

from collections.abc import Sequence
from uuid import UUID

from domain.core.errors import DomainError


class ChainCircle(DomainError):
    """A campaign would come back to itself."""

    code = "CHAIN_CIRCLE"

    def __init__(self, way: Sequence[tuple[UUID, str]], verb: str) -> None:
        names = f" {verb} ".join(repr(name) for _, name in way)
        super().__init__(
            f"Nothing was changed: {names} would be a circle. Take one of these out first."
        )
        self.campaign_ids = [str(id) for id, _ in way]
        self.names = [name for _, name in way]


class ChainedElsewhere(DomainError):
    """The campaign belongs to another chain."""

    code = "CHAINED_ELSEWHERE"

    def __init__(self, campaign_id: UUID, chain: str) -> None:
        super().__init__(
            f"Nothing was changed: campaign {campaign_id} belongs to the chain {chain!r} already. "
            "Unlink it there first."
        )
        self.campaign_id = str(campaign_id)
        self.chain = chain


class SettingShared(DomainError):
    """The setting is shared by a chain and changed on its main campaign."""

    code = "SETTING_SHARED"

    def __init__(self, settings: Sequence[str], main_id: UUID, main: str) -> None:
        super().__init__(
            f"Nothing was changed: {', '.join(settings)} is shared by the campaigns of the chain. "
            f"Change it on its main campaign {main!r}, or unlink this one."
        )
        self.settings = list(settings)
        self.main_campaign_id = str(main_id)
        self.main_campaign = main
