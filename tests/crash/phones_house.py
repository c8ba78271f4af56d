"""A gate with phones as a house to kill: consents, withdrawals, keys, transfers, by the real door.

What stands in the tables has to be what its book tells, both ways: nothing is wider after a kill than before.
"""

import asyncio
import os
from pathlib import Path
from typing import Any, cast

from privacy.clockwork import Vouched
from privacy.gate.desk import Desk
from privacy.gate.door.door import Door
from privacy.gate.phones.phones import Phones
from privacy.gate.storage import book, key_records, records
from privacy.gate.storage.store import Store, Transaction
from privacy.ledger import Kind, content_of
from privacy.payload import timestamp
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, collect
from tests.privacy.gate.test_phones import WEEK, way_to
from tests.privacy.phone import Phone

VIA = "crash "


class PhonesHouse:
    def open(self, state: Path, run: Path) -> None:
        self._runner = asyncio.Runner()
        store = Store.open(state, os.urandom)
        self._desk = Desk.open(
            store,
            house.register(),
            house.known(),
            ManualClock(),
            os.urandom,
            "0.1.0",
            vouches=lambda: Vouched.SYNCHRONISED,
        )
        self._door = Door(self._desk, collect)
        self._phones = Phones(self._door)
        self._store = store
        self._phone: Phone | None = None

    def values(self) -> dict[str, int]:
        findings = self._store.read(self._check)
        if findings:
            raise AssertionError(f"the ledger does not verify: {findings[:3]}")
        return self._store.read(_told)

    def keys(self) -> tuple[str, ...]:
        return ("key", "grant", "withdrawal", "transfer")

    def set(self, key: str, number: int) -> None:
        self._runner.run(self._do(key, number))

    def close(self) -> None:
        self._runner.close()
        self._desk.store.close()

    async def _do(self, key: str, number: int) -> None:
        match key:
            case "key":
                await self._enrol(number)
            case "grant":
                phone = self._phone or await self._enrol(0)
                until = timestamp(house.START + WEEK)
                done = await phone.agree(form="until", payload=None, until=until, ticket=f"T-{number}")
                assert done["done"], done
            case "transfer":
                told: dict[str, str | int] = {"transfer": f"{number:016x}", "activity": house.ACTIVITY}
                await self._desk.record(Kind.TRANSFER_BEGIN, told)
                await self._desk.record(Kind.TRANSFER_END, told | {"result": "delivered", "sent": 1})
            case _:
                done_ = await self._door.withdrawing.withdraw(house.ACTIVITY, via=f"{VIA}{number}")
                assert done_.entry is not None

    async def _enrol(self, number: int) -> Phone:
        before = self._phone
        phone = Phone(way_to(self._door, self._phones), session_key=number.to_bytes(32))
        await phone.enrol(self._phones.claim())
        if before is not None:
            await self._phones.remove(before.kid)
        self._phone = phone
        return phone

    def _check(self, tx: Transaction) -> tuple[object, ...]:
        if book.latest(tx) is None:
            return ()
        return book.check(tx, self._desk.origin, self._desk.public_key)


def _told(tx: Transaction) -> dict[str, int]:
    """The highest number of each kind; the tables are compared with the book on the way."""
    found = {"key": 0, "grant": 0, "withdrawal": 0, "transfer": 0}
    grants: set[int] = set()
    keys: set[str] = set()
    epochs = 0
    for stored in book.walk(tx):
        entry = content_of(stored)
        assert entry is not None
        data = cast("dict[str, Any]", entry["data"])
        match entry["kind"]:
            case "epoch":
                epochs += 1
            case "grant":
                grants.add(data["grant"])
                found["grant"] = max(found["grant"], int(data["ticket"].removeprefix("T-")))
            case "withdrawal":
                grants.clear()
                found["withdrawal"] = max(found["withdrawal"], int(data["via"].removeprefix(VIA)))
            case "key":
                (keys.add if data["action"] == "enrolled" else keys.discard)(data["key"])
            case "transfer_end":
                found["transfer"] = max(found["transfer"], int(data["transfer"], 16))
            case _:
                pass
    live, held = {grant.id for grant in records.live_grants(tx)}, key_records.live_keys(tx)
    if live != grants:
        raise AssertionError(f"consents {live} live, the book tells of {grants}")
    if {key.kid for key in held} != keys:
        raise AssertionError("other keys count than the book tells of")
    _each_ended(tx)
    if epochs != 1:
        raise AssertionError(f"{epochs} epochs: a kill looks like a restore")
    for key in held:
        found["key"] = max(found["key"], int.from_bytes(key.session_key))
    return found


def _each_ended(tx: Transaction) -> None:
    """Whatever was killed in the middle has got its end at the start."""
    entries = [entry for stored in book.walk(tx) if (entry := content_of(stored)) is not None]
    begun, ended = (
        sorted(
            str(cast("dict[str, Any]", entry["data"])["transfer"])
            for entry in entries
            if entry["kind"] == kind
        )
        for kind in ("transfer_begin", "transfer_end")
    )
    if begun != ended:
        raise AssertionError(f"{len(begun)} transfers began, {len(ended)} ended")
