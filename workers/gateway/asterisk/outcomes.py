"""Why a call failed or ended, from what Asterisk and SIP say about it.

Measured with Asterisk 22.10 against a far end that refuses with each status. The dial status alone
calls an unknown number and a refusal "no answer", so the hang-up cause (ITU-T Q.850) and the SIP
status decide, and the Originate's reason tells our own time limit from the network's.
"""

from domain.telephony.events import EndCause, EndedBy, Failure
from workers.gateway.asterisk.facts import Gone

OUR_LIMIT = 3  # reason of OriginateResponse
TIMER_B_S = 31.0  # RFC 3261: after 32 s without any answer the stack itself says 408

BY_SIP = {
    401: Failure.REJECTED,
    403: Failure.REJECTED,
    404: Failure.INVALID,
    407: Failure.REJECTED,
    408: Failure.NO_ANSWER,
    410: Failure.INVALID,
    433: Failure.REJECTED,  # anonymity disallowed, RFC 5079
    480: Failure.NO_ANSWER,
    484: Failure.INVALID,
    485: Failure.INVALID,
    486: Failure.BUSY,
    487: Failure.NO_ANSWER,
    488: Failure.FAILED,
    500: Failure.CONGESTION,
    502: Failure.CONGESTION,
    503: Failure.CONGESTION,
    504: Failure.CONGESTION,
    600: Failure.BUSY,
    603: Failure.REJECTED,
    604: Failure.INVALID,
    607: Failure.REJECTED,  # unwanted, RFC 8197
    608: Failure.REJECTED,  # an intermediary took it for unwanted, RFC 8688
}

# For Asterisk before 22, which does not tell the SIP status, and for channels that are not SIP.
BY_CAUSE = {
    1: Failure.INVALID,
    17: Failure.BUSY,
    18: Failure.NO_ANSWER,
    19: Failure.NO_ANSWER,
    21: Failure.REJECTED,
    22: Failure.INVALID,
    27: Failure.CONGESTION,
    28: Failure.INVALID,
    34: Failure.CONGESTION,
    38: Failure.CONGESTION,
    42: Failure.CONGESTION,
    102: Failure.CONGESTION,
}

END_CAUSES = {
    0: EndCause.NORMAL,  # a hang-up outside of a bridge has no cause
    16: EndCause.NORMAL,
    17: EndCause.BUSY,
    21: EndCause.REJECTED,
    34: EndCause.CONGESTION,
    42: EndCause.CONGESTION,
    27: EndCause.NETWORK,
    38: EndCause.NETWORK,
    44: EndCause.NETWORK,  # what Asterisk sets when no more sound arrives (rtp_timeout)
    102: EndCause.NETWORK,
}

HANGUP_CAUSES = {
    EndCause.NORMAL: 16,
    EndCause.BUSY: 17,
    EndCause.REJECTED: 21,
    EndCause.CONGESTION: 34,
}


def failure_of(gone: Gone | None, *, reason: int, rang: bool, canceled: bool, s: float) -> Failure:
    """Return why a placed leg was never answered.

    `gone`: its hang-up, None if it never became a channel. `reason`: of the Originate. `rang`:
    ringing or early media was seen. `canceled`: we hung up. `s`: seconds since it was dialed.
    """
    if canceled:
        return Failure.CANCELED
    if gone is None:
        # Asterisk makes no channel towards a trunk or phone that is not registered, or that does
        # not answer its OPTIONS (qualify_frequency): nobody is there, and nothing was dialed.
        return Failure.UNREACHABLE
    if reason == OUR_LIMIT:
        return Failure.NO_ANSWER if rang else Failure.UNREACHABLE
    if gone.sip == 408 and not rang and s >= TIMER_B_S:
        return Failure.UNREACHABLE
    if gone.sip in BY_SIP:
        return BY_SIP[gone.sip]
    return BY_CAUSE.get(gone.cause, Failure.FAILED)


def detail_of(gone: Gone | None) -> str:
    """The switch's own codes, for the operator."""
    if gone is None:
        return "no channel"
    sip = f"SIP {gone.sip}, " if gone.sip else ""
    return f"{sip}cause {gone.cause} {gone.text}".rstrip()


def end_of(gone: Gone, *, by_us: bool, by_far_end: bool) -> tuple[EndCause, EndedBy]:
    """Return why a leg that was up ended, and who ended it."""
    cause = END_CAUSES.get(gone.cause, EndCause.UNKNOWN)
    if by_us:
        return cause, EndedBy.US
    return cause, EndedBy.FAR_END if by_far_end else EndedBy.SWITCH
