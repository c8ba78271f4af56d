"""HM-CC-RT-DN: a radiator thermostat that sleeps, wakes about every 2.5 minutes and tells how it is.

Source: docs/protocols/bidcos.md, "HM-CC-RT-DN info", "ACK with status", "Receive modes".
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from .. import payloads
from .climate import BOOST, ON_HALF, Room, Setpoint, info_head
from .device import Device
from .kind import ActRefused, Model, Status
from .memory import DEVICE_LIST, ListId
from .touch import battery, number

CHANNEL = 4
WINDOW_CHANNEL = 3
CYCLE_MIN_S, CYCLE_SPREAD_S = 120.0, 64.0
INFO_FLAGS = 0x86
TIME_DELAY_S = 5.0  # after a report, when the window for commands is over
LOW_BATTERY_FAULT = 6 << 5
WEEK = {0x01: 42, 0x02: 34, 0x03: 9, 0x04: 61, 0x05: 24, 0x07: 6, 0x08: 22, 0x09: 0x07, 0x0A: 0x30}

RADIATOR = Model(
    name="HM-CC-RT-DN",
    code=0x0095,
    firmware=0x14,
    info_tail=b"\x59\x00\xff\xff",
    channels=6,
    sleeps=True,
    burst_if_set=True,
    event_flags=0xA2,
    defaults={
        DEVICE_LIST: {0x01: 0x00, 0x02: 0, 0x12: 0x15, 0x18: 0, 0x19: 0, 0x1A: 0},
        **{ListId(channel=channel, number=1): {0x08: 0} for channel in range(1, 7)},
        ListId(channel=CHANNEL, number=7): WEEK,
    },
)


class RadiatorThermostat:
    """One radiator and its room."""

    model = RADIATOR

    def __init__(self) -> None:
        self._setpoint = Setpoint()
        self._room: Room | None = None
        self._volts = 3.0
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Begin the cycle, which asks for the time until somebody tells it."""
        self._device = device
        self._room = Room(19.5, device.surroundings.home_s())
        device.agenda.after(1.0, self._cycle)

    def status(self, channel: int) -> Status | None:
        """ACK with status of the regulator."""
        device = self._device
        if channel != CHANNEL or device is None:
            return None
        home_s = device.surroundings.home_s()
        half = payloads.half_degrees(self._setpoint.celsius(home_s))
        tail = bytes((self._setpoint.mode_byte(home_s),)) + self._setpoint.party_fields()
        return Status(value=half, flags=0x80 if self._is_low else 0, tail=tail)

    def execute(self, payload: bytes) -> bool:
        """Modes and wanted temperature."""
        device = self._device
        if device is None or not self._setpoint.execute(payload, CHANNEL, device.surroundings.home_s()):
            return False
        device.agenda.after(3.0, self._inform)
        return True

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """A window contact closes the valve."""
        if channel == WINDOW_CHANNEL and frame.kind == 0x41 and len(frame.payload) >= 3 and self._room:
            self._room.window_open = frame.payload[2] >= 0x32
        return channel == WINDOW_CHANNEL

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Turn the wheel, open the window beside it, wear the battery."""
        device = self._device
        if device is None or self._room is None:
            return
        match verb:
            case "turn":
                half = round(number(args, 0, 4.5, ON_HALF / 2) * 2)
                self._setpoint.wish(half, device.surroundings.home_s())
            case "press":
                self._setpoint.execute(bytes((0x83, CHANNEL)), CHANNEL, device.surroundings.home_s())
            case "window":
                self._room.window_open = args[:1] == ("open",)
            case "battery":
                self._volts = 2.0 if battery(args) else 3.0
            case _:
                raise ActRefused(
                    "HM-CC-RT-DN knows: turn 4.5 to 30.5, press, window open|closed, battery low|full"
                )
        device.agenda.after(1.0, self._inform)

    def state(self) -> Mapping[str, object]:
        """What its display shows."""
        room, device = self._live()
        if room is None or device is None:
            return {}
        set_celsius = self._setpoint.celsius(device.surroundings.home_s())
        return {"set": set_celsius, "actual": round(room.celsius, 1), "valve_percent": room.valve_percent}

    @property
    def _is_low(self) -> bool:
        return self._volts < 2.2

    def _live(self) -> tuple[Room | None, Device | None]:
        device, room = self._device, self._room
        if device is not None and room is not None:
            home_s = device.surroundings.home_s()
            wanted = self._setpoint.celsius(home_s)
            room.live(
                home_s, device.surroundings.outside_celsius(), wanted, boost=self._setpoint.mode == BOOST
            )
        return room, device

    def _cycle(self) -> None:
        self._inform()
        if self._device is not None:
            self._device.agenda.after(TIME_DELAY_S, self._device.ask_time)
            self._device.agenda.after(
                CYCLE_MIN_S + CYCLE_SPREAD_S * self._device.surroundings.uniform(), self._cycle
            )

    def _inform(self) -> None:
        room, device = self._live()
        if room is None or device is None:
            return
        home_s = device.surroundings.home_s()
        fault = LOW_BATTERY_FAULT if self._is_low else 0
        body = bytes(
            (
                fault | payloads.battery5(self._volts),
                room.valve_percent,
                self._setpoint.mode_byte(home_s),
            )
        )
        party = self._setpoint.party_fields()
        info = b"\x0a" + info_head(self._setpoint, room, home_s) + body + party
        device.inform(0x10, info, INFO_FLAGS)
