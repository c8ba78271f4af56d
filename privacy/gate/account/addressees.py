"""Who is meant behind a service, in the gate's store. Parts of jobs.

The hub knows none of it: it can't send to another address than the owner's own. Tables: mail_addresses,
sms_numbers, push_devices, push_subscriptions. Access data: storage/access.py; the address is read by
storage/mail_addresses.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from privacy.gate.storage import access
from privacy.gate.storage.book import from_ms, to_ms
from privacy.gate.storage.store import Transaction
from privacy.instant import Instant
from privacy.web_push import Subscription

LINK_LASTS = timedelta(hours=24)
MOST = 32  # numbers, and devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A phone that may be told something. device: its id for push, "" for SMS; number: E.164."""

    number: str
    label: str
    since: datetime
    device: str = ""


# the account's e-mail address


def set_mail_address(tx: Transaction, address: str, at: datetime) -> None:
    """Replace it; the new one is unconfirmed, and no link of before counts. "" removes it."""
    tx.execute("DELETE FROM mail_addresses")
    if address:
        tx.execute("INSERT INTO mail_addresses (address, since_ms) VALUES (?, ?)", (address, to_ms(at)))


def expect_confirmation(tx: Transaction, address: str, code_hash: bytes, at: Instant) -> bool:
    """Let a code count from now on, for LINK_LASTS; False where the address is gone or confirmed."""
    changed = tx.execute(
        "UPDATE mail_addresses SET code_hash = ?, until_ms = ?, until_running_s = ?"
        " WHERE address = ? AND confirmed_ms IS NULL",
        (
            *(code_hash, to_ms(at.at + LINK_LASTS)),
            *(int(at.running_s + LINK_LASTS.total_seconds()), address),
        ),
    )
    return changed.rowcount == 1


def confirm(tx: Transaction, code_hash: bytes, at: Instant) -> bool:
    """Use a code up; False where it is wrong, used, or over by the clock or by running time."""
    changed = tx.execute(
        "UPDATE mail_addresses"
        " SET confirmed_ms = ?, code_hash = NULL, until_ms = NULL, until_running_s = NULL"
        " WHERE code_hash = ? AND until_ms > ? AND until_running_s > ?",
        (to_ms(at.at), code_hash, to_ms(at.at), int(at.running_s)),
    )
    return changed.rowcount == 1


def end_all(tx: Transaction) -> None:
    """A deregistration: no access data and no link counts any more; the rest goes with the data."""
    access.end_all(tx)
    tx.execute("UPDATE mail_addresses SET code_hash = NULL, until_ms = NULL, until_running_s = NULL")


# phones


def sms_numbers(tx: Transaction) -> list[Contact]:
    """Oldest first."""
    rows = tx.execute("SELECT number, label, since_ms FROM sms_numbers ORDER BY since_ms, number")
    return [Contact(number=str(row[0]), label=str(row[1]), since=_at(row[2])) for row in rows]


def push_devices(tx: Transaction) -> list[Contact]:
    """Oldest first."""
    rows = tx.execute("SELECT number, label, since_ms, device FROM push_devices ORDER BY since_ms, device")
    return [
        Contact(number=str(row[0]), label=str(row[1]), since=_at(row[2]), device=str(row[3])) for row in rows
    ]


def keep_contact(tx: Transaction, row: Contact, replaces: str = "") -> bool:
    """Add it, change its label, or put it in the place of another; False when there are too many."""
    table, key, value = _place(row)
    others = f"SELECT count(*) FROM {table} WHERE {key} NOT IN (?, ?)"  # noqa: S608 -- names of the schema
    count = tx.execute(others, (value, replaces)).fetchone()
    if count is None or cast("int", count[0]) >= MOST:
        return False
    if replaces != value:
        tx.execute(f"DELETE FROM {table} WHERE {key} = ?", (replaces,))  # noqa: S608 -- names of the schema
    if row.device:
        tx.execute(
            "INSERT INTO push_devices (device, number, label, since_ms) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET number = excluded.number, label = excluded.label",
            (row.device, row.number, row.label, to_ms(row.since)),
        )
    else:
        tx.execute(
            "INSERT INTO sms_numbers (number, label, since_ms) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET label = excluded.label",
            (row.number, row.label, to_ms(row.since)),
        )
    return True


def keep_subscription(tx: Transaction, device: str, to: Subscription) -> None:
    """Where a device takes messages; its row of push_devices says whose it is."""
    tx.execute(
        "INSERT OR REPLACE INTO push_subscriptions (device, endpoint, p256dh, auth) VALUES (?, ?, ?, ?)",
        (device, to.endpoint, to.p256dh, to.auth),
    )


def subscription(tx: Transaction, device: str) -> Subscription | None:
    """Of that device, or None."""
    row = tx.execute(
        "SELECT endpoint, p256dh, auth FROM push_subscriptions WHERE device = ?", (device,)
    ).fetchone()
    if row is None:
        return None
    return Subscription(endpoint=str(row[0]), p256dh=cast("bytes", row[1]), auth=cast("bytes", row[2]))


def drop_contact(tx: Transaction, *, number: str = "", device: str = "") -> bool:
    """Remove a number, or a device by its id; whether there was one."""
    if device:
        tx.execute("DELETE FROM push_subscriptions WHERE device = ?", (device,))
        return tx.execute("DELETE FROM push_devices WHERE device = ?", (device,)).rowcount > 0
    return tx.execute("DELETE FROM sms_numbers WHERE number = ?", (number,)).rowcount > 0


def _place(row: Contact) -> tuple[str, str, str]:
    return ("push_devices", "device", row.device) if row.device else ("sms_numbers", "number", row.number)


def _at(value: object) -> datetime:
    return from_ms(cast("int", value))
