"""What was recorded comes out again, decision by decision, from any checkpoint on."""

from dataclasses import replace
from itertools import islice
from zlib import compress

import msgspec
import pytest

from domain.pacing.interface import Counted, Decision, FloorView, Observation, PacingSettings
from domain.pacing.tape import Header, Piece, Recorder, Replayed, read_piece, replay
from domain.simulation.model import Floor
from domain.simulation.scenario import Analysis, Scenario, full_team

MINUTES = 60.0


class Taped:
    """A policy under a recorder; every so many seconds a piece is taken."""

    def __init__(self, header: Header, *, piece_s: float, mark_every: int) -> None:
        self.recorder = Recorder.of(header)
        self.pieces: list[bytes] = []
        self.decided: list[Decision] = []
        self._piece_s, self._mark_every, self._began = piece_s, mark_every, 0.0

    def observe(self, event: Observation, now: float) -> None:
        self.recorder.observe(event, now)

    def decide(self, floor: FloorView, now: float) -> Decision:
        if now - self._began >= self._piece_s:
            self._began = now
            self.pieces.append(self.recorder.take(0))
            if len(self.pieces) % self._mark_every == 0:
                self.recorder.mark()
        counted = Counted(1000 + len(self.decided), 20, 2)
        self.decided.append(self.recorder.decide(replace(floor, counted=counted), now))
        return self.decided[-1]


def taped(mode: str, *, analysis: bool = False, seed: int = 1) -> Taped:
    """A quarter of an hour of 12 agents under a recorder."""
    scenario = Scenario(
        name="tape",
        duration=15 * MINUTES,
        team=full_team(12, 15 * MINUTES),
        answer_rate=((0.0, 0.3),),
        analysis=Analysis(machines=0.2) if analysis else None,
    )
    settings = PacingSettings(ports=12 if mode.startswith("ivr") else None)
    tape = Taped(Header(mode, settings, seed), piece_s=20.0, mark_every=4)
    Floor(scenario, tape, seed=seed).run()
    tape.pieces.append(tape.recorder.take(0))
    return tape


def played(tape: Taped, first: int = 0) -> list[Replayed]:
    return list(replay([read_piece(data) for data in tape.pieces[first:]]))


@pytest.mark.parametrize("mode", ["predictive", "progressive", "ivr_predictive", "ivr_progressive"])
@pytest.mark.parametrize("analysis", [False, True])
def test_every_decision_comes_out_again(mode: str, analysis: bool) -> None:
    tape = taped(mode, analysis=analysis)

    again = played(tape)

    assert len(again) == len(tape.decided)
    assert all(each.same for each in again)
    assert [each.again for each in again] == tape.decided
    assert sum(each.launch for each in again) > 100


@pytest.mark.parametrize("first", [4, 20])
def test_a_replay_begins_at_any_checkpoint(first: int) -> None:
    tape = taped("predictive")
    skipped = sum(1 for _ in replay([read_piece(data) for data in tape.pieces[:first]]))

    again = played(tape, first)

    assert all(each.same for each in again)
    assert [each.again for each in again] == list(islice(tape.decided, skipped, None))


def test_another_policy_is_found_out() -> None:
    tape = taped("predictive")
    pieces = [read_piece(data) for data in tape.pieces]
    header = Header("progressive", PacingSettings(), 1)
    other = [Piece(p.format, header, p.unix_ms, p.checkpoint, p.items) for p in pieces]

    assert not all(each.same for each in replay(other))


def test_a_tape_is_small() -> None:
    tape = taped("predictive")
    marked = [data for data in tape.pieces if read_piece(data).checkpoint is not None]
    plain = [data for data in tape.pieces if read_piece(data).checkpoint is None]

    assert max(map(len, marked)) < 12_000
    assert sum(map(len, plain)) / len(plain) < 3_000  # of 20 s with 12 agents


def test_a_tape_of_another_format_is_refused() -> None:
    piece = Piece(99, Header("predictive", PacingSettings(), 0), 0, {}, [])

    with pytest.raises(ValueError, match="format 99, expected 1"):
        read_piece(compress(msgspec.msgpack.encode(piece)))
