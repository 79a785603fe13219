"""What is recorded. Pure."""

from enum import StrEnum


class RecordingKind(StrEnum):
    """Which part of a call a recording holds."""

    CALL = "call"  # what agent and customer say
    ANALYSIS = "analysis"  # what call-progress analysis heard; its id is the call's
