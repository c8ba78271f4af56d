"""The owner's account at the gate: e-mail address and its confirmation, access data, phones to be told.

Read downwards: set_email → preview → give → post → confirm. The mail goes through the door like everything:
under a consent, written down first, cut on withdrawal. The code in its link is in the mail and nowhere else.
"""

from datetime import timedelta

from privacy import canonical, mail_text
from privacy.closed_schema import FieldRefused, check_value
from privacy.consent import Grant, Wish
from privacy.gate.account import addressees, mailing
from privacy.gate.account.addressees import Contact
from privacy.gate.door.door import Door, Given
from privacy.gate.network.smtp import Mail
from privacy.gate.network.tls_line import Target, TransferFailed
from privacy.gate.outbox.product_mail import ACTIVITY as PRODUCT_MAIL
from privacy.gate.storage import access
from privacy.gate.storage.access import AccessData
from privacy.gate.storage.book import News
from privacy.gate.storage.mail_addresses import MailAddress, mail_address
from privacy.gate.storage.records import Outgoing, Preview
from privacy.gate.storage.store import StoreError, Transaction
from privacy.ledger import Kind
from privacy.recipients import Recipient
from privacy.register import FieldKind, Form, Language

ACTIVITY = "account.register"
COPY_KEPT = timedelta(days=28)  # of what left, as all copies


