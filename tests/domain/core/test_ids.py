"""Ids are UUIDs of version 7 that ascend."""

import time
from uuid import RFC_4122

from domain.core.ids import new_id


def test_ids_ascend_also_within_a_millisecond() -> None:
    ids = [new_id() for _ in range(5_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_an_id_says_its_version_and_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, RFC_4122)
    assert abs((made.int >> 80) - before) < 60_000
