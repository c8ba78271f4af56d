"""What the gate's privacy parts share: register, recipients, standing, store, time, the ledger's key.

``Desk.open`` makes it at the start: the first entries are written, consents are read back.
door.py decides and sending.py sends.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from privacy import canonical, data, register
from privacy.challenges import Challenges
from privacy.consent import AWAY_ACTIVITIES, Grant
from privacy.gate.storage import (
    amounts,
    book,
    budget,
    deletions,
    epochs,
    key_records,
    records,
    remembered,
    unfinished,
)
from privacy.gate.storage.book import News, from_ms
from privacy.gate.storage.closures import Closures
from privacy.gate.storage.closures import stored as stored_closures
from privacy.gate.storage.schema import MESSAGES_KEPT
from privacy.gate.storage.store import Store, StoreError, StoreThread, Transaction
from privacy.gate.storage.timekeeper import Timekeeper, Vouches, machine_vouches
from privacy.instant import Instant
from privacy.keys import Claim, Keyring
from privacy.ledger import Kind
from privacy.offers import Offers
from privacy.ports import Clock, RandomBytes
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Register
from privacy.standing import Standing

log = logging.getLogger(__name__)


def packaged_register() -> Register:
    """The register of this package.

    Raises:
        RegisterError: naming every mistake.
    """
    folder = Path(data.__file__).with_name("notice")
    return register.load({entry.name: entry.read_text() for entry in folder.iterdir() if entry.is_file()})


@dataclass(slots=True, kw_only=True)
class Desk:
    """The shared parts. origin: the ledger's name in checkpoints; public_key: 32 bytes of Ed25519."""

    register: Register
    recipients: Mapping[str, Recipient]
    standing: Standing
    store: StoreThread
    time: Timekeeper
    clock: Clock
    random_bytes: RandomBytes
    origin: str
    seed: bytes
    keys: Keyring
    claim: Claim
    challenges: Challenges
    offers: Offers
    # what closed and could not be written yet: until it is, everything outward is closed
    unwritten: list[Callable[[Transaction], object]] = field(default_factory=list)
    closures: Closures = field(default_factory=Closures)
    messages_kept: timedelta = MESSAGES_KEPT
    struck: frozenset[str] = frozenset()  # activities whose entry in homebase.toml the owner took back

    @classmethod
    def open(
        cls,
        store: Store,
        register: Register,
        recipients: Mapping[str, Recipient],
        clock: Clock,
        random_bytes: RandomBytes,
        version: str,
        vouches: Vouches = machine_vouches,
    ) -> "Desk":
        """Start the book (or go on with it) and read the consents back.

        Raises:
            StoreError: it can't be read or written.
        """
        time = Timekeeper(clock, store, vouches)
        settled, closed = _settled(register, recipients), store.tombstones.remembered()

        def job(tx: Transaction) -> tuple[bytes, str]:
            """All in one, since each write costs an fsync: on a card that is 10 ms of the start."""
            identity = _identity(tx, store.folder, time, random_bytes)
            time.tick(tx)
            _begin(tx, settled, version, time, random_bytes)
            _end_interrupted(tx, time, random_bytes)
            remembered.settle(tx, closed, register.by_entry(), time.instant().at, random_bytes)
            _mark_stale(tx, register, time)
            return identity

        # a full disk ends no home's start: the kept block is given up for it, and nothing can leave meanwhile
        seed, epoch = store.write(job, closing=True)
        epochs.settled(store.folder, store.read(epochs.head))
        if closed:
            store.tombstones.forget()
        standing = Standing(epoch)
        for earlier in store.read(deletions.earlier_transfers):
            standing.sent(earlier)
        _take_consents(standing, store.read(_consents))
        closures = Closures()
        closures.load(store.read(stored_closures), standing)
        struck = frozenset(name for name in register.by_entry() if store.read(partial(_is_closed, name)))
        return cls(
            closures=closures,
            struck=struck,
            register=register,
            recipients=recipients,
            standing=standing,
            store=StoreThread(store),
            time=time,
            clock=clock,
            random_bytes=random_bytes,
            origin=_origin(epoch),
            seed=seed,
            keys=Keyring(store.read(key_records.live_keys)),
            claim=Claim(random_bytes),
            challenges=Challenges(random_bytes),
            offers=Offers(random_bytes),
        )

    @property
    def public_key(self) -> bytes:
        """The key that checkpoints are verified with."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    def append(self, tx: Transaction, *news: News) -> tuple[int, ...]:
        """Write entries inside a job."""
        return book.append(tx, news, self.time.instant().at, self.random_bytes)

    async def record(self, kind: Kind, data: Mapping[str, canonical.Json]) -> int:
        """Write one entry of its own; on the disk when this returns.

        Raises:
            StoreError: it is not.
        """
        item = News(kind=kind, data=data)
        return (await self.store.write(lambda tx: self.append(tx, item)))[0]

    async def refuse(self, activity: str, recipient: str, reason: Reason, ticket: str = "") -> None:
        """Write a refusal down: the first of a day as an entry, repeats as a count."""
        # what a refused question names is whatever somebody typed: only names of ours go into the book
        activity = activity if self.register.get(activity) else "unknown"
        recipient = recipient if recipient in self.recipients else "unknown"

        def job(tx: Transaction) -> None:
            at = self.time.instant().at
            if amounts.count_refusal(tx, activity, recipient, reason, at) == 1:
                data: dict[str, canonical.Json] = {
                    "activity": activity,
                    "recipient": recipient,
                    "reason": reason.value,
                    "ticket": ticket[:40],
                }
                self.append(tx, News(kind=Kind.REFUSAL, data=data))

        try:
            await self.store.write(job)
        except StoreError as error:  # a refusal needs no entry to be one
            log.warning("refusal.unwritten", extra={"code": error.code})

    async def visit(self) -> None:
        """A phone of the home is here: texts that changed while it was away count from now on."""
        away = [
            grant for grant in self.standing.live() if grant.stale_since is not None and not grant.visited
        ]
        for grant in away:
            self.standing.change(replace(grant, visited=True))
        if away:
            await self.store.write(lambda tx: _keep_visited(tx, away), closing=True)

    async def confirm_clock(self, right: datetime | None = None) -> Instant:
        """The owner says what time it is, or (None) that the clock is right.

        Where that takes time back, nobody knows how long anything was valid: what time limits is ended first.

        Raises:
            StoreError: that could not be written; the clock stays as it was.
        """
        if self.time.goes_back(right):
            at = self.time.instant().at
            limited = [grant for grant in self.standing.live() if grant.until is not None]
            for grant in limited:
                self.standing.end(grant, Reason.EXPIRED)
            data: dict[str, canonical.Json] = {
                "activity": None,
                "recipient": None,
                "grants": [grant.id for grant in limited],
                "cut": 0,
                "via": "the clock was wrong",
            }

            def job(tx: Transaction) -> None:
                for grant in limited:
                    records.end_grant(tx, grant, Reason.EXPIRED, at)
                    records.purge_outbox(tx, [grant.id])
                self.append(tx, News(kind=Kind.WITHDRAWAL, data=data))

            await self.store.write(job, closing=True)
        return self.time.confirm(right)

    async def begin_epoch(
        self, reason: str, fill: Callable[[Transaction], Mapping[str, canonical.Json]]
    ) -> None:
        """Begin a new one: no consent of before counts until the owner confirms it.

        fill: writes what comes along with it, and returns what the first entry tells of that.

        Raises:
            StoreError: nothing was written; until the next start no consent counts all the same.
        """
        self.standing.epoch = ""

        def job(tx: Transaction) -> str:
            told = fill(tx)
            first = epochs.begin(tx, reason, self.random_bytes)
            self.append(tx, News(kind=first.kind, data={**first.data, **told}))
            return (records.meta(tx, "epoch") or b"").decode()

        epoch = await self.store.write(job)
        self.origin = _origin(epoch)
        _take_consents(self.standing, await self.store.read(_consents))
        self.keys = Keyring(await self.store.read(key_records.live_keys))
        self.standing.epoch = epoch

    async def checkpoint(self) -> str:
        """A signed checkpoint of now."""
        at = self.time.instant().at
        return await self.store.write(lambda tx: book.sign(tx, self.origin, self.seed, at))


def _origin(epoch: str) -> str:
    return f"homebase/{epoch[:16]}"


def _consents(tx: Transaction) -> list[tuple[Grant, Reason | None]]:
    """A list: whoever asks stands on the loop's thread, the alone one that may change what holds."""
    return list(records.grants(tx))