class AccountRefused(Exception):
    """Not as it is asked. code: of the table in account_words.py."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Account:
    """One per door. link: the address of the app, where the mail's link leads."""

    def __init__(self, door: Door, link: str) -> None:
        self.door, self._desk, self._link = door, door.desk, link
        door.deliveries.posts[ACTIVITY] = self.post

    # look

    async def email(self) -> MailAddress | None:
        """The account's e-mail address.

        Raises:
            StoreError: it can't be read.
        """
        return await self._desk.store.read(mail_address)

    def mail_server(self) -> Recipient | None:
        """The recipient in homebase.toml that mails go through; the first, where there are several."""
        rows = sorted(self._desk.recipients.values(), key=lambda row: row.name)
        return next((row for row in rows if ACTIVITY in row.activities), None)

    async def access(self) -> AccessData | None:
        """How to log in there."""
        server = self.mail_server()
        if server is None:
            return None
        return await self._desk.store.read(lambda tx: access.access_data(tx, server.name))

    async def contacts(self) -> tuple[Contact, ...]:
        """Numbers and devices that may be told something."""
        return await self._desk.store.read(
            lambda tx: (*addressees.sms_numbers(tx), *addressees.push_devices(tx))
        )

    # enter

    async def set_email(self, address: str) -> None:
        """Enter the address, unconfirmed; what goes to another one, or names it, ends. "" removes it.

        Raises:
            AccountRefused: email_form.
            StoreError: nothing was changed.
        """
        if address:
            _checked(FieldKind.EMAIL, address, "email_form")
        before = await self.email()
        if before is not None and before.address == address:
            return
        for activity in (ACTIVITY, PRODUCT_MAIL) if before is not None else ():
            if self.door.withdrawing.has_to_close(activity):
                await self.door.withdrawing.withdraw(activity, via="account")
        at = self._desk.time.instant().at
        await self._desk.store.write(lambda tx: addressees.set_mail_address(tx, address, at))

    async def set_access(self, sender: str, user: str, password: str) -> Recipient:
        """Keep how to log in to the mail server; an empty user is one without log-in.

        Raises:
            AccountRefused: no_recipient, sender_form, access_form.
            StoreError: nothing was changed.
        """
        server = self.mail_server()
        if server is None:
            raise AccountRefused("no_recipient")
        row = AccessData(recipient=server.name, sender=sender, user=user, password=password)
        if (code := mailing.misfit(row)) is not None:
            raise AccountRefused(code)
        at = self._desk.time.instant().at
        await self._desk.store.write(lambda tx: access.keep_access_data(tx, row, at))
        return server

    async def drop_access(self) -> bool:
        """Forget how to log in to the mail server; whether it was known."""
        server = self.mail_server()
        if server is None:
            return False
        return await self._desk.store.write(lambda tx: access.drop_access_data(tx, server.name))

    async def keep_contact(self, number: str, label: str, device: str, replaces: str = "") -> None:
        """Add a number for SMS, or a device for push with its number. Nothing is sent before a consent.

        replaces: the number, or the device's id, in whose place it comes; "" adds it, or changes its label.

        Raises:
            AccountRefused: number_form, label_form, device_form, too_many.
        """
        _checked(FieldKind.PHONE, number, "number_form")
        if label and (not label.isprintable() or len(label) > 64):
            raise AccountRefused("label_form")
        if device:
            _checked(FieldKind.CODE, device, "device_form")
        row = Contact(number=number, label=label, since=self._desk.time.instant().at, device=device)
        if not await self._desk.store.write(lambda tx: addressees.keep_contact(tx, row, replaces)):
            raise AccountRefused("too_many")

    async def drop_contact(self, number: str, device: str) -> bool:
        """Remove one; whether there was one."""
        return await self._desk.store.write(
            lambda tx: addressees.drop_contact(tx, number=number, device=device)
        )

    # confirm

    async def preview(self) -> Preview:
        """Keep and return exactly what would be sent: the address; the mail's words are ours.

        Raises:
            AccountRefused: no_email, confirmed_already, no_recipient, no_access.
            Refused: nothing of that kind may be sent.
        """
        email = await self._unconfirmed()
        return await self.door.previews.own(ACTIVITY, canonical.encode({"email": email.address}), COPY_KEPT)

    async def _unconfirmed(self) -> MailAddress:
        email = await self.email()
        if email is None:
            raise AccountRefused("no_email")
        if email.confirmed is not None:
            raise AccountRefused("confirmed_already")
        if self.mail_server() is None:
            raise AccountRefused("no_recipient")
        if await self.access() is None:
            raise AccountRefused("no_access")
        return email

    async def give(self, preview: str, language: Language, country: str | None = None) -> Given:
        """Consent to the mail of that preview and send it; waits 20 s for the outcome. For the console.

        Raises:
            AccountRefused, Refused: it can't be given.
            StoreError: it could not be written, so it was not given.
        """
        email, server = await self._unconfirmed(), self.mail_server()
        assert server is not None
        wish = Wish(
            activity=ACTIVITY,
            recipient=server.name,
            form=Form.ONCE,
            groups=frozenset(),
            ticket="",
            language=language.value,
            addressee=email.address,
            categories=self._desk.register.activities[ACTIVITY].categories,
            country=country,
        )
        return await self.door.give(wish, preview)

    def mail(self, language: Language, code: str) -> mail_text.Words:
        """Subject and text of the mail with that code."""
        hours = int(addressees.LINK_LASTS.total_seconds() // 3600)
        return mail_text.words(language, link=self._link, code=code, hours=hours)

    async def post(self, grant: Grant, item: Outgoing, target: Target) -> Mail:
        """The mail of a transfer; its code counts from now on, before the mail leaves.

        Raises:
            TransferFailed: address_not_waiting, no_mail_access, code_not_kept.
        """
        desk, at, language = self._desk, self._desk.time.instant(), Language(grant.language)
        code = mail_text.code_for(desk.seed, item.transfer, grant.addressee)

        def job(tx: Transaction) -> AccessData | None:
            if not addressees.expect_confirmation(tx, grant.addressee, mail_text.hash_of(code), at):
                raise TransferFailed("address_not_waiting", final=True)
            return access.access_data(tx, grant.recipient)

        try:
            login = await desk.store.write(job)
        except StoreError as error:
            raise TransferFailed("code_not_kept") from error
        if login is None:
            raise TransferFailed("no_mail_access", final=True)
        server, words = desk.recipients[grant.recipient], self.mail(language, code)
        return mailing.carrier(grant, server, target, login, words, at.wall, item.transfer)

    async def confirm(self, code: str) -> MailAddress:
        """Use the code of the mail, once and in time.

        Raises:
            AccountRefused: code_over: wrong, used or too old.
            StoreError: nothing was confirmed.
        """
        desk, at = self._desk, self._desk.time.instant()

        def job(tx: Transaction) -> MailAddress | None:
            if not addressees.confirm(tx, mail_text.hash_of(code), at):
                return None
            desk.append(tx, News(kind=Kind.CONFIGURATION, data={"account": "e-mail address confirmed"}))
            return mail_address(tx)

        found = await desk.store.write(job)
        if found is None:
            raise AccountRefused("code_over")
        return found


def _checked(kind: FieldKind, value: str, code: str) -> None:
    try:
        check_value(kind, value)
    except FieldRefused as error:
        raise AccountRefused(code) from error
