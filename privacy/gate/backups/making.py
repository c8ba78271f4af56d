"""Makes a copy: members from hub and gate into a tar, encrypted as it comes, signed at its end.

Encrypted to the sheets' keys and to one throw-away key, made for this copy: whoever asked for the copy reads
it back with that and forgets it. Memory holds one page of one member.
"""

import asyncio
import socket
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy import sealing
from privacy.backup_members import (
    FORM,
    GATE,
    HISTORY,
    HUB,
    MANIFEST,
    PAGE,
    SIGNATURE,
    STREAMS,
    Member,
    file_of,
)
from privacy.conversation import Declined
from privacy.gate.backups import archive, manifest
from privacy.gate.backups.copies import Sheet
from privacy.gate.backups.manifest import Manifest, Told
from privacy.gate.backups.target import Source
from privacy.gate.machine.groups import first
from privacy.gate.outbox.sealed_file import Tally, sealed
from privacy.payload import timestamp

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

Progress = Callable[[str, int, int], None]
"""Told what is done, how much of it, and of how much (0: not known)."""


class AskHub(Protocol):
    """Control.ask."""

    def __call__(
        self, op: str, within_s: float = ..., /, **fields: object
    ) -> Awaitable[Mapping[str, object]]:
        """Ask the hub."""
        ...


class NotMade(Exception):
    """No copy was made. code: for programs; the text is one line."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(what)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a copy is made of. gate: the gate's members; folder: where it is put together; history: too."""

    gate: Mapping[str, bytes]
    sheets: Sequence[Sheet]
    seed: bytes
    made: datetime
    version: str
    folder: Path
    most: int
    history: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A copy on this disk. opens: the throw-away key; who has it can read the copy, so it stays in memory."""

    name: str
    source: Source
    manifest: Manifest
    opens: "Identity"


async def make(ask: AskHub, order: Order, progress: Progress) -> Made:
    """Make it; it is on the disk when this returns.

    Raises:
        NotMade: too large, or the disk refused it.
        ConversationLost, Declined: the hub is away, or says no.
    """
    import pyrage  # noqa: PLC0415 - 2 MB that a home without backups never loads

    opens = pyrage.x25519.Identity.generate()
    to = sealing.addressee([*(sheet.key for sheet in order.sheets), str(opens.to_public())])
    path = order.folder / "new.age"
    path.unlink(missing_ok=True)
    near, far = socket.socketpair()
    near.setblocking(False)
    try:
        async with asyncio.TaskGroup() as tasks:
            sealing_ = tasks.create_task(sealed(path, far, to), name="backup.seal")
            with near:
                told = await _Writing(near, order, progress).all(ask)
    except BaseExceptionGroup as group:
        path.unlink(missing_ok=True)
        raise first(group) from group
    went = sealing_.result()
    if isinstance(went, str):
        path.unlink(missing_ok=True)
        raise NotMade("disk", f"the backup can't be written to the disk of the Home Base: {went}")
    name = name_of(order.made, went.sha256)
    source = Source(path=path.rename(order.folder / name), size=went.size, sha256=went.sha256)
    return Made(name=name, source=source, manifest=told, opens=opens)


def name_of(made: datetime, sha256: str) -> str:
    """What a copy is called, wherever it lies: when it was made, and the hash of its encrypted bytes."""
    return f"homebase-{made.astimezone(UTC):%Y%m%dt%H%M%Sz}-{sha256[:16]}.age"


def public_of(seed: bytes) -> bytes:
    """The public key of who signs manifests."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