def _take_consents(standing: Standing, consents: Iterable[tuple[Grant, Reason | None]]) -> None:
    for grant, reason in consents:
        if reason is None:
            standing.give(grant)
        else:
            standing.end(grant, reason)


def _is_closed(activity: str, tx: Transaction) -> bool:
    return records.is_entry_closed(tx, activity)


def _identity(
    tx: Transaction, folder: Path, time: Timekeeper, random_bytes: RandomBytes
) -> tuple[bytes, str]:
    if (reason := epochs.why_new(tx, folder)) is not None:
        if records.meta(tx, "signing_seed") is None:
            records.set_meta(tx, "signing_seed", random_bytes(32))
        if reason != "new":  # up to the moment that this store was left at, all is known
            budget.doubt(tx, from_ms(int(records.meta(tx, "floor_ms") or b"0")))
        news = epochs.begin(tx, reason, random_bytes)
        book.append(tx, [news], time.instant().at, random_bytes)
    seed, epoch = records.meta(tx, "signing_seed"), records.meta(tx, "epoch")
    assert seed is not None
    assert epoch is not None
    return seed, epoch.decode()


def _end_interrupted(tx: Transaction, time: Timekeeper, random_bytes: RandomBytes) -> None:
    """What a kill left open has ended: nothing of this gate runs yet."""
    news = [News(kind=kind, data=data) for kind, data in unfinished.ends(tx)]
    book.append(tx, news, time.instant().at, random_bytes)


