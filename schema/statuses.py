"""How attempts and targets end, as enums that several slices show. Import it before use."""

import strawberry

from domain.calls.rules import Disposition
from domain.targets.rules import ClosedReason

strawberry.enum(ClosedReason, description="Why a target is never dialed again.")
strawberry.enum(Disposition, description="How an attempt ended, as the system saw it.")

__all__ = ["ClosedReason", "Disposition"]
