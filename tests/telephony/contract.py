"""What every switch must do, whatever it is: the simulated carrier, the fake, a real PBX.

A test module makes a fixture `stage` (see `stage.py`) and subclasses the three collections:

    class TestLegs(LegsContract): ...
"""

from tests.telephony.contract_of_legs import LegsContract
from tests.telephony.contract_of_rooms import RoomsContract
from tests.telephony.contract_of_sounds import SoundsContract

__all__ = ["LegsContract", "RoomsContract", "SoundsContract"]
