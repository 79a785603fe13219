"""Which gateways live, and what their switches still hold."""

from logging import getLogger
from uuid import UUID, uuid4

from domain.floor.context import FloorContext
from domain.floor.loads import out_of_reach
from domain.floor.recovery import Recovery
from domain.telephony.events import Snapshot
from domain.telephony.link import Node
from domain.telephony.port import TakeSnapshot

logger = getLogger(__name__)

SETTLE_EVERY_S = 15.0
GIVEN_UP_AFTER_S = 30.0  # a gateway that is away longer takes its calls with it
PHONES_AFTER_S = 3.0  # then the phones that no snapshot showed are called again


class Switches:
    """Follows the gateways' heartbeats and settles the floor with their snapshots."""

    def __init__(self, context: FloorContext, recovery: Recovery) -> None:
        self._context = context
        self._recovery = recovery
        self._incarnations: dict[str, str] = {}
        self._gone: dict[str, float] = {}  # name -> monotonic seconds since it is away
        self._asked: dict[str, float] = {}
        self._phones_due = context.clock.monotonic() + PHONES_AFTER_S
        self._stranded: set[tuple[UUID, str]] = set()  # runs, and where their callers wait

    def saw(self, nodes: list[Node]) -> None:
        """Take over which gateways live now."""
        now = self._context.clock.monotonic()
        living = {node.node: node for node in nodes if node.up}
        for name in self._wanted() - living.keys() - self._gone.keys():
            logger.warning("gateway %s is away", name)
            self._gone[name] = now
        for name, node in living.items():
            back = name not in self._context.nodes
            if back or self._incarnations.get(name) != node.incarnation:
                self._incarnations[name] = node.incarnation
                self._gone.pop(name, None)
                self._phones_due = min(self._phones_due, now + PHONES_AFTER_S)
                self.ask(name)
            elif now - self._asked.get(name, 0.0) >= SETTLE_EVERY_S:
                self.ask(name)
        self._context.nodes = living
        if living:
            self._recovery.call_waiting_phones()
        for name, since in list(self._gone.items()):
            if now - since >= GIVEN_UP_AFTER_S:
                del self._gone[name]
                logger.warning("gateway %s does not come back: its calls are over", name)
                self._recovery.end_lines_of(name, self._context.unix())
        self._tell_of_stranded()
        if self._phones_due <= now:
            self._phones_due = now + SETTLE_EVERY_S
            self._recovery.call_lost_phones()

    def _tell_of_stranded(self) -> None:
        """Say once where callers wait whom no agent at work can take: a number has no board."""
        stranded = {
            (run.campaign_id, node)
            for run in self._context.state.runs.values()
            if run.inbound
            for node in out_of_reach(self._context, run)
        }
        for run_id, node in sorted(stranded - self._stranded):
            logger.warning(
                "callers of run %s wait at gateway %s, where none of its agents is at work",
                run_id,
                node,
            )
        self._stranded = stranded

    def _wanted(self) -> set[str]:
        """Gateways that lived, or hold a call: one may have died together with the last owner."""
        lines = {line.node for line in self._context.state.lines.values()}
        phones = {seat.node for seat in self._context.state.seats.values() if seat.node}
        return self._context.nodes.keys() | lines | phones

    def link(self, name: str, *, up: bool) -> None:
        """The gateway's link to its switch went up or down."""
        if up:
            self.ask(name)
        else:
            logger.warning("gateway %s lost its switch", name)
            # Nothing more leaves there; the next heartbeat would say so a second later.
            if self._context.nodes.pop(name, None) is not None:
                self._gone[name] = self._context.clock.monotonic()

    def refused(self, name: str) -> None:
        """The gateway's switch was asked for a call and dialed nothing: it is full, or behind."""
        self._context.refused[name] = self._context.clock.monotonic()

    def ask(self, name: str) -> None:
        """Ask a gateway what its switch holds."""
        self._asked[name] = self._context.clock.monotonic()
        self._context.send(
            name, TakeSnapshot(account=self._context.state.account_id, request=uuid4())
        )

    def ask_all(self) -> None:
        """Ask every living gateway: messages may have been lost."""
        for name in self._context.nodes:
            self.ask(name)

    def answered(self, snapshot: Snapshot) -> None:
        """Settle the floor with what a switch holds."""
        self._recovery.settle(snapshot)
