"""The gate's store as a holder of personal data: every table by its holding, as it stands in the schema.

Follows privacy.ports.Holder. A table is shown whole but for what HIDDEN names; what must stay on an erasure
says so in its holding. Nothing here can be put right by people: the book is corrected by further entries.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import cast

from privacy import canonical
from privacy.gate.desk import Desk
from privacy.gate.storage import book, key_records, messages, records, staged, upgrade
from privacy.gate.storage.book import News
from privacy.gate.storage.closures import ClosureKind
from privacy.gate.storage.schema import COPIES, COPY_KEPT, HIDDEN, HOLDINGS, NEEDED, PARTS, PROOF
from privacy.gate.storage.store import Transaction, overwrite_log
from privacy.ledger import Kind
from privacy.ports import Holding
from privacy.rights import Cell, Effect, Hidden, Page, Scope
from privacy.vocabulary import DataCategory

TOGETHER = timedelta(hours=1)  # entries that are due within so long are erased by one entry
AFTER_LEAVING = timedelta(days=180)  # the shortest six months have 181 days
DETAILS = frozenset(  # what tells who somebody is, or where; obligation Q6.15
    {
        DataCategory.ACCOUNT,
        DataCategory.INSTALLATION,
        DataCategory.PHONE_NUMBER,
        DataCategory.MESSAGE,
        DataCategory.NETWORK_ADDRESS,
        DataCategory.ACCESS_LOG,
        DataCategory.DEVICE_IDENTITY,
        DataCategory.DEVICE_NAME,
        DataCategory.HOUSEHOLD,
    }
)
MOST_BYTES = 600_000  # of one page: the console's message has to hold it
_ENTRIES = (
    "SELECT e.seq, e.at_ms, content, salt, leaf_hash FROM entries AS e LEFT JOIN salts USING (seq)"
    " WHERE e.seq >= ? ORDER BY e.seq LIMIT ?"
)
_ENTRY_SIZE = 200  # bytes of JSON of an entry, besides its content
_ENTRY_COLUMNS: tuple[str, ...] = ("seq", "at_ms", "content", "salt", "leaf_hash")
_ELSEWHERE = frozenset({"salts", "nodes"})  # shown with the entries; made from them


class GateHolder:
    """Serves the rights over gate.db. forget_log: drops access lines that wait in memory."""

    def __init__(self, desk: Desk, forget_log: Callable[[], None] = lambda: None) -> None:
        self._desk, self._forget_log = desk, forget_log

    # look

    def holdings(self) -> tuple[Holding, ...]:
        """All tables, and the copies of them."""
        kept = (*HOLDINGS.values(), *(part for part, _ in PARTS))
        days = self._desk.messages_kept
        return (
            *(replace(one, retention=days) if one.name == "gate.messages" else one for one in kept),
            *COPIES,
        )

    def shown(self) -> tuple[str, ...]:
        """The tables that have pages."""
        return tuple(holding.name for name, holding in HOLDINGS.items() if name not in _ELSEWHERE)

    def hidden(self) -> tuple[Hidden, ...]:
        """Keys."""
        return HIDDEN

    async def count(self) -> Mapping[str, int]:
        """Records of each table.

        Raises:
            StoreError: it can't be read.
        """
        return await self._desk.store.read(_counted)

    async def export(self, holding: str, after: int, limit: int) -> Page:
        """A page of one table, MOST_BYTES of text at most.

        Raises:
            KeyError: nothing of that name is shown.
            StoreError: it can't be read.
        """
        name = holding.removeprefix("gate.")
        if HOLDINGS.get(name) is None or name in _ELSEWHERE:
            raise KeyError(holding)
        return await self._desk.store.read(lambda tx: _page(tx, name, after, limit))

    # change

    async def correct(self, holding: str, record: str, field: str, value: str) -> bool:
        """Nothing: what was written down is proof.

        Raises:
            KeyError: always.
        """
        raise KeyError(f"{holding}.{field}")

    async def erase(self, scope: Scope) -> tuple[Effect, ...]:
        """Empty the tables that ``scope`` means, but for those that must stay.

        Raises:
            StoreError: nothing was erased.
        """
        if scope.covers(DataCategory.ACCESS_LOG):
            self._forget_log()
        effects = await self._desk.store.write(lambda tx: _erased(tx, scope))
        await self._desk.store.read(overwrite_log)
        left = await self._desk.store.write(staged.forget)  # a file goes with the row that it waited by
        staged.sweep(self._desk.store.folder, left.__contains__)
        return (*effects, Effect(holding="gate.copies", erased=self._drop_copies(timedelta(0))))

    async def restrict(self, categories: frozenset[DataCategory]) -> None:
        """Nothing of the gate's is used for anything but proof; flows are closed by closures.py."""

    async def sweep(self, at: datetime) -> int:
        """Drop what outlived its retention, each erasure of proof with its entry.

        What was promised to be gone by a date goes in any case; what is kept for its people rests while the
        clock has jumped ahead and nobody confirmed it.

        Raises:
            StoreError: nothing was erased.
        """
        desk = self._desk
        running_s, held = desk.time.instant().running_s, desk.time.held

        def job(tx: Transaction) -> int:
            records.sweep(tx, at)
            old = [] if held else self._drop_proof(tx, at)
            self._drop_details(tx, at)
            key_records.drop_keys(tx, at - PROOF)
            messages.sweep(tx, at - self._desk.messages_kept)
            due = records.due_copies(tx, at, running_s)
            if due:
                records.drop_copies(tx, due)
                data: dict[str, canonical.Json] = {"copies": sorted(due), "reason": "retention"}
                desk.append(tx, News(kind=Kind.ERASED, data=data))
            return len(old) + len(due)

        return await desk.store.write(job) + self._drop_copies(COPY_KEPT)

    def _drop_proof(self, tx: Transaction, at: datetime) -> list[int]:
        """What nobody can claim anything from any more."""
        records.drop_grants(tx, at - PROOF)
        book.drop_past(tx, at - PROOF)
        tx.execute("DELETE FROM deletions WHERE due_ms < ?", (book.to_ms(at - PROOF),))
        old = book.older(tx, at - PROOF)
        if len(old) < book.PAGE and not book.older(tx, at - PROOF - TOGETHER):
            return []  # an entry that says so for each of them would take their place
        book.erase(tx, old, "retention", at, self._desk.random_bytes)
        return old

    def _drop_details(self, tx: Transaction, at: datetime) -> None:
        """Personal details go at the latest six months after a deregistration (clause 6.15)."""
        left = [row for row in self._desk.closures.all() if row.kind is ClosureKind.DEREGISTERED]
        if not left or at - left[0].at < AFTER_LEAVING:
            return
        gone = tx.execute("UPDATE closures SET reason = '' WHERE reason <> ''").rowcount
        for name, holding in HOLDINGS.items():
            if holding.category in DETAILS and not holding.stays.startswith("proof"):
                gone += tx.execute(f"DELETE FROM {name}").rowcount  # noqa: S608 -- a name of the schema
        if gone:
            data: dict[str, canonical.Json] = {"right": "deregistration: six months", "erased": gone}
            self._desk.append(tx, News(kind=Kind.RIGHT, data=data))

    def _drop_copies(self, older: timedelta) -> int:
        """Delete copies from before upgrades; they hold what the store held."""
        now_s = self._desk.clock.now().timestamp()
        old = [
            copy
            for copy in upgrade.copies(self._desk.store.folder)
            if now_s - copy.stat().st_mtime >= older.total_seconds() or not older
        ]
        for copy in old:
            copy.unlink()
        return len(old)


