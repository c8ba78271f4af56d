"""A home to back up: the gate's parts, and behind them the hub's half over a real store; nothing between."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hub.core import DriverRecords, Settings, Store, schema
from hub.daemon.backup import Backup
from privacy import backup_sheet
from privacy.client import GateDeclined
from privacy.gate.backups.backups import Backups
from privacy.gate.backups.putting_back import Wish
from privacy.gate.backups.settings import BackupSettings
from privacy.gate.door.door import Door
from tests.privacy.gate.at_the_door import ManualClock, opened

SECRET = bytes(range(32))
KEY = "key/2"


@dataclass
class Hub:
    """The hub's half. restarts: how often it was told to start anew."""

    store: Store
    asked: list[str] = field(default_factory=list)
    restarts: int = 0

    def __post_init__(self) -> None:
        self._questions = Backup(self.store, self._settle, self._restart).questions()

    async def ask(self, op: str, within_s: float = 0.0, /, **fields: object) -> Mapping[str, object]:
        self.asked.append(op)
        answer = await self._questions[op](fields)
        assert isinstance(answer, Mapping)
        return answer

    async def _settle(self) -> None:
        """Nothing waits."""

    def _restart(self) -> None:
        self.restarts += 1


@dataclass
class Home:
    """Gate and hub. folder: where copies lie."""

    door: Door
    hub: Hub
    backups: Backups
    folder: Path
    clock: ManualClock

    @property
    def copies(self) -> list[Path]:
        return sorted(self.folder.glob("*.age"))

    async def sheet(self, secret: bytes = SECRET) -> None:
        """Have a sheet, as the command does it."""
        signer = await self.backups.signer()
        await self.backups.keep_sheet(public(secret), backup_sheet.vouch(secret, signer))

    async def restore(self, secret: bytes = SECRET, **more: object) -> object:
        name = self.copies[-1].name
        wish = Wish(where="local", name=name, secret=secret, **{"trial": False, **more})  # type: ignore[arg-type]
        return await self.backups.restore(wish)


def public(secret: bytes) -> str:
    import pyrage

    return str(pyrage.x25519.Identity.from_str(backup_sheet.identity_of(secret)).to_public())


@asynccontextmanager
async def home(folder: Path, stick: Path, **settings: object) -> AsyncIterator[Home]:
    """A home with its data in ``folder``, and a stick."""
    for path in (folder / "gate", folder / "hub", stick):
        path.mkdir(parents=True, exist_ok=True)
    clock = ManualClock()
    wanted = BackupSettings(folder=str(stick), **settings)  # type: ignore[arg-type]
    async with opened(folder / "gate", clock) as door, Store(folder / "hub", os.urandom) as store:
        hub = Hub(store)
        backups = Backups(
            desk=door.desk, ask=hub.ask, settings=wanted, version="0.1.0", cut=door.withdrawing.end_all
        )
        await backups.begin()
        yield Home(door, hub, backups, stick, clock)


async def furnish(store: Store, rooms: int = 2) -> None:
    """Rooms, a device, its radio key and counter, an owner, a setting."""

    def rows(connection: object) -> None:
        execute = connection.execute  # type: ignore[attr-defined]
        for number in range(1, rooms + 1):
            execute(schema.rooms.insert().values(id=number, name=f"Room {number}"))
        execute(
            schema.devices.insert().values(
                address="bidcos:JEQ0123456", description=b"{}", name="Lamp", room=1
            )
        )
        execute(
            schema.people.insert().values(
                id=1, name="Kim", role="owner", password_hash="$argon2id$x", created_at=1
            )
        )
        execute(
            schema.sessions.insert().values(
                token_hash=b"t" * 32, person=1, role="owner", created_at=1, expires_at=2
            )
        )

    await store.write(rows)
    await DriverRecords(store, "bidcos").save({KEY: b"\x01" + b"k" * 16, "central": b"\x01abc"})
    await Settings(store).put("a", 1)


__all__ = ["KEY", "SECRET", "GateDeclined", "Home", "Hub", "furnish", "home", "public"]