def _mark_stale(tx: Transaction, register: Register, time: Timekeeper) -> None:
    """Count from now how long a yes to an earlier text still holds for somebody who is away."""
    at = time.instant()
    for grant in records.live_grants(tx):
        activity = register.get(grant.activity)
        if activity is None or grant.text_hash == activity.text_hash or grant.stale_since is not None:
            continue
        if grant.activity in AWAY_ACTIVITIES:
            records.keep_grant(tx, replace(grant, stale_since=at.at, stale_running_s=at.running_s))


def _keep_visited(tx: Transaction, away: Sequence[Grant]) -> None:
    live = {grant.id for grant in records.live_grants(tx)}
    for grant in away:
        if grant.id in live:
            records.keep_grant(tx, replace(grant, visited=True))


def _settled(register: Register, recipients: Mapping[str, Recipient]) -> dict[str, canonical.Json]:
    """What people and operators set, as the configuration entry tells it."""
    who: Sequence[canonical.Json] = [
        {
            "name": row.name,
            "role": row.role.value,
            "host": row.host,
            "port": row.port,
            "country": row.country,
            "activities": sorted(row.activities),
            "keys": sorted(row.keys),
        }
        for row in sorted(recipients.values(), key=lambda row: row.name)
    ]
    texts: canonical.Json = {name: row.text_hash for name, row in register.activities.items()}
    return {
        "notice": register.version,
        "texts_sha256": sha256(canonical.encode(texts)).hexdigest(),
        "recipients": who,
    }


def _begin(
    tx: Transaction,
    settled: Mapping[str, canonical.Json],
    version: str,
    time: Timekeeper,
    random_bytes: RandomBytes,
) -> None:
    news = [News(kind=Kind.START, data={"version": version, "clock_sure": time.sure})]
    mark = sha256(canonical.encode(settled)).digest()
    if records.meta(tx, "configuration") != mark:
        records.set_meta(tx, "configuration", mark)
        news.append(News(kind=Kind.CONFIGURATION, data=settled))
    book.append(tx, news, time.instant().at, random_bytes)
