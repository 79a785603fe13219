"""What every switch must do, whatever it is: the simulated carrier, the fake, a real PBX.

A test module makes a fixture `stage` (see `stage.py`) and subclasses the three collections:

    class TestLegs(LegsContract): ...
"""

from tests.telephony.contract_of_answers import AnsweredLegsContract
from tests.telephony.contract_of_legs import PlacedLegsContract
from tests.telephony.contract_of_rooms import RoomsContract
from tests.telephony.contract_of_sounds import SoundsContract


class LegsContract(PlacedLegsContract, AnsweredLegsContract):
    """Legs from the command or the call to their end."""


__all__ = ["LegsContract", "RoomsContract", "SoundsContract"]
