"""What phones may do to this gate: enrol with the claim, state things under their signature. Never by asking.

Read downwards: state → _checked → one function per kind of statement. The signature is looked at before the
challenge is used up. What opens is on the disk before it takes effect; a key that goes, goes first.
"""

import logging
from collections.abc import Sequence
from typing import assert_never

from privacy import base64url, canonical, jws, keys, statements
from privacy.challenges import LIFE_S, Challenge
from privacy.consent import Grant, confirmed
from privacy.delivered import check_addressee
from privacy.gate.door.door import Door
from privacy.gate.door.giving import About, Ready
from privacy.gate.door.refused import Refused
from privacy.gate.phones.naming import Naming
from privacy.gate.rights.erasing import Erasing
from privacy.gate.storage import key_records, records
from privacy.gate.storage.book import News
from privacy.gate.storage.closures import ClosureKind
from privacy.gate.storage.store import StoreError, Transaction
from privacy.gate.storage.tombstones import Tomb, Tombstone
from privacy.keys import PhoneKey
from privacy.ledger import Kind
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.register import Form, Mode
from privacy.rights import Scope
from privacy.signed_grant import Signed, propose_signed
from privacy.statements import (
    ClockStatement,
    DeregisterStatement,
    EpochStatement,
    EraseStatement,
    GrantStatement,
    KeyStatement,
    LiftStatement,
    OfferStatement,
    RemovalStatement,
    Stated,
)

log = logging.getLogger(__name__)
Told = dict[str, canonical.Json]


