"""What a modem is told to send, by the words of the standards: 3GPP TS 23.040, 9.2.2.2; TS 23.038, 6.2."""

from collections.abc import Iterable
from dataclasses import dataclass

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]"}
_EXTENDED |= {0x40: "|", 0x65: "€"}
_ESCAPE, _UCS2 = 0x1B, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One SMS-SUBMIT. units: septets, or the bytes of UCS-2; place: which of how many."""

    number: str
    coding: int
    units: bytes
    place: tuple[int, int]


def part(pdu: str) -> Part:
    data = bytes.fromhex(pdu)
    data = data[1 + data[0] :]  # without the number of the centre
    first, figures, kind = data[0], data[2], data[3]
    end = 4 + (figures + 1) // 2
    number = "".join(f"{byte & 15:x}{byte >> 4:x}" for byte in data[4:end])[:figures]
    coding, rest = data[end + 1], data[end + 2 :]
    rest = rest[{0: 0, 0x10: 1}.get(first & 0x18, 7) :]  # without how long it counts
    length, body = rest[0], rest[1:]
    header = 1 + body[0] if first & 0x40 else 0
    units = body[header:length] if coding == _UCS2 else _septets(body, length)[-(-header * 8 // 7) :]
    place = (body[header - 1], body[header - 2]) if header else (1, 1)
    return Part(number="+" * (kind == 0x91) + number, coding=coding, units=units, place=place)


def message(pdus: Iterable[str]) -> tuple[str, str]:
    """Number and text of one message, of all its parts."""
    parts = [part(pdu) for pdu in pdus]
    assert [one.place for one in parts] == [(number, len(parts)) for number in range(1, len(parts) + 1)]
    ((number, coding),) = {(one.number, one.coding) for one in parts}
    units = b"".join(one.units for one in parts)
    return number, units.decode("utf-16-be") if coding == _UCS2 else _letters(units)


def _septets(data: bytes, count: int) -> bytes:
    bits = int.from_bytes(data, "little")
    return bytes(bits >> 7 * place & 0x7F for place in range(count))


def _letters(septets: bytes) -> str:
    signs = iter(septets)
    return "".join(_EXTENDED[next(signs)] if one == _ESCAPE else _BASIC[one] for one in signs)
