"""A SQLCipher file as somebody reads it who has its key: every page in the clear, free ones and the log too.

Formats: SQLCipher 4 (page of 4096 bytes: AES-256-CBC, then 16 bytes of IV and 64 of HMAC), SQLite's WAL.
"""

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
RESERVED = 80  # IV and HMAC at a page's end
SALT = 16  # instead of SQLite's magic, on the first page
WAL_HEADER, FRAME_HEADER = 32, 24


def everything_in(path: Path, key: bytes) -> bytes:
    """All pages of the file and all frames of its write-ahead log, whether or not they are in use."""
    return _pages(path.read_bytes(), key) + _frames(path.with_name(path.name + "-wal"), key)


def _pages(data: bytes, key: bytes) -> bytes:
    return b"".join(
        _page(data[start : start + PAGE], key, first=start == 0) for start in range(0, len(data), PAGE)
    )


def _frames(wal: Path, key: bytes) -> bytes:
    data = wal.read_bytes() if wal.exists() else b""
    found = []
    for start in range(WAL_HEADER, len(data), FRAME_HEADER + PAGE):
        number = int.from_bytes(data[start : start + 4], "big")
        page = data[start + FRAME_HEADER : start + FRAME_HEADER + PAGE]
        if len(page) == PAGE:
            found.append(_page(page, key, first=number == 1))
    return b"".join(found)


def _page(page: bytes, key: bytes, *, first: bool) -> bytes:
    start = SALT if first else 0
    iv = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return opener.update(page[start : PAGE - RESERVED]) + opener.finalize()
