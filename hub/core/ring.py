"""Values since the last batch, in a file in memory (the runtime folder), so that kill -9 loses none.

Records of personal data: each is sealed with AES-256-GCM, because the runtime folder may lie on a disk after
all. Slots have one size, so damage costs only the slots that it hits. A power cut empties the ring.
"""

import hmac
import mmap
import os
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.ports import RandomBytes

SLOTS = 4096  # 768 KiB; twice the size of a batch (history.py)
SLOT_SIZE = 192  # bytes
MAGIC = b"hbring01"
SALT_SIZE = 16
_HEADER_SIZE = 64  # magic, salt, pad, two copies of the committed number with their checksums
_COMMITTED_AT = (32, 48)
_COMMITTED = struct.Struct("<QI")
_NUMBER = struct.Struct("<Q")
_TAG_SIZE = 16
_PLAIN_SIZE = SLOT_SIZE - _NUMBER.size - _TAG_SIZE
MAX_RECORD_SIZE = _PLAIN_SIZE - 1  # bytes; one byte holds the length
_EMPTY = bytes(SLOT_SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a ring file held: records not yet committed, oldest first, and how many slots were damaged."""

    records: tuple[bytes, ...] = ()
    damaged: int = 0


class Ring:
    """A bounded file of sealed records; the oldest is overwritten when it is full."""

    def __init__(self, path: Path, key: bytes, random_bytes: RandomBytes) -> None:
        """Make an empty ring at ``path``, in the place of an older one.

        key: 32 bytes; the ring's own key is made from it and a fresh salt, so that no nonce is used twice.

        Raises:
            OSError: the folder can't be written.
        """
        salt = random_bytes(SALT_SIZE)
        fresh = path.with_name(path.name + ".new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            # allocated now: a full runtime folder is an error here and not a SIGBUS at some later value
            os.posix_fallocate(descriptor, 0, _HEADER_SIZE + SLOTS * SLOT_SIZE)
            os.pwrite(descriptor, MAGIC + salt, 0)
            self._map = mmap.mmap(descriptor, _HEADER_SIZE + SLOTS * SLOT_SIZE)
        finally:
            os.close(descriptor)
        self._sealer = AESGCM(_own_key(key, salt))
        self.last = 0  # number of the newest record
        self._committed = 0
        self.commit(0)
        fresh.rename(path)

    def append(self, record: bytes) -> bool:
        """Keep ``record``; False when it is longer than MAX_RECORD_SIZE (write it to the store at once)."""
        if len(record) > MAX_RECORD_SIZE:
            return False
        number = self.last + 1
        plain = bytes((len(record),)) + record.ljust(MAX_RECORD_SIZE, b"\0")
        sealed = self._sealer.encrypt(number.to_bytes(12, "little"), plain, None)
        start = _HEADER_SIZE + number % SLOTS * SLOT_SIZE
        self._map[start : start + SLOT_SIZE] = _NUMBER.pack(number) + sealed
        self.last = number
        return True

    def commit(self, number: int) -> None:
        """All records up to ``number`` are in the store."""
        self._committed = number
        packed = _NUMBER.pack(number)
        for start in _COMMITTED_AT:  # two copies: one may be torn by a kill in the middle of it
            self._map[start : start + _COMMITTED.size] = packed + struct.pack("<I", zlib.crc32(packed))

    @property
    def waiting(self) -> int:
        """Records that are not committed."""
        return self.last - self._committed

    def close(self) -> None:
        """Let go of the file; it stays."""
        self._map.close()


def read_ring(path: Path, key: bytes) -> Contents:
    """What an earlier process left. No file, or one that is not a ring: nothing.

    Raises:
        OSError: it can't be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Contents()
    if len(data) != _HEADER_SIZE + SLOTS * SLOT_SIZE or not data.startswith(MAGIC):
        return Contents(damaged=1 if data else 0)
    opener = AESGCM(_own_key(key, data[len(MAGIC) : len(MAGIC) + SALT_SIZE]))
    committed = _read_committed(data)
    found: dict[int, bytes] = {}
    damaged = 0
    for index in range(SLOTS):
        start = _HEADER_SIZE + index * SLOT_SIZE
        slot = data[start : start + SLOT_SIZE]
        (number,) = _NUMBER.unpack_from(slot)
        if slot == _EMPTY or (number <= committed and number % SLOTS == index):
            continue
        record = _open_slot(opener, number, slot) if number % SLOTS == index else None
        if record is None:
            damaged += 1
        else:
            found[number] = record
    return Contents(records=tuple(found[number] for number in sorted(found)), damaged=damaged)


def _open_slot(opener: AESGCM, number: int, slot: bytes) -> bytes | None:
    try:
        plain = opener.decrypt(number.to_bytes(12, "little"), slot[_NUMBER.size :], None)
    except InvalidTag:
        return None
    return plain[1 : 1 + plain[0]]


def _read_committed(data: bytes) -> int:
    for start in _COMMITTED_AT:
        number, checksum = _COMMITTED.unpack_from(data, start)
        if zlib.crc32(_NUMBER.pack(number)) == checksum:
            return int(number)
    return 0  # unknown: take everything; to write a value twice changes nothing


def _own_key(key: bytes, salt: bytes) -> bytes:
    return hmac.digest(key, b"ring" + salt, "sha256")
