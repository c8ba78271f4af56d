"""Keys and who holds which, as bytes in the hub's encrypted store. Pure.

Every record begins with a version byte; what can't be read is named, not guessed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ..exchange.keyring import DEFAULT_INDEX, Held, Keyring, SystemKey

VERSION = b"\x01"
STATE_KEY = "keys"
KEY_PREFIX = "key/"
HELD_PREFIX = "held/"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRecords:
    """All that was stored. index: of the key in use; unreadable: names of records."""

    own: tuple[SystemKey, ...]
    held: Mapping[bytes, Held]
    index: int
    sheet_checked: bool
    unreadable: tuple[str, ...]


def read_keys(stored: Mapping[str, bytes]) -> KeyRecords:
    """Read what the store holds."""
    own: dict[int, SystemKey] = {}
    held: dict[bytes, Held] = {}
    index, checked, unreadable = DEFAULT_INDEX, False, []
    for name, value in stored.items():
        try:
            if name.startswith(KEY_PREFIX):
                key = SystemKey(index=int(name.removeprefix(KEY_PREFIX)), key=_body(value))
                own[key.index] = key
            elif name.startswith(HELD_PREFIX):
                held[bytes.fromhex(name.removeprefix(HELD_PREFIX))] = _read_held(value)
            elif name == STATE_KEY:
                fields = json.loads(_body(value))
                index, checked = int(fields["index"]), bool(fields["checked"])
        except (ValueError, KeyError, TypeError):
            unreadable.append(name)
    if index not in own:
        index = max(own, default=DEFAULT_INDEX)
    return KeyRecords(
        own=tuple(own.values()), held=held, index=index, sheet_checked=checked, unreadable=tuple(unreadable)
    )


def write_state(index: int, *, sheet_checked: bool) -> dict[str, bytes | None]:
    """Which key is in use."""
    return {STATE_KEY: VERSION + json.dumps({"index": index, "checked": sheet_checked}).encode()}


def write_key(key: SystemKey) -> dict[str, bytes | None]:
    """One of our own keys."""
    return {f"{KEY_PREFIX}{key.index}": VERSION + key.key}


def write_held(radio: bytes, held: Held | None) -> dict[str, bytes | None]:
    """What is known of one device; None forgets it."""
    if held is None:
        return {HELD_PREFIX + radio.hex(): None}
    fields = {
        "index": held.index,
        "proven": held.proven,
        "target": held.target,
        "refused": held.refused,
        "signed": sorted(held.signed),
    }
    return {HELD_PREFIX + radio.hex(): VERSION + json.dumps(fields).encode()}


def write_changed(keyring: Keyring) -> dict[str, bytes | None]:
    """The records of all devices whose state changed."""
    records: dict[str, bytes | None] = {}
    for radio in keyring.changed:
        records |= write_held(radio, keyring.held(radio) if keyring.knows(radio) else None)
    return records


def _body(value: bytes) -> bytes:
    if value[:1] != VERSION:
        raise ValueError("unknown version")
    return value[1:]


def _read_held(value: bytes) -> Held:
    fields = json.loads(_body(value))
    target = fields["target"]
    return Held(
        index=int(fields["index"]),
        proven=bool(fields["proven"]),
        target=None if target is None else int(target),
        refused=bool(fields["refused"]),
        signed=frozenset(int(channel) for channel in fields["signed"]),
    )