class _Writing:
    """The archive as it is written."""

    def __init__(self, near: socket.socket, order: Order, progress: Progress) -> None:
        self._near, self._order, self._progress = near, order, progress
        self._told: list[Told] = []
        self._written = self._all = 0

    async def all(self, ask: AskHub) -> Manifest:
        begun = await ask("backup.begin")
        sizes = begun.get("members")
        if not isinstance(sizes, dict):
            raise Declined("bad_answer", "the hub did not say what it has")
        try:
            self._all = sum(map(int, sizes.values())) + sum(map(len, self._order.gate.values()))
            for member in HUB:
                await self._member(member, int(sizes.get(member.part, 0)), _Pages(ask, member.part))
            if self._order.history:
                await self._history(ask)
            for member in GATE:
                data = self._order.gate[member.part]
                await self._member(member, len(data), _Whole(data))
        finally:
            await ask("backup.end")
        signer = public_of(self._order.seed)
        told = Manifest(
            form=FORM,
            made=timestamp(self._order.made),
            version=self._order.version,
            schema=str(begun.get("schema"))[:32],
            signer=signer.hex(),
            vouched={sheet.key: sheet.vouched for sheet in self._order.sheets},
            members=self._told,
        )
        signed = manifest.sign(told, self._order.seed)
        for name, data in ((MANIFEST, signed.body), (SIGNATURE, signed.signature)):
            await self._file(name, data)
        await self._send(archive.END)
        return told

    async def _member(self, member: Member, size: int, pages: "_Pages | _Whole") -> None:
        if size > member.limit:
            raise NotMade("member_too_large", f"{member.name}: {size} bytes; {member.limit} at most")
        tally, lines = Tally(), 0
        await self._send(archive.head(member.file, size, int(self._order.made.timestamp())))
        while tally.size < size:
            page = await pages.at(tally.size)
            if not page or tally.size + len(page) > size:
                raise Declined("bad_answer", f"the hub gave other than {size} bytes of {member.name}")
            tally.add(page)
            lines += page.count(b"\n")
            await self._send(page)
            self._tell(self._all)
        await self._send(archive.padding(size))
        self._told.append(Told(name=member.name, sha256=tally.sha256, size=size, records=lines))

    async def _history(self, ask: AskHub) -> None:
        """Rows as they come; the series that they belong to last, so that none is missing."""
        for member in STREAMS:
            await self._stream(member, ask)
        rest = (await ask("backup.rest")).get("members")
        for member in HISTORY:
            size = int(rest.get(member.part, 0)) if isinstance(rest, dict) else 0
            await self._member(member, size, _Pages(ask, member.part))

    async def _stream(self, member: Member, ask: AskHub) -> None:
        """Of any size: a file for each page, so that no size has to be known before."""
        tally, lines, number = Tally(), 0, 0
        after: object = None
        while True:
            told = await ask("backup.rows", member=member.part, after=after)
            page, after = _bytes(told), told.get("last")
            if len(page) > PAGE or (page and (page[-1:] != b"\n" or not isinstance(after, int))):
                raise Declined("bad_answer", f"the hub gave no rows of {member.name}")
            if page or not number:
                await self._file(file_of(member, number), page)
            if not page:
                break
            tally.add(page)
            lines, number = lines + page.count(b"\n"), number + 1
            share = told.get("share")
            whole = tally.size / share if isinstance(share, float) and 0 < share <= 1 else tally.size
            self._tell(self._all + int(whole))
        self._all += tally.size
        self._told.append(Told(name=member.name, sha256=tally.sha256, size=tally.size, records=lines))

    def _tell(self, of: int) -> None:
        self._progress("collecting", self._written, max(self._written, of))

    async def _file(self, name: str, data: bytes) -> None:
        head = archive.head(name, len(data), int(self._order.made.timestamp()))
        await self._send(head + data + archive.padding(len(data)))

    async def _send(self, data: bytes) -> None:
        self._written += len(data)
        if self._written > self._order.most:
            text = f"more than most_mib = {self._order.most >> 20} of [backup] in homebase.toml; raise it"
            raise NotMade("too_large", text)
        try:
            await asyncio.get_running_loop().sock_sendall(self._near, data)
        except OSError as error:
            raise NotMade("disk", "the backup can't be written to the disk of the Home Base") from error


def _bytes(told: Mapping[str, object]) -> bytes:
    try:
        return b64decode(str(told.get("data")), validate=True)
    except ValueError as error:
        raise Declined("bad_answer", "the hub gave no bytes") from error


class _Pages:
    """A member of the hub's."""

    def __init__(self, ask: AskHub, name: str) -> None:
        self._ask, self._name = ask, name

    async def at(self, offset: int) -> bytes:
        return _bytes(await self._ask("backup.read", member=self._name, offset=offset))


class _Whole:
    """A member of the gate's."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def at(self, offset: int) -> bytes:
        return self._data[offset:]
