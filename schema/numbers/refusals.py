"""Refusals about numbers."""

from domain.numbers import errors
from schema.refusals import Refusal, refusal


@refusal(errors.NumberTaken)
class NumberTaken(Refusal):
    """The number belongs to somebody already."""
