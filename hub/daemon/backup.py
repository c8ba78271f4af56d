"""Answers the gate's questions about backups: gives members page by page, and takes them back.

The gate alone asks; it encrypts, stores and checks (privacy/gate/backups). What comes back is put into a
scratch store first and exported from there, so that it can be compared; then it may take the real one's
place. After that nothing of the old home may be written any more: the hub ends at once and starts anew.
"""

import asyncio
import hashlib
import logging
from base64 import b64decode, b64encode
from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from hub.contract import RESTORED_KEY, StoreError
from hub.core import Store, backup, schema
from privacy.backup_members import HUB, PAGE, PART
from privacy.client import GateDeclined, Handler

from .options import VERSION

log = logging.getLogger(__name__)

RESTART_AFTER_S = 0.3  # so that the answer is on its way
Fields = Mapping[str, object]
_LIMITS = {member.part: member.limit for member in HUB}


class Backup:
    """One per hub. settle: writes what waits; restart: ends this hub soon, however it can."""

    def __init__(
        self, store: Store, settle: Callable[[], Awaitable[None]], restart: Callable[[], None]
    ) -> None:
        self._store, self._settle, self._restart = store, settle, restart
        self._given: Mapping[str, bytes] = {}  # members while the gate fetches them
        self._taken: dict[str, bytearray] = {}  # members while the gate brings them

    def questions(self) -> Mapping[str, Handler]:
        """What the gate may ask."""
        return {
            "backup.begin": self._begin,
            "backup.read": self._read,
            "backup.end": self._end,
            "restore.begin": self._begin_restore,
            "restore.part": self._part,
            "restore.check": self._check,
            "restore.put": self._put,
        }

    # give

    async def _begin(self, question: Fields) -> Fields:
        """All members as they are at one moment."""
        await self._settle()
        given = await self._store.read(backup.exported)
        large = next((name for name, data in given.items() if len(data) > _LIMITS[name]), None)
        if large is not None:
            raise GateDeclined(
                "member_too_large", f"{large}: {len(given[large])} bytes, {_LIMITS[large]} at most"
            )
        self._given = given
        sizes = {name: len(data) for name, data in given.items()}
        return {"members": sizes, "schema": schema.HEAD, "version": VERSION}

    async def _read(self, question: Fields) -> Fields:
        name, offset = str(question.get("member")), question.get("offset")
        data = self._given.get(name)
        if data is None or not isinstance(offset, int) or not 0 <= offset <= len(data):
            raise GateDeclined("unknown_member", "member, offset: of what backup.begin named")
        return {"data": b64encode(data[offset : offset + PAGE]).decode()}

    async def _end(self, question: Fields) -> Fields:
        self._given = {}
        self._taken = {}
        return {}

    # take

    async def _begin_restore(self, question: Fields) -> Fields:
        """Forget what was taken before."""
        self._taken = {name: bytearray() for name in _LIMITS}
        return {}

    async def _part(self, question: Fields) -> Fields:
        taken = self._taken.get(str(question.get("member")))
        try:
            data = b64decode(str(question.get("data")), validate=True)
        except ValueError as error:
            raise GateDeclined("bad_question", "data: base64") from error
        if taken is None or len(data) > PART or len(taken) + len(data) > _LIMITS[str(question["member"])]:
            raise GateDeclined(
                "unknown_member", "member: of the closed list, begun, and not larger than its limit"
            )
        taken += data
        return {}

    async def _check(self, question: Fields) -> Fields:
        """Put it all into a scratch store, and say what that gives again. schema: of the hub that made it."""
        known = str(question.get("schema"))
        if known not in schema.REVISIONS:
            what = f"tables {known[:32]}; this homebase knows up to {schema.HEAD}; update it"
            raise GateDeclined("backup_newer", what)
        members = await asyncio.to_thread(self._rows)
        try:
            again = await asyncio.to_thread(backup.scratched, members)
        except IntegrityError as error:
            raise GateDeclined("not_restorable", f"rows do not fit each other: {error.orig}") from error
        devices = [str(row["address"]) for row in members["devices"]]
        return {
            "members": {name: hashlib.sha256(data).hexdigest() for name, data in again.items()},
            "records": {name: len(rows) for name, rows in members.items()},
            "rooms": [str(row["name"]) for row in members["rooms"]],
            "devices": devices,
            "schema": schema.HEAD,
            "blank": await self._store.read(backup.is_blank),
        }

    async def _put(self, question: Fields) -> Fields:
        """Put all of it, or one room, in place. room: its name, or None."""
        members, room = await asyncio.to_thread(self._rows), question.get("room")
        try:
            if room is not None:
                await self._settle()
                back = await self._store.write(
                    lambda connection: backup.put_back_room(connection, members, str(room))
                )
                devices = list(back)
            else:
                await self._store.replace(lambda connection: _all(connection, members))
                devices = [str(row["address"]) for row in members["devices"]]
        except KeyError as error:
            raise GateDeclined("unknown_room", f"the backup has no room {str(room)[:64]!r}") from error
        except IntegrityError as error:
            raise GateDeclined("not_restorable", f"rows do not fit each other: {error.orig}") from error
        except StoreError as error:
            raise GateDeclined("not_restored", error.what) from error
        self._taken = {}
        log.warning("backup.restored", extra={"devices": len(devices)})
        self._restart()
        return {"devices": devices}

    def _rows(self) -> Mapping[str, backup.Rows]:
        if not self._taken:
            raise GateDeclined("bad_question", "restore.begin comes first")
        try:
            return {
                name: backup.read(schema.metadata.tables[name], bytes(data))
                for name, data in self._taken.items()
            }
        except backup.NotRestorable as error:
            raise GateDeclined("not_restorable", str(error)) from error


def _all(connection: Connection, members: Mapping[str, backup.Rows]) -> None:
    backup.put_back(connection, members)
    records = schema.driver_records
    for driver in connection.execute(select(records.c.driver).distinct()).scalars().all():
        connection.execute(insert(records).values(driver=driver, key=RESTORED_KEY, value=b"\x01"))
