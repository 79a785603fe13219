"""How many calls to launch now, and why. Pure: no clock, no I/O, no asyncio.

`policy_for` gives the policy of a dialing mode. Modes in which an agent starts each call
(agent-first, preview) are not paced and have none.
"""

from dataclasses import replace

from domain.pacing.interface import PacingPolicy, PacingSettings
from domain.pacing.predictive import Pacer
from domain.pacing.progressive import PortProgressive, Progressive

DEFAULT_PORTS = 1


def policy_for(mode: str, settings: PacingSettings, seed: int = 0) -> PacingPolicy:
    """Return a new policy for one campaign. Raises ValueError for a mode that is not paced.

    `mode` is one of progressive, predictive, ivr_progressive, ivr_predictive; case and the
    separators "-" and "_" do not matter.
    """
    match mode.lower().replace("-", "_"):
        case "progressive":
            return Progressive(settings, seed=seed)
        case "predictive":
            return Pacer(replace(settings, ports=None), seed=seed)
        case "ivr_progressive":
            return PortProgressive(_with_ports(settings), seed=seed)
        case "ivr_predictive":
            return Pacer(_with_ports(settings), seed=seed)
    raise ValueError(
        f"No pacing for mode {mode!r}. Paced modes: progressive, predictive, "
        "ivr_progressive, ivr_predictive."
    )


def _with_ports(settings: PacingSettings) -> PacingSettings:
    return settings if settings.ports is not None else replace(settings, ports=DEFAULT_PORTS)


__all__ = ["Pacer", "PortProgressive", "Progressive", "policy_for"]
