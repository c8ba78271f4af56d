"""From a copy back to members: read, put into scratch stores of hub and gate, compared with the manifest.

Both a check and a restore go this way; only a restore goes on to put it in place.
"""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from privacy.backup_members import PART, STREAMS
from privacy.conversation import Declined
from privacy.gate.backups import gate_members
from privacy.gate.backups.making import AskHub
from privacy.gate.backups.reading import NotGood, Read, read_copy

if TYPE_CHECKING:
    from pyrage.x25519 import Identity

CHECK_WITHIN_S = 300.0  # a large home's scratch store on a card


@dataclass(frozen=True, slots=True, kw_only=True)
class Restorable:
    """A copy that was read and proven in scratch; the hub holds its part. told: what the hub said of it."""

    read: Read
    gate: Mapping[str, bytes]
    told: Mapping[str, object]

    @property
    def history(self) -> int:
        """Bytes of history in it; 0: it has none."""
        names = {member.name for member in STREAMS}
        return sum(member.size for member in self.read.manifest.members if member.name in names)


async def prove(
    ask: AskHub,
    pieces: AsyncIterator[bytes],
    identity: "Identity",
    *,
    keep: bool = False,
    room: str | None = None,
) -> Restorable:
    """Read a copy into scratch and compare. keep: the hub keeps its history, too, to put it in place.

    room: the hub tells of that one alone.

    Raises:
        NotGood: it is not good; with what is wrong.
        TargetError: the target could not give it.
        ConversationLost, Declined: the hub is away, or can't take it.
    """
    gate: dict[str, bytearray] = {name: bytearray() for name in gate_members.NAMES}
    await ask("restore.begin", keep=keep)
    to_hub = _ToHub(ask)

    async def take(name: str, data: bytes) -> None:
        side, _, part = name.partition("/")
        if side == "gate":
            gate[part] += data
        else:
            await to_hub.take(part, data)

    read = await read_copy(pieces, identity, take)
    await to_hub.flush()
    try:
        told = await ask("restore.check", CHECK_WITHIN_S, schema=read.manifest.schema, room=room)
    except Declined as declined:
        if declined.code == "unknown_room":  # that says nothing against the copy
            raise
        raise NotGood(declined.detail) from declined
    members = {name: bytes(data) for name, data in gate.items()}
    try:
        own = await asyncio.to_thread(gate_members.scratched, members)
        again = {f"gate/{name}": _sha256(data) for name, data in own.items()}
        gate_members.seed_of(members)
        gate_members.ledger_of(members)
    except gate_members.NotRestorable as error:
        raise NotGood(str(error)) from error
    hub = told.get("members") if told.get("schema") == read.manifest.schema else None
    again |= {f"hub/{name}": str(digest) for name, digest in hub.items()} if isinstance(hub, dict) else {}
    _compare(read, again)
    return Restorable(read=read, gate=members, told=told)


def _compare(read: Read, again: Mapping[str, str]) -> None:
    """What came out of the scratch stores is what the manifest says.

    Two members have no table, and an older homebase's tables give other lines: those were read, at least.
    """
    told = {member.name for member in read.manifest.members}
    if missing := [one.name for one in STREAMS if one.name in told and one.name not in again]:
        raise NotGood(f"{missing[0]}: the hub did not look at it")
    for member in read.manifest.members:
        if member.name in again and again[member.name] != member.sha256:
            raise NotGood(f"{member.name}: what is restored is not what was saved")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class _ToHub:
    """Members in parts of one size; a member's last one is sent when another begins."""

    def __init__(self, ask: AskHub) -> None:
        self._ask, self._name, self._waiting = ask, "", bytearray()

    async def take(self, name: str, data: bytes) -> None:
        if name != self._name:
            await self.flush()
            self._name = name
        self._waiting += data
        while len(self._waiting) >= PART:
            await self._send(bytes(self._waiting[:PART]))
            del self._waiting[:PART]

    async def flush(self) -> None:
        if self._waiting:
            await self._send(bytes(self._waiting))
            self._waiting.clear()

    async def _send(self, part: bytes) -> None:
        try:
            await self._ask("restore.part", member=self._name, data=b64encode(part).decode())
        except Declined as declined:
            if declined.code != "not_restorable":  # the disk may be full, say
                raise
            raise NotGood(declined.detail) from declined
