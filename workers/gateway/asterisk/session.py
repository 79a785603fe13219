"""One AMI link that stays honest: panoramisk with its faults removed.

What panoramisk 1.4 does by itself, and what is done about it here:

- keeps actions without a reply and sends them again after a reconnect, so that an Originate dials
  twice: nothing is kept, `request` fails, and the caller reads the state anew;
- closes the link when a callback or an odd reply raises: the message is logged and skipped;
- sends CR and LF in a value as they are, so that a name can add headers or actions: refused. So is
  a line above 1,000 bytes, since Asterisk takes the rest of a longer line for the next header;
- decodes each TCP chunk by itself, so that split characters vanish: an incremental decoder;
- waits for ever for some replies: each request has a time limit and is then forgotten;
- never looks at the answers to its pings: an unanswered ping ends the link;
- goes on reconnecting after `close`, and calls itself connected before the login: its Manager is
  not used at all; the loop below has one owner and one end.
"""

import asyncio
import codecs
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from domain.telephony.errors import SwitchUnavailable
from workers.gateway.asterisk.hurdles import Step, hurdle
from workers.gateway.asterisk.settings import AsteriskSettings

log = logging.getLogger(__name__)

Headers = Mapping[str, str]
ActionHeaders = Mapping[str, str | Sequence[str]]

# Where panoramisk would log each message, numbers, names and the secret included. A filter, since
# setting up the log anew would enable a disabled logger.
WIRE = logging.getLogger(f"{__name__}.wire")
WIRE.addFilter(lambda record: False)

LONGEST_LINE = 1000  # bytes; Asterisk's buffer for one line holds 1,024
BOOT_S = 60.0  # how long a PBX may take between accepting a login and being fully booted


