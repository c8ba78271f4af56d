"""A gate's account as a house to kill: address, mail server, numbers, devices, and a file on its way out.

Every change is one of the account's own; a file's row has its bytes beside it, whole, or is not there.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from privacy import recipients
from privacy.clockwork import Vouched
from privacy.gate.account import addressees
from privacy.gate.account.account import Account
from privacy.gate.desk import Desk
from privacy.gate.door.door import Door
from privacy.gate.storage import access, book, records, staged
from privacy.gate.storage.mail_addresses import mail_address
from privacy.gate.storage.records import Preview
from privacy.gate.storage.staged import Staged
from privacy.gate.storage.store import Store, Transaction
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, collect

MAIL = {
    "name": "mail",
    "role": "own",
    "host": "mail.example.org",
    "country": "DE",
    "transport": "smtp",
    "activities": ["account.register"],
}
NUMBER, DEVICE = "+4915112345678", "phone-1"


class AccountHouse:
    def open(self, state: Path, run: Path) -> None:
        self._runner = asyncio.Runner()
        self._store, self._state = Store.open(state, os.urandom), state
        known, mistakes = recipients.read([MAIL], house.register())
        assert not mistakes
        synchronised: Callable[[], Vouched] = lambda: Vouched.SYNCHRONISED  # noqa: E731 - one word
        self._desk = Desk.open(
            self._store, house.register(), known, ManualClock(), os.urandom, "0.1.0", vouches=synchronised
        )
        self._door = Door(self._desk, collect)
        self._account = Account(self._door, "https://home.example/")

    def values(self) -> dict[str, int]:
        if findings := self._store.read(self._check):
            raise AssertionError(f"the ledger does not verify: {findings[:3]}")
        self._runner.run(self._door.staging.tidy())  # what a start does
        return self._store.read(self._told)

    def keys(self) -> tuple[str, ...]:
        return ("email", "access", "sms", "push", "file")

    def set(self, key: str, number: int) -> None:
        self._runner.run(self._do(key, number))

    def close(self) -> None:
        self._runner.close()
        self._desk.store.close()

    async def _do(self, key: str, number: int) -> None:
        account = self._account
        match key:
            case "email":
                await account.set_email(f"ada{number}@example.org")
            case "access":
                await account.set_access("home@example.org", "home", str(number))
            case "sms":
                await account.keep_contact(NUMBER, str(number), "")
            case "push":
                await account.keep_contact(NUMBER, str(number), DEVICE)
            case _:
                await asyncio.to_thread(self._lay, number)
                await self._desk.store.write(lambda tx: self._wait(tx, number))

    def _lay(self, number: int) -> None:
        """The bytes first, on the disk, as the gate's own thread does."""
        path = staged.place(self._state, f"{number:016x}")
        path.parent.mkdir(exist_ok=True)
        for place, content in ((path, number.to_bytes(8) * 1000), (path.parent, None)):
            descriptor = os.open(place, os.O_RDONLY if content is None else os.O_CREAT | os.O_WRONLY, 0o600)
            if content is not None:
                os.write(descriptor, content)
            os.fsync(descriptor)
            os.close(descriptor)

    def _wait(self, tx: Transaction, number: int) -> None:
        name, content = f"{number:016x}", number.to_bytes(8) * 1000
        digest, at = hashlib.sha256(content).hexdigest(), self._desk.time.instant().at
        staged.keep(
            tx,
            Staged(
                transfer=name,
                activity="backup.cloud",
                recipient="vault",
                addressee="age1",
                sha256=digest,
                size=len(content),
                sealed_sha256=digest,
                sealed_size=len(content),
                at_ms=0,
            ),
        )
        shown: dict[str, Any] = {"activity": "backup.cloud", "ticket": "", "groups": frozenset(), "body": b""}
        records.keep_preview(tx, Preview(id=name, sha256=digest, delete_by=at, expires=at, **shown))

    def _check(self, tx: Transaction) -> tuple[object, ...]:
        if book.latest(tx) is None:
            return ()
        return book.check(tx, self._desk.origin, self._desk.public_key)

    def _told(self, tx: Transaction) -> dict[str, int]:
        address, held = mail_address(tx), access.access_data(tx, "mail")
        found = {"email": 0, "access": 0, "sms": 0, "push": 0, "file": 0}
        if address is not None:
            found["email"] = int(address.address.removeprefix("ada").partition("@")[0])
        if held is not None:
            found["access"] = int(held.password)
        for row in addressees.sms_numbers(tx):
            found["sms"] = int(row.label)
        for row in addressees.push_devices(tx):
            found["push"] = int(row.label)
        rows = {str(name) for (name,) in tx.execute("SELECT transfer FROM staged")}
        for name in rows:
            row_ = staged.find(tx, name)
            content = staged.place(self._state, name).read_bytes()
            if row_ is None or hashlib.sha256(content).hexdigest() != row_.sealed_sha256:
                raise AssertionError(f"the file of {name} is not what its row says")
            found["file"] = max(found["file"], int(name, 16))
        if {path.stem for path in (self._state / staged.FOLDER).glob("*")} - rows:
            raise AssertionError("a file lies there that no row names")
        return found
