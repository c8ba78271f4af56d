"""The hub's side of handshakes: who is answered, how many may wait, and when a session begins. Pure.

Nobody gets a byte whose message 1 is not authentic under a known key and its secret. A message 1 can be
repeated by anybody, so it has no effect beyond its answer: a session begins with the first transport message.
Source: docs/protocols/remote.md, "Opening" and "Limits".
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from privacy.ports import RandomBytes

from .hub_session import Event, HubSession
from .keys import Mode, prologue
from .noise import Handshake, public_key
from .opening import FIRST_PAYLOAD, PATTERN, SECOND_PAYLOAD, Opening, decode

MOST_HALF_OPEN = 8  # of a hub; a phone has one
HALF_OPEN_S = 10.0
REMEMBERED = 1024  # connections whose message 1 was answered: a repeat of it is not


Admits = Callable[[Opening, bytes], bool]
"""Whether that opening, of that phone's key, is answered where it came from."""


class Secrets(Protocol):
    """What the responder may ask: synchronous, and without effect."""

    def session_psk(self, phone_key: bytes) -> bytes | None:
        """Of a phone that may come in; None: nobody of that key may."""
        ...

    def pairing_psk(self, pairing: bytes, route: bytes, now_s: float) -> bytes | None:
        """Of a pairing whose secret somebody may show; None: there is none."""
        ...

    def proved(self, pairing: bytes, phone_key: bytes, now_s: float) -> bool:
        """Somebody of that key showed that secret; whether it is answered."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A handshake whose message 1 was authentic. answer: message 2; hash: of the handshake, for six words."""

    mode: Mode
    phone_key: bytes
    pairing: bytes
    answer: bytes
    hash: bytes
    session: HubSession
    since_s: float


class Responder:
    """All handshakes of a hub. private: its X25519 key."""

    def __init__(self, private: bytes, secrets: Secrets, random_bytes: RandomBytes) -> None:
        self._private, self._public = private, public_key(private)
        self._secrets = secrets
        self._random_bytes = random_bytes
        self._halves: OrderedDict[bytes, Half] = OrderedDict()  # by phone key, oldest first
        self._answered: OrderedDict[bytes, None] = OrderedDict()

    @property
    def half_open(self) -> int:
        """How many wait for their first transport message."""
        return len(self._halves)

    def open(self, data: bytes, route: bytes, now_s: float, admits: Admits | None = None) -> Half | None:
        """Judge an opening that came by that route; None: it is not answered. Never raises.

        admits: whether its sender may come in there; None: whoever has a key may.
        """
        opening = decode(data)
        if opening is None or opening.connection in self._answered:
            return None
        handshake = Handshake(
            PATTERN,
            initiator=False,
            prologue=prologue(opening.mode, route, opening.connection, self._public),
            random_bytes=self._random_bytes,
            static=self._private,
            psk_of=lambda key: (
                self._psk(opening, route, key, now_s)
                if admits is None or (key is not None and admits(opening, key))
                else None
            ),
        )
        if handshake.read(opening.message) != FIRST_PAYLOAD:
            return None
        phone_key = handshake.remote_static
        assert phone_key is not None
        self._remember(opening.connection)
        if opening.mode is Mode.PAIR and not self._secrets.proved(opening.pairing, phone_key, now_s):
            return None
        answer = handshake.write(SECOND_PAYLOAD)
        split = handshake.split()
        half = Half(
            mode=opening.mode,
            phone_key=phone_key,
            pairing=opening.pairing,
            answer=answer,
            hash=split.hash,
            session=HubSession(opening.mode, split, now_s),
            since_s=now_s,
        )
        self._wait(half, now_s)
        return half

    def first(self, half: Half, wire: bytes, now_s: float) -> list[Event] | None:
        """A message to a half-open handshake: the session's first events; None: none begins by this."""
        self._expire(now_s)
        if self._halves.get(half.phone_key) is not half:
            return None
        events = half.session.receive(wire, now_s)
        if half.session.ended is not None:
            self.forget(half)
        if not events:
            return None
        self.forget(half)
        return events

    def forget(self, half: Half) -> None:
        """Its connection is gone."""
        if self._halves.get(half.phone_key) is half:
            del self._halves[half.phone_key]

    def is_waiting(self, half: Half) -> bool:
        """Whether its first transport message may still come."""
        return self._halves.get(half.phone_key) is half

    def _psk(self, opening: Opening, route: bytes, phone_key: bytes | None, now_s: float) -> bytes | None:
        if phone_key is None:
            return None
        if opening.mode is Mode.PAIR:
            return self._secrets.pairing_psk(opening.pairing, route, now_s)
        return self._secrets.session_psk(phone_key)

    def _wait(self, half: Half, now_s: float) -> None:
        self._expire(now_s)
        self._halves.pop(half.phone_key, None)
        # the oldest makes room: whoever repeats what was captured can't keep the others out for ten seconds
        while len(self._halves) >= MOST_HALF_OPEN:
            self._halves.popitem(last=False)
        self._halves[half.phone_key] = half

    def _expire(self, now_s: float) -> None:
        while self._halves:
            oldest = next(iter(self._halves.values()))
            if now_s - oldest.since_s < HALF_OPEN_S:
                return
            del self._halves[oldest.phone_key]

    def _remember(self, connection: bytes) -> None:
        self._answered[connection] = None
        if len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)
