"""Multicast DNS as bytes: questions read within bounds, answers about one host's addresses written. Pure.

Source: RFC 1035, section 4.1; RFC 6762, sections 5.4, 6, 6.1, 6.7, 7.1, 8 and 18.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

A, AAAA, NSEC, ANY = 1, 28, 47, 255
_IN, _ANY_CLASS = 1, 255
_TOP_BIT = 0x8000  # asks for a unicast answer; in an answer: forget what you knew
LIFE_S = 120  # of a host's addresses
ONCE_S = 10  # for who asked by plain DNS and keeps no account of changes
SIZE_LIMIT = 9000  # bytes
QUESTIONS_LIMIT, RECORDS_LIMIT, POINTERS_LIMIT, NAME_LIMIT = 32, 64, 16, 255
_HEAD = struct.Struct("!HHHHHH")
_RESPONSE, _AUTHORITATIVE, _OPCODE = 0x8000, 0x0400, 0x7800
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """name: in small letters, without a dot at its end. unicast: the answer may come to the asker alone."""

    name: str
    kind: int
    unicast: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What somebody says about an address. data: 4 or 16 bytes."""

    name: str
    kind: int
    life_s: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One packet. records: of addresses, from its answers; what else is in it is left out."""

    id: int
    response: bool
    questions: tuple[Question, ...]
    records: tuple[Record, ...]


def read(data: bytes) -> Message | None:
    """Read one packet; None when it is no whole message, or no question or answer. Never raises."""
    if not _HEAD.size <= len(data) <= SIZE_LIMIT:
        return None
    number, flags, asked, told, _, _ = _HEAD.unpack_from(data)
    if flags & _OPCODE or asked > QUESTIONS_LIMIT or told > RECORDS_LIMIT:
        return None
    questions, records, at = [], [], _HEAD.size
    try:
        for _ in range(asked):
            name, at = _name(data, at)
            kind, klass = struct.unpack_from("!HH", data, at)
            at += 4
            if klass & ~_TOP_BIT in {_IN, _ANY_CLASS}:
                questions.append(Question(name=name, kind=kind, unicast=bool(klass & _TOP_BIT)))
        for _ in range(told):
            name, at = _name(data, at)
            kind, klass, life_s, size = struct.unpack_from("!HHIH", data, at)
            content = data[at + 10 : at + 10 + size]
            at += 10 + size
            if klass & ~_TOP_BIT == _IN and (kind, len(content)) in {(A, 4), (AAAA, 16)}:
                records.append(Record(name=name, kind=kind, life_s=life_s, data=content))
    except (struct.error, ValueError):
        return None
    return Message(
        id=number, response=bool(flags & _RESPONSE), questions=tuple(questions), records=tuple(records)
    )


def answer(message: Message, name: str, addresses: Sequence[Address], *, plain: bool) -> bytes | None:
    """What to answer to a question about ``name``; None: nothing.

    plain: the asker speaks plain DNS, and gets its question back. Who asks for a kind of address that there
    is none of is told so, and need not wait. What the asker knows well is not repeated.
    """
    if message.response:
        return None
    kinds = {question.kind for question in message.questions if question.name == name}
    wanted = [address for address in addresses if kinds & {_kind(address), ANY}]
    known = {
        (record.kind, record.data)
        for record in message.records
        if record.name == name and record.life_s >= LIFE_S // 2
    }
    told = [address for address in wanted if plain or (_kind(address), address.packed) not in known]
    lacks = bool(kinds & {A, AAAA} - {_kind(address) for address in addresses})
    if not told and not lacks:
        return None
    asked = [question for question in message.questions if question.name == name] if plain else []
    rest = [address for address in addresses if address not in told and not plain]
    life_s = ONCE_S if plain else LIFE_S
    records = [_address(name, one, life_s, flush=not plain) for one in told]
    if lacks:
        records.append(_only(name, addresses, life_s, flush=not plain))
    more = [_address(name, one, life_s, flush=True) for one in rest if (_kind(one), one.packed) not in known]
    head = _HEAD.pack(
        message.id if plain else 0, _RESPONSE | _AUTHORITATIVE, len(asked), len(records), 0, len(more)
    )
    questions = b"".join(_spelled(one.name) + struct.pack("!HH", one.kind, _IN) for one in asked)
    return head + questions + b"".join(records + more)


def announcement(name: str, addresses: Iterable[Address], *, life_s: int = LIFE_S) -> bytes:
    """Who is here, unasked. life_s: 0 says goodbye."""
    records = [_address(name, one, life_s, flush=True) for one in addresses]
    return _HEAD.pack(0, _RESPONSE | _AUTHORITATIVE, 0, len(records), 0, 0) + b"".join(records)


def probe(name: str, addresses: Iterable[Address]) -> bytes:
    """The question whether somebody has the name already, and what we would say of it."""
    records = [_address(name, one, LIFE_S, flush=False) for one in addresses]
    question = _spelled(name) + struct.pack("!HH", ANY, _IN | _TOP_BIT)
    return _HEAD.pack(0, 0, 1, 0, len(records), 0) + question + b"".join(records)


def contradicts(message: Message, name: str, addresses: Iterable[Address]) -> bool:
    """Whether somebody else says that the name is theirs."""
    ours = {address.packed for address in addresses}
    return message.response and any(
        record.name == name and record.life_s > 0 and record.data not in ours for record in message.records
    )


def _kind(address: Address) -> int:
    return A if isinstance(address, IPv4Address) else AAAA


def _address(name: str, address: Address, life_s: int, *, flush: bool) -> bytes:
    return _record(name, _kind(address), address.packed, life_s, flush=flush)


def _only(name: str, addresses: Iterable[Address], life_s: int, *, flush: bool) -> bytes:
    """The record that says which kinds there are, so that others are known not to be. RFC 4034, 4.1.2."""
    bits = bytearray(AAAA // 8 + 1)
    for kind in {_kind(address) for address in addresses}:
        bits[kind // 8] |= 0x80 >> kind % 8
    content = bytes(bits).rstrip(b"\0")
    return _record(name, NSEC, _spelled(name) + bytes([0, len(content)]) + content, life_s, flush=flush)


def _record(name: str, kind: int, data: bytes, life_s: int, *, flush: bool) -> bytes:
    klass = _IN | (_TOP_BIT if flush else 0)
    return _spelled(name) + struct.pack("!HHIH", kind, klass, life_s, len(data)) + data


def _spelled(name: str) -> bytes:
    return b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.split(".")) + b"\0"


def _name(data: bytes, at: int) -> tuple[str, int]:
    """The name at ``at`` and where it ends; pointers lead backwards only.

    Raises:
        ValueError: it does not end, or is too long.
    """
    labels: list[str] = []
    end, jumps, size = 0, 0, 0
    while True:
        if at >= len(data):
            raise ValueError("a name that does not end")
        length = data[at]
        if length == 0:
            return ".".join(labels), end or at + 1
        if length >= 0xC0:
            if at + 2 > len(data):
                raise ValueError("half a pointer")
            to = int.from_bytes(data[at : at + 2], "big") & 0x3FFF
            jumps += 1
            if to >= at or jumps > POINTERS_LIMIT:
                raise ValueError("a pointer that leads nowhere")
            end, at = end or at + 2, to
            continue
        label = data[at + 1 : at + 1 + length]
        size += length + 1
        if length > 63 or len(label) < length or size > NAME_LIMIT:
            raise ValueError("a label that is too long")
        # a dot inside a label is none between labels
        labels.append(label.decode("latin-1").lower().replace(".", "\\."))
        at += 1 + length
