"""The archive inside a backup: a plain tar (ustar) of a closed list of files. Pure: bytes in, pieces out.

The reader takes less than tar does: regular files of the list, each once and within its limit, nothing else.
It extracts nothing; no name in it is ever a path. Source: POSIX ustar; docs/backup.md, "Format".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

BLOCK = 512
END = bytes(2 * BLOCK)
_NAME, _SIZE, _CHECKSUM, _KIND, _PREFIX = (
    slice(0, 100),
    slice(124, 136),
    slice(148, 156),
    slice(156, 157),
    slice(345, 500),
)


class NotAnArchive(ValueError):
    """What came is no archive of ours. One line: where and what."""


def head(name: str, size: int, at_s: int) -> bytes:
    """The header of a file. at_s: unix seconds, shown by tar."""
    numbers = b"".join(b"%07o\0" % number for number in (0o600, 0, 0)) + b"%011o\0%011o\0" % (size, at_s)
    before, after = name.encode("ascii").ljust(100, b"\0") + numbers, b"0" + bytes(100) + b"ustar\00000"
    block = (before + b" " * 8 + after).ljust(BLOCK, b"\0")
    return before + b"%06o\0 " % sum(block) + block[len(before) + 8 :]


def padding(size: int) -> bytes:
    """What follows a file of that size."""
    return bytes(-size % BLOCK)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a file, in order. ends: nothing of it follows."""

    name: str
    data: bytes
    ends: bool


class Reader:
    """Cuts an archive into pieces. limits: bytes that each file may have, by its name.

    streams: folders of files ``000000.jsonl``, ``000001.jsonl`` and so on, with the bytes that each may have.
    """

    def __init__(self, limits: Mapping[str, int], streams: Mapping[str, int] | None = None) -> None:
        self._limits, self._seen = limits, set[str]()
        self._streams, self._numbers = streams or {}, dict[str, int]()
        self._rest = bytearray()
        self._name, self._left, self._padding, self._skip = "", 0, 0, 0
        self._ended = False

    def feed(self, data: bytes) -> Iterator[Piece]:
        """The pieces that ``data`` completes; bounded by it.

        Raises:
            NotAnArchive: it is none, or holds what is not on the list.
        """
        self._rest += data
        while True:
            if self._skip:
                gone = min(self._skip, len(self._rest))
                del self._rest[:gone]
                self._skip -= gone
            if self._name:
                piece = bytes(self._rest[: self._left])
                del self._rest[: self._left]
                self._left -= len(piece)
                ends = self._left == 0
                if piece or ends:
                    yield Piece(self._name, piece, ends)
                if not ends:
                    return
                self._name, self._skip = "", self._padding
                continue
            if self._skip or len(self._rest) < BLOCK:
                return
            block = bytes(self._rest[:BLOCK])
            del self._rest[:BLOCK]
            self._begin(block)

    def end(self) -> None:
        """Nothing follows.

        Raises:
            NotAnArchive: it broke off.
        """
        if not self._ended or self._name:
            raise NotAnArchive("the archive breaks off")

    def _begin(self, block: bytes) -> None:
        if not any(block):
            self._ended = True
            return
        if self._ended:
            raise NotAnArchive("something follows the archive's end")
        told = _octal(block[_CHECKSUM])
        if told != sum(block[:148]) + 8 * 0x20 + sum(block[156:]):
            raise NotAnArchive("a header is damaged")
        name = block[_NAME].rstrip(b"\0").decode("ascii", "replace")
        size, limit = _octal(block[_SIZE]), self._limit(name)
        if block[_KIND] != b"0" or any(block[_PREFIX]) or limit is None:
            raise NotAnArchive(f"{name[:60]!r} is not on the list of what a backup holds")
        if name in self._seen:
            raise NotAnArchive(f"{name} is there twice")
        if size > limit:
            raise NotAnArchive(f"{name}: {size} bytes; {limit} at most")
        if name in self._limits:
            self._seen.add(name)
        self._name, self._left, self._padding = name, size, -size % BLOCK

    def _limit(self, name: str) -> int | None:
        folder = name.rpartition("/")[0]
        if folder not in self._streams:
            return self._limits.get(name)
        number = self._numbers.get(folder, 0)
        if name != f"{folder}/{number:06}.jsonl":
            return None
        self._numbers[folder] = number + 1
        return self._streams[folder]


def _octal(field: bytes) -> int:
    try:
        return int(field.rstrip(b"\0 ") or b"0", 8)
    except ValueError as error:
        raise NotAnArchive("a header is damaged") from error
