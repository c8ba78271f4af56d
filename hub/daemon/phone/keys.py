"""A reference phone's keys and ways in a file of mode 0600; on the disk before they are used. I/O."""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from hub.remote.qr import Home, Way
from privacy import base64url
from privacy.durable import fsync, write_durably

from ..command_line import EXIT_CANT_WRITE, EXIT_NOT_RUNNING, EXIT_PERMISSION, CommandFailed
from ..speech import phrase, system_words
from .ways import from_fields, to_fields

VERSION = 4  # 1 knew origins at home and no relays, 2 no key for consents, 3 no mark of the account
_SIZE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneKeys:
    """What a paired phone keeps. ways: tried in this order; grant: of its P-256 key, empty: it has none.

    account: the mark by which it identifies the home's account by a relay, empty: it was told none.
    """

    hub_key: bytes
    gate_key: bytes
    private: bytes
    psk: bytes
    ways: tuple[Way, ...]
    grant: bytes = b""
    account: bytes = b""


def check_free(path: Path) -> None:
    """Look before a code is spent.

    Raises:
        CommandFailed: a phone's keys are there already.
    """
    if path.exists():
        raise _taken(path)


def write(path: Path, keys: PhoneKeys) -> None:
    """Keep them; a file that is there stays.

    Raises:
        CommandFailed: it is there already, or can't be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(_text(keys))
            file.flush()
            os.fsync(file.fileno())
        fsync(path.parent)
    except FileExistsError as error:
        raise _taken(path) from error
    except OSError as error:
        raise CommandFailed(
            phrase("{path}: {strerror}; use --keys", path=path, strerror=system_words(error)), EXIT_CANT_WRITE
        ) from error


def learn(path: Path, keys: PhoneKeys, account: bytes) -> None:
    """Keep the mark of the account that the home told; empty: it has none.

    Raises:
        CommandFailed: it can't be written.
    """
    if account == keys.account:
        return
    try:
        write_durably(path, _text(replace(keys, account=account)).encode())
    except OSError as error:
        raise CommandFailed(
            phrase("{path}: {strerror}; use --keys", path=path, strerror=system_words(error)), EXIT_CANT_WRITE
        ) from error


def _text(keys: PhoneKeys) -> str:
    fields = {
        name: base64url.encode(getattr(keys, name))
        for name in ("hub_key", "gate_key", "private", "psk", "grant", "account")
    }
    ways = [dict(to_fields(way)) for way in keys.ways]
    return json.dumps({"version": VERSION, **fields, "ways": ways}, indent=1) + "\n"


def _taken(path: Path) -> CommandFailed:
    text = phrase("{path}: a phone's keys are there already; use --keys, or remove that file", path=path)
    return CommandFailed(text, EXIT_CANT_WRITE)


def read(path: Path) -> PhoneKeys:
    """Read them.

    Raises:
        CommandFailed: not there, readable by others, or not such a file.
    """
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_text()
    except FileNotFoundError as error:
        raise CommandFailed(
            phrase("{path}: not there; homebase phone pair makes it", path=path), EXIT_NOT_RUNNING
        ) from error
    except OSError as error:
        raise CommandFailed(
            phrase("{path}: {strerror}; use --keys", path=path, strerror=system_words(error)), EXIT_PERMISSION
        ) from error
    if mode & 0o077:
        text = phrase(
            "{path}: others may read it (mode {mode:04o}); chmod 600, and pair anew if they did",
            path=path,
            mode=mode,
        )
        raise CommandFailed(text, EXIT_PERMISSION)
    keys = _keys(text)
    if keys is None:
        raise CommandFailed(
            phrase("{path}: not a phone's keys; remove it and pair anew", path=path), EXIT_NOT_RUNNING
        )
    return keys


def _keys(text: str) -> PhoneKeys | None:
    try:
        match json.loads(text):
            case {
                "version": 1 | 2 | 3 | 4,
                "hub_key": str(hub_key),
                "gate_key": str(gate_key),
                "private": str(private),
                "psk": str(psk),
                **rest,
            }:
                fields = [base64url.decode(field) for field in (hub_key, gate_key, private, psk)]
            case _:
                return None
    except ValueError:
        return None
    known = [field for field in fields if field is not None and len(field) == _SIZE]
    ways = _ways(rest)
    if len(known) != len(fields) or ways is None:
        return None
    return PhoneKeys(
        hub_key=known[0],
        gate_key=known[1],
        private=known[2],
        psk=known[3],
        ways=ways,
        grant=_later(rest, "grant"),
        account=_later(rest, "account"),
    )


def _later(rest: dict[object, object], name: str) -> bytes:
    """What files of older versions do not have."""
    text = rest.get(name)
    key = base64url.decode(text) if isinstance(text, str) else None
    return key if key is not None and len(key) == _SIZE else b""


def _ways(rest: dict[object, object]) -> tuple[Way, ...] | None:
    match rest:
        case {"ways": [*kept]}:
            found = [from_fields(fields) for fields in kept]
        case {"origins": [*origins]}:
            found = [Home(origin=origin) if isinstance(origin, str) else None for origin in origins]
        case _:
            return None
    ways = tuple(way for way in found if way is not None)
    return ways if len(ways) == len(found) else None
