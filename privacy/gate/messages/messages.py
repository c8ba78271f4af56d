"""Sends short messages to addressees whom the owner agreed to, each with its own consent.

Read downwards: ways → preview → give (a test message leaves at once) → send → _post. The hub names a way by
its id and an event; number, mailbox and words are the gate's.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from privacy import canonical, message_text, sms_service, web_push
from privacy.consent import Grant, Wish
from privacy.decide import EgressRequest, Refusal, decide
from privacy.gate.account import addressees, mailing
from privacy.gate.account.addressees import Contact
from privacy.gate.door.door import Door, Given
from privacy.gate.door.refused import Refused
from privacy.gate.messages import modem, push, sms
from privacy.gate.messages.modem import Looked, Modem, Reports
from privacy.gate.messages.services import FIELD, MAIL, PUSH, SMS, MessageRefused, Services, way_id
from privacy.gate.network.smtp import Mail
from privacy.gate.network.tls_line import Carrier, Target, TransferFailed
from privacy.gate.outbox.asking import Question
from privacy.gate.storage import amounts, messages, records
from privacy.gate.storage.mail_addresses import mail_address
from privacy.gate.storage.messages import Fate, Message
from privacy.gate.storage.records import Outgoing, Preview
from privacy.gate.storage.store import Transaction
from privacy.message_text import Event
from privacy.payload import LONGEST_KEPT
from privacy.reasons import Reason
from privacy.recipients import AT_MODEM, Recipient
from privacy.register import Form, Language
from privacy.web_push import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One addressee by one service. id: what the hub calls it; label: whose it is."""

    id: str
    activity: str
    addressee: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A test message as it would leave, and the services that carry it there."""

    preview: Preview
    services: tuple[Recipient, ...]


class Messages:
    """One per door."""

    def __init__(self, door: Door) -> None:
        self.door, self._desk, self.services = door, door.desk, Services(door)
        self._modem = asyncio.Lock()
        door.deliveries.posts |= {MAIL: self._post_mail, SMS: self._post_sms, PUSH: self._post_push}
        door.deliveries.questions[SMS] = self._ask_sms
        door.giving.notes |= dict.fromkeys(FIELD, self._note)

    # look

    async def ways(self) -> tuple[Way, ...]:
        """All addressees that are entered: the confirmed e-mail address, numbers.

        Raises:
            StoreError: they can't be read.
        """
        return await self._desk.store.read(self._ways)

    def _ways(self, tx: Transaction) -> tuple[Way, ...]:
        mail = mail_address(tx)
        found = [(MAIL, mail.address, "")] if mail is not None and mail.confirmed is not None else []
        found += [(SMS, one.number, one.label) for one in addressees.sms_numbers(tx)]
        found += [
            (PUSH, one.device, one.label)
            for one in addressees.push_devices(tx)
            if addressees.subscription(tx, one.device) is not None
        ]
        return tuple(
            Way(id=way_id(self._desk.seed, activity, to), activity=activity, addressee=to, label=label)
            for activity, to, label in found
        )

    def consent(self, way: Way) -> Grant | None:
        """The live consent for that way."""
        standing = self._desk.standing
        return next(
            (
                grant
                for grant in standing.live()
                if (grant.activity, grant.addressee) == (way.activity, way.addressee)
                and grant.epoch == standing.epoch
            ),
            None,
        )

    # agree

    async def preview(self, way_id: str, language: Language) -> Shown:
        """Keep and return exactly the test message that would be sent.

        Raises:
            MessageRefused: unknown_way, no_recipient.
            Refused: nothing of that kind may be sent.
        """
        way = await self.way(way_id)
        services = (await self.fitting(way))[way.id]
        if not services:
            raise MessageRefused("no_recipient")
        test = Event(kind=message_text.TEST, name="", at=self._desk.time.instant().at)
        preview = await self.door.previews.own(way.activity, self._body(way, test, language))
        return Shown(preview=preview, services=services)

    async def fitting(self, *ways: Way) -> dict[str, tuple[Recipient, ...]]:
        """By the id of each way the services that carry messages there: to a browser its own alone.

        Raises:
            StoreError: they can't be read.
        """
        devices = [way.addressee for way in ways if way.activity == PUSH]

        def read(tx: Transaction) -> dict[str, str]:
            known = {device: addressees.subscription(tx, device) for device in devices}
            return {device: to.host for device, to in known.items() if to is not None}

        hosts = await self._desk.store.read(read) if devices else {}
        return {
            way.id: tuple(
                row
                for row in self.services.recipients(way.activity)
                if way.activity != PUSH or row.host == hosts.get(way.addressee)
            )
            for way in ways
        }

    async def give(
        self,
        way_id: str,
        preview: str,
        language: Language,
        recipient: str | None = None,
        country: str | None = None,
    ) -> Given:
        """Consent to messages to that addressee; the test message that was shown leaves at once.

        Raises:
            MessageRefused: unknown_way, or as ``chosen``.
            Refused: it can't be given.
            StoreError: it could not be written, so it was not given.
        """
        way = await self.way(way_id)
        service = chosen((await self.fitting(way))[way.id], recipient)
        wish = Wish(
            activity=way.activity,
            recipient=service.name,
            form=Form.STANDING,
            groups=frozenset(),
            ticket="",
            language=language.value,
            addressee=way.addressee,
            categories=self._desk.register.activities[way.activity].categories,
            country=country,
        )
        return await self.door.give(wish, preview)

    def _note(self, tx: Transaction, grant: Grant, item: Outgoing) -> None:
        messages.keep(tx, _message(grant, item))

    # send

    async def send(self, way_id: str, event: Event) -> str:
        """Tell that addressee of an event, under its consent; returns the transfer's id.

        Raises:
            MessageRefused: unknown_way.
            Refused: no consent covers it, or nothing may leave.
            StoreError: nothing was sent.
        """
        way = await self.way(way_id)
        grant = self.consent(way)
        if grant is None:
            await self._desk.refuse(way.activity, "", Reason.NO_CONSENT)
            raise Refused(Reason.NO_CONSENT)
        at = self._desk.time.instant().at
        body = self._body(way, event, Language(grant.language))
        item = records.fresh(grant, body, at, self._desk.random_bytes(8).hex(), at + LONGEST_KEPT)
        await self._check(grant, item)

        def job(tx: Transaction) -> None:
            records.keep_outgoing(tx, item)
            self._note(tx, grant, item)

        await self._desk.store.write(job)
        self.door.retry(grant, item)
        return item.transfer

    async def _check(self, grant: Grant, item: Outgoing) -> None:
        """Say at once what would be refused; the delivery decides again."""
        desk, at = self._desk, self._desk.time.instant().at
        spent = await desk.store.read(lambda tx: amounts.sent_today(tx, grant.activity, grant.recipient, at))
        request = EgressRequest(
            activity=grant.activity,
            recipient=grant.recipient,
            categories=desk.register.activities[grant.activity].categories,
            payload_sha256=item.sha256,
            addressee=grant.addressee,
            size=len(item.body),
            sent_today=spent,
        )
        verdict = decide(request, desk.register, desk.recipients, desk.standing, desk.time.instant())
        if isinstance(verdict, Refusal):
            await desk.refuse(grant.activity, grant.recipient, verdict.reason)
            raise Refused(verdict.reason)

    async def told(self, limit: int) -> list[Message]:
        """The newest messages with what became of them.

        Raises:
            StoreError: they can't be read.
        """
        return await self._desk.store.read(lambda tx: messages.latest(tx, limit))

    async def fates(self, transfers: list[str]) -> list[Message]:
        """What became of these.

        Raises:
            StoreError: they can't be read.
        """
        return await self._desk.store.read(lambda tx: messages.fates(tx, transfers))

    async def newest(self) -> dict[tuple[str, str], Message]:
        """The newest message, whatever became of it, by activity and addressee.

        Raises:
            StoreError: they can't be read.
        """
        return await self._desk.store.read(messages.newest)

    async def last_sent(self) -> dict[tuple[str, str], datetime]:
        """When a service last took a message, by activity and addressee.

        Raises:
            StoreError: it can't be read.
        """
        return await self._desk.store.read(messages.last_sent)

    async def forget(self, activity: str | None, addressee: str | None = None) -> int:
        """Erase the messages that were sent, all or those of one way; returns how many.

        Raises:
            StoreError: nothing was erased.
        """
        return await self._desk.store.write(lambda tx: messages.forget(tx, activity, addressee))

    async def subscribe(self, to: Subscription, label: str) -> str:
        """Enter a browser; returns its id, another one for another endpoint or key. Nothing is sent yet.

        Raises:
            MessageRefused: subscription_form, foreign_push, too_many.
            StoreError: nothing was changed.
        """
        try:
            to.check()
        except ValueError as error:
            raise MessageRefused("subscription_form") from error
        if to.host not in {row.host for row in self.services.recipients(PUSH)}:
            raise MessageRefused("foreign_push")
        told = to.endpoint.encode() + b"\0" + to.p256dh + to.auth
        device = f"web-{sha256(told).hexdigest()[:32]}"
        row = Contact(number="", label=label, since=self._desk.time.instant().at, device=device)

        def job(tx: Transaction) -> bool:
            if not addressees.keep_contact(tx, row, device):
                return False
            addressees.keep_subscription(tx, device, to)
            return True

        if not await self._desk.store.write(job):
            raise MessageRefused("too_many")
        return device

    def push_key(self) -> bytes:
        """The gate's public key, which a browser binds its subscription to."""
        return web_push.point(web_push.server_key(self._desk.seed))

    async def way(self, way_id: str) -> Way:
        """That one.

        Raises:
            MessageRefused: unknown_way.
            StoreError: it can't be read.
        """
        found = next((way for way in await self.ways() if way.id == way_id), None)
        if found is None:
            raise MessageRefused("unknown_way")
        return found

    def _body(self, way: Way, event: Event, language: Language) -> bytes:
        text = message_text.line(event, language, self.door.zone)
        return canonical.encode({FIELD[way.activity]: way.addressee, "text": text})

    # the way out

    async def _post_mail(self, grant: Grant, item: Outgoing, target: Target) -> Mail:
        login, server = await self.services.log_in(grant), self._desk.recipients[grant.recipient]
        words = message_text.mail(_text(item), Language(grant.language))
        return mailing.carrier(grant, server, target, login, words, item.first, item.transfer)

    async def _post_sms(self, grant: Grant, item: Outgoing, target: Target) -> Carrier:
        if target.host == AT_MODEM:
            pin = self.services.pin(grant.recipient)
            one = Looked(number=grant.addressee, at=item.first)
            return Modem(target.path, pin, self._modem, one, text=_text(item))
        login, spoken = await self.services.log_in(grant), self._desk.recipients[grant.recipient].sms
        return sms.Sms(target, login, spoken, to=grant.addressee, text=_text(item))

    async def _ask_sms(self, grant: Grant, row: Message, target: Target) -> Question:
        """Whether it arrived, by the service's settings of today."""
        if target.host == AT_MODEM:
            pin = self.services.pin(grant.recipient)
            looked = Looked(number=row.addressee, references=row.receipt, at=row.at)
            return Question(carrier=Reports(target.path, pin, self._modem, looked), read=modem.said)
        spoken = self._desk.recipients[grant.recipient].sms
        if spoken is None or not spoken.tells:
            raise TransferFailed("no_status")
        asked = sms.Status(target, await self.services.log_in(grant), spoken, row.receipt)
        return Question(carrier=asked, read=lambda answer: sms_service.said(spoken, answer.body))

    async def _post_push(self, grant: Grant, item: Outgoing, target: Target) -> push.Push:
        desk = self._desk
        to = await desk.store.read(lambda tx: addressees.subscription(tx, grant.addressee))
        if to is None or to.host != target.host:
            raise TransferFailed("browser_gone", final=True)
        who = push.Sender(
            seed=desk.seed,
            now_s=int(desk.time.instant().at.timestamp()),
            contact=(await self.services.contacts()).get(grant.recipient, ""),
        )
        return push.Push(target, to, _text(item), who, desk.random_bytes)


def chosen(services: Sequence[Recipient], named: str | None) -> Recipient:
    """The one of these that is named, or can be meant alone.

    Raises:
        MessageRefused: no_recipient, which_service.
    """
    if not services:
        raise MessageRefused("no_recipient")
    found = [row for row in services if named in {None, row.name}]
    if len(found) != 1:
        raise MessageRefused("which_service")
    return found[0]


def _message(grant: Grant, item: Outgoing) -> Message:
    return Message(
        transfer=item.transfer,
        activity=grant.activity,
        recipient=grant.recipient,
        addressee=grant.addressee,
        text=_text(item),
        at=item.first,
        fate=Fate.WAITING,
        grant=grant.id,
    )


def _text(item: Outgoing) -> str:
    told = canonical.decode(item.body)
    assert isinstance(told, dict)  # of _body
    return str(told["text"])
