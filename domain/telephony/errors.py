"""What can go wrong between us and a switch."""

from domain.core.errors import Unavailable


class SwitchUnavailable(Unavailable):
    """The switch did not answer, refused the login, or the link to it is down."""

    code = "SWITCH_UNAVAILABLE"
