"""Why there is no link to an Asterisk, in words, and what to do about it."""

import socket
from enum import Enum

LOGIN_REMEDY = (
    "Make user and secret of the address those of manager.conf, let `permit` there hold this "
    'machine\'s address, and do "manager reload".'
)


class Step(Enum):
    """How far a link came. The value is what is wrong when it stays there without an error."""

    CONNECT = "nothing answers there. Check the address, and the firewalls on the way."
    LOGIN = "what listens there does not answer a login. Is it the port of AMI?"
    BOOT = (
        "the login was taken, but nothing tells that Asterisk has booted. Add `system` to the "
        "user's `read` in manager.conf; if it is there, Asterisk's own log says what it waits for."
    )
    READ = "Asterisk does not answer what is asked after the login. Its own log may say why."


def hurdle(step: Step, exc: Exception) -> str:
    """What stopped a link at a step, as one sentence or more. Holds no secret."""
    reason = str(getattr(exc, "reason", ""))  # Asterisk's own words, where it refused something
    if step is Step.CONNECT and isinstance(exc, ConnectionRefusedError):
        return (
            "nothing listens there. Start Asterisk, and look at `enabled`, `bindaddr` and `port` "
            "in manager.conf."
        )
    if step is Step.CONNECT and isinstance(exc, socket.gaierror):
        return "its name is not known. Correct the address."
    if step is Step.LOGIN and reason:
        return f'Asterisk refused the login ("{reason}"). {LOGIN_REMEDY}'
    if step is Step.READ and reason:
        return f"{exc}. `outdial pbx check` says which rights the user lacks."
    if step is Step.READ and str(exc):
        return str(exc)
    return step.value
