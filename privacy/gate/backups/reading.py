"""Reads a copy: decrypted as it comes, its manifest checked, its members handed on; nothing lies on the disk.

The copy is foreign bytes until its manifest is read, which stands last: members only go into scratch until
then. A thread decrypts; memory holds some pieces, whatever the copy's size.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privacy.backup_members import LIMITS, MANIFEST, SIGNATURE, STREAM_LIMITS, member_of
from privacy.gate.backups import manifest
from privacy.gate.backups.archive import NotAnArchive, Piece, Reader
from privacy.gate.backups.manifest import Manifest, NotTrusted, Signed
from privacy.gate.machine.groups import first
from privacy.gate.outbox.sealed_file import Tally

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

_PIECE = 65_536
_HEAD_LIMIT = 4096  # bytes in which an age header of ours ends
_MAGIC = b"age-encryption.org/v1\n"
Take = Callable[[str, bytes], Awaitable[None]]
"""Takes bytes of a member, in order: its name, and some of it."""


class NotGood(Exception):
    """The copy is not what it should be: not encrypted, damaged, altered, for another key. One line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A copy that was read to its end. sha256, size: of the encrypted bytes; keys: how many can open it."""

    manifest: Manifest
    sha256: str
    size: int
    keys: int


async def read_copy(pieces: AsyncIterator[bytes], identity: "Identity", take: Take) -> Read:
    """Read all of it; everything that can be told without knowing whom to trust is checked.

    Raises:
        NotGood: with what is wrong.
        TargetError: the target could not give it; also what ``take`` raises.
    """
    outside, files, reader = _Outside(), _Files(take), Reader(LIMITS, STREAM_LIMITS)

    async def plain(data: bytes) -> None:
        for piece in reader.feed(data):
            await files.add(piece)

    try:
        await _decrypt(outside.passing(pieces), identity, plain)
        reader.end()
        told = manifest.read(Signed(body=bytes(files.body), signature=bytes(files.signature)))
    except (NotAnArchive, NotTrusted) as error:
        raise NotGood(str(error)) from error
    if (wrong := manifest.mistake(told, files.found())) is not None:
        raise NotGood(wrong)
    return Read(manifest=told, sha256=outside.tally.sha256, size=outside.tally.size, keys=outside.keys())


class _Outside:
    """The encrypted bytes as they pass."""

    def __init__(self) -> None:
        self.tally, self._head = Tally(), b""

    async def passing(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        async with aclosing(pieces) as each:  # type: ignore[type-var]
            async for piece in each:
                self.tally.add(piece)
                if len(self._head) < _HEAD_LIMIT:
                    self._head += piece[: _HEAD_LIMIT - len(self._head)]
                    if not self._head.startswith(_MAGIC[: len(self._head)]):
                        raise NotGood("the copy is not encrypted")
                yield piece

    def keys(self) -> int:
        return self._head.partition(b"\n---")[0].count(b"\n-> X25519 ")


class _Files:
    """The files of the archive: members are handed on and counted, the manifest is kept."""

    def __init__(self, take: Take) -> None:
        self._take, self._tallies = take, dict[str, Tally]()
        self.body, self.signature = bytearray(), bytearray()

    async def add(self, piece: Piece) -> None:
        if piece.name in {MANIFEST, SIGNATURE}:
            kept = self.body if piece.name == MANIFEST else self.signature
            kept += piece.data
            return
        name = member_of(piece.name)
        self._tallies.setdefault(name, Tally()).add(piece.data)
        if piece.data:
            await self._take(name, piece.data)

    def found(self) -> dict[str, tuple[str, int]]:
        return {name: (tally.sha256, tally.size) for name, tally in self._tallies.items()}


async def _decrypt(
    pieces: AsyncIterator[bytes], identity: "Identity", plain: Callable[[bytes], Awaitable[None]]
) -> None:
    """Tell ``plain`` what ``pieces`` say in the clear."""
    loop = asyncio.get_running_loop()
    (near_in, far_in), (near_out, far_out) = socket.socketpair(), socket.socketpair()
    near_in.setblocking(False)
    near_out.setblocking(False)
    with near_in, near_out:
        try:
            async with asyncio.TaskGroup() as tasks:
                opening = tasks.create_task(
                    asyncio.to_thread(_open, far_in, far_out, identity), name="backup.open"
                )
                feeding = tasks.create_task(_feed(pieces, near_in), name="backup.feed")
                try:
                    while data := await loop.sock_recv(near_out, _PIECE):
                        await plain(data)
                finally:  # the thread comes to an end by that, whatever happened
                    feeding.cancel()
                    for end in (near_in, near_out):
                        with suppress(OSError):
                            end.shutdown(socket.SHUT_RDWR)
        except BaseExceptionGroup as group:
            raise first(group) from group
    if (wrong := opening.result()) is not None:
        raise NotGood(wrong)


async def _feed(pieces: AsyncIterator[bytes], near: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    try:
        async with aclosing(pieces) as each:  # type: ignore[type-var]
            async for piece in each:
                await loop.sock_sendall(near, piece)
    except (BrokenPipeError, ConnectionResetError):
        return  # the thread took no more: it says why
    finally:
        with suppress(OSError):
            near.shutdown(socket.SHUT_WR)


def _open(source: socket.socket, sink: socket.socket, identity: "Identity") -> str | None:
    """On a thread of its own; return what is wrong, or None."""
    import pyrage  # noqa: PLC0415 - 2 MB that a home without backups never loads

    with source, sink, source.makefile("rb") as sealed:
        try:
            pyrage.decrypt_io(sealed, _Sink(sink), [identity])
        except (pyrage.DecryptError, OSError, ValueError) as error:
            return f"the copy can't be decrypted: {str(error)[:80]}"
    return None


class _Sink:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection

    def write(self, data: bytes) -> int:
        self._connection.sendall(data)
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""
