"""Telephones that hear: a small SIP user agent over UDP whose calls keep every sample they got.

SIPp plays crowds; these play the few parties of whom a test asks "what did you hear?". What is kept
is what came over the wire, so whispers and tones show up, which a recording in the PBX can't do.
"""

import asyncio
import hashlib
import re
import struct
import time
import uuid
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tests.pbx.bed.sound import FRAME, from_ulaw, hum, strength, to_ulaw

SILENT_FRAME = b"\xff" * FRAME
DIGITS = "0123456789*#"


@dataclass(slots=True)
class Manner:
    """How a phone takes a call."""

    ring_s: float = 0.0
    status: int = 200  # 0: never says anything
    stays_s: float = 0.0  # hangs up by himself after so long; 0: stays
    says: Sequence[int] = ()
    hums: int = 0  # Hz; as long as there is nothing else to say
    progress: bool = False  # early media (183) instead of ringing
    plays: Sequence[int] = ()  # as early media


@dataclass(slots=True)
class Call:
    """One call at a phone."""

    user: str
    call_id: str
    their_tag: str
    headers: dict[str, str]
    peer: tuple[str, int]
    our_tag: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    target: str = ""  # their Contact: where requests inside the call go
    cseq: int = 1
    placed: bool = False
    up: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 0  # the last final status of a call we placed
    pressed: str = ""  # keys the other side pressed (RFC 4733)
    sent: int = 0  # packets of sound and keys
    hums: int = 0  # Hz
    _last_key: bytes = b""
    _packets: list[tuple[float, bytes]] = field(default_factory=list)
    _queue: deque[bytes] = field(default_factory=deque)
    _rtp: asyncio.DatagramTransport | None = None
    _media: tuple[str, int] | None = None
    _pacer: asyncio.Task[None] | None = None
    _end: Callable[[], None] | None = None

    def say(self, samples: Sequence[int]) -> None:
        """Queue sound; when there is none the phone hums, or sends silence."""
        data = to_ulaw(samples)
        for at in range(0, len(data), FRAME):
            self._queue.append(data[at : at + FRAME].ljust(FRAME, b"\xff"))

    def press(self, digit: str) -> None:
        """Queue a key press of 100 ms (RFC 4733)."""
        event = DIGITS.index(digit)
        for n in range(1, 6):
            self._queue.append(b"E" + struct.pack("!BBH", event, 10, n * FRAME))
        for _ in range(3):
            self._queue.append(b"E" + struct.pack("!BBH", event, 0x8A, 5 * FRAME))
        self._queue.extend([SILENT_FRAME] * 3)

    def heard(self, since: float = 0.0, until: float = float("inf")) -> NDArray[np.int16]:
        """Samples that arrived between two instants of `time.monotonic`."""
        return from_ulaw(b"".join(data for at, data in self._packets if since <= at < until))

    def first_heard(self, hz: float, since: float = 0.0, level: float = 1500.0) -> float | None:
        """When a tone first arrived, of `time.monotonic`; None: not yet."""
        return next(
            (at for at, data in self._packets if at >= since and _has(data, hz, level)), None
        )

    @property
    def unsaid(self) -> int:
        """How many packets wait to be said."""
        return len(self._queue)

    def hang_up(self) -> None:
        """Send BYE, or CANCEL while a call we placed still rings."""
        if self._end and not self.ended.is_set():
            self._end()

    async def _speak(self) -> None:
        """Send a packet each 20 ms."""
        sequence, stamp, source, tone_at = 0, 0, uuid.uuid4().int & 0xFFFFFFFF, 0
        idle = hum(self.hums) if self.hums else (SILENT_FRAME,)
        due = time.monotonic()
        while not self.ended.is_set():
            frame = self._queue.popleft() if self._queue else idle[sequence % len(idle)]
            kind, sent_at = 0, stamp
            if len(frame) == 5:  # a telephone event keeps the time at which it began
                tone_at = stamp if frame[3:] == struct.pack("!H", FRAME) else tone_at
                kind, sent_at, frame = 101, tone_at, frame[1:]
            header = struct.pack("!BBHII", 0x80, kind, sequence & 0xFFFF, sent_at, source)
            if self._media and self._rtp and not self._rtp.is_closing():
                self._rtp.sendto(header + frame, self._media)
                self.sent += 1
            sequence, stamp = sequence + 1, stamp + FRAME
            due += 0.02
            await asyncio.sleep(max(0.0, due - time.monotonic()))


