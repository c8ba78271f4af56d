"""Writes devices' descriptions down, so that a start shows them before their drivers have spoken.

Only a copy: what a driver needs to talk with a device stands in its own records, fsynced by itself. Names and
rooms in the same table belong to hub.home.
"""

import asyncio
import logging
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import Insert, insert

from hub.contract import (
    DeviceAddress,
    DeviceAppeared,
    DeviceChanged,
    DeviceDescription,
    DeviceRemoved,
    StoreError,
)
from privacy.ports import Clock

from . import schema
from .store import Store

log = logging.getLogger(__name__)

RETRY_S = 60.0


class DeviceRecords:
    """``keep`` is what the intake gets; ``run`` writes soon after."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._waiting: dict[DeviceAddress, DeviceDescription | None] = {}  # bounded by the home's devices
        self._some = asyncio.Event()
        self._writing = asyncio.Lock()

    async def load(self) -> list[DeviceDescription]:
        """The devices of the last run; one that can't be read is left out until its driver speaks.

        Raises:
            StoreError: io, corrupt, busy.
        """
        query = select(schema.devices.c.description).where(schema.devices.c.description.is_not(None))
        rows = await self._store.read(lambda connection: connection.execute(query).scalars().all())
        found = []
        for row in rows:
            try:
                found.append(msgspec.json.decode(row, type=DeviceDescription))
            except (msgspec.MsgspecError, ValueError) as error:
                log.warning("device.unreadable", extra={"reason": str(error)})
        return found

    def keep(self, event: DeviceAppeared | DeviceChanged | DeviceRemoved) -> None:
        """Note a device that is new, different or gone. Never blocks."""
        if isinstance(event, DeviceRemoved):
            self._waiting[event.device] = None
        else:
            self._waiting[event.description.address] = event.description
        self._some.set()

    async def run(self) -> None:
        """Write what was noted, until cancelled. Call ``flush`` after it."""
        while True:
            await self._some.wait()
            try:
                await self.flush()
            except StoreError as error:
                log.error("device.not_written", extra={"code": error.code})
                await self._clock.sleep(RETRY_S)

    async def flush(self) -> None:
        """Write what was noted. On disk (fsync) when this returns; an unpaired device's row is gone then.

        Raises:
            StoreError: nothing was written; it waits on.
        """
        async with self._writing:  # so that a second caller does not return before the first has written
            self._some.clear()
            waiting, self._waiting = self._waiting, {}
            if not waiting:
                return
            written = False
            try:
                await self._store.write(lambda connection: _write(connection, waiting))
                written = True
            finally:
                if not written:
                    self._waiting = waiting | self._waiting
                    self._some.set()


def _write(connection: Connection, devices: Mapping[DeviceAddress, DeviceDescription | None]) -> None:
    gone = [{"gone": str(address)} for address, described in devices.items() if described is None]
    known = [
        {"address": str(address), "description": msgspec.json.encode(described)}
        for address, described in devices.items()
        if described is not None
    ]
    for statement, rows in ((_FORGET, gone), (_DESCRIBE, known)):
        if rows:
            connection.execute(statement, rows)


def _describing() -> Insert:
    put = insert(schema.devices)
    # only the description: name and room are the people's
    return put.on_conflict_do_update(set_={"description": put.excluded.description})


# made once: a statement for each of a thousand devices took 4 MiB, which a start's heap keeps
_DESCRIBE = _describing()
_FORGET = delete(schema.devices).where(schema.devices.c.address == bindparam("gone"))
