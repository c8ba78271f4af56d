"""One side of an established session: messages in, frames out, and the rules that both sides share. Pure.

Both sides: a repeat or forgery is dropped and counted, a gap or a broken rule ends the session, as do
silence and age. What has to be sent waits in ``take()`` or ``next()``.
What frames mean: hub_session.py, phone_session.py.
Source: docs/protocols/remote.md, "Sessions".
"""

from collections import deque
from dataclasses import dataclass

from .frames import Code, Frame, FrameDecoder, Kind, Limits, Malformed
from .noise import Split
from .padding import MOST
from .streams import Streams
from .transport import Dropped, Gap, Opener, Sealer

LONGEST_S = 86_400.0  # then a new handshake
SILENCE_S = 90.0  # without any authentic message of the other side
ON_STREAMS = frozenset({Kind.ANSWER, Kind.EVENT, Kind.DATA, Kind.CREDIT, Kind.END, Kind.RESET})
_WITH_CREDIT = frozenset({Kind.EVENT, Kind.DATA})
_LAST = frozenset({Kind.ANSWER, Kind.END, Kind.RESET})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The session is over. by_peer: the other side said so."""

    code: Code
    by_peer: bool


class Channel:
    """Frames over one session. accepts: what the other side may send.

    dropped: messages that were repeats or not authentic. ended: why it is over, None while it lives.
    unsent: bytes that wait to be sent.
    """

    def __init__(self, split: Split, accepts: Limits, streams: Streams, now_s: float) -> None:
        self._sealer = Sealer(split.sending)
        self._opener = Opener(split.receiving)
        self._decoder = FrameDecoder(accepts)
        self.streams = streams
        self._since_s = self._heard_s = now_s
        self._pings: list[bytes] = []
        self._out: deque[bytes] = deque()
        self.dropped = self.unsent = 0
        self.ended: Ended | None = None

    @property
    def is_over(self) -> bool:
        """Whether it ended."""
        return self.ended is not None

    # in

    def receive(self, wire: bytes, now_s: float) -> list[Frame]:
        """Frames of a message from the network, without those that are settled here. Never raises."""
        if self.ended is not None:
            return []
        match self._opener.open(wire):
            case Dropped():
                self.dropped += 1
                return []
            case Gap():
                self.close(Code.GAP)
                return []
            case opened:
                content = opened.content
        self._heard_s = now_s
        if content is None:
            self.close(Code.PROTOCOL)
            return []
        frames: list[Frame] = []
        self._pings.clear()
        for event in self._decoder.feed(content):
            if self.is_over:
                break
            if isinstance(event, Malformed):
                self.close(event.code)
            elif self._passes(event):
                frames.append(event)
        if self._pings:  # one answer per message, however many asked in it
            self.send(Frame(kind=Kind.PONG, body=self._pings[-1]))
        return frames

    def _passes(self, frame: Frame) -> bool:
        """Whether the frame is for the layer above; rules of streams and credit are kept here."""
        if frame.kind is Kind.CLOSE:
            code = int.from_bytes(frame.body)
            known = Code(code) if code in Code.__members__.values() else Code.PROTOCOL
            self.ended = Ended(code=known, by_peer=True)
            return False
        if frame.kind is Kind.PING:
            self._pings.append(frame.body)
            return False
        if frame.kind is Kind.PONG:
            return False
        if frame.kind not in ON_STREAMS:
            return True
        if frame.stream not in self.streams:
            return False  # closed by us while this was on its way
        if frame.kind in _WITH_CREDIT and not self.streams.received(frame.stream, len(frame.body)):
            self.close(Code.FLOW)
            return False
        if frame.kind is Kind.CREDIT and not self.streams.credited(frame.stream, int.from_bytes(frame.body)):
            self.close(Code.FLOW)
            return False
        if frame.kind in _LAST:
            self.streams.close(frame.stream)
        return True

    # out

    def send(self, *frames: Frame) -> None:
        """Queue frames, together in as few messages as they need; nothing once it is over.

        Raises:
            ValueError: a stream that is not open, or no credit (``streams.may_send``).
        """
        if self.ended is not None:
            return
        for frame in frames:
            self._account(frame)
        data = b"".join(frame.encode() for frame in frames)
        self._queue(data)

    def _queue(self, data: bytes) -> None:
        for at in range(0, len(data), MOST):
            wire = self._sealer.seal(data[at : at + MOST])
            self._out.append(wire)
            self.unsent += len(wire)

    def is_open(self, stream: int) -> bool:
        """Whether that stream lives."""
        return self.ended is None and stream in self.streams

    def offer(self, frame: Frame) -> bool:
        """Queue a frame on a stream; False: the stream is over, or has no credit for it now."""
        if not self.is_open(frame.stream):
            return False
        if frame.kind in _WITH_CREDIT and not self.streams.may_send(frame.stream):
            return False
        self.send(frame)
        return True

    def _account(self, frame: Frame) -> None:
        if frame.kind not in ON_STREAMS:
            return
        if frame.stream not in self.streams:
            raise ValueError(f"stream {frame.stream} is not open")
        if frame.kind in _WITH_CREDIT:
            if not self.streams.may_send(frame.stream):
                raise ValueError(f"stream {frame.stream} has no credit")
            self.streams.sent(frame.stream, len(frame.body))
        if frame.kind is Kind.CREDIT:
            self.streams.granted(frame.stream, int.from_bytes(frame.body))
        if frame.kind in _LAST:
            self.streams.close(frame.stream)

    def refuse(self, stream: int, code: Code) -> None:
        """Reset a stream that was never opened here."""
        if self.ended is None:
            self._queue(Frame(kind=Kind.RESET, stream=stream, body=code.to_bytes(2)).encode())

    def take(self) -> list[bytes]:
        """What has to be sent now, oldest first."""
        out, self.unsent = list(self._out), 0
        self._out.clear()
        return out

    def next(self) -> bytes | None:
        """The oldest message that has to be sent; None: all was taken."""
        if not self._out:
            return None
        wire = self._out.popleft()
        self.unsent -= len(wire)
        return wire

    def close(self, code: Code) -> None:
        """End it, and tell the other side why."""
        if self.ended is None:
            self.send(Frame(kind=Kind.CLOSE, body=code.to_bytes(2)))
            self.ended = Ended(code=code, by_peer=False)

    # time

    def not_listening(self, now_s: float) -> None:
        """We read nothing until now, so that the other side could not be heard."""
        self._heard_s = now_s

    @property
    def wake_at_s(self) -> float:
        """When ``wake`` is due."""
        return min(self._heard_s + SILENCE_S, self._since_s + LONGEST_S)

    def wake(self, now_s: float) -> None:
        """End it where the other side is silent, or it is too old."""
        if now_s - self._since_s >= LONGEST_S:
            self.close(Code.TOO_OLD)
        elif now_s - self._heard_s >= SILENCE_S:
            self.close(Code.SILENT)
