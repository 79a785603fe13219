"""Refusals about trunks."""

from domain.trunks import errors
from schema.refusals import Refusal, refusal


@refusal(errors.TrunkNameTaken)
class TrunkNameTaken(Refusal):
    """Another trunk of the account has this name."""