class AmiRefused(Exception):
    """Asterisk said no to an action. `reason` is its own text."""

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(f"Asterisk refused {action}: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the reply's headers, and the items if it was a list."""

    headers: Headers
    items: tuple[Headers, ...] = ()


def plain(message: Message) -> dict[str, str]:
    """A message as a dict. Of a header that came twice the first counts: the PBX wrote it, while a
    second one can only come from text that somebody else chose.
    """
    return {k: v[0] if isinstance(v, list) else v for k, v in message.items()}


def encode_safely(action: ActionHeaders) -> dict[str, str | list[str]]:
    """The headers, checked. Raises ValueError for a value that would not stay one line.

    The text of the error names the header, never the value: it may be a person's name.
    """
    checked: dict[str, str | list[str]] = {}
    for name, value in action.items():
        values = [value] if isinstance(value, str) else list(value)
        for line in values:
            if any(ord(c) < 32 or ord(c) == 127 for c in line):
                raise ValueError(f"control character in AMI header {name}")
            if len(line.encode("utf-8", "surrogatepass")) + len(name) + 2 > LONGEST_LINE:
                raise ValueError(f"AMI header {name} is too long")
        checked[name] = values[0] if isinstance(value, str) else values
    return checked


class _ListAware(Action):  # type: ignore[misc]  # panoramisk has no types
    """A reply is a list when Asterisk says so, not when its text happens to look like one."""

    @property
    def multi(self) -> bool:
        return str(self.responses[0].eventlist).lower() == "start"

    @property
    def completed(self) -> bool:
        return not self.multi or str(self.responses[-1].eventlist).lower() in (
            "complete",
            "cancelled",
        )


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    encoding = "utf-8"
    closed: bool

    def __init__(self, session: "AmiSession") -> None:
        self.session = session
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.factory = self
        self.log = WIRE
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def data_received(self, data: bytes) -> None:
        if text := self.decoder.decode(data):
            super().data_received(text.encode("utf-8"))

    def handle_message(self, message: Message) -> None:
        try:
            super().handle_message(message)
        except Exception:
            log.exception("AMI message not handled: %s", message.event or "a reply")

    def dispatch(self, message: Message) -> None:
        self.session.dispatch(plain(message))

    def forget(self, action: _ListAware) -> None:
        self.responses.pop(action.id, None)

    def connection_lost(self, exc: object) -> None:
        self.close()

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.transport.abort()
        for action in list(self.responses.values()):
            if not action.future.done():
                action.future.set_exception(SwitchUnavailable("The link to the switch was lost."))
        self.responses.clear()
        if not self.lost.done():
            self.lost.set_result(None)


class AmiSession:
    """A link to one Asterisk, made again whenever it is lost.

    `on_event` gets each event as it comes, in order; it must not block. `on_up` runs after each
    login, with the link usable by `request` already; only when it returns are other callers let in.
    """

    def __init__(
        self,
        settings: AsteriskSettings,
        *,
        on_event: Callable[[Headers], None],
        on_up: Callable[[], Awaitable[None]],
        on_down: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._on_event = on_event
        self._on_up = on_up
        self._on_down = on_down
        self._protocol: _Protocol | None = None
        self._booted = asyncio.Event()
        self._up = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._lost_at: float | None = None
        self._told = ""  # to the log, of why the link is down
        self._step = Step.CONNECT  # how far the newest link came
        self._failure = (Step.CONNECT, Step.CONNECT.value)  # where one failed, and why

    @property
    def up(self) -> bool:
        """Whether the link is logged in, in step, and not known to be lost."""
        return self._up.is_set()

    async def start(self, timeout_s: float = 10.0) -> None:
        """Return when the link is up. Raises SwitchUnavailable if that takes longer."""
        self._keeper = asyncio.create_task(self._keep(), name="ami-link")
        try:
            async with asyncio.timeout(timeout_s):
                await self._up.wait()
        except TimeoutError:
            where = f"{self._settings.host}:{self._settings.port}"
            raise SwitchUnavailable(
                f"No AMI link to {where} within {timeout_s:.0f} s: {self._why()}"
            ) from None
        finally:
            if not self.up:
                await self.stop()

    async def stop(self) -> None:
        """End the link for good."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        if self._protocol:
            self._protocol.close()
        self._up.clear()

    async def request(self, action: ActionHeaders, *, timeout_s: float | None = None) -> Reply:
        """Send one action and return its reply.

        Raises SwitchUnavailable when the link is down or the reply does not come in time (whether
        the action was done is then unknown), AmiRefused when Asterisk says no, ValueError for a
        header that is unsafe.
        """
        protocol = self._protocol
        if protocol is None or protocol.closed:
            raise SwitchUnavailable("The link to the switch is down.")
        sent = _ListAware(encode_safely(action))
        try:
            async with asyncio.timeout(timeout_s or self._settings.request_timeout_s):
                answer = await protocol.send(sent)
        except TimeoutError:
            raise SwitchUnavailable(
                f"The switch did not answer {action['Action']} in time."
            ) from None
        finally:
            protocol.forget(sent)
        messages = [plain(m) for m in (answer if isinstance(answer, list) else [answer])]
        if messages[0].get("Response") in ("Error", "Fail", "Failure"):
            raise AmiRefused(str(action["Action"]), messages[0].get("Message", "no reason given"))
        return Reply(messages[0], tuple(messages[1:-1]))

    def dispatch(self, event: Headers) -> None:
        if event.get("Event") == "FullyBooted":
            self._booted.set()
        self._on_event(event)

    def cut(self) -> None:
        """Drop the link now, as if the network had; it is made again."""
        if self._protocol:
            self._protocol.close()

    async def _keep(self) -> None:
        while True:
            try:
                await self._link()
            except (OSError, SwitchUnavailable, AmiRefused, TimeoutError) as exc:
                self._say_lost(hurdle(self._step, exc))
            except Exception as exc:  # a fault in `on_up` must not end the reconnecting
                log.exception("the AMI link could not be used")
                self._say_lost(hurdle(self._step, exc))
            await asyncio.sleep(self._settings.reconnect_s)

    async def _link(self) -> None:
        """One link from connecting to its end."""
        settings = self._settings
        self._booted.clear()
        self._step = Step.CONNECT
        async with asyncio.timeout(settings.request_timeout_s):
            _, self._protocol = await asyncio.get_running_loop().create_connection(
                lambda: _Protocol(self), settings.host, settings.port
            )
        protocol = self._protocol
        try:
            self._step = Step.LOGIN
            await self.request(
                {
                    "Action": "Login",
                    "Username": settings.username,
                    "Secret": settings.secret,
                    "Events": "on",
                }
            )
            self._step = Step.BOOT
            async with asyncio.timeout(BOOT_S):
                await self._booted.wait()
            self._step = Step.READ
            await self._on_up()
            self._say_back()
            self._up.set()
            while not protocol.lost.done():
                await asyncio.wait({protocol.lost}, timeout=settings.ping_s)
                if not protocol.lost.done():
                    await self.request({"Action": "Ping"}, timeout_s=settings.ping_s)
            raise SwitchUnavailable("The link was closed by the switch.")
        finally:
            protocol.close()
            self._up.clear()
            self._on_down()

    def _why(self) -> str:
        """Why there is no link; a new one that is no further yet knows no better."""
        failed_at, why = self._failure
        steps = list(Step)
        return why if steps.index(failed_at) >= steps.index(self._step) else self._step.value

    def _say_lost(self, why: str) -> None:
        """Tell the log once that the link is down, and again when it is for another reason."""
        self._failure = (self._step, why)
        if self._lost_at is None:
            self._lost_at = time.monotonic()
        elif why == self._told:
            return
        self._told = why
        log.warning("AMI link to node %s is down: %s", self._settings.node, why)

    def _say_back(self) -> None:
        if self._lost_at is not None:
            seconds = time.monotonic() - self._lost_at
            self._lost_at = None
            log.warning("AMI link to node %s is back after %.1f s", self._settings.node, seconds)
