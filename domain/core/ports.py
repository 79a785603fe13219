"""What use cases need from outside, handed to them as one value."""

from dataclasses import dataclass

from domain.core.bus import Bus
from domain.core.clock import Clock
from domain.core.files import FileStore
from domain.core.floors import FloorDoor
from domain.core.jobs import JobQueue


@dataclass(frozen=True, slots=True)
class Ports:
    """Clock, bus, jobs, floors and files of this process. Tests hand in fakes."""

    clock: Clock
    bus: Bus
    jobs: JobQueue
    floors: FloorDoor
    files: FileStore
    private_hooks: bool = False  # hooks may be plain http and in this network
    demo: bool = False  # the demo account is let in, whose passwords everybody knows
