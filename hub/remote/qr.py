"""The text of a pairing's QR code: what a phone has to know before it may speak. Pure.

Whoever reads it may pair: it is shown on a screen, and stands in no log, URL or argument.
Source: docs/protocols/remote.md, "The code".
"""

import re
from dataclasses import dataclass

from privacy import base64url

from .keys import KEY_SIZE, PAIRING_SIZE, ROUTE_SIZE, SECRET_SIZE

MOST = 1200  # characters: a QR code of that many is still read by a phone's camera
MOST_WAYS = 4
MOST_SLOT = 15
_HEAD = "homebase:pair:1:"
_BREAKS = dict.fromkeys(map(ord, " \t\n\r"))  # whoever pastes a code may break it into lines
_PARTS = 6
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[1-9][0-9]{0,4})?")
_HOST = re.compile(r"\[[0-9a-f:.]+\]|[a-z0-9.-]+")
_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,64}")


class BadCode(ValueError):
    """Not the text of a pairing code; one line for whoever read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A way at home. origin: scheme, host and port of the page that the gate serves."""

    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayWay:
    """A way by a relay. tls_port: MQTT over TLS; wss_port: MQTT over WebSocket; 0: not offered."""

    host: str
    tls_port: int
    wss_port: int
    route: bytes
    slot: int
    password: str


Way = Home | RelayWay


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingCode:
    """Everything in a code. claim: the gate's secret for the first phone's consents, empty for later ones."""

    hub_key: bytes
    gate_key: bytes
    pairing: bytes
    secret: bytes
    claim: bytes = b""
    ways: tuple[Way, ...]


def encode(code: PairingCode) -> str:
    """The text.

    Raises:
        BadCode: it would not be read back: too long, or a way with characters that stand in none.
    """
    fields = (code.hub_key, code.gate_key, code.pairing, code.secret, code.claim)
    text = _HEAD + ":".join((*map(base64url.encode, fields), ";".join(map(_way, code.ways))))
    if decode(text) != code:
        raise BadCode("a way of this code can't be written; allowed are host names in small letters")
    return text


def decode(text: str) -> PairingCode:
    """Read a code.

    Raises:
        BadCode: any other text.
    """
    text = text.translate(_BREAKS)
    if len(text) > MOST:
        raise BadCode(f"{len(text)} characters; a code has at most {MOST}")
    if not text.startswith(_HEAD):
        raise BadCode(f"a code begins with {_HEAD}")
    parts = text.removeprefix(_HEAD).split(":", _PARTS - 1)
    if len(parts) != _PARTS:
        raise BadCode("the code is not whole: read or copy it again")
    hub_key, gate_key, pairing, secret, claim = (base64url.decode(part) or b"" for part in parts[:-1])
    sizes = [len(field) for field in (hub_key, gate_key, pairing, secret)]
    if sizes != [KEY_SIZE, KEY_SIZE, PAIRING_SIZE, SECRET_SIZE] or len(claim) != (
        SECRET_SIZE if parts[4] else 0
    ):
        raise BadCode("the code is damaged: read or copy it again")
    ways = parts[-1].split(";")
    if len(ways) > MOST_WAYS:
        raise BadCode(f"{len(ways)} ways; a code has at most {MOST_WAYS}")
    return PairingCode(
        hub_key=hub_key,
        gate_key=gate_key,
        pairing=pairing,
        secret=secret,
        claim=claim,
        ways=tuple(map(_read_way, ways)),
    )


def _way(way: Way) -> str:
    match way:
        case Home(origin=origin):
            return f"h,{origin}"
        case RelayWay():
            ports = f"{way.tls_port},{way.wss_port}"
            return f"r,{way.host},{ports},{base64url.encode(way.route)},{way.slot},{way.password}"


def _read_way(text: str) -> Way:
    match text.split(","):
        case ["h", origin] if _ORIGIN.fullmatch(origin):
            return Home(origin=origin)
        case ["r", host, tls, wss, route, slot, password] if _HOST.fullmatch(host):
            numbers = [_number(tls, 65_535), _number(wss, 65_535), _number(slot, MOST_SLOT)]
            if None not in numbers and _PASSWORD.fullmatch(password):
                return _relay(host, numbers, route, password)
    raise BadCode("the code names a way that is not known here: update the app")


def _relay(host: str, numbers: list[int | None], route: str, password: str) -> RelayWay:
    known = base64url.decode(route) or b""
    tls, wss, slot = (number or 0 for number in numbers)
    if len(known) != ROUTE_SIZE:
        raise BadCode("the code is damaged: read or copy it again")
    return RelayWay(host=host, tls_port=tls, wss_port=wss, route=known, slot=slot, password=password)


def _number(text: str, most: int) -> int | None:
    """A number in its one spelling."""
    if not text.isascii() or not text.isdecimal() or len(text) > 5 or text != str(int(text)):
        return None
    return int(text) if int(text) <= most else None
