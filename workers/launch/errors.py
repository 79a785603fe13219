"""What can keep Outdial from starting: a sentence for the operator and a non-zero exit."""

from domain.core.errors import OutdialError


class LaunchRefused(OutdialError):
    """Nothing was left running. The message says what is wrong and what to do."""
