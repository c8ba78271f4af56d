"""Phones' keys in the gate's store. Parts of jobs, like records.py; a key that was removed stays as proof."""

from datetime import datetime
from typing import cast

import msgspec

from privacy.gate.storage.book import to_ms
from privacy.gate.storage.store import Transaction
from privacy.keys import PhoneKey


def keep_key(tx: Transaction, key: PhoneKey) -> None:
    """Write a key that counts from now on."""
    tx.execute(
        "INSERT OR REPLACE INTO keys (kid, live, since_ms, body) VALUES (?, 1, ?, ?)",
        (key.kid, to_ms(key.since), msgspec.json.encode(key)),
    )


def end_key(tx: Transaction, kid: str, at: datetime) -> None:
    """Mark a key as removed."""
    tx.execute("UPDATE keys SET live = 0, ended_ms = ? WHERE kid = ?", (to_ms(at), kid))


def end_keys(tx: Transaction, at: datetime) -> list[str]:
    """Mark all keys as removed; their ids."""
    rows = tx.execute(
        "UPDATE keys SET live = 0, ended_ms = ? WHERE live = 1 RETURNING kid", (to_ms(at),)
    ).fetchall()
    return sorted(str(kid) for (kid,) in rows)


def live_keys(tx: Transaction) -> list[PhoneKey]:
    """The keys that count."""
    rows = tx.execute("SELECT body FROM keys WHERE live = 1")
    return [msgspec.json.decode(cast("bytes", body), type=PhoneKey) for (body,) in rows]


def drop_keys(tx: Transaction, before: datetime) -> None:
    """Drop keys that were removed before that time: their proofs are gone too."""
    tx.execute("DELETE FROM keys WHERE live = 0 AND ended_ms < ?", (to_ms(before),))
