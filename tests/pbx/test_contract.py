"""Asterisk keeps the contract of a switch."""

from tests.telephony.contract import LegsContract, RoomsContract, SoundsContract


class TestLegs(LegsContract):
    pass


class TestRooms(RoomsContract):
    pass


class TestSounds(SoundsContract):
    pass
