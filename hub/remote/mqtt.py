"""The few packets of MQTT 5 that a relay is spoken with: QoS 0, both directions. Pure.

A relay is not trusted: whatever it sends is bounded, a packet that has no place here ends the connection, and
nothing is allocated by its word. Read downwards: what we send, what we read, ``Decoder``.
Source: OASIS MQTT Version 5.0, sections 2 and 3; docs/protocols/remote.md, "Relay".
"""

from contextlib import suppress
from dataclasses import dataclass

from .transport import MOST_WIRE

MOST_TOPIC = 256  # bytes; ours have 69 at most
MOST_PACKET = MOST_WIRE + 1024  # payload, topic, and properties that we do not ask for
KEEP_ALIVE_S = 60
_LEVEL = 5
_CLEAN, _WILL, _PASSWORD, _USER = 0x02, 0x04, 0x40, 0x80
_LARGEST, _KEEP_ALIVE = 0x27, 0x13  # properties
_CONNACK, _PUBLISH, _SUBACK, _UNSUBACK, _PONG, _DISCONNECT = 2, 3, 9, 11, 13, 14
_ACCEPTED_BELOW = 0x80  # of reason codes; granted QoS 0 is 0
# property → bytes of its value; "s": text or bytes with a length; "v": a variable integer (section 2.2.2.2)
_PROPERTIES: dict[int, int | str] = {
    **dict.fromkeys((0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A), 1),
    **dict.fromkeys((0x13, 0x21, 0x22, 0x23), 2),
    **dict.fromkeys((0x02, 0x11, 0x18, 0x27), 4),
    **dict.fromkeys((0x03, 0x08, 0x09, 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F), "s"),
    0x0B: "v",
    0x26: "ss",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who connects. will: topic and payload of what the broker says once we are gone."""

    client_id: str
    user: str
    password: str
    will: tuple[str, bytes] | None = None


def connect(login: Login) -> bytes:
    """CONNECT: a clean start, and nothing longer than MOST_PACKET to be sent to us."""
    flags = _CLEAN | _USER | _PASSWORD | (_WILL if login.will else 0)
    properties = bytes([_LARGEST]) + MOST_PACKET.to_bytes(4)
    body = _text("MQTT") + bytes([_LEVEL, flags]) + KEEP_ALIVE_S.to_bytes(2)
    body += _length(len(properties)) + properties + _text(login.client_id)
    if login.will is not None:
        topic, payload = login.will
        body += b"\0" + _text(topic) + len(payload).to_bytes(2) + payload
    return _packet(0x10, body + _text(login.user) + _text(login.password))


def subscribe(number: int, *topics: str) -> bytes:
    """SUBSCRIBE at QoS 0. number: 1 to 65,535, repeated by the answer."""
    wanted = b"".join(_text(topic) + b"\0" for topic in topics)
    return _packet(0x82, number.to_bytes(2) + b"\0" + wanted)


def unsubscribe(number: int, *topics: str) -> bytes:
    """UNSUBSCRIBE."""
    return _packet(0xA2, number.to_bytes(2) + b"\0" + b"".join(map(_text, topics)))


def publish(topic: str, payload: bytes) -> bytes:
    """PUBLISH at QoS 0, not retained."""
    return _packet(0x30, _text(topic) + b"\0" + payload)


PING = b"\xc0\0"
DISCONNECT = b"\xe0\0"  # a regular end: the broker forgets our will


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2) + data


def _length(number: int) -> bytes:
    """A variable byte integer."""
    out = bytearray()
    while True:
        number, low = divmod(number, 128)
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _packet(head: int, body: bytes) -> bytes:
    return bytes([head]) + _length(len(body)) + body


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """CONNACK. reason: 0 is yes; keep_alive_s: what the broker wants instead of ours, or None."""

    reason: int
    keep_alive_s: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """SUBACK or UNSUBACK: the broker's word, which is not proof of anything. accepted: all of them."""

    number: int
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """PUBLISH."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Pong:
    """PINGRESP."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """The broker ends it (DISCONNECT), or what it sent is not for us: nothing is read any more."""

    reason: int
    what: str


Event = Connected | Subscribed | Message | Pong | Over
_NOT_OURS = 0x82  # "protocol error" among the reason codes


class Decoder:
    """A broker's bytes as events. After ``Over`` there are none."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._over = False

    def feed(self, data: bytes) -> list[Event]:
        """What ``data`` completes, oldest first. Never raises."""
        events: list[Event] = []
        if self._over:
            return events
        self._data += data
        at = 0
        while not self._over:
            found = _measured(self._data, at)
            if found is None:
                break
            if isinstance(found, str):
                events.append(Over(reason=_NOT_OURS, what=found))
            elif found[1] > len(self._data):
                break
            else:
                body, end = found
                events.append(_read(self._data[at], bytes(self._data[body:end])))
                at = end
            self._over = isinstance(events[-1], Over)
        del self._data[:at]
        return events


def _measured(data: bytearray, at: int) -> tuple[int, int] | str | None:
    """Where the body of the packet at ``at`` begins and ends; text: what is wrong; None: more has to come."""
    size, shift, place = 0, 0, at + 1
    while place < len(data):
        byte = data[place]
        size |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if size > MOST_PACKET:
            return "a packet is too long"
        if not byte & 0x80:
            return place, place + size
        if shift > 21:
            return "a length has no end"
    return None


def _read(head: int, body: bytes) -> Event:
    event: Event | None = None
    with suppress(IndexError, ValueError):
        event = _event(head >> 4, head & 0x0F, body)
    return event or Over(reason=_NOT_OURS, what=f"packet {head:#04x} of {len(body)} bytes is not for us")


def _event(kind: int, flags: int, body: bytes) -> Event | None:
    if kind == _PUBLISH:
        # QoS 0, neither repeated nor retained: nothing else was asked for
        topic, at = _read_text(body, 0)
        size, at = _read_length(body, at)
        if flags or not topic or len(body) < at + size:
            return None
        return Message(topic=topic, payload=body[at + size :])
    if flags:
        return None
    if kind == _CONNACK:
        known = _read_properties(body, 2)
        if body[0]:  # a session is present: it was a clean start
            return None
        keep_alive = known.get(_KEEP_ALIVE)
        return Connected(
            reason=body[1], keep_alive_s=None if keep_alive is None else int.from_bytes(keep_alive)
        )
    if kind in (_SUBACK, _UNSUBACK):
        size, at = _read_length(body, 2)
        codes = body[at + size :]
        return Subscribed(
            number=int.from_bytes(body[:2]), accepted=bool(codes) and max(codes) < _ACCEPTED_BELOW
        )
    if kind == _PONG and not body:
        return Pong()
    if kind == _DISCONNECT:
        return Over(reason=body[0] if body else 0, what="the broker ended the connection")
    return None


def _read_text(body: bytes, at: int) -> tuple[str, int]:
    size = int.from_bytes(body[at : at + 2])
    if size > MOST_TOPIC or at + 2 + size > len(body):
        raise ValueError
    return body[at + 2 : at + 2 + size].decode(), at + 2 + size


def _read_length(body: bytes, at: int) -> tuple[int, int]:
    size = 0
    for shift in (0, 7, 14, 21):
        byte = body[at]
        size |= (byte & 0x7F) << shift
        at += 1
        if not byte & 0x80:
            return size, at
    raise ValueError


def _read_properties(body: bytes, at: int) -> dict[int, bytes]:
    """Values of fixed size by property; others are passed over.

    Raises:
        IndexError, ValueError: not as the standard has it.
    """
    size, at = _read_length(body, at)
    end, found = at + size, dict[int, bytes]()
    if end != len(body):
        raise ValueError
    while at < end:
        name, at = body[at], at + 1
        form = _PROPERTIES.get(name)
        if form is None:
            raise ValueError
        if isinstance(form, int):
            found[name] = body[at : at + form]
            at += form
        elif form == "v":
            _, at = _read_length(body, at)
        else:
            for _ in form:
                at += 2 + int.from_bytes(body[at : at + 2])
    if at != end:
        raise ValueError
    return found
