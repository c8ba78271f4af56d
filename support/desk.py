"""The rules of the receiver: tickets, what is kept for them and how long, who looked, what is deleted.

Read downwards: open_ticket → take → show → delete, close_ticket, sweep. No network; the server and the
commands ask it. Each call first deletes what is over, so a machine that was off shows nothing that is.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Literal, TypeVar

from privacy.consent import TICKET
from privacy.payload import timestamp
from privacy.ports import Clock
from privacy.received import Deleted, TicketState

from .identity import Identity, NotForUs
from .label import REPORT, Deletion, Delivery, StateAsked
from .store import Store, Transaction, from_ms, to_ms
from .told import Line, Shown, Ticket

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without letters that are misheard or misread as digits
MOST_TICKETS = 500  # open at once
MOST_REPORTED = 400  # of them, while homes may still open one: the rest is for whoever helps
MOST_DELIVERIES = 64  # of one ticket: 14 days daily, and some by hand
MOST_ABSENT = 64  # of one open ticket: transfers that a home took back before they were here
MOST_BYTES = 512 << 20  # of all deliveries
LEAVE_FREE = 64 << 20  # of the disk
LOG_KEPT = timedelta(days=365)  # also how long it is known that a transfer was deleted
DAY_MS = 86_400_000
HOME = "home"  # who asks by the network: no address is kept
T = TypeVar("T")


class Declined(Exception):
    """A command can't be done. code: of words.py; fields: what its text names."""

    def __init__(self, code: str, **fields: object) -> None:
        super().__init__(code)
        self.code, self.fields = code, fields


