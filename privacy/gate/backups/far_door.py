"""The door to far targets: decide, write down, look up, connect, write down how it ended. Cut at once.

Read downwards: opened → _permit → _begin → _connected → _end. One begin and one end entry for each thing that
is done at a target; nothing leaves before the first is on the disk, not even a question to a name server.
Access data leaves to the host that was agreed to alone, under its TLS, and stands in no entry.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from privacy import canonical, sealing
from privacy.consent import Grant
from privacy.decide import EgressRequest, Ground, Permit, Refusal, decide
from privacy.gate.backups import copies, far_copies
from privacy.gate.backups.far_copies import BACKUP
from privacy.gate.backups.target import PART, Target, TargetError, Trouble
from privacy.gate.desk import Desk
from privacy.gate.network import outside, resolver
from privacy.gate.network.http_line import HttpLine
from privacy.gate.storage import access, amounts, transfers
from privacy.gate.storage.access import AccessData
from privacy.gate.storage.attempt import Cut, Result
from privacy.gate.storage.store import StoreError, Transaction
from privacy.reasons import Reason
from privacy.recipients import Recipient, Transport
from privacy.register import Language
from privacy.vocabulary import DataCategory

DELETION = "backup.deletion"
BESIDE = 1 << 18  # bytes for heads and questions beside a copy's own
_HEADS = 1 << 12  # of these, for one request
REGION = "us-east-1"  # where homebase.toml names none; most services other than AWS take it
Keys = Callable[[Transaction], Sequence[str]]
"""The public keys that copies are encrypted to: of the recovery sheet."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is to be done at a target. name: of the copy, "" for the list; size, sha256: of what is put.

    transfer: of the copy whose deletion is asked for without a consent; "" for all else.
    """

    does: str
    name: str = ""
    size: int = 0
    sha256: str = ""
    transfer: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class _Running:
    """One deed at a target. left: bytes that it may still send. why: it was cut.

    counted: of these, bytes that stand in the count of ``day`` already, on which it began.
    """

    transfer: str
    ground: Ground
    deed: Deed
    recipient: Recipient
    left: int
    counted: int
    day: datetime
    line: HttpLine | None = None
    why: Reason | None = None

    @property
    def activity(self) -> str:
        return DELETION if self.deed.transfer else BACKUP

    def meter(self, size: int) -> None:
        """Forbid what is more than was reserved."""
        if self.why is not None:
            raise refused(self.why)
        if size > self.counted:
            raise _spent(self.deed)
        self.left, self.counted = self.left - size, self.counted - size

    def lacks(self, size: int) -> int:
        """Bytes to count before a body begins. Forbids to begin a part that would not get there whole."""
        if size + _HEADS > self.left:
            raise _spent(self.deed)
        return max(0, size + _HEADS - self.counted)


class FarDoor:
    """One per gate. keys: who can open what lies there."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._running: set[_Running] = set()
        self.keys: Keys = _sheets

    def allowed(self, name: str) -> bool:
        """Whether there is a yes for it; only the decision says whether it covers what is so today."""
        return any(
            (grant.activity, grant.recipient) == (BACKUP, name) for grant in self._desk.standing.live()
        )

    async def refresh(self) -> None:
        """Know anew whose account each target is, and who can open what lies there.

        Raises:
            StoreError: it can't be read.
        """
        desk, names = self._desk, far_copies.places(self._desk.recipients)

        def read(tx: Transaction) -> tuple[Sequence[str], dict[str, AccessData | None]]:
            return self.keys(tx), {name: access.access_data(tx, name) for name in names}

        keys, known = await desk.store.read(read)
        for name in names:
            row, data = desk.recipients[name], known[name]
            words = (row.place, "" if data is None else data.user, sealing.addressee(keys))
            # without a sheet nothing is put there: such a yes is for restoring a home that is blank
            behind = "" if data is None else " ".join(words).rstrip()
            desk.recipients = {**desk.recipients, name: replace(row, behind=behind)}

    def cut(self, concerns: Callable[[Grant], bool], why: Reason = Reason.WITHDRAWN) -> tuple[Cut, ...]:
        """End all that runs under such a yes."""
        cuts = []
        for one in self._running:
            if isinstance(one.ground, Grant) and one.why is None and concerns(one.ground):
                one.why = why
                after = 0 if one.line is None else one.line.cut()
                sent = 0 if one.line is None else one.line.sent
                cuts.append(Cut(transfer=one.transfer, grant=one.ground, after=after, sent=sent))
        return tuple(cuts)

    @asynccontextmanager
    async def opened(self, name: str, deed: Deed) -> AsyncIterator[Target]:
        """A target for one deed.

        Raises:
            TargetError: NOT_ALLOWED, with the door's reason; or what went wrong there.
        """
        try:
            await self.refresh()
        except StoreError as error:
            raise refused(Reason.LEDGER_NOT_WRITABLE) from error
        data = await self._read(lambda tx: access.access_data(tx, name))
        spent = await self._read(
            lambda tx: amounts.sent_today(tx, _activity(deed), name, self._desk.time.instant().at)
        )
        permit = self._permit(name, deed, spent)
        if isinstance(permit, Reason):
            await self._desk.refuse(_activity(deed), name, permit)
            raise _spent(deed) if permit is Reason.BUDGET_USED_UP else refused(permit)
        assert isinstance(permit.recipient, Recipient)  # an owner's entry is for devices in the house
        if data is None:
            raise TargetError(Trouble.NO_ACCESS, f"homebase recipient access {name}")
        running = _Running(
            transfer=self._desk.random_bytes(8).hex(),
            ground=permit.ground,
            deed=deed,
            recipient=permit.recipient,
            left=permit.request.size,
            counted=min(permit.request.size, BESIDE),
            day=self._desk.time.instant().at,
        )
        self._running.add(running)  # from here on a withdrawal finds it
        try:
            async with self._written(running) as servers:
                yield await self._connected(running, servers, data)
        finally:
            self._running.discard(running)
            if running.line is not None:
                running.line.close()

    # step by step

    def _permit(self, name: str, deed: Deed, spent: int) -> Permit | Reason:
        desk, activity = self._desk, self._desk.register.get(_activity(deed))
        who = desk.recipients.get(name)
        if desk.unwritten:
            return Reason.LEDGER_NOT_WRITABLE
        room = 0 if activity is None else activity.bytes_per_day - spent
        # a large copy takes several days: each goes on where the day before ended, with a part at least
        least = min(deed.size, PART) + BESIDE if deed.does == "put" else 1
        what = deed.sha256 or sha256(f"{deed.does} {deed.name}".encode()).hexdigest()
        request = EgressRequest(
            activity=_activity(deed),
            recipient=name,
            categories=frozenset({DataCategory.CONSENT_RECORD if deed.transfer else DataCategory.BACKUP}),
            addressee="" if who is None or deed.transfer else who.behind,
            payload_sha256=what,
            size=max(least, min(deed.size + BESIDE, room)),
            sent_today=spent,
            transfer=deed.transfer,
        )
        verdict = decide(request, desk.register, desk.recipients, desk.standing, desk.time.instant())
        return verdict.reason if isinstance(verdict, Refusal) else verdict

    @asynccontextmanager
    async def _written(self, running: _Running) -> AsyncIterator[tuple[str, ...]]:
        """The begin entry before, the end entry after, whatever comes between."""
        servers = resolver.servers()
        try:
            await self._desk.store.write(lambda tx: self._begin(tx, running, servers))
        except StoreError as error:
            raise refused(Reason.LEDGER_NOT_WRITABLE) from error
        result, what = Result.FAILED, "given up"
        try:
            if running.why is not None:
                raise refused(running.why)
            yield servers
            result, what = Result.DELIVERED, running.deed.does
        except TargetError as error:
            what = str(error)
            if running.why is not None:  # cut: whatever the line said about it
                raise refused(running.why) from error
            raise
        finally:
            await self._end(running, result, what)

    def _begin(self, tx: Transaction, running: _Running, servers: Sequence[str]) -> None:
        at, to, deed = self._desk.time.instant().at, running.recipient, running.deed
        told: dict[str, canonical.Json] = {
            "activity": running.activity,
            "grant": running.ground.id if isinstance(running.ground, Grant) else None,
            "ticket": "",
            "does": deed.does,
            "name": deed.name,
            "bytes": running.left,
            "sha256": deed.sha256 or None,
        }
        self._desk.append(tx, *transfers.begun(running.transfer, to, servers, told))
        amounts.spend(tx, running.activity, to.name, at, running.counted)
        if deed.does == "put":
            far_copies.begun(tx, running.transfer, to.name, deed.name)

    async def _connected(self, running: _Running, servers: tuple[str, ...], data: AccessData) -> Target:
        to = running.recipient
        try:
            turn = int(running.transfer, 16)
            target = await outside.target(to, servers, self._desk.random_bytes, turn)
        except outside.NotOutside as error:
            await self._desk.refuse(running.activity, to.name, Reason.ADDRESS_NOT_OUTSIDE)
            raise refused(Reason.ADDRESS_NOT_OUTSIDE) from error
        except resolver.LookupFailed as error:
            raise TargetError(Trouble.UNREACHABLE, str(error)) from error
        running.line = HttpLine(target, running.meter, lambda size: self._count(running, size))
        return target_at(running.line, to, data, self._desk)

    async def _count(self, running: _Running, size: int) -> None:
        """Count a body before any of it leaves, part by part: what a kill keeps from leaving is not counted.

        Raises:
            TargetError: NEXT_DAY or NOT_ALLOWED, where it may not leave today.
        """
        more, to = running.lacks(size), running.recipient.name
        if not more:
            return
        most = self._desk.register.activities[running.activity].bytes_per_day

        def job(tx: Transaction) -> bool:
            if amounts.sent_today(tx, running.activity, to, running.day) + more > most:
                return False  # another deed took it meanwhile
            amounts.spend(tx, running.activity, to, running.day, more)
            return True

        try:
            fits = await self._desk.store.write(job)
        except StoreError as error:
            raise refused(Reason.LEDGER_NOT_WRITABLE) from error
        if not fits:
            raise _spent(running.deed)
        running.counted += more

    async def _end(self, running: _Running, result: Result, what: str) -> None:
        """What left, and how it went; a cut has its own entry."""
        desk, sent = self._desk, 0 if running.line is None else running.line.sent
        deed, to = running.deed, running.recipient

        def job(tx: Transaction) -> None:
            amounts.give_back(tx, running.activity, to.name, amounts.day_of(running.day), running.counted)
            if running.why is None:
                desk.append(tx, transfers.ended(running.transfer, result.value, sent, what))
            if deed.does == "remove" and result is Result.DELIVERED:
                far_copies.gone(tx, to.name, deed.name)

        try:
            await desk.store.write(job, closing=True)
        except StoreError:
            desk.unwritten.append(job)  # its end is missing in the book: until then nothing leaves

    async def _read(self, job: Callable[[Transaction], T]) -> T:
        try:
            return await self._desk.store.read(job)
        except StoreError as error:
            raise refused(Reason.LEDGER_NOT_WRITABLE) from error


