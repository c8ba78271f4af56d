"""What a disk holds after a power cut: a model fed by the shim's journal. Pure.

Stricter than ext4: data is on disk only when its file was fsynced, a name only when its folder was. What was
not synced may be lost (``Cut.DROPPED``), or reach the disk in part and in any order (``Cut.TORN``).
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

_HEAD = struct.Struct("<cQQII")
SECTOR = 512  # bytes that a disk writes whole


class Cut(Enum):
    DROPPED = "dropped"
    TORN = "torn"


@dataclass(frozen=True, slots=True)
class Record:
    op: str
    number: int
    offset: int
    text: str
    data: bytes


def read_journal(path: Path) -> list[Record]:
    content = path.read_bytes()
    records = []
    place = 0
    while place + _HEAD.size <= len(content):
        op, number, offset, text_size, data_size = _HEAD.unpack_from(content, place)
        place += _HEAD.size
        if place + text_size + data_size > len(content):
            break  # the process was killed while it wrote this
        text = content[place : place + text_size].decode()
        data = content[place + text_size : place + text_size + data_size]
        records.append(Record(op.decode(), number, offset, text, data))
        place += text_size + data_size
    return records


@dataclass(slots=True)
class _File:
    """content: what is on disk; waiting: (offset, data) written and (size, None) cut since the last sync."""

    content: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for offset, data in self.waiting:
            _put(self.content, offset, data)
        self.waiting.clear()


class Disk:
    def __init__(self) -> None:
        self._files: dict[int, _File] = {}  # by inode
        self._seen: dict[str, _File] = {}  # names as running processes see them
        self._names: dict[str, _File] = {}  # names on disk
        self._waiting: list[tuple[str, str, _File | None]] = []  # old, new; not yet synced

    def apply(self, record: Record) -> None:
        match record.op:
            case "C":
                self._files[record.number] = self._seen[record.text] = _File()
                self._waiting.append(("", record.text, self._seen[record.text]))
            case "W":
                self._files[record.number].waiting.append((record.offset, record.data))
            case "T":
                self._files[record.number].waiting.append((record.offset, None))
            case "S":
                self._files[record.number].sync()
            case "R":
                old, new = record.text.split("\0")
                self._seen[new] = self._seen.pop(old)
                self._waiting.append((old, new, self._seen[new]))
            case "U":
                self._seen.pop(record.text, None)
                self._waiting.append((record.text, "", None))
            case "D":
                self._sync_names(record.text)

    def after(self, cut: Cut, chance: random.Random) -> dict[str, bytes]:
        """The files after a power cut now, by their paths."""
        names = dict(self._names)
        if cut is Cut.TORN:  # a journaling file system keeps the order of its names
            for change in self._waiting[: chance.randint(0, len(self._waiting))]:
                _rename(names, *change)
        contents: dict[str, bytes] = {}
        for path, file in names.items():
            content = bytearray(file.content)
            for offset, data in file.waiting if cut is Cut.TORN else ():
                for part_offset, part in _parts(offset, data, chance):
                    _put(content, part_offset, part)
            contents[path] = bytes(content)
        return contents

    def _sync_names(self, folder: str) -> None:
        rest = []
        for change in self._waiting:
            if any(str(Path(path).parent) == folder for path in change[:2] if path):
                _rename(self._names, *change)
            else:
                rest.append(change)
        self._waiting = rest


def _rename(names: dict[str, _File], old: str, new: str, file: _File | None) -> None:
    names.pop(old, None)
    if new and file is not None:
        names[new] = file


def _parts(offset: int, data: bytes | None, chance: random.Random) -> Iterator[tuple[int, bytes | None]]:
    fate = chance.random()
    if fate < 0.4:
        return
    if fate < 0.8 or data is None:
        yield offset, data
        return
    for start in range(0, len(data), SECTOR):
        if chance.random() < 0.5:
            yield offset + start, data[start : start + SECTOR]


def _put(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data