class Desk:
    """One per process."""

    def __init__(
        self, store: Store, identity: Identity, clock: Clock, random_bytes: Callable[[int], bytes]
    ) -> None:
        self._store, self._identity, self._clock = store, identity, clock
        self._random_bytes = random_bytes

    # tickets

    def open_ticket(self, number: str, who: str) -> str:
        """Return the ticket that homes may send to from now on. number: "" for a new one.

        Raises:
            Declined: it is known already, or of another form, or too many are open.
        """
        if number and not TICKET.fullmatch(number):
            raise Declined("bad_ticket", ticket=number)
        drawn = number or self._drawn()

        def job(tx: Transaction) -> None:
            if tx.execute("SELECT 1 FROM tickets WHERE number = ?", (drawn,)).fetchone():
                raise Declined("known_ticket", ticket=drawn)
            if _open_count(tx) >= MOST_TICKETS:
                raise Declined("too_many_tickets", most=MOST_TICKETS)
            tx.execute("INSERT INTO tickets VALUES (?, ?, NULL)", (drawn, self._now_ms()))
            self._log(tx, "opened", drawn, who=who)

        self._work(job)
        return drawn

    def close_ticket(self, number: str, who: str) -> int:
        """Delete all that came for it, and take nothing more; return how many deliveries went.

        Raises:
            Declined: no such ticket is open.
        """

        def job(tx: Transaction) -> int:
            closed = tx.execute(
                "UPDATE tickets SET closed_ms = ? WHERE number = ? AND closed_ms IS NULL RETURNING number",
                (self._now_ms(), number),
            ).fetchall()
            if not closed:
                raise Declined("no_ticket", ticket=number)
            self._log(tx, "closed", closed[0][0], who=who)
            return self._drop(tx, "ticket = ?", number, why="closed", who=who)

        return self._work(job)

    def tickets(self) -> list[Ticket]:
        """Those that are open, oldest first."""

        def job(tx: Transaction) -> list[Ticket]:
            rows = tx.execute(
                "SELECT number, opened_ms, count(transfer), max(delete_by_ms) FROM tickets"
                " LEFT JOIN deliveries ON ticket = number WHERE closed_ms IS NULL GROUP BY number ORDER BY 2"
            )
            return [
                Ticket(
                    number=row[0],
                    opened=from_ms(row[1]),
                    deliveries=row[2],
                    delete_by=None if row[3] is None else from_ms(row[3]),
                )
                for row in rows
            ]

        return self._work(job)

    # what homes send

    def take(self, delivery: Delivery, mismatch: Callable[[bytes], str | None]) -> tuple[str, bool]:
        """Keep it; return the receipt and True, or a code of privacy/received.py and False.

        mismatch: why the opened bundle is not what its label says, or None; nothing opened is kept.
        """
        if delivery.opens:
            delivery = replace(delivery, ticket=self._drawn())
        if (known := self._work(lambda tx: self._place(tx, delivery))) is not None:
            return known
        try:
            wrong = mismatch(self._identity.open(delivery.sealed))
        except NotForUs:
            wrong = "not_for_this_key"
        if wrong is not None:
            return self.refuse(wrong), False
        receipt = sha256(delivery.sealed).hexdigest()

        def job(tx: Transaction) -> tuple[str, bool]:
            known = self._place(tx, delivery)
            if known is not None:  # closed, or come again, while it was opened
                return known
            moment, until = self._now_ms(), to_ms(delivery.delete_by)
            if delivery.opens:
                tx.execute("INSERT INTO tickets VALUES (?, ?, NULL)", (delivery.ticket, moment))
                self._log(tx, "opened", delivery.ticket)
            row = (delivery.transfer, delivery.ticket, moment, until, receipt, delivery.sealed)
            tx.execute("INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?)", row)
            self._log(tx, "received", delivery.ticket, delivery.transfer)
            return receipt, True

        return self._work(job)

    def delete(self, wanted: Deletion) -> Deleted | str:
        """Delete that transfer and say so, also where it was before; a code where it is another ticket's.

        It is deleted when this returns.
        """

        def job(tx: Transaction) -> Deleted | str:
            found = tx.execute(
                "SELECT ticket FROM deliveries WHERE transfer = ?"
                " UNION ALL SELECT ticket FROM gone WHERE transfer = ?",
                (wanted.transfer, wanted.transfer),
            ).fetchone()
            # a home that never got our answer to its report does not know the number
            if found is not None and wanted.ticket.lower() not in {REPORT, str(found[0]).lower()}:
                return self._refused(tx, "other_ticket")
            self._drop(tx, "transfer = ?", wanted.transfer, why="asked")
            gone = tx.execute(
                "SELECT gone_ms, why FROM gone WHERE transfer = ?", (wanted.transfer,)
            ).fetchone()
            if gone is None:
                self._never_came(tx, wanted)
            moment = None if gone is None or gone[1] == "absent" else timestamp(from_ms(gone[0]))
            state: Literal["deleted", "absent"] = "absent" if moment is None else "deleted"
            receipt = f"{state} {wanted.transfer} {moment or ''}".strip()
            return Deleted(receipt=receipt, transfer=wanted.transfer, state=state, deleted_at=moment)

        return self._work(job)

    def number_of(self, transfer: str) -> str:
        """Of the ticket that a delivery is kept under."""
        query = "SELECT ticket FROM deliveries WHERE transfer = ?"
        return str(self._work(lambda tx: tx.execute(query, (transfer,)).fetchone()[0]))

    def state(self, asked: StateAsked) -> TicketState | str:
        """Whether the ticket of that delivery is open; a code where it is not one of theirs."""

        def job(tx: Transaction) -> TicketState | str:
            found = tx.execute(
                "SELECT closed_ms FROM tickets WHERE number = ?1 AND (EXISTS"
                " (SELECT 1 FROM deliveries WHERE transfer = ?2 AND ticket = ?1) OR EXISTS"
                " (SELECT 1 FROM gone WHERE transfer = ?2 AND ticket = ?1))",
                (asked.ticket, asked.transfer),
            ).fetchone()
            if found is None:
                return self._refused(tx, "other_ticket")
            return TicketState(ticket=asked.ticket, state="open" if found[0] is None else "closed")

        return self._work(job)

    def refuse(self, code: str) -> str:
        """Count a refusal; returns its code."""
        return self._work(lambda tx: self._refused(tx, code))

    # whoever helps

    def show(self, number: str, who: str) -> list[Shown]:
        """Open all that came for a ticket; that ``who`` looked is written down first.

        Raises:
            Declined: no such ticket is open, nothing came for it, or the key is another one.
        """

        def job(tx: Transaction) -> list[tuple[str, int, int, bytes]]:
            if not _is_open(tx, number):
                raise Declined("no_ticket", ticket=number)
            rows = tx.execute(
                "SELECT transfer, received_ms, delete_by_ms, sealed FROM deliveries"
                " WHERE ticket = ? ORDER BY received_ms",
                (number,),
            ).fetchall()
            if not rows:
                raise Declined("nothing_came", ticket=number)
            for row in rows:
                self._log(tx, "shown", number, row[0], who)
            return rows

        try:
            return [
                Shown(
                    transfer=transfer,
                    received=from_ms(received_ms),
                    delete_by=from_ms(until_ms),
                    text=self._identity.open(sealed).decode(),
                )
                for transfer, received_ms, until_ms, sealed in self._work(job)
            ]
        except NotForUs:
            raise Declined("other_key") from None

    def log(self) -> list[Line]:
        """All lines, oldest first."""
        query = "SELECT at_ms, what, ticket, transfer, who, note, times FROM log ORDER BY at_ms, id"
        rows = self._work(lambda tx: tx.execute(query).fetchall())
        return [
            Line(
                at=from_ms(row[0]),
                what=row[1],
                ticket=row[2],
                transfer=row[3],
                who=row[4],
                note=row[5],
                times=row[6],
            )
            for row in rows
        ]

    def sweep(self) -> None:
        """Delete what is over; each other call does so, too."""
        self._work(lambda _: None)

    # settings, of the last start

    def remember(self, **settings: str) -> None:
        """Keep what ``homebase support entry`` tells owners."""
        rows = list(settings.items())
        self._work(lambda tx: tx.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows))

    def remembered(self) -> dict[str, str]:
        """What was kept."""
        return dict(self._work(lambda tx: tx.execute("SELECT key, value FROM settings").fetchall()))

    @property
    def public_key(self) -> str:
        """What owners enter."""
        return self._identity.public

    # parts of jobs

    def _work(self, job: Callable[[Transaction], T]) -> T:
        self._store.work(self._sweep)  # by itself: a job that is declined must not bring back what was over
        return self._store.work(job)

    def _sweep(self, tx: Transaction) -> None:
        """Whatever else is asked: nothing is here longer than it may be."""
        moment = self._now_ms()
        self._drop(tx, "delete_by_ms <= ?", moment, why="term")
        before = moment - LOG_KEPT // timedelta(milliseconds=1)
        tx.execute("DELETE FROM log WHERE at_ms <= ?", (before,))
        tx.execute("DELETE FROM gone WHERE gone_ms <= ?", (before,))
        tx.execute("DELETE FROM tickets WHERE closed_ms <= ?", (before,))

    def _place(self, tx: Transaction, delivery: Delivery) -> tuple[str, bool] | None:
        """None where it can be kept; else the answer: it is kept already, or why not."""
        row = tx.execute(
            "SELECT ticket, receipt FROM deliveries WHERE transfer = ?", (delivery.transfer,)
        ).fetchone()
        if row is not None and (delivery.opens or str(row[0]).lower() == delivery.ticket.lower()):
            return str(row[1]), True  # our answer to the first one was lost
        count, size = tx.execute(
            "SELECT count(*) FILTER (WHERE ticket = ?), coalesce(sum(length(sealed)), 0) FROM deliveries",
            (delivery.ticket,),
        ).fetchone()
        was = tx.execute("SELECT 1 FROM gone WHERE transfer = ?", (delivery.transfer,)).fetchone()
        refusals = {
            "ticket_not_open": not (delivery.opens or _is_open(tx, delivery.ticket)),
            "other_ticket": row is not None,
            "deleted": was is not None,
            "full": count >= MOST_DELIVERIES
            or size + len(delivery.sealed) > MOST_BYTES
            or self._store.free() < LEAVE_FREE
            or (delivery.opens and _open_count(tx) >= MOST_REPORTED),
        }
        code = next((code for code, holds in refusals.items() if holds), None)
        return None if code is None else (self._refused(tx, code), False)

    def _drop(self, tx: Transaction, which: str, value: object, *, why: str, who: str = HOME) -> int:
        """Delete these deliveries; that they were here is known on. which: constant text."""
        rows = tx.execute(
            f"DELETE FROM deliveries WHERE {which} RETURNING transfer, ticket",  # noqa: S608 -- constant
            (value,),
        ).fetchall()
        for transfer, ticket in rows:
            tx.execute("INSERT INTO gone VALUES (?, ?, ?, ?)", (transfer, ticket, self._now_ms(), why))
            self._log(tx, "deleted", ticket, transfer, "" if why == "term" else who, why)
        return len(rows)

    def _never_came(self, tx: Transaction, wanted: Deletion) -> None:
        """Have it refused should it still be on its way; of what is for no open ticket nothing is kept."""
        query = "SELECT count(*) FROM gone WHERE ticket = ? AND why = 'absent'"
        known = int(tx.execute(query, (wanted.ticket,)).fetchone()[0])
        if not (wanted.ticket == REPORT or _is_open(tx, wanted.ticket)) or known >= MOST_ABSENT:
            self._counted(tx, "absent")
            return
        row = (wanted.transfer, wanted.ticket, self._now_ms(), "absent")
        tx.execute("INSERT INTO gone VALUES (?, ?, ?, ?)", row)
        self._log(tx, "absent", wanted.ticket, wanted.transfer)

    def _refused(self, tx: Transaction, code: str) -> str:
        self._counted(tx, "refused", code)
        return code

    def _counted(self, tx: Transaction, what: str, code: str = "") -> None:
        """One line a day for each code: strangers can't fill the disk."""
        counted = tx.execute(
            "UPDATE log SET times = times + 1"
            " WHERE what = ? AND note = ? AND ticket = '' AND at_ms > ? RETURNING id",
            (what, code, self._now_ms() - DAY_MS),
        ).fetchall()
        if not counted:
            self._log(tx, what, note=code)

    def _log(
        self,
        tx: Transaction,
        what: str,
        ticket: str = "",
        transfer: str = "",
        who: str = HOME,
        note: str = "",
    ) -> None:
        tx.execute(
            "INSERT INTO log (at_ms, what, ticket, transfer, who, note, times) VALUES (?, ?, ?, ?, ?, ?, 1)",
            (self._now_ms(), what, ticket, transfer, who, note),
        )

    def _drawn(self) -> str:
        """Such as T-7K4M-2PQX: 40 bits, so that nobody guesses one."""
        number = int.from_bytes(self._random_bytes(5), "big")
        letters = "".join(ALPHABET[number >> shift & 31] for shift in range(0, 40, 5))
        return f"T-{letters[:4]}-{letters[4:]}"

    def _now_ms(self) -> int:
        return to_ms(self._clock.now())


def _is_open(tx: Transaction, number: str) -> bool:
    query = "SELECT 1 FROM tickets WHERE number = ? AND closed_ms IS NULL"
    return tx.execute(query, (number,)).fetchone() is not None


def _open_count(tx: Transaction) -> int:
    return int(tx.execute("SELECT count(*) FROM tickets WHERE closed_ms IS NULL").fetchone()[0])
