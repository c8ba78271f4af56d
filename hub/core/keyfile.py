"""The store's key: 32 random bytes in a file of mode 0600, on disk before anything is encrypted with it."""

import os
from pathlib import Path

from hub.contract import StoreError
from privacy.durable import fsync
from privacy.ports import RandomBytes

KEY_SIZE = 32  # bytes; SQLCipher takes a raw 256-bit key, no passphrase and no slow derivation per start


def load_or_make_key(path: Path, random_bytes: RandomBytes, *, guards: Path) -> bytes:
    """Return the key at ``path``; make it when neither it nor the file that it ``guards`` exists.

    Raises:
        StoreError: wrong_key (missing beside an existing store, or not 32 bytes), io.
    """
    try:
        key = _read(path)
        if key is not None:
            return key
        if guards.exists() and guards.stat().st_size > 0:
            raise StoreError("wrong_key", f"{place(path)} is missing: put the key file back")
        return _make(path, random_bytes(KEY_SIZE))
    except OSError as error:
        raise StoreError("io", f"{place(path)}: {error.strerror}; let this user write it") from error


def _read(path: Path) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        if os.fstat(descriptor).st_mode & 0o077:
            os.fchmod(descriptor, 0o600)
        key = os.read(descriptor, KEY_SIZE + 1)
    finally:
        os.close(descriptor)
    if len(key) != KEY_SIZE:
        raise StoreError("wrong_key", f"{place(path)} has not {KEY_SIZE} bytes: put the right one back")
    return key


def _make(path: Path, key: bytes) -> bytes:
    # written aside and renamed: a power cut leaves a whole key or none, never half a one
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, key)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    fresh.rename(path)
    fsync(path.parent)
    return key


def place(path: Path) -> str:
    """Where a file of the store lies, for people: the jailed hub sees its folder under another name."""
    return f"hub/{path.name} in the state folder"
