"""From what was heard to what the hub is told: datapoints, reachability, signal strength. No I/O.

Read downwards: hear → _events_of; answers → datapoints.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from hub.contract import (
    Datapoint,
    DatapointChanged,
    DatapointId,
    DeviceAppeared,
    DeviceReachable,
    DeviceUnreachable,
    Event,
    Origin,
    ParameterDescription,
    ParameterType,
    Value,
)

from .codec.frames import BROADCAST, Frame
from .codec.messages import AckStatus, KeyPress, SensorEvent, Status
from .exchange.keyring import Keyring
from .exchange.lane import Heard
from .exchange.request import Proof
from .exchange.teams import CLASSES, KINDS, TeamGuard
from .members.household import Household, Member
from .radios.watch import MotionEnds, SilenceWatch
from .translation.readings import Reading, read_held, read_message

RSSI_STEP_DBM = 6.0  # a change smaller than this is noise
RSSI_EVERY_S = 900.0
HELD_S = 2.0  # the same press within this time is still the same press


class Reports:
    """Publishes what devices say. One writer of reachability and signal strength."""

    def __init__(
        self,
        household: Household,
        central: bytes,
        keyring: Keyring,
        publish: Callable[[Event], None],
        now: Callable[[], datetime],
    ) -> None:
        self.silence = SilenceWatch()
        self.motion = MotionEnds()
        self._household = household
        self._central = central
        self._keyring = keyring
        self.teams = TeamGuard()
        self._publish = publish
        self._now = now
        self._rssi: dict[bytes, tuple[float, float]] = {}
        self._presses: dict[tuple[bytes, int], tuple[int, bool, float]] = {}
        self._pending: frozenset[bytes] = frozenset()

    def welcome(self, member: Member, now_s: float) -> None:
        """Tell the hub of a device of ours, and watch it."""
        self.silence.add(member.record.address, member.model.silence_s, now_s)
        self._publish(DeviceAppeared(description=member.description))

    def hear(self, heard: Heard, now_s: float) -> tuple[Datapoint, ...]:
        """Publish what a frame tells; returns its datapoints."""
        frame = heard.frame
        sender = self._household.at(frame.sender)
        if sender is not None:
            self._reachable(sender, now_s)
            self._signal(sender, frame.rssi_dbm, now_s)
        member = sender or self._team_member(frame)
        if member is None or not self._concerns_us(heard, member):
            return ()
        believed = heard.proof is not Proof.MISSING
        if (
            believed
            and isinstance(heard.message, KeyPress)
            and self._still_pressed(member, heard.message, now_s)
        ):
            return self.tell(member, read_held(heard.message, frame, member.model), Origin.REPORTED)
        origin = Origin.REPORTED if heard.answer_to is None else Origin.CONFIRMED
        readings = read_message(heard.message, frame, member.model)
        if not believed:  # its channel signs: what anybody could have said changes no state
            readings = [reading for reading in readings if reading.channel == 0]
        self._note_motion(member, readings, now_s)
        return self.tell(member, readings, origin)

    def tell(self, member: Member, readings: Iterable[Reading], origin: Origin) -> tuple[Datapoint, ...]:
        """Publish readings that the device's description has."""
        at = self._now()
        datapoints = [
            _datapoint(*place, reading.value, origin, at)
            for reading in readings
            if (place := member.place(reading.channel, reading.parameter)) is not None
        ]
        for datapoint in datapoints:
            self._publish(DatapointChanged(datapoint=datapoint))
        return tuple(datapoints)

    def pending(self, member: Member, pending: bool) -> None:
        """Something waits for it to wake, or no longer does; said when it changes."""
        radio = member.record.address
        if pending == (radio in self._pending):
            return
        self._pending = self._pending | {radio} if pending else self._pending - {radio}
        self.tell(member, [Reading(0, "CONFIG_PENDING", pending)], Origin.REPORTED)

    def unanswered(self, member: Member) -> None:
        """It did not answer after all attempts."""
        if self.silence.unreachable(member.record.address):
            self._lost(member, "no_answer")

    def wake(self, now_s: float) -> None:
        """Say what follows from silence."""
        for radio in self.silence.silent(now_s):
            if (member := self._household.at(radio)) is not None:
                self._lost(member, "silent")
        for radio, channel in self.motion.ended(now_s):
            if (member := self._household.at(radio)) is not None:
                self.tell(member, [Reading(channel, "MOTION", False)], Origin.ASSUMED)

    def _lost(self, member: Member, reason: str) -> None:
        self._publish(DeviceUnreachable(device=member.address, at=self._now(), reason=reason))
        self.tell(member, [Reading(0, "UNREACH", True)], Origin.REPORTED)

    def _reachable(self, member: Member, now_s: float) -> None:
        if self.silence.heard(member.record.address, now_s):
            self._publish(DeviceReachable(device=member.address, at=self._now()))
            pending = member.record.address in self._pending
            readings = [Reading(0, "UNREACH", False), Reading(0, "CONFIG_PENDING", pending)]
            self.tell(member, readings, Origin.REPORTED)

    def _signal(self, member: Member, rssi_dbm: float | None, now_s: float) -> None:
        if rssi_dbm is None:
            return
        last_dbm, last_s = self._rssi.get(member.record.address, (1000.0, 0.0))
        if abs(rssi_dbm - last_dbm) >= RSSI_STEP_DBM or now_s - last_s >= RSSI_EVERY_S:
            self._rssi[member.record.address] = (rssi_dbm, now_s)
            self.tell(member, [Reading(0, "RSSI_DEVICE", round(rssi_dbm))], Origin.REPORTED)

    def _concerns_us(self, heard: Heard, member: Member) -> bool:
        """Keys and triggers count when they are meant for us: a device tells each of its peers separately."""
        frame = heard.frame
        if member.model.cls in CLASSES and frame.kind in KINDS:
            return self.teams.accepts(frame, member.model.cls, self._keyring.all_keys)
        if isinstance(heard.message, KeyPress | SensorEvent):
            return frame.receiver in {self._central, BROADCAST}
        if isinstance(heard.message, Status | AckStatus):
            return True
        return frame.receiver in {self._central, BROADCAST} or frame.kind >= 0x53

    def _still_pressed(self, member: Member, press: KeyPress, now_s: float) -> bool:
        """A held key tells so about four times a second, with the same press counter."""
        key = (member.record.address, press.channel)
        counter, long, at_s = self._presses.get(key, (-1, False, 0.0))
        self._presses[key] = (press.counter, press.long, now_s)
        return (counter, long) == (press.counter, press.long) and now_s - at_s < HELD_S

    def _team_member(self, frame: Frame) -> Member | None:
        """Smoke detectors speak in the name of their team; the receiver is who reports."""
        member = self._household.at(frame.receiver) if frame.kind in KINDS else None
        return member if member is not None and member.model.cls in CLASSES else None

    def _note_motion(self, member: Member, readings: Iterable[Reading], now_s: float) -> None:
        values = {(reading.channel, reading.parameter): reading.value for reading in readings}
        for (channel, parameter), value in values.items():
            if parameter == "MOTION" and value:
                next_s = values.get((channel, "NEXT_TRANSMISSION"), 240)
                self.motion.moved(member.record.address, channel, float(next_s), now_s)


def _datapoint(
    known: DatapointId, description: ParameterDescription, value: Value, origin: Origin, at: datetime
) -> Datapoint:
    if description.type is ParameterType.FLOAT and not isinstance(value, str):
        value = float(value)
    return Datapoint(
        id=known,
        value=value,
        unit=description.unit,
        at=at,
        origin=origin,
        category=description.category,
    )