def _has(data: bytes, hz: float, level: float) -> bool:
    return strength(from_ulaw(data), hz) > level


class _Media(asyncio.DatagramProtocol):
    def __init__(self, call: Call) -> None:
        self.call = call

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(data) > 12 and data[1] & 0x7F == 0:
            self.call._packets.append((time.monotonic(), data[12:]))
        elif len(data) >= 16 and data[1] & 0x7F == 101 and data[13] & 0x80:
            stamp = data[4:8]  # the end of a key press comes three times, with one time stamp
            if stamp != self.call._last_key:
                self.call._last_key = stamp
                self.call.pressed += DIGITS[data[12]]


class Phones(asyncio.DatagramProtocol):
    """All phones at one address. `manners[user]`: how a user takes calls; others just answer."""

    def __init__(self, host: str, port: int = 5070) -> None:
        self.host, self.port = host, port
        self.manners: dict[str, Manner] = {}
        self.calls: dict[str, Call] = {}
        self._arrived: asyncio.Queue[Call] = asyncio.Queue()
        self._registering: dict[str, asyncio.Future[tuple[int, dict[str, str]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(self.host, self.port)
        )

    async def close(self) -> None:
        self.forget()
        await asyncio.sleep(0.05)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._transport:
            self._transport.close()

    def calls_of(self, user: str) -> list[Call]:
        """The calls to a user, in the order in which they came."""
        return [call for call in self.calls.values() if call.user == user and not call.placed]

    def forget(self) -> None:
        """End all calls and forget them."""
        for call in self.calls.values():
            call.hang_up()
            call.ended.set()
            if call._rtp:
                call._rtp.close()
        self.calls.clear()

    async def call_to(self, user: str, timeout_s: float = 5.0) -> Call:
        """The next call to that user, once it is up. Calls to others are put back."""
        async with asyncio.timeout(timeout_s):
            while True:
                call = await self._arrived.get()
                if call.user == user:
                    return call
                self._arrived.put_nowait(call)
                await asyncio.sleep(0.01)

    async def dial(self, pbx: tuple[str, int], number: str, caller: str, name: str = "") -> Call:
        """Place a call to the PBX; returns as soon as the INVITE is sent."""
        call = Call(caller, f"{uuid.uuid4().hex}@{self.host}", "", {}, pbx, placed=True)
        call.target = f"sip:{number}@{pbx[0]}:{pbx[1]}"
        call.headers = {
            "from": f'"{name}" <sip:{caller}@{self.host}:{self.port}>;tag={call.our_tag}',
            "to": f"<{call.target}>",
        }
        self.calls[call.call_id] = call
        await self._open_media(call)
        call._end = lambda: self._request(call, "CANCEL")
        self._request(call, "INVITE", self._sdp(call))
        return call

    async def register(self, pbx: tuple[str, int], user: str, password: str) -> int:
        """Say at the PBX where a user is reached, as a softphone does; the final status."""
        call_id, uri = uuid.uuid4().hex, f"sip:{pbx[0]}:{pbx[1]}"
        status, authorization = 0, ""
        for cseq in (1, 2):
            answered = asyncio.get_running_loop().create_future()
            self._registering[call_id] = answered
            lines = [
                f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK{uuid.uuid4().hex}",
                f"From: <sip:{user}@{pbx[0]}>;tag={call_id[:8]}",
                f"To: <sip:{user}@{pbx[0]}>",
                f"Call-ID: {call_id}",
                f"CSeq: {cseq} REGISTER",
                f"Contact: <sip:{user}@{self.host}:{self.port}>",
                "Max-Forwards: 70",
                "Expires: 600",
                *([authorization] if authorization else []),
            ]
            self._send(f"REGISTER {uri} SIP/2.0", lines, "", pbx)
            async with asyncio.timeout(20):
                status, headers = await answered
            if status != 401:
                break
            authorization = _digest(headers["www-authenticate"], user, password, uri)
        return status

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        text = data.decode("utf-8", "replace")
        head, _, body = text.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            key, _, value = line.partition(":")
            headers.setdefault(key.strip().lower(), value.strip())
        if first.startswith("SIP/2.0"):
            self._on_reply(int(first.split()[1]), headers, body)
        else:
            self._on_request(first.split()[0], first.split()[1], headers, body, addr)

    def _on_request(
        self, method: str, uri: str, headers: dict[str, str], body: str, addr: tuple[str, int]
    ) -> None:
        call = self.calls.get(headers["call-id"])
        if method == "INVITE" and call is None:
            user = uri.removeprefix("sip:").partition("@")[0]
            tag = headers["from"].partition("tag=")[2]
            call = Call(user, headers["call-id"], tag, headers, addr)
            call.target = headers["contact"].strip("<>")
            self.calls[call.call_id] = call
            self._spawn(self._take(call, self.manners.get(user, Manner()), body))
        elif method == "INVITE" and call is not None and call.up.is_set():
            call.headers = headers
            self._reply(call, 200, self._sdp(call))
        elif method in ("BYE", "CANCEL") and call is not None:
            self._answer_other(headers, addr)
            if method == "CANCEL" and not call.up.is_set():
                self._reply(call, 487)
            call.ended.set()
        elif method not in ("ACK", "INVITE"):  # an INVITE here is only sent again
            self._answer_other(headers, addr)

    def _answer_other(self, headers: dict[str, str], addr: tuple[str, int]) -> None:
        copied = [
            f"{name}: {headers[name.lower()]}" for name in ("Via", "From", "To", "Call-ID", "CSeq")
        ]
        self._send("SIP/2.0 200 OK", copied, "", addr)

    def _on_reply(self, status: int, headers: dict[str, str], body: str) -> None:
        registering = self._registering.get(headers["call-id"])
        if registering is not None and not registering.done() and status >= 200:
            registering.set_result((status, headers))
        call = self.calls.get(headers["call-id"])
        if call is None or not headers["cseq"].endswith("INVITE") or status < 200:
            return
        call.status = status
        call.headers["to"] = headers["to"]
        if status < 300 and not call.up.is_set():
            call.target = headers["contact"].strip("<>")
            self._connect(call, body)
        elif status >= 300:
            call.ended.set()
        self._request(call, "ACK")

    async def _take(self, call: Call, manner: Manner, body: str) -> None:
        await self._open_media(call)
        if manner.status == 0:
            return
        if manner.progress:
            self._reply(call, 183, self._sdp(call))
            call.say(manner.plays)
            self._begin_to_speak(call, body)
        elif manner.status == 200:
            self._reply(call, 180)
        if manner.ring_s:
            try:
                async with asyncio.timeout(manner.ring_s):
                    await call.ended.wait()
                return
            except TimeoutError:
                pass
        if manner.status != 200:
            self._reply(call, manner.status)
            call.ended.set()
            return
        self._reply(call, 200, self._sdp(call))
        call.say(manner.says)
        call.hums = manner.hums
        self._connect(call, body)
        self._arrived.put_nowait(call)
        if manner.stays_s:
            await asyncio.sleep(manner.stays_s)
            call.hang_up()

    def _begin_to_speak(self, call: Call, body: str) -> None:
        host = re.search(r"c=IN IP4 (\S+)", body)
        port = re.search(r"m=audio (\d+)", body)
        if host and port:
            call._media = (host[1], int(port[1]))
        call._pacer = self._spawn(call._speak())

    def _connect(self, call: Call, body: str) -> None:
        call._end = lambda: self._bye(call)
        if call._pacer is None:
            self._begin_to_speak(call, body)
        call.up.set()

    def _bye(self, call: Call) -> None:
        self._request(call, "BYE")
        call.ended.set()

    async def _open_media(self, call: Call) -> None:
        loop = asyncio.get_running_loop()
        call._rtp, _ = await loop.create_datagram_endpoint(
            lambda: _Media(call), local_addr=(self.host, 0)
        )

    def _sdp(self, call: Call) -> str:
        assert call._rtp is not None
        port = call._rtp.get_extra_info("sockname")[1]
        return (
            f"v=0\r\no=phone 1 1 IN IP4 {self.host}\r\ns=-\r\nc=IN IP4 {self.host}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
            "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\n"
        )

    def _reply(self, call: Call, status: int, sdp: str = "") -> None:
        to = call.headers["to"]
        if "tag=" not in to:
            to += f";tag={call.our_tag}"
        lines = [
            f"Via: {call.headers['via']}",
            f"From: {call.headers['from']}",
            f"To: {to}",
            f"Call-ID: {call.call_id}",
            f"CSeq: {call.headers['cseq']}",
            f"Contact: <sip:{call.user}@{self.host}:{self.port}>",
        ]
        self._send(f"SIP/2.0 {status} X", lines, sdp, call.peer)

    def _request(self, call: Call, method: str, sdp: str = "") -> None:
        if method not in ("ACK", "CANCEL", "INVITE"):
            call.cseq += 1
        if call.placed:
            from_, to = call.headers["from"], call.headers["to"]
        else:
            from_ = f"{call.headers['to'].partition(';tag=')[0]};tag={call.our_tag}"
            to = call.headers["from"]
        lines = [
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch={self._branch(call, method)}",
            f"From: {from_}",
            f"To: {to}",
            f"Call-ID: {call.call_id}",
            f"CSeq: {call.cseq} {method}",
            f"Contact: <sip:{call.user}@{self.host}:{self.port}>",
            "Max-Forwards: 70",
        ]
        self._send(f"{method} {call.target} SIP/2.0", lines, sdp, call.peer)

    def _branch(self, call: Call, method: str) -> str:
        # A CANCEL names the INVITE's transaction (RFC 3261, 9.1); all others are new ones.
        if method in ("INVITE", "CANCEL"):
            return f"z9hG4bK{call.our_tag}"
        return f"z9hG4bK{uuid.uuid4().hex}"

    def _send(self, first: str, lines: list[str], body: str, addr: tuple[str, int]) -> None:
        content = ["Content-Type: application/sdp"] if body else []
        head = [first, *lines, *content, f"Content-Length: {len(body)}"]
        if self._transport:
            self._transport.sendto(("\r\n".join(head) + "\r\n\r\n" + body).encode(), addr)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _digest(challenge: str, user: str, password: str, uri: str) -> str:
    """The header that answers a challenge (RFC 2617, MD5, qop=auth)."""
    asked = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
    count, ours = "00000001", uuid.uuid4().hex

    def md5(*words: str) -> str:
        return hashlib.md5(":".join(words).encode(), usedforsecurity=False).hexdigest()

    who = md5(user, asked["realm"], password)
    answer = md5(who, asked["nonce"], count, ours, "auth", md5("REGISTER", uri))
    opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
    return (
        f'Authorization: Digest username="{user}", realm="{asked["realm"]}", uri="{uri}", '
        f'nonce="{asked["nonce"]}", response="{answer}", algorithm=MD5, qop=auth, nc={count}, '
        f'cnonce="{ours}"{opaque}'
    )
