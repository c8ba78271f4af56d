"""The archive: read by tar, and by us only where it is exactly ours, however it is cut."""

import contextlib
import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.gate.backups.archive import END, NotAnArchive, Piece, Reader, head, padding

LIMITS = {"hub/rooms.jsonl": 2000, "manifest.json": 10}
FILES = {"hub/rooms.jsonl": b"x" * 1000, "manifest.json": b"{}"}


def _tar(files: dict[str, bytes] | None = None) -> bytes:
    named = FILES if files is None else files
    return (
        b"".join(head(name, len(data), 1) + data + padding(len(data)) for name, data in named.items()) + END
    )


def _read(data: bytes, step: int = 1 << 20) -> dict[str, bytes]:
    reader, found = Reader(LIMITS), dict[str, bytes]()
    pieces: list[Piece] = []
    for at in range(0, len(data), step):
        pieces += reader.feed(data[at : at + step])
    reader.end()
    for piece in pieces:
        found[piece.name] = found.get(piece.name, b"") + piece.data
    assert [piece.name for piece in pieces if piece.ends] == list(found)
    return found


def test_tar_reads_what_we_write() -> None:
    with tarfile.open(fileobj=io.BytesIO(_tar())) as tar:
        assert {one.name: tar.extractfile(one).read() for one in tar} == FILES  # type: ignore[union-attr]


@given(st.integers(1, 700))
def test_it_reads_the_same_however_it_is_cut(step: int) -> None:
    assert _read(_tar(), step) == FILES


def test_an_empty_file_is_there() -> None:
    assert _read(_tar({"manifest.json": b""})) == {"manifest.json": b""}


def _by_tarfile(**changes: object) -> bytes:
    info = tarfile.TarInfo(str(changes.pop("name", "manifest.json")))
    for key, value in changes.items():
        setattr(info, key, value)
    return info.tobuf(tarfile.USTAR_FORMAT) + END


@pytest.mark.parametrize(
    "data",
    [
        _tar({"etc/passwd": b""}),
        _tar({"manifest.json": b"x" * 11}),
        head("manifest.json", 0, 1) * 2 + END,
        _tar()[:-1100],
        _tar() + head("manifest.json", 0, 1),
        _tar()[:10] + b"?" + _tar()[11:],
        _by_tarfile(type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        _by_tarfile(type=tarfile.DIRTYPE),
        _by_tarfile(name="../manifest.json"),
        b"\xff" * 512,
        b"",
    ],
    ids=["name", "large", "twice", "short", "after", "damaged", "link", "folder", "up", "noise", "nothing"],
)
def test_nothing_else_is_taken(data: bytes) -> None:
    with pytest.raises(NotAnArchive):
        _read(data)


@given(st.binary(max_size=2000))
def test_foreign_bytes_raise_nothing_else(data: bytes) -> None:
    reader = Reader(LIMITS)
    with contextlib.suppress(NotAnArchive):
        list(reader.feed(data))
