"""Who comes in: pairings carried out on disk and on phones, rights given and taken by people at home.

Follows responder.Secrets. The order of what is written and what is sent is pairing.py's; here it is done.
Source: docs/protocols/remote.md, "Pairing".
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress

from hub.contract import StoreError
from hub.home.errors import Refused
from hub.home.moments import Moments
from hub.home.permits import Permit, State
from privacy.ports import Clock, RandomBytes

from .frames import Code
from .hub_session import Greeted
from .messages import encode, facts_of
from .pairing import (
    Ask,
    Command,
    Dismiss,
    Over,
    Pairing,
    Pairings,
    SendSecret,
    Spend,
    Store,
)
from .pairing import Code as PairingSecret
from .pairing import State as Step
from .phone import Phone
from .phones import PhoneBook
from .relay_book import RelayBook
from .visits import Visit, Visits

log = logging.getLogger(__name__)

LOOK_S = 1.0  # between two looks at pairings that are over by themselves
MOST_NOTICES = 32
_CLOSED = {State.RESTS: Code.NOT_NOW, State.OVER: Code.OVER}
_CLOSES = {Over.EXPIRED: Code.NOT_CONFIRMED, Over.REFUSED: Code.NOT_CONFIRMED}


class Admission:
    """One home's pairings and phones.

    hub_key: its public key; moments: tell how it stands with a permit now; notices: pairings that ended
    without a phone.
    """

    def __init__(
        self,
        hub_key: bytes,
        book: PhoneBook,
        visits: Visits,
        relays: RelayBook,
        clock: Clock,
        random_bytes: RandomBytes,
        moments: Moments,
    ) -> None:
        self.hub_key, self._moments = hub_key, moments
        self.relays = relays
        self._pairings = Pairings(hub_key, random_bytes)
        self.book, self._visits, self._clock = book, visits, clock
        self._proofs: asyncio.Queue[Command] = asyncio.Queue()  # filled by phones that have a secret only
        self.notices: dict[bytes, Over] = {}

    async def run(self) -> None:
        """Do what is due until cancelled."""
        while True:
            while not self._proofs.empty():
                await self._do([self._proofs.get_nowait()])
            await self._do(self._pairings.wake(self._clock.monotonic()))
            self._end_stays()
            await self._forget_stays()
            await self.book.settle()
            await self._clock.sleep(LOOK_S)

    def _end_stays(self) -> None:
        """End the session of whoever may not be here any more, or not now."""
        for phone in self.book.all():
            if (code := self.closed(phone)) is not None:
                self._visits.end(phone.key, code)

    async def _forget_stays(self) -> None:
        """Let phones go whose stay is over for long, as an owner would."""
        for phone in self.book.all():
            if phone.permit is not None and self._moments.is_past(phone.permit):
                log.info("phone.forgotten")
                with suppress(StoreError):  # it is out all the same; the book said what it could not write
                    await self.book.remove(phone.key)

    def state_of(self, phone: Phone) -> State:
        """How it stands with a phone now; open as well while nobody confirmed it."""
        return State.OPEN if phone.permit is None else self._moments.state(phone.permit)

    def closed(self, phone: Phone) -> Code | None:
        """Why it may not be here now; None: it may."""
        return _CLOSED.get(self.state_of(phone))

    # what the responder asks

    def session_psk(self, phone_key: bytes) -> bytes | None:
        """Of a phone that may come in."""
        phone = self.book.get(phone_key)
        return None if phone is None or self.state_of(phone) is State.OVER else phone.psk

    def pairing_psk(self, pairing: bytes, route: bytes, now_s: float) -> bytes | None:
        """Of a pairing whose secret somebody may show."""
        return self._pairings.psk(pairing, route, now_s)

    def proved(self, pairing: bytes, phone_key: bytes, now_s: float) -> bool:
        """Whether that message 1 is answered; a second phone ends the pairing."""
        answered, commands = self._pairings.proved(pairing, phone_key)
        for command in commands:
            self._proofs.put_nowait(command)
        return answered

    # what phones say in a pairing

    async def greeted(self, visit: Visit, greeted: Greeted) -> None:
        """The first transport message of a pairing decrypted."""
        half, name = visit.half, greeted.hello.name
        now_s = self._clock.monotonic()
        await self._do(self._pairings.reached(half.pairing, half.phone_key, name, half.hash, now_s))

    async def kept(self, visit: Visit) -> None:
        """The phone keeps its secret."""
        half = visit.half
        await self._do(self._pairings.kept(half.pairing, half.phone_key, self._clock.monotonic()))

    async def _do(self, commands: Iterable[Command]) -> None:
        for command in commands:
            match command:
                case Spend(pairing=pairing):
                    await self._do(await self._spend(pairing))
                case SendSecret():
                    self._send_secret(command)
                case Store():
                    await self._do(await self._store(command))
                case Ask():
                    log.info("phone.waits")  # people see it where the code was shown
                case Dismiss():
                    await self._dismiss(command)

    async def _spend(self, pairing: bytes) -> list[Command]:
        try:
            await self.book.spend(pairing, self._clock.now())
        except StoreError as error:
            log.error("pairing.unwritten", extra={"code": error.code})
            return self._pairings.not_written(pairing)
        return self._pairings.spent(pairing)

    def _send_secret(self, command: SendSecret) -> None:
        known = self._pairings.get(command.pairing)
        visit = None if known is None else self._visits.get(known.phone_key)
        if visit is not None and visit.half.pairing == command.pairing:
            visit.session.send_secret(command.psk)
            visit.news.set()

    async def _store(self, store: Store) -> list[Command]:
        now = self._clock.now()
        phone = Phone(key=store.phone_key, psk=store.psk, name=store.name, permit=None, since=now, seen=now)
        try:
            await self.book.add(phone)
            await self.relays.give(store.pairing, phone.key)
        except Refused as error:  # the last place went to another phone meanwhile
            log.warning("phone.not_stored", extra={"code": error.code})
            return self._pairings.cancel(store.pairing, Over.FULL)
        except StoreError as error:
            log.error("phone.not_stored", extra={"code": error.code})
            return self._pairings.not_written(store.pairing)
        return self._pairings.stored(store.pairing)

    async def _dismiss(self, dismissed: Dismiss) -> None:
        log.warning("pairing.ended", extra={"reason": dismissed.over.value})
        while len(self.notices) >= MOST_NOTICES:
            del self.notices[next(iter(self.notices))]
        self.notices[dismissed.pairing] = dismissed.over
        self.relays.over(dismissed.pairing)
        if dismissed.phone_key is None:
            return
        self._visits.end(dismissed.phone_key, _CLOSES.get(dismissed.over, Code.PAIRING_ENDED))
        phone = self.book.get(dismissed.phone_key)
        if phone is not None and phone.permit is None:
            try:
                await self.book.remove(dismissed.phone_key)
            except StoreError as error:  # out all the same; the next start erases whoever is not confirmed
                log.error("phone.not_erased", extra={"code": error.code})

    # what people at home say

    def open_code(self) -> PairingSecret | None:
        """A new code's id and secret; None: too many are open."""
        return self._pairings.open(self._clock.monotonic())

    def waiting(self) -> tuple[Pairing, ...]:
        """Pairings whose words can be compared now."""
        return tuple(one for one in self._pairings.all() if one.state is Step.PENDING)

    def is_connected(self, key: bytes) -> bool:
        """Whether that phone has a session now."""
        return self._visits.get(key) is not None

    async def admit(self, pairing: bytes, name: str, permit: Permit) -> Phone:
        """The words are the same: give the phone its rights.

        Raises:
            Refused: unknown_phone.
            StoreError: it has none.
        """
        key = self._pairings.admit(pairing)
        if key is None:
            raise Refused("unknown_phone", field="pairing", value=pairing.hex())
        phone = await self.book.permit(key, name, permit)
        self.relays.over(pairing)
        self.book.marks.confirmed(key)
        facts = facts_of(phone, self.book.marks.mark(key))
        if facts is not None and (visit := self._visits.get(key)) is not None:
            visit.session.paired(encode(facts))
            visit.end(Code.DONE)  # it comes again, with its rights
        return phone

    async def cancel(self, pairing: bytes) -> None:
        """Its code could not be drawn."""
        await self._do(self._pairings.cancel(pairing, Over.CANCELLED))

    async def refuse(self, pairing: bytes) -> None:
        """The words differ, or the code was shown by mistake; nothing happens where it ended without a phone.

        Raises:
            Refused: unknown_phone.
        """
        if self._pairings.get(pairing) is None and pairing not in self.notices:
            raise Refused("unknown_phone", field="pairing", value=pairing.hex())
        await self._do(self._pairings.cancel(pairing, Over.REFUSED))
