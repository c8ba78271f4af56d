"""Writes down, at the start, what was closed before it while the store could not be written (tombstones.py).

Parts of one job, before anything is read back: what was closed then is closed now. Twice does no harm.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never

from privacy import canonical
from privacy.consent import Grant
from privacy.gate.storage import book, closures, key_records, records
from privacy.gate.storage.book import News
from privacy.gate.storage.closures import Closure, ClosureKind
from privacy.gate.storage.store import Transaction
from privacy.gate.storage.tombstones import Tomb, Tombstone
from privacy.ledger import Kind
from privacy.ports import RandomBytes
from privacy.reasons import Reason

VIA = "noted before the restart"


def settle(
    tx: Transaction,
    stones: Iterable[Tombstone],
    by_entry: Sequence[str],
    at: datetime,
    random_bytes: RandomBytes,
) -> None:
    """Do what the tombstones say. by_entry: activities that an entry in homebase.toml opens."""
    for stone in stones:
        news = _news(tx, stone, by_entry, at)
        book.append(tx, news, at, random_bytes)


def _news(tx: Transaction, stone: Tombstone, by_entry: Sequence[str], at: datetime) -> list[News]:
    match stone.tomb:
        case Tomb.WITHDRAWN:
            return [_withdraw(tx, stone.subject, by_entry, at)]
        case Tomb.KEY:
            key_records.end_key(tx, stone.subject, at)
            return [_key(stone.subject)]
        case Tomb.OBJECTED:
            _keep(tx, stone, at)
            return [News(kind=Kind.OBJECTION, data={"activity": stone.subject, "via": VIA})]
        case Tomb.RESTRICTED:
            _keep(tx, stone, at)
            return [News(kind=Kind.RESTRICTION, data={"category": stone.subject, "via": VIA})]
        case Tomb.DEREGISTERED:
            return _deregister(tx, stone, at)
        case _:
            assert_never(stone.tomb)


def _withdraw(tx: Transaction, activity: str, by_entry: Sequence[str], at: datetime) -> News:
    gone = [grant for grant in records.live_grants(tx) if grant.activity == activity]
    _end(tx, gone, at)
    if activity in by_entry:
        records.close_entry(tx, activity)
    data: dict[str, canonical.Json] = {
        "activity": activity,
        "recipient": None,
        "grants": [grant.id for grant in gone],
        "cut": 0,
        "via": VIA,
    }
    return News(kind=Kind.WITHDRAWAL, data=data)


def _deregister(tx: Transaction, stone: Tombstone, at: datetime) -> list[News]:
    kids, gone = key_records.end_keys(tx, at), records.live_grants(tx)
    _end(tx, gone, at)
    _keep(tx, stone, at)
    told: dict[str, canonical.Json] = {
        "right": "deregistration: authorisations",
        "phones": len(kids),
        "consents": len(gone),
        "via": VIA,
    }
    return [*map(_key, kids), News(kind=Kind.RIGHT, data=told)]


def _key(kid: str) -> News:
    return News(kind=Kind.KEY, data={"key": kid, "action": "removed", "by": VIA})


def _end(tx: Transaction, gone: Iterable[Grant], at: datetime) -> None:
    for grant in gone:
        records.end_grant(tx, grant, Reason.WITHDRAWN, at)
        records.purge_outbox(tx, [grant.id])


def _keep(tx: Transaction, stone: Tombstone, at: datetime) -> None:
    closures.keep(tx, Closure(kind=ClosureKind(stone.tomb.value), subject=stone.subject, at=at))
