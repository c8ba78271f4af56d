"""DNS messages: one question out, the addresses of one name in. RFC 1035, RFC 3596. No I/O.

The answer is hostile: bounded, matched to its question, aliases followed inside this one message only.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

A, AAAA, CNAME, IN = 1, 28, 5, 1
MAX_MESSAGE = 4096
_MAX_RECORDS, _MAX_JUMPS, _MAX_ALIASES = 64, 32, 8
_ANSWER, _TRUNCATED, _CODE = 0x8000, 0x0200, 0x000F


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server said. code: 0 is fine, 3 no such name; truncated: ask again by TCP."""

    code: int
    truncated: bool
    addresses: tuple[IPv4Address | IPv6Address, ...]


class BadAnswer(ValueError):
    """Not an answer to our question."""


def encode_question(number: int, name: str, kind: int) -> bytes:
    """Return the message that asks for ``kind`` of ``name``. number: 16 random bits."""
    labels = name.encode("ascii").split(b".")
    spelled = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    head = number.to_bytes(2, "big") + b"\x01\x00" + b"\0\1" + b"\0\0" * 3  # recursion desired, one question
    return head + spelled + kind.to_bytes(2, "big") + IN.to_bytes(2, "big")


def decode_answer(message: bytes, number: int, name: str, kind: int) -> Answer:
    """Read the answer to exactly that question.

    Raises:
        BadAnswer: it is another's, or broken.
    """
    try:
        return _decode(message, number, name.lower(), kind)
    except IndexError as error:
        raise BadAnswer("cut off") from error


def _decode(message: bytes, number: int, name: str, kind: int) -> Answer:
    flags = _u16(message, 2)
    if _u16(message, 0) != number or not flags & _ANSWER or _u16(message, 4) != 1:
        raise BadAnswer("not an answer to this question")
    asked, place = _name(message, 12)
    if asked != name or _u16(message, place) != kind or _u16(message, place + 2) != IN:
        raise BadAnswer("the answer to another question")
    place += 4
    aliases: dict[str, str] = {}
    found: dict[str, list[IPv4Address | IPv6Address]] = {}
    for _ in range(min(_u16(message, 6), _MAX_RECORDS)):
        owner, place = _name(message, place)
        record, family, length = _u16(message, place), _u16(message, place + 2), _u16(message, place + 8)
        place += 10
        data = message[place : place + length]
        if len(data) != length:
            raise BadAnswer("cut off")
        if family == IN and record == CNAME:
            aliases[owner], _ = _name(message, place)
        elif family == IN and record == kind and length == (4 if kind == A else 16):
            address = IPv4Address(data) if kind == A else IPv6Address(data)
            found.setdefault(owner, []).append(address)
        place += length
    for _ in range(_MAX_ALIASES):
        if name not in aliases:
            break
        name = aliases[name]
    return Answer(
        code=flags & _CODE, truncated=bool(flags & _TRUNCATED), addresses=tuple(found.get(name, ()))
    )


def _u16(message: bytes, place: int) -> int:
    return message[place] << 8 | message[place + 1]


def _name(message: bytes, place: int) -> tuple[str, int]:
    """A name and the place behind it; pointers go backwards only as often as is sane."""
    labels: list[str] = []
    behind: int | None = None
    for _ in range(_MAX_JUMPS + 128):
        length = message[place]
        if length == 0:
            return ".".join(labels), place + 1 if behind is None else behind
        if length >= 0xC0:
            behind = place + 2 if behind is None else behind
            place = (length & 0x3F) << 8 | message[place + 1]
            continue
        if length > 63:
            raise BadAnswer("a label of unknown form")
        labels.append(message[place + 1 : place + 1 + length].decode("latin-1").lower())
        place += 1 + length
    raise BadAnswer("a name without end")
