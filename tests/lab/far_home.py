"""A home with backups at a far place, as its console sees it: a gate at work, and the hub's half."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.core import Store
from privacy import backup_sheet
from privacy.conversation import Declined
from privacy.gate.backups import backup_verbs, copies
from privacy.gate.backups.backups import Backups
from privacy.gate.backups.settings import BackupSettings
from tests.lab.far_vault import Lab
from tests.privacy.gate.backups.home import SECRET, Hub, furnish, public

OTHER = bytes(32 * [7])  # another sheet's secret
SHEET, OTHER_SHEET = (" ".join(backup_sheet.words_of(secret)) for secret in (SECRET, OTHER))


@dataclass(slots=True, kw_only=True)
class House:
    """A home with a sheet, a folder and a far place. stick: the folder in the house."""

    lab: Lab
    backups: Backups
    stick: Path
    store: Store
    hub: Hub
    running: Any = None

    def __post_init__(self) -> None:
        self.running = self.lab.gate.start(self.backups.run())

    def anew(self) -> None:
        """The gate starts anew: it knows what its store knows."""
        self.running.cancel()
        was = self.backups
        self.backups = Backups(
            desk=was.desk, ask=was.ask, settings=was.settings, version="0.1.0", cut=was.cut, far=was.far
        )
        self.lab.gate.call(self.backups.begin())

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        """What the console is answered."""
        return self.lab.gate.answered(backup_verbs.table(self.backups)[verb], fields)

    def now(self) -> dict[str, Any]:
        """As ``homebase backup now``: begin one, ask until it is over; what is known then."""
        runs = self.ask("backup.now")["runs"]

        async def over() -> None:
            while self.backups.progress.runs == runs:
                await asyncio.sleep(0.02)

        self.lab.gate.call(over())
        return self.ask("backup.status")

    def refused(self, name: str, sheet: str = SHEET) -> str:
        """The code of a check that says no."""
        with pytest.raises(Declined) as no:
            self.check(name, sheet)
        return no.value.code

    def states(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self.ask("backup.status")["copies"]:
            found.setdefault(row["target"], []).append(row["state"])
        return found

    def check(self, name: str, sheet: str = SHEET, *, trial: bool = True) -> dict[str, Any]:
        """As ``homebase backup check --target vault``, and ``restore``: the same question."""
        run = self.ask("backup.restore", target="vault", name=name, sheet=sheet, trial=trial)["run"]

        async def over() -> None:
            while self.backups.runs.goes_on:
                await asyncio.sleep(0.02)

        self.lab.gate.call(over())
        return self.ask("backup.result", run=run)

    def restore(self, name: str) -> dict[str, Any]:
        """As ``homebase restore --target vault``, in earnest."""
        return self.check(name, trial=False)

    @property
    def there(self) -> list[Path]:
        """Files at the server that hold copies."""
        return sorted(path for path in self.lab.folder.rglob("*.age") if path.is_file())


@contextmanager
def at_home(lab: Lab, folder: Path, *, blank: bool = False) -> Iterator[House]:
    """A home behind that gate, until the block ends. blank: without rooms, people, a sheet or a stick."""
    (folder / "hub").mkdir(parents=True)
    stick, gate = folder / "stick", lab.gate
    desk, far = gate.door.desk, gate.door.far.door
    far.keys = lambda tx: [sheet.key for sheet in copies.sheets(tx)]
    store = Store(folder / "hub", os.urandom)
    hub = Hub(store)
    if not blank:
        stick.mkdir()

    async def begin() -> Backups:
        await store.__aenter__()
        made = Backups(
            desk=desk,
            ask=hub.ask,
            settings=BackupSettings(folder="" if blank else str(stick), every_days=0, keep=2),
            version="0.1.0",
            cut=gate.door.withdrawing.end_all,
            far=far,
        )
        if not blank:
            await furnish(store)
            await made.keep_sheet(public(SECRET), backup_sheet.vouch(SECRET, await made.signer()))
        return made

    house = House(lab=lab, backups=gate.call(begin()), stick=stick, store=store, hub=hub)
    try:
        yield house
    finally:
        house.running.cancel()
        gate.call(store.__aexit__(None, None, None))
