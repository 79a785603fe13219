"""Customers whom a machine of ours speaks to: the ports of IVR campaigns, and abandon messages.

A customer at a port hears the campaign's announcement and may press a key. One for whom no agent
came in time hears who called and how to be called no more; that call was counted as abandoned
before. Voice menus will take the place of this module's one announcement.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid5

from domain.calls.rules import AttemptState, Disposition
from domain.campaigns.announcements import Announcement
from domain.floor.agents.seats import Seats
from domain.floor.calls.endings import Endings
from domain.floor.context import FloorContext
from domain.floor.state import ON_THE_JOB, Line, Run
from domain.pacing.interface import Seen
from domain.telephony.events import DigitsCollected, PlaybackFinished
from domain.telephony.port import Collect, HangUp, Play

MOST_PLAYS = 10  # of one announcement in one call, whatever is pressed
LONGEST_PLAY_S = 300.0  # then its end is not waited for any more
OPTED_OUT = "Pressed the key for it in a call."


@dataclass(slots=True)
class Reading:
    """An announcement on its way to a customer."""

    run: Run
    line: Line
    announcement: Announcement
    repeats_left: int
    plays: int = 0


class Announcements:
    """Speaks to customers and does what they press."""

    def __init__(self, context: FloorContext, seats: Seats, endings: Endings) -> None:
        self._context = context
        self._state = context.state
        self._seats = seats
        self._endings = endings
        self._at_ports: defaultdict[UUID, set[UUID]] = defaultdict(set)  # lines by campaign
        self._readings: dict[UUID, Reading] = {}  # by line
        self._playbacks: dict[UUID, UUID] = {}  # to lines
        self.find_agent: Callable[[Run, Line], None] = lambda run, line: None
        endings.stopped_listening = self._left

    def has_port(self, run: Run) -> bool:
        """Whether a port of the campaign is free."""
        return len(self._at_ports[run.campaign_id]) < run.settings.ports

    def take_port(self, run: Run, line: Line) -> None:
        """Let a customer hear the campaign's announcement."""
        line.connected = self._context.clock.monotonic()
        line.connected_at = self._context.clock.now()
        run.tally.connected += 1
        self._at_ports[run.campaign_id].add(line.id)
        self._seats.observe(run.campaign_id, Seen.CONNECTED)
        self._listen(run, line, run.settings.announcement)
        self._context.journal.call(line)

    def console(self, run: Run, line: Line) -> None:
        """Tell a customer for whom no agent came who called; without a message: hang up."""
        self._listen(run, line, run.settings.abandon_message)

    def resume(self, run: Run, line: Line) -> None:
        """Go on with a customer of the floor's last owner, whose playbacks have known ids."""
        settings = run.settings
        if line.disposition is Disposition.ABANDONED:
            announcement = settings.abandon_message
        else:
            announcement = settings.announcement
            self._at_ports[run.campaign_id].add(line.id)
        if announcement is None:
            self._hang_up(line)
            return
        reading = Reading(run, line, announcement, repeats_left=0, plays=MOST_PLAYS)
        self._readings[line.id] = reading
        for play in range(1, MOST_PLAYS + 1):
            self._playbacks[_playback_of(line, play)] = line.id
        self._watch(reading)

    # What the switch tells

    def played(self, event: PlaybackFinished) -> None:
        """An announcement is over. Where keys are offered, what was pressed follows."""
        reading = self._readings.get(self._playbacks.pop(event.playback, event.playback))
        if reading is not None and not reading.announcement.keys:
            self._again(reading)

    def collected(self, line: Line, event: DigitsCollected) -> None:
        """The customer pressed a key, or none in time."""
        reading = self._readings.get(line.id)
        if reading is None or line.state is not AttemptState.LISTENING:
            return
        key, offered = event.digits, reading.announcement
        if key:
            self._endings.note(line, event.at, "pressed", key=key)
        if key and key == offered.opt_out_key:
            self._opt_out(line)
        elif key and key == offered.agent_key and self._has_agents(reading):
            self._to_agents(reading)
        elif key and key == offered.repeat_key:
            self._play(reading)
        elif key and key == offered.hang_up_key:
            self._hang_up(line)
        else:
            self._again(reading)

    # Parts

    def _listen(self, run: Run, line: Line, announcement: Announcement | None) -> None:
        line.state = AttemptState.LISTENING
        self._endings.note(line, self._context.unix(), "listening")
        self._context.journal.attempt(line)
        if announcement is None:
            self._hang_up(line)
            return
        reading = Reading(run, line, announcement, announcement.repeats)
        self._readings[line.id] = reading
        self._play(reading)

    def _play(self, reading: Reading) -> None:
        line, announcement = reading.line, reading.announcement
        if reading.plays >= MOST_PLAYS:
            self._hang_up(line)
            return
        reading.plays += 1
        playback = _playback_of(line, reading.plays)
        self._playbacks[playback] = line.id
        self._context.send(
            line.node,
            Play(
                playback=playback,
                leg=line.id,
                media=announcement.media,
                interruptible=bool(announcement.keys),
            ),
        )
        if announcement.keys:
            self._context.send(
                line.node,
                Collect(leg=line.id, first_digit_s=announcement.wait_s, terminators=""),
            )
        self._watch(reading)

    def _watch(self, reading: Reading) -> None:
        plays = reading.plays

        def over() -> None:
            if self._readings.get(reading.line.id) is reading and reading.plays == plays:
                self._hang_up(reading.line)

        self._context.timers.at(self._context.clock.monotonic() + LONGEST_PLAY_S, over)

    def _again(self, reading: Reading) -> None:
        if reading.repeats_left > 0:
            reading.repeats_left -= 1
            self._play(reading)
        else:
            self._hang_up(reading.line)

    def _opt_out(self, line: Line) -> None:
        # 47 CFR 64.1200(a)(7)(i)(B): the number is put on the list and the call ends at once.
        self._endings.opt_out(line, said=OPTED_OUT)
        self._hang_up(line)

    def _has_agents(self, reading: Reading) -> bool:
        return any(
            seat.state in ON_THE_JOB and seat.node == reading.line.node
            for seat in self._state.crew(reading.run.campaign_id)
        )

    def _to_agents(self, reading: Reading) -> None:
        run, line = reading.run, reading.line
        listened_since = line.connected
        self._forget(line)
        line.presented = self._context.clock.monotonic()
        self.find_agent(run, line)
        self._free_port(run, line, listened_since)

    def _left(self, run: Run, line: Line) -> None:
        self._forget(line)
        self._free_port(run, line, line.connected)

    def _forget(self, line: Line) -> None:
        reading = self._readings.pop(line.id, None)
        if reading is not None:
            for play in range(1, reading.plays + 1):
                self._playbacks.pop(_playback_of(line, play), None)

    def _free_port(self, run: Run, line: Line, since: float | None) -> None:
        ports = self._at_ports[run.campaign_id]
        if line.id not in ports:
            return
        ports.remove(line.id)
        if since is not None:
            age = self._context.clock.monotonic() - since
            self._seats.observe(run.campaign_id, Seen.TALK_ENDED, age)
        for waiting in self._state.waiting:
            if waiting.campaign_id == run.campaign_id and waiting.connected is None:
                self._state.waiting.remove(waiting)
                self.take_port(run, waiting)
                return

    def _hang_up(self, line: Line) -> None:
        self._context.send(line.node, HangUp(leg=line.id))


def _playback_of(line: Line, play: int) -> UUID:
    """The same for every owner of the floor, so that the next one knows what ended."""
    return uuid5(line.id, f"announcement {play}")
