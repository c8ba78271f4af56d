"""A receiver's desk on a clock that tests own, and what a home sends to it."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from privacy import sealing
from privacy.payload import GROUP_NAMES, build, timestamp
from support.desk import Desk
from support.exchange import Request
from support.identity import identity_in
from support.label import DELETION, DIAGNOSIS, PATH, REPORT, STATE
from support.store import Store
from tests.clock import ManualClock
from tests.privacy.test_payload import COLLECTED

TRANSFER = "00112233445566ff"
_count = itertools.count(1)


def numbered(size: int) -> bytes:
    """Another ticket each time."""
    return next(_count).to_bytes(size, "big")


def desk_in(folder: Path, clock: ManualClock) -> Desk:
    """As after a start."""
    store = Store(folder)
    store.make()
    return Desk(store, identity_in(folder), clock, numbered)


def bundle(ticket: str, made: datetime, days: int = 28) -> bytes:
    return build(
        COLLECTED, groups=GROUP_NAMES, ticket=ticket, made=made, delete_by=made + timedelta(days=days)
    )


def delivery(
    key: str,
    ticket: str,
    at: datetime,
    *,
    days: int = 28,
    transfer: str = TRANSFER,
    inside: bytes | None = None,
) -> Request:
    """What a gate posts. inside: in the place of the right bundle."""
    body = bundle(ticket, at, days) if inside is None else inside
    return Request(
        method="POST",
        path=PATH,
        headers={
            "homebase-activity": DIAGNOSIS,
            "homebase-ticket": ticket,
            "homebase-transfer": transfer,
            "homebase-delete-by": timestamp(at + timedelta(days=days)),
        },
        body=sealing.seal(body, key),
    )


REPORTED = b'{"description":"no light","email":"ada@example.org"}'


def report(key: str, at: datetime, *, transfer: str = TRANSFER, inside: bytes = REPORTED) -> Request:
    """A problem that an owner reports; it has no ticket yet."""
    sent = delivery(key, "", at, transfer=transfer, inside=inside)
    return replace(sent, headers={**sent.headers, "homebase-activity": REPORT})


def question(ticket: str, transfer: str = TRANSFER) -> Request:
    """Whether a ticket is open."""
    asked = deletion(ticket, transfer)
    return replace(asked, headers={**asked.headers, "homebase-activity": STATE})


def deletion(ticket: str, transfer: str = TRANSFER) -> Request:
    return Request(
        method="POST",
        path=PATH,
        headers={"homebase-activity": DELETION, "homebase-ticket": ticket},
        body=b'{"ticket":"%s","transfer":"%s"}' % (ticket.encode(), transfer.encode()),
    )
