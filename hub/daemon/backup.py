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
from hub.core import Store, backup, backup_history, schema
from privacy.backup_members import HISTORY, HUB, PAGE, PART
from privacy.client import GateDeclined, Handler
from privacy.system import random_bytes

from .options import VERSION

log = logging.getLogger(__name__)

RESTART_AFTER_S = 0.3  # so that the answer is on its way
Fields = Mapping[str, object]
_LIMITS = {member.part: member.limit for member in (*HUB, *HISTORY)}


class Backup:
    """One per hub. settle: writes what waits; restart: ends this hub soon, however it can."""

    def __init__(
        self, store: Store, settle: Callable[[], Awaitable[None]], restart: Callable[[], None]
    ) -> None:
        self._store, self._settle, self._restart = store, settle, restart
        self._given: Mapping[str, bytes] = {}  # members while the gate fetches them
        self._taken: dict[str, bytearray] = {}  # members while the gate brings them
        self._scratch: backup_history.Scratch | None = None  # history, the same
        backup_history.forget(store.path.parent)

    def questions(self) -> Mapping[str, Handler]:
        """What the gate may ask."""
        return {
            "backup.begin": self._begin,
            "backup.read": self._read,
            "backup.rows": self._rows_of,
            "backup.rest": self._rest,
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
        _check_sizes(given)
        self._given = given
        sizes = {name: len(data) for name, data in given.items()}
        return {"members": sizes, "schema": schema.HEAD, "version": VERSION}

    async def _read(self, question: Fields) -> Fields:
        name, offset = str(question.get("member")), question.get("offset")
        data = self._given.get(name)
        if data is None or not isinstance(offset, int) or not 0 <= offset <= len(data):
            raise GateDeclined("unknown_member", "member, offset: of what backup.begin named")
        return {"data": b64encode(data[offset : offset + PAGE]).decode()}

    async def _rows_of(self, question: Fields) -> Fields:
        """A page of history. after: the last key that was given; None: from the beginning."""
        name, after = str(question.get("member")), question.get("after")
        if name not in backup_history.NAMES or not isinstance(after, int | None):
            raise GateDeclined("unknown_member", f"member: {', '.join(backup_history.NAMES)}; after: a key")
        start = -1 if after is None else after
        page = await self._store.read(lambda connection: backup_history.page(connection, name, start))
        return {"data": b64encode(page.data).decode(), "last": page.last, "share": page.share}

    async def _rest(self, question: Fields) -> Fields:
        """What belongs to the history that was given; read by ``backup.read``."""
        rest = await self._store.read(lambda connection: backup.exported(connection, backup.OF_HISTORY))
        _check_sizes(rest)
        self._given = {**self._given, **rest}
        return {"members": {name: len(data) for name, data in rest.items()}}

    async def _end(self, question: Fields) -> Fields:
        self._given = {}
        self._forget_taken()
        return {}

    def _forget_taken(self) -> None:
        self._taken = {}
        if self._scratch is not None:
            self._scratch.close()
            self._scratch = None

    # take

    async def _begin_restore(self, question: Fields) -> Fields:
        """Forget what was taken before. keep: history is kept, too, to be put in place."""
        self._forget_taken()
        self._taken = {name: bytearray() for name in _LIMITS}
        folder = self._store.path.parent if question.get("keep") is True else None
        try:
            self._scratch = backup_history.Scratch(folder, random_bytes)
        except StoreError as error:
            raise GateDeclined("not_restored", error.what) from error
        return {}

    async def _part(self, question: Fields) -> Fields:
        name = str(question.get("member"))
        taken = self._taken.get(name)
        try:
            data = b64decode(str(question.get("data")), validate=True)
        except ValueError as error:
            raise GateDeclined("bad_question", "data: base64") from error
        if self._scratch is not None and name in backup_history.NAMES and len(data) <= PART:
            await self._in_scratch(self._scratch, name, data)
            return {}
        if taken is None or len(data) > PART or len(taken) + len(data) > _LIMITS[name]:
            raise GateDeclined(
                "unknown_member", "member: of the closed list, begun, and not larger than its limit"
            )
        taken += data
        return {}

    async def _in_scratch(self, scratch: backup_history.Scratch, name: str, data: bytes) -> None:
        try:
            await asyncio.to_thread(scratch.take, name, data)
        except backup.NotRestorable as error:
            raise GateDeclined("not_restorable", str(error)) from error
        except StoreError as error:
            raise GateDeclined("not_restored", error.what) from error

    async def _check(self, question: Fields) -> Fields:
        """Put it all into a scratch store, and say what that gives again.

        schema: of the hub that made it; room: tell what would come back of that one alone.
        """
        known, room = str(question.get("schema")), question.get("room")
        if known not in schema.REVISIONS:
            what = f"tables {known[:32]}; this homebase knows up to {schema.HEAD}; update it"
            raise GateDeclined("backup_newer", what)
        members = await asyncio.to_thread(self._rows)
        try:
            again = await asyncio.to_thread(backup.scratched, members)
        except IntegrityError as error:
            raise GateDeclined("not_restorable", f"rows do not fit each other: {error.orig}") from error
        rooms = [str(row["name"]) for row in members["rooms"]]
        devices = [str(row["address"]) for row in members["devices"]]
        if room is not None:
            rooms, devices = [str(room)], await self._still_here(members, str(room))
        history = self._history()
        return {
            "members": {
                **{name: hashlib.sha256(data).hexdigest() for name, data in again.items()},
                **{name: digest for name, (digest, _) in history.items()},
            },
            "rooms": rooms,
            "devices": devices,
            "schema": schema.HEAD,
            "blank": await self._store.read(backup.is_blank),
        }

    async def _still_here(self, members: Mapping[str, backup.Rows], room: str) -> list[str]:
        try:
            there = backup.in_room(members, room)
        except KeyError as error:
            raise _unknown_room(room) from error
        return await self._store.read(lambda connection: backup.still_here(connection, there))

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
                history = self._scratch if question.get("history") is True else None
                await self._store.replace(lambda connection: _all(connection, members, history))
                devices = [str(row["address"]) for row in members["devices"]]
        except KeyError as error:
            raise _unknown_room(str(room)) from error
        except IntegrityError as error:
            raise GateDeclined("not_restorable", f"rows do not fit each other: {error.orig}") from error
        except StoreError as error:
            raise GateDeclined("not_restored", error.what) from error
        self._forget_taken()
        log.warning("backup.restored", extra={"devices": len(devices)})
        self._restart()
        return {"devices": devices}

    def _history(self) -> Mapping[str, tuple[str, int]]:
        if self._scratch is None:
            raise GateDeclined("bad_question", "restore.begin comes first")
        try:
            return self._scratch.found()
        except backup.NotRestorable as error:
            raise GateDeclined("not_restorable", str(error)) from error

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


def _unknown_room(room: str) -> GateDeclined:
    return GateDeclined(
        "unknown_room", f"the backup has no room {room[:64]!r}; --dry-run without --room names all"
    )


def _check_sizes(given: Mapping[str, bytes]) -> None:
    large = next((name for name, data in given.items() if len(data) > _LIMITS[name]), None)
    if large is not None:
        what = f"{large}: {len(given[large])} bytes, {_LIMITS[large]} at most"
        raise GateDeclined("member_too_large", what)


def _all(
    connection: Connection, members: Mapping[str, backup.Rows], history: backup_history.Scratch | None
) -> None:
    backup.put_back(connection, members)
    if history is not None:
        history.put(connection, members)
    records = schema.driver_records
    for driver in connection.execute(select(records.c.driver).distinct()).scalars().all():
        connection.execute(insert(records).values(driver=driver, key=RESTORED_KEY, value=b"\x01"))