class Phones:
    """One per door. erasing: what is signed about the whole home; without it only the console does that."""

    def __init__(self, door: Door, erasing: Erasing | None = None) -> None:
        self._door, self._desk, self._erasing = door, door.desk, erasing
        self._naming = Naming(door.desk, self._keep, self.remove)

    def challenge(self) -> Told:
        """Ask something anew; the answer has to come within ten minutes."""
        at = self._desk.time.instant()
        asked = self._desk.challenges.ask(at)
        return {
            "challenge": asked.nonce,
            "epoch": self._desk.standing.epoch,
            "at": timestamp(at.at),
            "clock_sure": at.sure,
            "expires_in_s": int(LIFE_S),
        }

    # keys

    def claim(self) -> str:
        """Open a claim; return what its QR code says. For the console alone."""
        return f"homebase:claim:1:{base64url.encode(self.gate_key)}:{self.claim_secret()}"

    def claim_secret(self) -> str:
        """Open a claim; return its secret, base64url. For what the console draws alone."""
        return self._desk.claim.open(self._desk.time.instant())

    @property
    def gate_key(self) -> bytes:
        """The key that signs the gate's answers."""
        return self._desk.public_key

    async def enrol(self, point: bytes, session_key: bytes, nonce: str, mac: bytes) -> PhoneKey:
        """Enrol the phone that shows that it read the QR code.

        A phone that never got the answer asks again with the same two keys, and gets it: nothing changes.

        Raises:
            Refused: the claim is wrong, over, or used up; or there are too many keys.
            StoreError: not written, so not enrolled; the claim is used up.
        """
        at = self._desk.time.instant()
        try:
            key = keys.make(point, session_key, may_grant=True, since=at.at, by="claim")
        except ValueError as error:
            raise Refused(Reason.BAD_STATEMENT, str(error)) from error
        known = self._desk.keys.get(key.kid)
        if known is not None and known.session_key == session_key and known.may_grant:
            return known
        if not self._desk.claim.accept(mac, point, session_key, nonce, at):
            await self._desk.refuse("", "", Reason.CLAIM_WRONG)
            raise Refused(Reason.CLAIM_WRONG)
        return await self._keep(key)

    async def remove(self, kid: str, by: str = "console") -> bool:
        """Let a key count no more, at once; whether there was one. The last owner's too: for the console."""
        gone, at = self._desk.keys.remove(kid), self._desk.time.instant().at
        if gone is None:
            return False
        self._desk.offers.drop(gone.session_key)
        news = News(kind=Kind.KEY, data={"key": kid, "action": "removed", "by": by})

        def job(tx: Transaction) -> None:
            key_records.end_key(tx, kid, at)
            self._desk.append(tx, news)

        try:
            await self._desk.store.write(job, closing=True)
        except StoreError as error:
            log.error("removal.unwritten", extra={"code": error.code})
            self._desk.unwritten.append(job)
            await self._desk.store.remember(Tombstone(tomb=Tomb.KEY, subject=kid))
        return True

    async def _keep(self, key: PhoneKey) -> PhoneKey:
        if len(self._desk.keys.all()) >= keys.MOST:
            raise Refused(Reason.TOO_MANY_KEYS)
        ring, before = self._desk.keys, self._desk.keys.endings
        told: Told = {"key": key.kid, "action": "enrolled", "may_grant": key.may_grant, "by": key.by}

        def job(tx: Transaction) -> None:
            if ring.endings == before:  # else the home was deregistered meanwhile
                key_records.keep_key(tx, key)
                self._desk.append(tx, News(kind=Kind.KEY, data=told))

        await self._desk.store.write(job)
        if ring.endings != before:
            raise Refused(Reason.DEREGISTERED)
        ring.add(key)
        return key

    # statements

    async def state(self, value: object, session_key: bytes = b"") -> Told:
        """Do what a statement says. value: its compact text, or the flattened serialisation as JSON.

        session_key: of the phone whose session carried it, where one did.

        Raises:
            Refused: with the reason; nothing was opened.
            StoreError: not written, so nothing was opened.
        """
        try:
            statement = jws.read(jws.compact(value))
            stated = statements.decode(statement.payload)
        except jws.BadStatement as error:
            await self._desk.refuse("", "", Reason.BAD_STATEMENT)
            raise Refused(Reason.BAD_STATEMENT, str(error)) from error
        if isinstance(stated, OfferStatement):
            return await self._naming.offer(statement, stated, session_key)
        asked = await self._checked(statement, stated)
        match stated:
            case GrantStatement():
                signed = Signed(stated=stated, challenge=asked, kid=statement.kid)
                return await self._grant(signed, statement.text)
            case KeyStatement():
                return await self._naming.name(stated, statement.kid)
            case RemovalStatement():
                return await self._removal(stated, statement.kid)
            case EpochStatement():
                return await self._epoch(stated, statement.kid)
            case ClockStatement():
                at = await self._desk.confirm_clock(statements.moment(stated.at))
                return {"at": timestamp(at.at), "clock_sure": at.sure}
            case EraseStatement() | DeregisterStatement() | LiftStatement():
                return await self._of_the_home(stated, statement.kid)
            case _:
                assert_never(stated)

    async def _checked(self, statement: jws.Statement, stated: Stated) -> Challenge:
        """The challenge that an owner's key answered, used up by this."""
        key = self._desk.keys.get(statement.kid)
        reason: Reason | None = None
        if key is None:
            reason = Reason.UNKNOWN_KEY
        elif not key.may_grant:
            reason = Reason.KEY_MAY_NOT
        elif not jws.is_signed_by(statement, key.point):
            reason = Reason.BAD_SIGNATURE
        if reason is None:
            asked = self._desk.challenges.take(stated.challenge, self._desk.time.instant())
            if asked is not None:
                return asked
            reason = Reason.CHALLENGE_OVER
        named = stated if isinstance(stated, GrantStatement) else None
        await self._desk.refuse(named.activity if named else "", named.recipient if named else "", reason)
        raise Refused(reason)

    async def _grant(self, signed: Signed, proof: str) -> Told:
        desk, at, stated = self._desk, self._desk.time.instant(), signed.stated

        def make(tx: Transaction) -> Ready | Reason:
            number = records.next_grant_id(tx)
            grant = propose_signed(signed, desk.register, desk.recipients, at, number)
            if isinstance(grant, Reason):
                return grant
            if stated.payload is None:
                return self._door.ready(grant, None, proof)
            shown = records.preview_of(tx, grant.activity, stated.payload)
            if shown is None or (shown.ticket, shown.groups) != (grant.ticket, grant.groups):
                return Reason.NO_PREVIEW
            if not check_addressee(grant.activity, shown.body, grant.addressee):
                return Reason.ADDRESSEE_NOT_DECLARED
            return self._door.ready(grant, shown, proof) if at.at < shown.expires else Reason.NO_PREVIEW

        about = About(activity=stated.activity, recipient=stated.recipient, ticket=stated.ticket)
        ready = await self._door.giving.give(about, make)
        if isinstance(ready, Reason):
            raise Refused(ready)
        if ready.item is not None:
            self._door.retry(ready.grant, ready.item)
        return told(ready.grant)

    async def _removal(self, stated: RemovalStatement, by: str) -> Told:
        if self._desk.keys.is_last_owner(stated.kid):
            await self._desk.refuse("", "", Reason.LAST_KEY)
            raise Refused(Reason.LAST_KEY)
        return {"key": stated.kid, "removed": await self.remove(stated.kid, by)}

    async def _epoch(self, stated: EpochStatement, by: str) -> Told:
        if stated.epoch != self._desk.standing.epoch:
            raise Refused(Reason.CHALLENGE_OVER)
        await self._desk.confirm_clock(statements.moment(stated.at))
        return await self.confirm_list(stated.keep, by)

    async def _of_the_home(
        self, stated: EraseStatement | DeregisterStatement | LiftStatement, by: str
    ) -> Told:
        if self._erasing is None:
            raise Refused(Reason.CONSOLE_ONLY)
        match stated:
            case EraseStatement():
                done = await self._erasing.erase(Scope(person=stated.person, category=stated.category))
            case DeregisterStatement():
                done = await self._erasing.deregister()
            case LiftStatement():
                done = {"lifted": await self._erasing.lift(ClosureKind(stated.kind), stated.subject, by)}
            case _:
                assert_never(stated)
        return {name: canonical.checked(value) for name, value in done.items()}

    def is_last(self, kid: str) -> bool:
        """Whether no other key could say yes."""
        return self._desk.keys.is_last_owner(kid)

    def enrolled(self) -> tuple[PhoneKey, ...]:
        """The keys that count."""
        return self._desk.keys.all()

    def offered(self) -> Told:
        """The keys that later phones offer, to be compared and named."""
        return self._naming.told()

    def out(self, session_key: bytes) -> None:
        """A phone is removed that may have no key yet: none that it offers can be named any more."""
        self._desk.offers.drop(session_key)

    def unconfirmed(self) -> tuple[Grant, ...]:
        """Consents of before a restore, which rest."""
        epoch = self._desk.standing.epoch
        return tuple(grant for grant in self._desk.standing.live() if grant.epoch != epoch)

    async def confirm_list(self, keep: Sequence[str], by: str = "console") -> Told:
        """After a restore: the consents with these marks go on, all other earlier ones are withdrawn.

        Raises:
            StoreError: nothing goes on.
        """
        desk, at = self._desk, self._desk.time.instant()
        earlier = self.unconfirmed()
        kept = [confirmed(grant, desk.standing.epoch, at) for grant in earlier if grant.mark in set(keep)]
        ended = [grant for grant in earlier if grant.mark not in set(keep)]
        for grant in ended:
            desk.standing.end(grant, Reason.WITHDRAWN)
        data: Told = {
            "epoch": desk.standing.epoch,
            "confirmed": [grant.id for grant in kept],
            "ended": [grant.id for grant in ended],
            "by": by,
        }

        def job(tx: Transaction) -> list[Grant]:
            live = {grant.id for grant in records.live_grants(tx)}  # one may be withdrawn meanwhile
            for grant in ended:
                records.end_grant(tx, grant, Reason.WITHDRAWN, at.at)
                records.purge_outbox(tx, [grant.id])
            still = [grant for grant in kept if grant.id in live]
            for grant in still:
                records.keep_grant(tx, grant)
            desk.append(tx, News(kind=Kind.EPOCH, data=data))
            return still

        for grant in await desk.store.write(job):
            if any(one.id == grant.id for one in desk.standing.live()):
                desk.standing.change(grant)
        return {name: data[name] for name in ("epoch", "confirmed", "ended")}


