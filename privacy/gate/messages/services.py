"""The services that messages leave by: which stand in homebase.toml, how to log in, whom one may ask."""

import hmac

from privacy.consent import Grant
from privacy.gate.account import mailing
from privacy.gate.desk import Desk
from privacy.gate.door.door import Door
from privacy.gate.messages import modem, push, sms
from privacy.gate.network.tls_line import TransferFailed
from privacy.gate.storage import access, records
from privacy.gate.storage.access import AccessData
from privacy.gate.storage.store import Transaction
from privacy.recipients import Recipient

MAIL, SMS, PUSH = "mail.send", "sms.send", "push.send"
FIELD = {MAIL: "email", SMS: "number", PUSH: "device"}  # of the payload, that names the addressee
WORDS = {MAIL: "email", SMS: "sms", PUSH: "push"}  # how commands and the hub call them


def way_id(seed: bytes, activity: str, addressee: str) -> str:
    """What the hub calls a way: tells ways apart, and tells nobody the number. seed: of the gate's key."""
    return hmac.digest(seed, f"homebase/way/1\0{activity}\0{addressee}".encode(), "sha256").hex()[:12]


class MessageRefused(Exception):
    """Not as it is asked. code: of the table in message_words.py."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Services:
    """One per door."""

    def __init__(self, door: Door) -> None:
        self._door, self._desk = door, door.desk

    def recipients(self, activity: str) -> list[Recipient]:
        """Services in homebase.toml for it."""
        rows = sorted(self._desk.recipients.values(), key=lambda row: row.name)
        return [row for row in rows if activity in row.activities]

    async def set_access(self, row: AccessData) -> None:
        """Keep how to log in to a service.

        Raises:
            MessageRefused: unknown_service, no_log_in, pin_form, sender_form, access_form.
            StoreError: nothing was changed.
        """
        serves = self._serves(row.recipient)
        if not serves:
            raise MessageRefused("unknown_service")
        if serves == {PUSH}:
            raise MessageRefused("no_log_in")
        if self._desk.recipients[row.recipient].device and not modem.is_pin(row.password):
            raise MessageRefused("pin_form")
        spoken = self._desk.recipients[row.recipient].sms
        if (code := mailing.misfit(row) if MAIL in serves else sms.misfit(row, spoken)) is not None:
            raise MessageRefused(code)
        at = self._desk.time.instant().at
        await self._desk.store.write(lambda tx: access.keep_access_data(tx, row, at))

    async def ready(self) -> frozenset[str]:
        """Those that need no log-in, or of which it is kept how, by name.

        Raises:
            StoreError: it can't be read.
        """
        rows = [row for row in self._desk.recipients.values() if row.activities & FIELD.keys()]
        free = {row.name for row in rows if row.device or self._serves(row.name) == {PUSH}}
        asked = {row.name for row in rows} - free
        known = await self._desk.store.read(lambda tx: [access.access_data(tx, name) for name in asked])
        return frozenset(free | {row.recipient for row in known if row is not None})

    def _serves(self, recipient: str) -> frozenset[str]:
        row = self._desk.recipients.get(recipient)
        return frozenset() if row is None else row.activities & FIELD.keys()

    async def set_contact(self, recipient: str, contact: str) -> int:
        """Whom a push service may ask, told it with each message; "" for nobody. Returns consents that end.

        Whoever agreed was shown another contact, or none: they are asked anew.

        Raises:
            MessageRefused: unknown_push, contact_form.
            StoreError: nothing was changed.
        """
        if self._serves(recipient) != {PUSH}:
            raise MessageRefused("unknown_push")
        if contact and not push.is_contact(contact):
            raise MessageRefused("contact_form")
        if contact == (await self.contacts()).get(recipient, ""):
            return 0
        gone: tuple[Grant, ...] = ()
        if self._door.withdrawing.has_to_close(PUSH):
            gone = (await self._door.withdrawing.withdraw(PUSH, recipient, via="contact")).grants
        row = AccessData(recipient=recipient, sender=contact, user="", password="")
        at = self._desk.time.instant().at

        def job(tx: Transaction) -> None:
            records.drop_previews(tx, PUSH)
            if contact:
                access.keep_access_data(tx, row, at)
            else:
                access.drop_access_data(tx, recipient)

        await self._desk.store.write(job)
        return len(gone)

    async def contacts(self) -> dict[str, str]:
        """Of push services, by name: what each is told with every message.

        Raises:
            StoreError: they can't be read.
        """
        names = [row.name for row in self.recipients(PUSH) if self._serves(row.name) == {PUSH}]
        rows = await self._desk.store.read(lambda tx: [access.access_data(tx, name) for name in names])
        return {row.recipient: row.sender for row in rows if row is not None and push.is_contact(row.sender)}

    def pin(self, recipient: str) -> modem.Pin:
        """Of the SIM in that modem."""
        return _Pin(self._desk, recipient)

    async def log_in(self, grant: Grant) -> AccessData:
        """How to log in to the service of that consent.

        Raises:
            TransferFailed: nobody said how.
            StoreError: it can't be read.
        """
        found = await self._desk.store.read(lambda tx: access.access_data(tx, grant.recipient))
        if found is None:
            raise TransferFailed("no_access_data", final=True)
        return found


class _Pin:
    def __init__(self, desk: Desk, recipient: str) -> None:
        self._desk, self._recipient = desk, recipient

    async def read(self) -> str:
        found = await self._desk.store.read(lambda tx: access.access_data(tx, self._recipient))
        return "" if found is None else found.password

    async def forget(self) -> None:
        await self._desk.store.write(lambda tx: access.drop_access_data(tx, self._recipient))
