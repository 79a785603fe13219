"""Numbers, endpoints and trunks whose names set their behaviour; see docs/simulated-carrier.md.

Forced customers ring for half a second and their verdict is never wrong, so that a test or a
demonstration waits for nothing.
"""

import math

from workers.gateway.simulator.profile import Behaviour, Nature

RING_S = 0.5
VERDICT_S = 0.5
PATIENCE_S = 120.0  # of customers who are not about waiting


def _answers(nature: Nature = Nature.LIVE, **more: object) -> dict[str, object]:
    return {
        "nature": nature,
        "answers_s": RING_S,
        "verdict": nature,
        "verdict_s": VERDICT_S,
        "patience_s": PATIENCE_S,
        **more,
    }


def _refuses(nature: Nature) -> dict[str, object]:
    return {"nature": nature, "refuses_s": RING_S}


# By the last four digits of the number.
FORCED: dict[str, dict[str, object]] = {
    "0001": _answers(talk_s=60.0),
    "0002": _refuses(Nature.BUSY),
    "0003": {"nature": Nature.NO_ANSWER},
    "0004": _refuses(Nature.INVALID),
    "0005": _refuses(Nature.CONGESTION),
    "0006": _answers(Nature.MACHINE, greeting_s=4.0, ends_s=30.0),
    "0007": _answers(patience_s=2.0),
    "0008": _answers(Nature.FAX, ends_s=20.0),
    "0009": _refuses(Nature.REJECTED),
    "0010": _answers(patience_s=math.inf),
    "0011": _answers(digits="1", patience_s=math.inf),
    "0012": _answers(early_media=True, talk_s=60.0),
    "0013": _answers(talk_s=3.0),
    "0014": {"nature": Nature.DEAD, "refuses_s": 2.0},
    "0015": _answers(Nature.MACHINE, verdict=Nature.LIVE, greeting_s=4.0, ends_s=30.0),
    "0016": _answers(verdict=Nature.MACHINE, talk_s=60.0),
    "0017": _answers(verdict=None, talk_s=60.0),
    "0018": _answers(talk_s=3.0, drops=True),
    "0019": _answers(answers_s=10.0, talk_s=60.0),
    "0020": _answers(talk_s=10.0),
}


def forced_customer(number: str) -> Behaviour | None:
    """The behaviour that a number's last four digits force, or None."""
    forced = FORCED.get(number[-4:])
    if forced is None:
        return None
    return Behaviour(set_up_s=0.05, **forced)  # type: ignore[arg-type]  # the table's own keys


def endpoint(name: str, answers_s: float) -> Behaviour:
    """How an agent's phone behaves: it answers by itself, unless its name says otherwise."""
    made = Behaviour(
        nature=Nature.LIVE, is_customer=False, set_up_s=0.05, answers_s=answers_s, refuses_s=0.1
    )
    match name.split("-", 1)[0]:
        case "busy":
            made.nature = Nature.BUSY
        case "dead":
            made.nature = Nature.DEAD
        case "noanswer":
            made.nature = Nature.NO_ANSWER
        case "drops":
            made.ends_s, made.drops = 5.0, True
    return made


def trunk(name: str | None) -> Behaviour | None:
    """How every call through a trunk fails, if its name says so; None: it carries them."""
    match (name or "").split("-", 1)[0]:
        case "dead":
            return Behaviour(nature=Nature.DEAD, refuses_s=2.0)
        case "full":
            return Behaviour(nature=Nature.CONGESTION, refuses_s=0.1)
        case _:
            return None
