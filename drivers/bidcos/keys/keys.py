"""The home's own key: chosen, printed, checked, and handed to the devices one by one. No I/O but the store.

Read downwards: the queries → _start → _change (one worker per device). What is to happen is on disk before
the first frame; whatever ends this process, both keys are there and the next run goes on.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from hub.contract import (
    IN_BACKGROUND,
    Cause,
    CheckKeySheet,
    CommandRefused,
    ConfigurationChanged,
    ConfigurationState,
    DeviceKey,
    DriverContext,
    GetKeySheet,
    KeyReport,
    KeySheet,
    ListKeys,
    SetSystemKey,
    StoreError,
)

from ..asking import Asker
from ..codec.signing import KEY_SIZE, passphrase_key
from ..exchange.keyring import DEFAULT_INDEX, Keyring, SystemKey
from ..exchange.request import Delivered, Failed, Failure, Heard, Request, Step
from ..members.household import Household, Member
from ..members.records import CENTRAL_KEY, write_central
from .key_exchange import Next, Verdict, judge, key_request, key_steps
from .key_records import read_keys, write_changed, write_held, write_key, write_state
from .key_sheet import Sheet, code_of, is_same, read_sheet, words_of

MAX_TURNS = 3  # so often a device may name another key than we thought, in one go
RETRY_S = 600.0  # a device that did not take it is asked again after so long, when it is heard
Spawn = Callable[[Coroutine[object, object, None], str], asyncio.Task[None] | None]
Answer = Callable[[Any, Cause], Awaitable[object]]


class Keys:
    """Answers what the contract asks about keys. on_adopt: told when a sheet brought another address."""

    def __init__(
        self,
        context: DriverContext,
        household: Household,
        asker: Asker,
        keyring: Keyring,
        central: bytes,
        spawn: Spawn,
    ) -> None:
        self._context = context
        self._clock = context.clock
        self._household = household
        self._asker = asker
        self._ring = keyring
        self._central = central
        self._spawn = spawn
        self._checked = False
        self._choosing = asyncio.Lock()  # two keys at once must not get one index
        self._written: tuple[SystemKey, ...] = ()
        self._working: dict[bytes, Request | None] = {}
        self._next_try_s: dict[bytes, float] = {}
        self.on_adopt: Callable[[], None] = lambda: None
        self.answers: Mapping[type, Answer] = {
            ListKeys: self.list,
            GetKeySheet: self.sheet,
            CheckKeySheet: self.check,
            SetSystemKey: self.choose,
        }

    def load(self, stored: Mapping[str, bytes]) -> tuple[str, ...]:
        """Take over what was written; returns the names of records that can't be read."""
        records = read_keys(stored)
        self._ring.restore(records.own, records.held)
        self._ring.index = records.index
        self._checked = records.sheet_checked
        self._written = self._ring.own
        return records.unreadable

    # queries

    async def list(self, _query: ListKeys, _cause: Cause) -> KeyReport:
        """Which key each device holds."""
        devices = []
        for member in self._household:
            radio = member.record.address
            state = self._ring.state(radio, can_sign=member.model.signs)
            devices.append(DeviceKey(device=member.address, state=state, index=self._ring.held(radio).index))
        return KeyReport(index=self._ring.index, sheet_checked=self._checked, devices=tuple(devices))

    async def sheet(self, _query: GetKeySheet, _cause: Cause) -> KeySheet:
        """The key in use, to print.

        Raises:
            CommandRefused: no_system_key.
        """
        sheet = self._need_sheet()
        return KeySheet(
            address=self._central.hex().upper(), index=sheet.index, words=words_of(sheet), code=code_of(sheet)
        )

    async def check(self, query: CheckKeySheet, _cause: Cause) -> bool:
        """Whether what was typed is the key in use.

        Raises:
            CommandRefused: no_system_key.
            StoreError: it could not be written down that it was checked.
        """
        if not is_same(self._need_sheet(), read_sheet(query.text)):
            return False
        if not self._checked:
            await self._context.store.save(write_state(self._ring.index, sheet_checked=True))
            self._checked = True
        return True

    async def choose(self, query: SetSystemKey, cause: Cause) -> KeyReport:
        """Take a new key into use, on disk first, and begin to hand it out.

        Raises:
            CommandRefused: one_of_two, bad_sheet, other_central, too_many.
            StoreError: nothing was changed.
        """
        async with self._choosing:
            await self._choose(query, cause)
        return await self.list(ListKeys(interface=query.interface), cause)

    async def _choose(self, query: SetSystemKey, cause: Cause) -> None:
        sheet = self._read(query)
        key = (
            self._new_key(query.passphrase) if sheet is None else SystemKey(index=sheet.index, key=sheet.key)
        )
        checked = sheet is not None or (key.index == self._ring.index and self._checked)
        members = [member for member in self._household if self._wants(member, key)]
        records = {**write_key(key), **write_state(key.index, sheet_checked=checked)}
        adopted = sheet is not None and sheet.address != self._central
        if sheet is not None and adopted:
            records[CENTRAL_KEY] = write_central(sheet.address)
        for member in members:
            radio = member.record.address
            records |= write_held(radio, replace(self._ring.held(radio), target=key.index, refused=False))
        await self._context.store.save(records)
        self._ring.use(key)
        self._checked = checked
        self._next_try_s.clear()
        if adopted:
            self.on_adopt()
        for member in members:
            self._aim(member, key.index, cause)

    def _read(self, query: SetSystemKey) -> Sheet | None:
        """The sheet that was typed, if one was."""
        if not query.sheet:
            return None
        if query.passphrase:
            raise CommandRefused("one_of_two", field="sheet", allowed="passphrase")
        sheet = read_sheet(query.sheet)
        if sheet is None or not 1 <= sheet.index <= 127:
            raise CommandRefused("bad_sheet", field="sheet")
        if sheet.address != self._central and any(True for _ in self._household):
            theirs, ours = sheet.address.hex().upper(), self._central.hex().upper()
            raise CommandRefused("other_central", field="sheet", value=theirs, allowed=ours)
        known = self._ring.key(sheet.index)
        if known is not None and known != sheet.key:
            raise CommandRefused("key_index_taken", field="sheet", value=sheet.index)
        return sheet

    def _new_key(self, passphrase: str) -> SystemKey:
        key = passphrase_key(passphrase) if passphrase else self._context.random_bytes(KEY_SIZE)
        same = next((own for own in self._ring.own if own.key == key), None)
        if same is not None:
            return same
        index = self._ring.free_index()
        if index is None:
            raise CommandRefused("too_many", field="passphrase", allowed="127")
        return SystemKey(index=index, key=key)

    def _wants(self, member: Member, key: SystemKey) -> bool:
        held = self._ring.held(member.record.address)
        return member.model.signs and (held.index != key.index or held.target is not None)

    def _need_sheet(self) -> Sheet:
        if self._ring.index == DEFAULT_INDEX:
            raise CommandRefused("no_system_key", field="interface")
        return Sheet(address=self._central, index=self._ring.index, key=self._ring.system_key)

    # handing over

    def resume(self) -> None:
        """The link works: go on with what was begun."""
        for member in self._household:
            if self._ring.held(member.record.address).target not in {None, DEFAULT_INDEX}:
                self._start(member, IN_BACKGROUND)

    def hear(self, heard: Heard) -> None:
        """A device is there: if it has not the key of the home yet, it is handed over now."""
        member = self._household.at(heard.frame.sender)
        if member is None or self._ring.index == DEFAULT_INDEX or not member.model.signs:
            return
        radio = member.record.address
        held = self._ring.held(radio)
        if held.index == self._ring.index and held.target is None:
            return
        if held.target == DEFAULT_INDEX or held.refused:  # it is being released, or takes none of our keys
            return
        if self._clock.monotonic() < self._next_try_s.get(radio, 0.0):
            return
        if radio not in self._working:
            self._aim(member, self._ring.index, IN_BACKGROUND)

    def farewell(self, radio: bytes) -> tuple[Step, ...]:
        """Give the device back the key of the factory, so that its next owner can reset it."""
        held = self._ring.held(radio)
        claim = self._ring.claim(radio)
        sealed = claim if claim is not None and self._ring.key(claim) is not None else held.index
        if sealed == DEFAULT_INDEX and held.target is None:
            return ()
        self._withdraw(radio)
        self._ring.set(radio, replace(held, target=DEFAULT_INDEX))
        return key_steps(self._ring, sealed, DEFAULT_INDEX, self._context.random_bytes)

    async def forget(self, radio: bytes) -> None:
        """It is not ours any more.

        Raises:
            StoreError: nothing was written.
        """
        self._withdraw(radio)
        self._ring.remove(radio)
        self._next_try_s.pop(radio, None)
        await self.flush()

    async def flush(self) -> None:
        """Write down what exchanges have shown of keys.

        Raises:
            StoreError: nothing was written; it is tried again.
        """
        records = write_changed(self._ring)
        unwritten = [key for key in self._ring.own if key not in self._written]
        for key in unwritten:
            records |= write_key(key)
        if records:
            changed, own = set(self._ring.changed), self._ring.own
            await self._context.store.save(records)
            self._ring.changed -= changed
            self._written = own

    def _aim(self, member: Member, target: int, cause: Cause) -> None:
        radio = member.record.address
        self._ring.set(radio, replace(self._ring.held(radio), target=target, refused=False))
        self._withdraw(radio)  # an older key must not be handed over any more
        self._start(member, cause)

    def _withdraw(self, radio: bytes) -> None:
        if (request := self._working.get(radio)) is not None:
            self._asker.withdraw(request)

    def _start(self, member: Member, cause: Cause) -> None:
        radio = member.record.address
        if radio in self._working:
            return
        self._working[radio] = None
        self._tell(member, ConfigurationState.PENDING)
        if (
            self._spawn(self._work(member, replace(cause, urgency=IN_BACKGROUND.urgency)), "bidcos.key")
            is None
        ):
            del self._working[radio]

    async def _work(self, member: Member, cause: Cause) -> None:
        """Until the device holds what it shall hold, or it is clear that it does not take it now."""
        radio = member.record.address
        try:
            while (target := self._ring.held(radio).target) not in {None, DEFAULT_INDEX}:
                if not await self._change(member, target or DEFAULT_INDEX, cause):
                    return
        finally:
            self._working.pop(radio, None)

    async def _change(self, member: Member, target: int, cause: Cause) -> bool:
        """Hand one key over; False when nothing more is to be done now."""
        radio = member.record.address
        sealed = self._ring.held(radio).index
        verdict = Verdict(next=Next.LATER, reason=Failure.AIRTIME.value)
        for _ in range(MAX_TURNS):
            if not await self._is_written():
                return False
            outcome = await self._ask(radio, sealed, target, cause)
            if outcome is None or self._household.at(radio) is None:
                return False  # the link is lost, or the device is gone
            if isinstance(outcome, Failed) and outcome.reason is Failure.AIRTIME:
                await self._clock.sleep(max(outcome.retry_after_s, 1.0))
                continue
            verdict = judge(self._ring, outcome, sealed, target)
            if self._ring.held(radio).target not in {None, target}:
                return True  # a newer key was chosen meanwhile
            if verdict.next is not Next.AGAIN:
                break
            sealed = verdict.sealed
        self._end(member, verdict)
        await self._is_written()
        return False

    def _end(self, member: Member, verdict: Verdict) -> None:
        """Say how it ended; one that takes no key is left alone until there is another one."""
        if verdict.next is Next.DONE:
            self._tell(member, ConfigurationState.VERIFIED)
            return
        radio = member.record.address
        refused = self._ring.held(radio).refused  # until a signature is good again
        wait_s = math.inf if verdict.next is Next.NEVER and not refused else RETRY_S
        self._next_try_s[radio] = self._clock.monotonic() + wait_s
        self._tell(member, ConfigurationState.FAILED, verdict.reason)

    async def _ask(self, radio: bytes, sealed: int, target: int, cause: Cause) -> Delivered | Failed | None:
        steps = key_steps(self._ring, sealed, target, self._context.random_bytes)
        request = key_request(radio, steps, cause)
        self._working[radio] = request
        return await self._asker.outcome(request)

    async def _is_written(self) -> bool:
        """Write what is known; False when the store can't, which it says itself."""
        try:
            await self.flush()
        except StoreError:
            return False
        return True

    def _tell(self, member: Member, state: ConfigurationState, reason: str = "") -> None:
        at = self._clock.now()
        self._context.publish(
            ConfigurationChanged(
                device=member.address, channel=0, what="KEY", state=state, at=at, reason=reason
            )
        )
