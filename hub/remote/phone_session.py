"""The phone's side of a session, for the reference client and for tests: requests out, answers in. Pure.

Source: docs/protocols/remote.md, "Sessions", "Requests" and "Pairing".
"""

from dataclasses import dataclass

from .channel import Channel, Ended
from .frames import FROM_HUB, Code, Frame, Kind
from .messages import Answer, Hello, PhoneFacts, Request, Welcome, decode, encode
from .noise import Split
from .streams import FIRST_CREDIT, MOST_STREAMS, Streams


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcomed:
    """The hub's first frame."""

    welcome: Welcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The answer to a request; its stream is over."""

    stream: int
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event (JSON) on a stream; its length was granted anew already."""

    stream: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Bytes on a stream; ``PhoneSession.grant`` lets more come."""

    stream: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnded:
    """The hub ended a stream. code: None at its regular end."""

    stream: int
    code: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """In a pairing: the key of all later sessions; keep it, then call ``kept``."""

    psk: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """In a pairing: somebody confirmed it."""

    facts: PhoneFacts


Event = Welcomed | Answered | Told | Data | StreamEnded | Secret | Paired


class PhoneSession:
    """One session as a phone sees it. Begins with ``hello``."""

    def __init__(self, split: Split, now_s: float) -> None:
        self.channel = Channel(split, FROM_HUB, Streams(sending=0, receiving=FIRST_CREDIT), now_s)

    @property
    def ended(self) -> Ended | None:
        """Why it is over; None while it lives."""
        return self.channel.ended

    def receive(self, wire: bytes, now_s: float) -> list[Event]:
        """What a message from the network means. Never raises; a hub that breaks a rule ends the session."""
        events: list[Event] = []
        for frame in self.channel.receive(wire, now_s):
            event = self._understood(frame)
            if event is not None:
                events.append(event)
            if self.ended is not None:
                break
        return events

    def _understood(self, frame: Frame) -> Event | None:
        match frame.kind:
            case Kind.WELCOME if (welcome := decode(frame.body, Welcome)) is not None:
                return Welcomed(welcome=welcome)
            case Kind.ANSWER if (answer := decode(frame.body, Answer)) is not None:
                return Answered(stream=frame.stream, answer=answer)
            case Kind.EVENT:
                self.grant(frame.stream, len(frame.body))
                return Told(stream=frame.stream, body=frame.body)
            case Kind.DATA:
                return Data(stream=frame.stream, data=frame.body)
            case Kind.CREDIT:
                return None
            case Kind.END:
                return StreamEnded(stream=frame.stream, code=None)
            case Kind.RESET:
                return StreamEnded(stream=frame.stream, code=int.from_bytes(frame.body))
            case Kind.SECRET:
                return Secret(psk=frame.body)
            case Kind.PAIRED if (facts := decode(frame.body, PhoneFacts)) is not None:
                return Paired(facts=facts)
            case _:
                self.channel.close(Code.PROTOCOL)
                return None

    # out

    def hello(self, hello: Hello) -> None:
        """Our first frame; with it the session begins to exist."""
        self.channel.send(Frame(kind=Kind.HELLO, body=encode(hello)))

    def request(self, request: Request) -> int | None:
        """Ask; return the stream that the answer comes on, or None where MOST_STREAMS are open."""
        if len(self.channel.streams) >= MOST_STREAMS:
            return None
        stream = self.channel.streams.next()
        self.channel.send(Frame(kind=Kind.REQUEST, stream=stream, body=encode(request)))
        return stream

    def grant(self, stream: int, size: int) -> bool:
        """Let the hub send ``size`` bytes more; False: the stream is over."""
        return self.channel.offer(Frame(kind=Kind.CREDIT, stream=stream, body=size.to_bytes(4)))

    def data(self, stream: int, body: bytes) -> bool:
        """Send bytes, at most frames.MOST_DATA; False: no credit now, or the stream is over."""
        return self.channel.offer(Frame(kind=Kind.DATA, stream=stream, body=body))

    def end(self, stream: int) -> bool:
        """Give a stream up, for example a subscription; False: it was over."""
        return self.channel.offer(Frame(kind=Kind.END, stream=stream))

    def kept(self) -> None:
        """In a pairing: the secret is on our disk."""
        self.channel.send(Frame(kind=Kind.KEPT))

    def ping(self) -> None:
        """Show that we are here; at least every 30 s."""
        self.channel.send(Frame(kind=Kind.PING, body=bytes(8)))