def told(grant: Grant) -> Told:
    """A consent as phones are told of it."""
    return {
        **grant.agreed(),
        "number": grant.id,
        "text": grant.text_hash,
        "epoch": grant.epoch,
        "given": timestamp(grant.given),
        "until": timestamp(grant.until) if grant.until and grant.form is Form.UNTIL else None,
        "payload": grant.payload_sha256,
        "used": grant.began is not None,
    }


def standing(door: Door) -> Told:
    """All that holds, as phones are told of it."""
    desk, at = door.desk, door.desk.time.instant()
    return {
        "epoch": desk.standing.epoch,
        "at": timestamp(at.at),
        "clock_sure": at.sure,
        "recorded": not desk.unwritten,
        "deregistered": desk.standing.deregistered,
        "closed": {
            name: reason.value
            for name, row in desk.register.activities.items()
            if (reason := desk.standing.closed(row, frozenset())) is not None
        },
        "grants": [told(grant) for grant in sorted(desk.standing.live(), key=lambda one: one.id)],
        "texts": {name: row.text_hash for name, row in desk.register.activities.items() if _leaves(row.mode)},
        "keys": [{"key": key.kid, "may_grant": key.may_grant} for key in desk.keys.all()],
    }


def _leaves(mode: Mode) -> bool:
    return mode is not Mode.LOCAL
