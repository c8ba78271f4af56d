"""What the owner sees of the radio: frames, send time and who used it, signal strength; frames by hand.

Read downwards: the queries, then what is written down. No I/O but the store.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hub.contract import (
    AirtimeEntry,
    AirtimeReport,
    Cause,
    CommandRefused,
    DriverContext,
    DutyCycleExhausted,
    GetAirtime,
    ListFrames,
    ListSignals,
    RadioFrame,
    RadioIdentified,
    SendFrame,
    Signal,
)

from .asking import Asker
from .codec.frames import Frame, decode_frame
from .exchange.airtime import ALARM_RESERVE_MS, ANSWER_RESERVE_MS, LIMIT_MS, Airtime, frame_ms
from .exchange.request import Heard, Outcome, Send
from .members.household import Household
from .members.pairing import INTERFACE
from .radios.frame_ring import FrameRing, parties
from .radios.radio import Identity
from .radios.radio_record import (
    RADIO_KEY,
    RadioRecord,
    radio_record,
    read_radios,
    still_there,
    with_radio,
    write_radios,
)
from .radios.signals import Signals

AIRTIME_KEY = "airtime"
WRITE_EVERY_S = 60.0
SEEN_EVERY_S = 3600.0  # when the radio was last there is known to the hour
MAX_FRAME_SIZE = 64  # bytes, with the length byte
Answer = Callable[[Any, Cause], Awaitable[object]]


class Instruments:
    """Answers what radio.py of the contract asks about one radio, but for its keys.

    frames: written by whoever hears and sends. apply: sends.
    """

    def __init__(
        self,
        context: DriverContext,
        household: Household,
        airtime: Airtime,
        frames: FrameRing,
        central: bytes,
        asker: Asker,
        apply: Callable[[Iterable[Outcome], float], None],
    ) -> None:
        self._context = context
        self._clock = context.clock
        self._household = household
        self._airtime = airtime
        self._frames = frames
        self._central = central
        self._asker = asker
        self._apply = apply
        self._signals = Signals()
        self._radios: tuple[RadioRecord, ...] = ()
        self._unwritten = False
        self._seen_s = 0.0
        self._written: tuple[float, float] = (0.0, 0.0)  # when, and how much was used then
        self.answers: Mapping[type, Answer] = {
            GetAirtime: self.report,
            ListFrames: self.list_frames,
            ListSignals: self.list_signals,
            SendFrame: self.send,
        }

    def hear(self, heard: Heard) -> None:
        """A device said something."""
        member = self._household.at(heard.frame.sender)
        if member is not None:
            radio, dbm = member.record.address, heard.frame.rssi_dbm
            self._signals.hear(radio, dbm, heard.message, self._clock.now())

    def identify(self, identity: Identity, hardware_id: str) -> None:
        """The radio said what it is; that is written down, and another one than before is told."""
        at = self._clock.now()
        found = radio_record(identity, hardware_id, at)
        changed = bool(self._radios) and not self._radios[-1].is_same(found)
        self._context.publish(
            RadioIdentified(
                driver=INTERFACE,
                kind=identity.kind.value,
                serial=identity.serial,
                hardware=identity.hardware,
                hardware_id=hardware_id,
                address=found.address,
                changed=changed,
                at=at,
            )
        )
        self._radios = with_radio(self._radios, found)
        self._unwritten, self._seen_s = True, self._clock.monotonic()

    # queries

    async def report(self, _query: GetAirtime, _cause: Cause) -> AirtimeReport:
        """Send time of the running hour, by device and cause."""
        now_s = self._clock.monotonic()
        entries = []
        for receiver, cause, row in self._airtime.ledger.rows(now_s):
            member = self._household.at(receiver)
            entries.append(
                AirtimeEntry(
                    device=None if member is None else member.address,
                    urgency=cause.urgency,
                    name=cause.name,
                    used_ms=round(row.used_ms, 1),
                    frames=row.frames,
                    bursts=row.bursts,
                )
            )
        return AirtimeReport(
            used_ms=round(self._airtime.used_ms(now_s), 1),
            limit_ms=LIMIT_MS,
            answer_reserve_ms=ANSWER_RESERVE_MS,
            alarm_reserve_ms=ALARM_RESERVE_MS,
            exhausted_in_s=self._airtime.exhausted_in_s(now_s),
            entries=tuple(entries),
        )

    async def list_frames(self, query: ListFrames, _cause: Cause) -> tuple[RadioFrame, ...]:
        """The latest frames, heard and sent, with who of this home sent and should hear them."""
        return tuple(self._named(frame) for frame in self._frames.after(query.number))

    async def list_signals(self, _query: ListSignals, _cause: Cause) -> tuple[Signal, ...]:
        """Signal strength of each device."""
        at = self._clock.now()
        self._signals.keep(self._household.radios.keys())
        return tuple(
            self._signals.of(member.record.address, member.address, at) for member in self._household
        )

    async def send(self, query: SendFrame, cause: Cause) -> None:
        """Send a frame made by hand.

        Raises:
            CommandRefused: bad_frame, foreign_sender.
            LinkLost, DutyCycleExhausted: not now.
        """
        self.transmit(self._read(query.data), cause)

    def transmit(self, frame: Frame, cause: Cause) -> None:
        """Send a frame that nobody answers.

        Raises:
            LinkLost: there is no radio.
            DutyCycleExhausted: not now.
        """
        self._asker.need_link()
        now_s = self._clock.monotonic()
        retry_after_s = self._airtime.retry_after_s(frame_ms(frame), now_s, cause.urgency)
        if retry_after_s:
            raise DutyCycleExhausted(retry_after_s)
        self._airtime.spend(frame, cause, now_s)
        self._apply((Send(frame=frame, cause=cause),), now_s)

    def _named(self, frame: RadioFrame) -> RadioFrame:
        """A kept frame, by the names that the home's devices have now."""
        sender, receiver = parties(frame)
        heard_from, meant_for = self._household.at(sender), self._household.at(receiver)
        return replace(
            frame,
            sender=None if heard_from is None else heard_from.address,
            receiver=None if meant_for is None else meant_for.address,
            to_us=receiver == self._central,
        )

    def _read(self, text: str) -> Frame:
        """The frame that hex digits stand for; only ours may be sent."""
        try:
            data = bytes.fromhex(text)
        except ValueError:
            data = b""
        frame = decode_frame(data[:MAX_FRAME_SIZE])
        if not isinstance(frame, Frame):
            allowed = "hex digits: length byte, counter, flags, type, sender, receiver, payload"
            raise CommandRefused("bad_frame", field="data", value=text[:80], allowed=allowed)
        if frame.sender != self._central:
            sender, ours = frame.sender.hex().upper(), self._central.hex().upper()
            raise CommandRefused("foreign_sender", field="data", value=sender, allowed=ours)
        return frame

    # what is written down

    def load(self, stored: Mapping[str, bytes]) -> None:
        """Know the radios of this home, and count what an earlier run sent in the last hour."""
        self._radios = read_radios(stored)
        try:
            fields = json.loads(stored.get(AIRTIME_KEY, b"{}"))
            at = datetime.fromisoformat(fields["at"])
            slots = [(float(age_s), float(ms)) for age_s, ms in fields["slots"]]
        except (ValueError, KeyError, TypeError):
            return
        if self._airtime.slots(self._clock.monotonic()):
            return  # it is the same run
        since_s = max(
            (self._clock.now() - at) / timedelta(seconds=1), 0.0
        )  # a clock set back shortens nothing
        aged = tuple((age_s + since_s, ms) for age_s, ms in slots)
        self._airtime.restore(aged, self._clock.monotonic())

    async def flush(self) -> None:
        """Write down the radio, each hour that it is still there, and the hour's send time when it changed.

        Raises:
            StoreError: nothing was written; it is tried again.
        """
        now_s = self._clock.monotonic()
        if self._radios and not self._unwritten and now_s - self._seen_s >= SEEN_EVERY_S:
            self._radios = still_there(self._radios, self._clock.now())
            self._unwritten, self._seen_s = True, now_s
        if self._unwritten:
            await self._context.store.save({RADIO_KEY: write_radios(self._radios)})
            self._unwritten = False
        written_s, used_ms = self._written
        used_now_ms = self._airtime.used_ms(now_s)
        if now_s - written_s < WRITE_EVERY_S or used_now_ms == used_ms:
            return
        fields = {"at": self._clock.now().isoformat(), "slots": self._airtime.slots(now_s)}
        await self._context.store.save({AIRTIME_KEY: json.dumps(fields).encode()})
        self._written = (now_s, used_now_ms)
