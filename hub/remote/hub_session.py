"""The hub's side of a session: what a phone asks, as events; what it may send when, as a table. Pure.

Source: docs/protocols/remote.md, "Sessions", "Requests" and "Pairing".
"""

from dataclasses import dataclass
from enum import Enum

from .channel import Channel, Ended
from .frames import FROM_PHONE, Code, Frame, Kind
from .keys import Mode
from .messages import Hello, Request, decode, is_id
from .noise import Split
from .pace import Pace
from .streams import FIRST_CREDIT, MOST_STREAMS, Streams

BURST = 100.0  # requests at once
PER_SECOND = 50.0  # requests in the long run


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """The phone's first frame: from here on the session exists."""

    hello: Hello


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request; its stream stays open until it is answered or ended."""

    stream: int
    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """Bytes on a stream; ``grant`` lets more come."""

    stream: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """More may be sent on that stream."""

    stream: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamOver:
    """The phone ended (or gave up) a stream."""

    stream: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The phone keeps the secret that it was sent."""


Event = Greeted | Asked | Received | Credited | StreamOver | Kept


class _Phase(Enum):
    NEW = "new"  # nothing was said yet
    PAIRING = "pairing"
    OPEN = "open"


_ALLOWED = {
    _Phase.NEW: frozenset({Kind.HELLO}),
    _Phase.PAIRING: frozenset({Kind.KEPT}),
    _Phase.OPEN: frozenset({Kind.REQUEST, Kind.DATA, Kind.CREDIT, Kind.END, Kind.RESET}),
}


class HubSession:
    """One phone's session, from its first transport message on."""

    def __init__(self, mode: Mode, split: Split, now_s: float) -> None:
        self._mode = mode
        self.channel = Channel(split, FROM_PHONE, Streams(sending=FIRST_CREDIT, receiving=0), now_s)
        self._phase = _Phase.NEW
        self._pace = Pace(BURST, PER_SECOND, now_s)

    @property
    def ended(self) -> Ended | None:
        """Why it is over; None while it lives."""
        return self.channel.ended

    def receive(self, wire: bytes, now_s: float) -> list[Event]:
        """What a message from the network means. Never raises."""
        events: list[Event] = []
        for frame in self.channel.receive(wire, now_s):
            if self.channel.is_over:
                break
            if frame.kind not in _ALLOWED[self._phase]:
                self.channel.close(Code.PROTOCOL)
                break
            event = self._understood(frame, now_s)
            if event is not None:
                events.append(event)
        return events

    def _understood(self, frame: Frame, now_s: float) -> Event | None:
        match frame.kind:
            case Kind.HELLO:
                return self._greeted(frame)
            case Kind.REQUEST:
                return self._asked(frame, now_s)
            case Kind.DATA:
                return Received(stream=frame.stream, data=frame.body)
            case Kind.CREDIT:
                return Credited(stream=frame.stream)
            case Kind.KEPT:
                return Kept()
            case _:
                return StreamOver(stream=frame.stream)

    def _greeted(self, frame: Frame) -> Event | None:
        hello = decode(frame.body, Hello)
        if hello is None:
            self.channel.close(Code.PROTOCOL)
            return None
        self._phase = _Phase.OPEN if self._mode is Mode.SESSION else _Phase.PAIRING
        return Greeted(hello=hello)

    def _asked(self, frame: Frame, now_s: float) -> Event | None:
        streams = self.channel.streams
        request = decode(frame.body, Request)
        if request is None or not is_id(request.id) or not streams.is_new(frame.stream):
            self.channel.close(Code.PROTOCOL)
            return None
        refused = self._refused(now_s)
        if refused is not None:
            streams.skip(frame.stream)
            self.channel.refuse(frame.stream, refused)
            return None
        streams.open(frame.stream)
        return Asked(stream=frame.stream, request=request)

    def _refused(self, now_s: float) -> Code | None:
        if not self._pace.admits(now_s):
            return Code.TOO_FAST
        return Code.TOO_MANY if len(self.channel.streams) >= MOST_STREAMS else None

    # out

    def welcome(self, body: bytes) -> None:
        """Our first frame."""
        self.channel.send(Frame(kind=Kind.WELCOME, body=body))

    def answer(self, stream: int, body: bytes) -> bool:
        """Answer a request and end its stream; False: the phone gave it up."""
        return self.channel.offer(Frame(kind=Kind.ANSWER, stream=stream, body=body))

    def event(self, stream: int, body: bytes) -> bool:
        """Tell an event; False: no credit now, or the stream is over (``Channel.is_open``)."""
        return self.channel.offer(Frame(kind=Kind.EVENT, stream=stream, body=body))

    def data(self, stream: int, body: bytes) -> bool:
        """Send bytes, at most frames.MOST_DATA; False: no credit now, or the stream is over."""
        return self.channel.offer(Frame(kind=Kind.DATA, stream=stream, body=body))

    def grant(self, stream: int, size: int) -> bool:
        """Let the phone send ``size`` bytes more; False: the stream is over."""
        return self.channel.offer(Frame(kind=Kind.CREDIT, stream=stream, body=size.to_bytes(4)))

    def end(self, stream: int) -> bool:
        """End a stream; False: it was over."""
        return self.channel.offer(Frame(kind=Kind.END, stream=stream))

    def reset(self, stream: int, code: Code) -> bool:
        """End a stream before its time; False: it was over."""
        return self.channel.offer(Frame(kind=Kind.RESET, stream=stream, body=code.to_bytes(2)))

    def send_secret(self, psk: bytes) -> None:
        """In a pairing: the key of all later sessions."""
        self.channel.send(Frame(kind=Kind.SECRET, body=psk))

    def paired(self, body: bytes) -> None:
        """In a pairing: somebody confirmed it, with these rights."""
        self.channel.send(Frame(kind=Kind.PAIRED, body=body))
