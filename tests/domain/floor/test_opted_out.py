"""Customers who ask not to be called, while targets of theirs wait in hoppers."""

from dataclasses import replace

import pytest

from domain.eligibility.calendars import holiday_of
from domain.eligibility.openings import Openings
from domain.eligibility.parts import OnList, Terms
from tests.domain.floor.paper import PaperFloor


@pytest.mark.feature("CAM-20")
def test_who_was_taken_off_the_list_again_is_dialed_once_the_floor_read_so() -> None:
    paper = PaperFloor()
    paper.open(targets=0)
    paper.run.openings = Openings(Terms(paper.run.campaign_id), holiday_of)
    for seat in paper.agents:
        paper.floor.seats.take_break(seat, reason=None)
    paper.add_targets(1)
    (target,) = paper.run.hopper
    screening = paper.floor.screening

    screening.suppressed(target.number)
    paper.wait(200.0)
    screening.suppressed(target.number)
    paper.settle()
    paper.wait(200.0)
    assert screening.number_now(paper.run, target) is None  # it was read before
    paper.wait(200.0)

    assert screening.number_now(paper.run, target) == target.number
    listed = replace(target, on_list=OnList("Asked so by letter.", None))
    assert screening.number_now(paper.run, listed) is None
