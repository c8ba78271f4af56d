"""The gate's own members of a backup: consents and keys as proof, the ledger's head, who signs.

Parts of jobs. After a restore no consent counts by itself: it is of an earlier epoch until it is confirmed.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import msgspec

from privacy import anonymise, canonical
from privacy.backup_members import GATE
from privacy.consent import Grant
from privacy.gate.backups import copies, far_copies
from privacy.gate.storage import book, budget, records
from privacy.gate.storage.book import from_ms
from privacy.gate.storage.steps import STEPS
from privacy.gate.storage.store import Transaction
from privacy.keys import PhoneKey
from privacy.reasons import Reason

_COLUMNS = {
    "consents": ("grants", "id", ("id", "live", "reason", "ended_ms", "body", "proof")),
    "keys": ("keys", "kid", ("kid", "live", "since_ms", "ended_ms", "body")),
}
_DECODE: Mapping[str, type] = {"consents": Grant, "keys": PhoneKey}


class NotRestorable(ValueError):
    """A member holds what does not belong there. One line."""


def exported(tx: Transaction, origin: str, note: str, seed: bytes) -> dict[str, bytes]:
    """All of them, by member. note: a signed checkpoint of now."""
    told: dict[str, canonical.Json] = {
        "origin": origin,
        "epoch": (records.meta(tx, "epoch") or b"").decode(),
        "entries": book.size(tx),
        "checkpoint": note,
        "answered": list(budget.answered(tx)),
    }
    tables = {name: b"".join(map(_line, _rows(tx, name))) for name in _COLUMNS}
    return {**tables, "ledger": _line(told), "signer": _line({"seed": b64encode(seed).decode()})}


def scratched(members: Mapping[str, bytes]) -> dict[str, bytes]:
    """Put the tables into a store of their own, in memory, and export that.

    Raises:
        NotRestorable: they don't fit it.
    """
    import sqlite3  # noqa: PLC0415 - a library of its own, only to prove a copy

    connection = sqlite3.connect(":memory:", isolation_level=None)
    try:
        for step in STEPS:
            connection.executescript(step)
        tx = cast("Transaction", connection)
        put_back(tx, members)
        return {name: b"".join(map(_line, _rows(tx, name))) for name in _COLUMNS}
    except sqlite3.Error as error:
        raise NotRestorable(f"rows do not fit each other: {error}") from error
    finally:
        connection.close()


def put_back(tx: Transaction, members: Mapping[str, bytes]) -> None:
    """Have consents and keys of the backup in a blank store.

    Consents that it has, to fetch this copy, keep their numbers, which its ledger names; the others' follow.

    Raises:
        NotRestorable: a line is none of this table.
    """
    before = records.next_grant_id(tx) - 1
    for name, (table, _, columns) in _COLUMNS.items():
        marks = ", ".join("?" * len(columns))
        for row in _read(name, members[name]):
            values = [_value(name, column, row.get(column)) for column in columns]
            if name == "consents" and before:
                values = _renumbered(dict(zip(columns, values, strict=True)), before)
            tx.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)  # noqa: S608 -- constants


def seed_of(members: Mapping[str, bytes]) -> bytes:
    """The key that signs manifests.

    Raises:
        NotRestorable: it is none.
    """
    rows = _read("signer", members["signer"])
    try:
        seed = b64decode(str(rows[0]["seed"]), validate=True)
    except (IndexError, KeyError, ValueError) as error:
        raise NotRestorable("gate/signer: no key") from error
    if len(seed) != copies.SEED_SIZE:
        raise NotRestorable("gate/signer: no key")
    return seed


def ledger_of(members: Mapping[str, bytes]) -> dict[str, canonical.Json]:
    """What was before, as the first entry after a restore tells it.

    Raises:
        NotRestorable: nothing of it is there.
    """
    rows = _read("ledger", members["ledger"])
    match rows:
        case [{"epoch": str(epoch), "entries": int(entries), "checkpoint": str(note)}]:
            _answered(members)
            return {"before": epoch[:64], "entries": entries, "checkpoint": note[:2000]}
        case _:
            raise NotRestorable("gate/ledger: no head")


def count_on(tx: Transaction, members: Mapping[str, bytes], made: str) -> None:
    """Privacy that was spent stays spent: the weeks that the backup names, and each since it was ``made``.

    One of before they were named says only who was allowed to ask: since the first consent, each counts.
    """
    told, at = _answered(members), _moment(made)
    budget.assume(tx, told or ())
    first = (grant.given for grant, _ in records.grants(tx) if grant.activity == budget.ACTIVITY)
    budget.doubt(tx, at if told is not None else min((*first, at)))


def _moment(text: str) -> datetime:
    """The manifest's own word; what is none makes all weeks count."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return from_ms(0)


def _answered(members: Mapping[str, bytes]) -> list[anonymise.Week] | None:
    """The newest weeks, as many as there may be."""
    (row,) = _read("ledger", members["ledger"])
    told = row.get("answered")
    if told is None:
        return None
    if not isinstance(told, list):
        raise NotRestorable("gate/ledger.answered: no list")
    try:
        return [anonymise.week_named(str(label)) for label in told[-anonymise.MOST_ANSWERS :]]
    except ValueError as error:
        raise NotRestorable("gate/ledger.answered: no week") from error


def is_blank(tx: Transaction) -> bool:
    """Whether this gate never had a phone, nor a consent but one to fetch a copy, which puts none there."""
    if tx.execute("SELECT count(*) FROM keys").fetchone() != (0,):
        return False
    agreed = {grant.activity for grant, _ in records.grants(tx)}
    return not agreed or (agreed == {far_copies.BACKUP} and not copies.sheets(tx))


NAMES = tuple(member.part for member in GATE)


def _rows(tx: Transaction, name: str) -> list[dict[str, canonical.Json]]:
    table, key, columns = _COLUMNS[name]
    found = tx.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {key}").fetchall()  # noqa: S608 -- constants
    return [{column: _cell(value) for column, value in zip(columns, row, strict=True)} for row in found]


def _cell(value: object) -> canonical.Json:
    return value.decode() if isinstance(value, bytes) else cast("canonical.Json", value)


def _line(row: Mapping[str, canonical.Json]) -> bytes:
    return msgspec.json.encode(row) + b"\n"


def _read(name: str, data: bytes) -> list[dict[str, object]]:
    try:
        return [msgspec.json.decode(line, type=dict[str, object]) for line in data.splitlines()]
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise NotRestorable(f"gate/{name}: {error}") from error


def _renumbered(row: dict[str, str | int | bytes | None], before: int) -> list[str | int | bytes | None]:
    """A consent's row behind ``before`` others."""
    grant = msgspec.json.decode(cast("bytes", row["body"]), type=Grant)
    moved = replace(grant, id=grant.id + before)
    return list((row | {"id": moved.id, "body": msgspec.json.encode(moved)}).values())


def _value(name: str, column: str, value: object) -> str | int | bytes | None:
    try:
        if column == "body":
            msgspec.json.decode(str(value), type=_DECODE[name])
            return str(value).encode()
        if column == "reason" and value is not None:
            return Reason(value).value
    except (msgspec.DecodeError, ValueError) as error:
        raise NotRestorable(f"gate/{name}.{column}: {error}") from error
    if not isinstance(value, str | int | None):
        raise NotRestorable(f"gate/{name}.{column}: neither text nor number")
    return value
