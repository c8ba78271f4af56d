"""The account's e-mail address, as the gate's rooms read it. Part of jobs; table: mail_addresses.

Who enters and confirms it: account/addressees.py.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from privacy.gate.storage.book import from_ms
from privacy.gate.storage.store import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAddress:
    """The account's e-mail address. confirmed: when its link was used; link_until: of one on its way."""

    address: str
    since: datetime
    confirmed: datetime | None
    link_until: datetime | None


def mail_address(tx: Transaction) -> MailAddress | None:
    """The one that is entered, or None."""
    row = tx.execute("SELECT address, since_ms, confirmed_ms, until_ms FROM mail_addresses").fetchone()
    if row is None:
        return None
    return MailAddress(
        address=str(row[0]), since=_at(row[1]), confirmed=_at_or_none(row[2]), link_until=_at_or_none(row[3])
    )


def _at(value: object) -> datetime:
    return from_ms(cast("int", value))


def _at_or_none(value: object) -> datetime | None:
    return None if value is None else _at(value)
