"""A gate that lets files leave under the owner's standing yes, a hub's client, a receiver far away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from privacy.client import Destination, GateClient
from privacy.gate.desk import packaged_register
from privacy.gate.storage import staged
from privacy.register import Form, Register
from privacy.vocabulary import DataCategory
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Receiver, authority
from tests.lab.tunnel_lab import client_of, standing_grant
from tests.privacy import age_file, house

BACKUP, HOST = "backup.cloud", "backup.example.org"
TO_BACKUP = Destination(
    activity=BACKUP,
    recipient="vault",
    categories=frozenset({DataCategory.BACKUP}),
    addressee=house.SUPPORT_KEY,
)


def built_register(**change: object) -> Register:
    """The package's register with the backup row built."""
    register = packaged_register()
    row = replace(register.activities[BACKUP], built=True, **change)  # type: ignore[arg-type]  # by name
    return replace(register, activities={**register.activities, BACKUP: row})


def recipient(ca_file: Path) -> dict[str, object]:
    """The ``[[recipient]]`` of the backup."""
    return {
        "name": "vault",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "activities": [BACKUP],
        "keys": [house.SUPPORT_KEY],
        "ca_file": str(ca_file),
    }


@dataclass(slots=True, kw_only=True)
class FileLab:
    gate: GateAtWork
    hub: GateClient
    receiver: Receiver

    async def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        return await asyncio.to_thread(self.gate.ask, verb, **fields)

    async def entries(self, kind: str) -> list[dict[str, Any]]:
        return [one["data"] for one in (await self.ask("ledger.list"))["entries"] if one["kind"] == kind]

    async def round(self) -> None:
        """What the gate does by itself each minute."""
        await asyncio.to_thread(self.gate.call, self.gate.upkeep.once())

    def files(self) -> list[Path]:
        """What lies in the gate's folder for files."""
        return sorted((self.gate.folder / staged.FOLDER).glob("*"))

    def arrived(self) -> bytes:
        """The receiver's file, put together from its parts as their numbers say."""
        parts, all_parts = dict[int, bytes](), "0"
        for one in self.receiver.arrived:
            number, _, all_parts = one.headers["homebase-part"].partition("/")
            parts[int(number)] = one.body
        assert sorted(parts) == list(range(1, int(all_parts) + 1))
        return b"".join(parts[number] for number in sorted(parts))

    def opened(self) -> bytes:
        """What the owner's key finds in it."""
        return age_file.decrypt(self.arrived(), house.SUPPORT_SECRET)


@contextmanager
def far_side(wire: tuple[str, str], folder: Path) -> Iterator[tuple[Receiver, Path]]:
    """A receiver under the name, and whom to trust for it."""
    ca_file, context = authority(folder / "ca", HOST)
    names, receiver = NameServer(wire[1], {HOST: [RECEIVER]}), Receiver(wire[1], context)
    try:
        yield receiver, ca_file
    finally:
        receiver.close()
        names.close()


@asynccontextmanager
async def at_work(
    wire: tuple[str, str],
    folder: Path,
    far: tuple[Receiver, Path],
    *,
    register: Register | None = None,
    granted: bool = True,
) -> AsyncIterator[FileLab]:
    for name in ("gate", "s"):
        (folder / name).mkdir(exist_ok=True)
    known = register or built_register()
    with GateAtWork(
        folder / "gate", wire[0], [recipient(far[1])], register=known, sockets=folder / "s"
    ) as gate:
        if granted and not any(grant.form is Form.STANDING for grant in gate.door.desk.standing.live()):
            await asyncio.to_thread(standing_grant, gate, TO_BACKUP)
        async with client_of(folder / "s") as hub:
            yield FileLab(gate=gate, hub=hub, receiver=far[0])


async def pieces(data: bytes, size: int = 100_000) -> AsyncIterator[bytes]:
    """``data`` as a hub reads it from somewhere."""
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]
