"""Secrets that tests plant, and the search for them in every spelling in which they might be told.

``spellings``: as text in three encodings, backwards, in hex, in base64 (both alphabets) wherever in it they
begin, percent-encoded and as JSON escapes, with and without separators; of bytes also as they are.
"""

import base64
import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from urllib.parse import quote

_PART = 65_536  # bytes that are taken apart at once
SHORTEST = 6  # bytes: a shorter spelling is found in anything
_SEPARATORS = re.compile(r"[\s:.,@+_-]")


def spellings(secret: str | bytes) -> frozenset[bytes]:
    """How ``secret`` might stand somewhere. Each spelling has SHORTEST bytes or more."""
    if isinstance(secret, bytes):
        found = {*_of_bytes(secret), *_of_bytes(secret[::-1])}
        for text in (secret.hex(), secret.hex(":"), secret.hex("-"), secret[::-1].hex()):
            found |= _of_text(text)
    else:
        found = set().union(*map(_of_text, {secret, _SEPARATORS.sub("", secret)}))
    return frozenset(one for one in found if len(one) >= SHORTEST)


def _of_text(text: str) -> set[bytes]:
    found: set[bytes] = set()
    for form in {text, text.upper(), text.lower()}:
        plain = form.encode()
        found |= {plain, plain[::-1], *_of_bytes(plain), json.dumps(form)[1:-1].encode()}
        percent = "%" + plain.hex("%")
        found |= {quote(form, safe="").encode(), percent.encode(), percent.upper().encode()}
        found |= {form.encode("utf-16-le"), form.encode("utf-16-be")}
    for wide in (text.encode("utf-16-le"), text.encode("utf-16-be")):
        found |= {*_of_bytes(wide)}
    return found


def _of_bytes(data: bytes) -> Iterator[bytes]:
    yield data
    yield data.hex().encode()
    yield data.hex().upper().encode()
    for before in range(3):
        whole = (before + len(data)) // 3 * 3 - before  # what follows changes the letters behind it
        inside = base64.b64encode(bytes(before) + data[:whole])[4 if before else 0 :]
        yield inside
        yield inside.translate(_URL)


_URL = bytes.maketrans(b"+/", b"-_")


class Search:
    """Looks for many secrets in many bytes; each place is read once, whatever is looked for."""

    def __init__(self, secrets: Mapping[str, str | bytes]) -> None:
        """secrets: by a name that tells what one is."""
        self._begin: dict[bytes, list[tuple[bytes, str]]] = {}
        for name, secret in secrets.items():
            for one in spellings(secret):
                self._begin.setdefault(one[:SHORTEST], []).append((one, name))

    def found(self, data: bytes, *, but: Iterable[str] = ()) -> set[str]:
        """The names of those that stand in ``data``, without those in ``but``."""
        begins: set[bytes] = set()
        for start in range(0, len(data), _PART):
            part = data[start : start + _PART + SHORTEST - 1]
            begins |= self._begin.keys() & {part[at : at + SHORTEST] for at in range(len(part))}
        candidates = (pair for begin in begins for pair in self._begin[begin])
        return {name for one, name in candidates if one in data} - set(but)


Make = Callable[[random.Random], str | bytes]
"""One secret of a kind, by chance."""


def _name(chance: random.Random) -> str:
    return f"{chance.choice(('Zoë', 'Ada', 'Bjørn', 'Łucja', 'Tom'))} {chance.randbytes(4).hex()}"


def _serial(chance: random.Random) -> str:
    return f"{''.join(chance.choices('JKLMNOQ', k=3))}{chance.randrange(10**7):07}"


MAKES: Mapping[str, Make] = {  # what stands in a home and is nobody's business
    "person": _name,
    "guest": _name,
    "told": _name,
    "phone": _name,
    "home": lambda chance: f"Haus {chance.randbytes(4).hex()}",
    "room": lambda chance: f"Kinderzimmer von {chance.randbytes(4).hex()}",
    "device": lambda chance: f"Nachttisch {chance.randbytes(4).hex()}",
    "serial": _serial,
    "stick": lambda chance: chance.randbytes(8).hex(),
    "board": lambda chance: chance.randbytes(8).hex(),
    "mac": lambda chance: chance.randbytes(6),
    "mail": lambda chance: f"ada.{chance.randbytes(3).hex()}@mail{chance.randrange(10**4)}.org",
    "place": lambda chance: f"{chance.uniform(47, 55):.5f},{chance.uniform(6, 15):.5f}",
    "key": lambda chance: chance.randbytes(16),
    "number": lambda chance: f"+49151{chance.randrange(10**8):08}",
    "ticket": lambda chance: f"T-{chance.randrange(10**9):09}",
    "description": lambda chance: f"Im Zimmer von {chance.randbytes(4).hex()} bleibt es dunkel",
    "customer": lambda chance: f"{chance.randrange(10**10):010}",
    "address": lambda chance: f"Am Anger {chance.randrange(10**5)}, {chance.randrange(10**5):05} Jena",
    "password": lambda chance: chance.randbytes(9).hex(),
    "endpoint": lambda chance: f"/push/{chance.randbytes(12).hex()}",
}


def planted(chance: random.Random) -> dict[str, str | bytes]:
    """One of each kind."""
    return {kind: make(chance) for kind, make in MAKES.items()}


def text_of(secret: str | bytes) -> str:
    """As people write it."""
    return secret if isinstance(secret, str) else secret.hex(":")
