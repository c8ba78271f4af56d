"""A door with a real store and a register, and nobody outside: for everything that sends nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from privacy.clockwork import Vouched
from privacy.gate.desk import Desk
from privacy.gate.door.door import Door
from privacy.gate.storage.store import Store
from privacy.ports import Clock
from privacy.recipients import Recipient
from privacy.register import Register
from tests.privacy import house
from tests.privacy.test_payload import COLLECTED


class ManualClock:
    """Time that stands until it is moved."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.wall_offset = timedelta(0)
        self.vouched = Vouched.SYNCHRONISED

    def now(self) -> datetime:
        return house.START + timedelta(seconds=self.passed_s) + self.wall_offset

    def monotonic(self) -> float:
        return self.passed_s

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(3600)


async def collect(activity: str, groups: list[str]) -> Mapping[str, Any]:
    """What the hub would answer."""
    return {"groups": {name: COLLECTED[name] for name in groups}}


@asynccontextmanager
async def opened(
    folder: Path,
    clock: Clock | None = None,
    memory: Path | None = None,
    rules: tuple[Register, Mapping[str, Recipient]] | None = None,
) -> AsyncIterator[Door]:
    """A door that may send in its tasks; there is nobody to send to. rules: register and recipients."""
    store = Store.open(folder, os.urandom, memory)
    clock = clock or ManualClock()
    vouched = clock if isinstance(clock, ManualClock) else ManualClock()
    register, known = rules or (house.register(), house.known())
    desk = Desk.open(store, register, known, clock, os.urandom, "0.1.0", vouches=lambda: vouched.vouched)
    door = Door(desk, collect)
    try:
        async with asyncio.TaskGroup() as tasks:
            door.begin(tasks)
            yield door
    finally:
        desk.store.close()