def _counted(tx: Transaction) -> dict[str, int]:
    return {holding.name: _count(tx, name) for name, holding in HOLDINGS.items()}


def _count(tx: Transaction, table: str) -> int:
    row = tx.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 -- a name of the schema
    return int(str(row[0])) if row else 0


def _page(tx: Transaction, table: str, after: int, limit: int) -> Page:
    if table == "entries":
        return _entries(tx, after, limit)
    hidden = {one.field for one in HIDDEN if one.holding == f"gate.{table}"}
    told = tx.execute(f"PRAGMA table_info({table})")
    columns = tuple(name for row in told if (name := str(row[1])) not in hidden)
    chosen = ", ".join(columns)
    found = tx.execute(
        f"SELECT {chosen} FROM {table} ORDER BY 1 LIMIT ? OFFSET ?",  # noqa: S608 -- names of the schema
        (limit, after),
    )
    rows = (tuple([_cell(value) for value in row]) for row in found)
    return _filled(columns, rows, after, limit)


def _entries(tx: Transaction, after: int, limit: int) -> Page:
    """As they stand in the book; a million of them are most of what an export has to do."""
    rows: list[tuple[Cell, ...]] = []
    size = 0
    for seq, at_ms, content, salt, leaf_hash in tx.execute(_ENTRIES, (after, limit)):
        text = content.decode() if isinstance(content, bytes) else cast("str | None", content)
        # each quote in it costs a backslash more
        size += _ENTRY_SIZE + (0 if text is None else len(text) + text.count('"'))
        if rows and size > MOST_BYTES:
            return Page(columns=_ENTRY_COLUMNS, rows=tuple(rows), after=cast("int", rows[-1][0]) + 1)
        salted = salt.hex() if isinstance(salt, bytes) else None
        rows.append((cast("int", seq), cast("int", at_ms), text, salted, cast("bytes", leaf_hash).hex()))
    more = cast("int", rows[-1][0]) + 1 if len(rows) == limit else None
    return Page(columns=_ENTRY_COLUMNS, rows=tuple(rows), after=more)


def _filled(columns: tuple[str, ...], rows: Iterator[tuple[Cell, ...]], after: int, limit: int) -> Page:
    """As many rows as fit."""
    found: list[tuple[Cell, ...]] = []
    size = 0
    for cells in rows:
        size += sum([len(cell) + 4 if cell.__class__ is str else 12 for cell in cells])
        if found and size > MOST_BYTES:
            break
        found.append(cells)
    else:
        if len(found) < limit:
            return Page(columns=columns, rows=tuple(found), after=None)
    return Page(columns=columns, rows=tuple(found), after=after + len(found))


def _cell(value: object) -> Cell:
    if isinstance(value, str):  # nearly all are
        return value
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.hex()
    assert value is None or isinstance(value, (bool, int, float))
    return value


def _erased(tx: Transaction, scope: Scope) -> tuple[Effect, ...]:
    effects = []
    for name, holding in HOLDINGS.items():
        if not scope.covers(holding.category):
            continue
        if holding.stays:
            if count := _count(tx, name):
                effects.append(Effect(holding=holding.name, erased=0, stays=count, why=holding.stays))
        else:
            needed = f" WHERE NOT ({NEEDED[name][0]})" if name in NEEDED else ""
            gone = tx.execute(f"DELETE FROM {name}{needed}").rowcount  # noqa: S608 -- texts of the schema
            left = _count(tx, name) if needed else 0
            why = NEEDED[name][1] if left else ""
            effects.append(Effect(holding=holding.name, erased=gone, stays=left, why=why))
    for part, rows in PARTS:
        if scope.covers(part.category):
            table = part.name.removeprefix("gate.")
            gone = tx.execute(f"DELETE FROM {table} WHERE {rows}").rowcount  # noqa: S608 -- of the schema
            if gone:
                effects.append(Effect(holding=part.name, erased=gone))
    return tuple(effects)
