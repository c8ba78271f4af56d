"""Who comes in: the teach-in window, from the first frame to the peer entry of the last key.

Read downwards: open → tick → meet → _pair → _write_owner, _link_keys. Whom we know: membership.py.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine

from hub.contract import IN_BACKGROUND, CommandRefused, DriverContext, HubError, PairingStage, StartPairing

from .announce import Announcer
from .asking import Asker
from .codec.frames import BROADCAST, Frame
from .codec.messages import DeviceInfo, PairBySerial, ParamPairs, ParamSequence
from .exchange.lane import Delivered, Failed, Failure
from .members.household import Household, Member
from .members.pairing import (
    DEVICE_RESET,
    LINK_LOST,
    NOT_KEPT,
    PEERS_FULL,
    ROUNDS,
    WINDOW_CLOSED,
    Introduced,
    TeachIn,
    apart,
    disowns,
    failure_reason,
    key_channels,
    key_request,
    look_request,
    owner_neighbours,
    pair_request,
)
from .membership import Membership
from .memory.paramset import registers_of
from .memory.registers import OWNER_LIST
from .radios.timing import CONFIG_AWAKE_S
from .services import Services
from .translation.commands import OWNED_REGISTER

SERIAL = re.compile(r"[A-Za-z0-9]{10}")
HEARD_STEP, WRITTEN_STEP, KEPT_STEP = 1, 2, 3  # then one for each key
Spawn = Callable[[Coroutine[object, object, None], str], asyncio.Task[None] | None]


class Admission:
    """Takes devices in. spawn: starts a task."""

    def __init__(
        self,
        context: DriverContext,
        household: Household,
        asker: Asker,
        members: Membership,
        services: Services,
        spawn: Spawn,
    ) -> None:
        self._context = context
        self._household = household
        self._asker = asker
        self._members = members
        self._services = services
        self._spawn = spawn
        self._announce = Announcer(context)
        self._teach_in = TeachIn()

    # the window

    def open(self, command: StartPairing, now_s: float) -> None:
        """Let devices in, or one that is called by its serial.

        Raises:
            CommandRefused: out_of_range: no serial number.
        """
        if command.serial and not SERIAL.fullmatch(command.serial):
            raise CommandRefused(
                "out_of_range", field="serial", value=command.serial, allowed="10 letters and digits"
            )
        self._teach_in.open(now_s, command.seconds, command.serial)
        self._tell(PairingStage.OPEN)
        self._call(now_s)

    def close(self) -> None:
        """Nobody else comes in."""
        self._teach_in.close()
        self._tell(PairingStage.CLOSED)

    def tick(self, now_s: float) -> None:
        """Call who was not heard yet; close the window when its time is up."""
        self._call(now_s)
        if (reason := self._teach_in.ended(now_s)) is not None:
            self._tell(PairingStage.CLOSED, reason=reason or None)

    def _call(self, now_s: float) -> None:
        flags = self._teach_in.call(now_s)
        if flags is not None:
            self._asker.broadcast(PairBySerial(serial=self._teach_in.serial), flags)

    # somebody introduces himself

    def meet(self, frame: Frame, info: DeviceInfo, at_s: float, now_s: float) -> None:
        """While the window is open it may come in; a member without an owner was reset."""
        introduced = self._teach_in.introduce(frame, info)
        if introduced is None:
            return
        namesake = self._household.named(introduced.name)
        if namesake is not None and namesake.record.address != frame.sender:  # flashed with one serial
            introduced = apart(introduced)
        member = self._household.at(frame.sender)
        if not self._teach_in.is_open(now_s):
            if member is not None:
                self._meet_member(member, introduced)
            elif introduced.receiver == BROADCAST and self._teach_in.knocks(frame.sender, now_s):
                self._tell(PairingStage.FAILED, introduced, WINDOW_CLOSED)
            return
        self._tell(PairingStage.HEARD, introduced, step=HEARD_STEP)
        reason = self._teach_in.refusal(introduced, self._asker.central)
        if reason or introduced.model is None:
            self._tell(PairingStage.FAILED, introduced, reason)
            return
        self._teach_in.begin(introduced)
        counter = self._context.random_bytes(1)[0]
        self._asker.listen(introduced.address, introduced.model.receive_modes, counter)
        self._asker.woke(introduced.address, at_s, CONFIG_AWAKE_S)
        self._spawn(self._pair(introduced), "bidcos.pair")

    def _meet_member(self, member: Member, introduced: Introduced) -> None:
        if introduced.info.firmware != member.record.firmware:
            self._spawn(self._members.note_firmware(member, introduced.info), "bidcos.firmware")
        if introduced.receiver == BROADCAST:
            self._spawn(self._look_whose(member, introduced), "bidcos.whose")

    async def _look_whose(self, member: Member, introduced: Introduced) -> None:
        """A device that somebody owns tells its owner; one that tells everybody may have been reset."""
        radio = member.record.address
        try:
            if not await self._services.inquiry.read(member, OWNER_LIST, IN_BACKGROUND):
                return
        except HubError:
            return
        known = self._services.registers.list_of(radio, OWNER_LIST)
        if known is not None and disowns(known.registers, self._asker.central):
            self._services.registers.forget(radio)
            self._tell(PairingStage.FAILED, introduced, DEVICE_RESET)

    # in

    async def _pair(self, introduced: Introduced) -> None:
        """Write us in, remember it, then tell: in this order, so that a crash leaves nobody unknown."""
        radio = introduced.address
        keys = key_channels(introduced.model) if introduced.model is not None else ()
        steps = KEPT_STEP + len(keys)
        self._tell(PairingStage.CONFIGURING, introduced, step=HEARD_STEP, steps=steps)
        reason = await self._write_owner(introduced, steps)
        note = "" if reason else await self._link_keys(introduced, keys, steps)
        self._teach_in.finish(radio)
        if not reason:
            reason = await self._members.remember(introduced)
        if reason:
            if self._household.at(radio) is None:
                self._asker.drop(radio)
            self._tell(PairingStage.FAILED, introduced, reason)
            return
        self._tell(PairingStage.PAIRED, introduced, note or None, step=steps, steps=steps)
        member = self._household.at(radio)
        if member is not None:
            self._services.welcome(member)
        if self._teach_in.serial and self._teach_in.until_s is not None:
            self.close()

    async def _write_owner(self, introduced: Introduced, steps: int) -> str:
        """Returns why it is not ours, or nothing."""
        radio = introduced.address
        others = await self._neighbours(introduced)
        outcome = await self._asker.outcome(pair_request(introduced, self._asker.central, others))
        for _ in range(ROUNDS - 1):
            if not (isinstance(outcome, Failed) and outcome.reason is Failure.SILENT):
                break
            self._asker.woke(radio, self._context.clock.monotonic(), CONFIG_AWAKE_S)  # it may listen still
            outcome = await self._asker.outcome(pair_request(introduced, self._asker.central, others))
        if not isinstance(outcome, Delivered):
            return LINK_LOST if outcome is None else failure_reason(outcome, introduced)
        self._tell(PairingStage.CONFIGURING, introduced, step=WRITTEN_STEP, steps=steps)
        self._services.registers.forget(radio)
        if any(isinstance(page, ParamPairs | ParamSequence) for page in outcome.pages):
            self._services.inquiry.note(radio, OWNER_LIST, outcome)
        known = self._services.registers.list_of(radio, OWNER_LIST)
        if known is not None and disowns(known.registers, self._asker.central):
            return NOT_KEPT
        self._tell(PairingStage.CONFIGURING, introduced, step=KEPT_STEP, steps=steps)
        return ""

    async def _neighbours(self, introduced: Introduced) -> int:
        """What else stands in the register that we write: as it tells, else as it left the factory."""
        assert introduced.model is not None
        factory = owner_neighbours(introduced.model, introduced.info.firmware)
        if factory is None:
            return 0
        outcome = await self._asker.outcome(look_request(introduced))
        if not isinstance(outcome, Delivered):
            return factory
        pages = [page for page in outcome.pages if isinstance(page, ParamPairs | ParamSequence)]
        return registers_of(pages).get(OWNED_REGISTER, factory)

    async def _link_keys(self, introduced: Introduced, keys: tuple[int, ...], steps: int) -> str:
        """Returns what the owner should know though it is paired, or nothing."""
        for number, channel in enumerate(keys, start=1):
            request = key_request(introduced.address, channel, self._asker.central)
            outcome = await self._asker.outcome(request)
            if outcome is None:
                return LINK_LOST
            if not isinstance(outcome, Delivered) and failure_reason(outcome, introduced) == PEERS_FULL:
                return PEERS_FULL
            self._tell(PairingStage.CONFIGURING, introduced, step=KEPT_STEP + number, steps=steps)
        return ""

    def _tell(
        self,
        stage: PairingStage,
        introduced: Introduced | None = None,
        reason: str | None = None,
        *,
        step: int = 0,
        steps: int = 0,
    ) -> None:
        self._announce.pairing(stage, self._teach_in.until_s, introduced, reason, progress=(step, steps))
