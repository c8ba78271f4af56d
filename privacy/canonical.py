"""Canonical JSON (RFC 8785) for what we sign, hash and send: one value, one spelling in bytes.

Pure. A subset on purpose: objects, arrays, strings, booleans, null, whole numbers up to 2^53 - 1. Fractions
are refused: their spelling is the one hard part of the RFC and nothing here needs them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import cast

Json = None | bool | int | str | Sequence["Json"] | Mapping[str, "Json"]

MAX_INTEGER = 2**53 - 1  # RFC 8785, section 3.2.2.3: beyond it a reader may lose digits
MAX_DEPTH = 32


def encode(value: Json) -> bytes:
    """Return the one canonical spelling of ``value``, UTF-8.

    Raises:
        ValueError: a fraction, a number beyond 2^53 - 1, a lone surrogate, a key that is no text, or
            deeper than 32.
    """
    return json.dumps(_checked(value, 0), ensure_ascii=False, separators=(",", ":")).encode()


def decode(data: bytes) -> Json:
    """Read canonical JSON; any other spelling of the same value is refused.

    Raises:
        ValueError: not JSON, a member twice, or not the canonical spelling.
    """
    try:
        value = json.loads(data.decode(), object_pairs_hook=_unique)
    except RecursionError as error:
        raise ValueError(f"not canonical JSON: deeper than {MAX_DEPTH}") from error
    if encode(cast("Json", value)) != data:
        raise ValueError("not canonical JSON: another spelling of the same value")
    return cast("Json", value)


def checked(value: object) -> Json:
    """Return ``value`` if it can be spelled canonically.

    Raises:
        ValueError: as encode.
    """
    return cast("Json", _checked(value, 0))


def _checked(value: object, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise ValueError(f"not canonical JSON: deeper than {MAX_DEPTH}")
    match value:
        case None | bool():
            return value
        case int():
            if abs(value) > MAX_INTEGER:
                raise ValueError(f"not canonical JSON: {value} is beyond 2^53 - 1")
            return value
        case str():
            value.encode()  # a lone surrogate has no UTF-8; UnicodeEncodeError is a ValueError
            return value
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise ValueError("not canonical JSON: a key is no text")
            # section 3.2.3: sorted by UTF-16 code units, not by code points
            keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
            return {_checked(key, depth): _checked(value[key], depth + 1) for key in keys}
        case list() | tuple():
            return [_checked(item, depth + 1) for item in value]
        case _:
            raise ValueError(f"not canonical JSON: {type(value).__name__} has no canonical spelling here")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("not canonical JSON: a member stands twice")
    return members