def _sheets(tx: Transaction) -> Sequence[str]:
    return [sheet.key for sheet in copies.sheets(tx)]


def target_at(line: HttpLine, to: Recipient, data: AccessData, desk: Desk) -> Target:
    """The client for what stands there; a home without far targets never loads either."""
    if to.transport is Transport.WEBDAV:
        from privacy.gate.backups.http_auth import Account  # noqa: PLC0415 - see above
        from privacy.gate.backups.webdav import WebDav  # noqa: PLC0415 - see above

        return WebDav(line, to.path, Account(user=data.user, password=data.password), desk.random_bytes)
    from privacy.gate.backups.s3 import S3, Bucket  # noqa: PLC0415 - see above
    from privacy.gate.backups.sigv4 import Signer  # noqa: PLC0415 - see above

    prefix = to.path.strip("/")
    bucket = Bucket(path=f"/{to.bucket}" if to.bucket else "", prefix=f"{prefix}/" if prefix else "")
    signer = Signer(key=data.user, secret=data.password, region=to.region or REGION)
    return S3(line, bucket, signer, desk.clock.now)


def _spent(deed: Deed) -> TargetError:
    """No more of it today."""
    if deed.does == "put":
        return TargetError(Trouble.NEXT_DAY)
    return refused(Reason.BUDGET_USED_UP)


def refused(reason: Reason) -> TargetError:
    """The door's no, as targets say it."""
    return TargetError(Trouble.NOT_ALLOWED, reason.text(Language.EN))


def _activity(deed: Deed) -> str:
    return DELETION if deed.transfer else BACKUP
