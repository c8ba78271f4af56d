"""HM-TC-IT-WM-W-EU: a wall thermostat with temperature and humidity, woken by burst.

Source: docs/protocols/bidcos.md, "HM-TC-IT-WM-W-EU", "ACK with status", "Receive modes".
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame

from .. import payloads
from .climate import BOOST, ON_HALF, Room, Setpoint, info_head
from .device import Device
from .kind import ActRefused, Model, Status
from .memory import DEVICE_LIST, ListId
from .radiator_thermostat import TIME_DELAY_S, WEEK
from .touch import battery, number

CHANNEL = 2
WINDOW_CHANNEL = 3
CYCLE_MIN_S, CYCLE_SPREAD_S = 120.0, 60.0
BETWEEN_S = 0.6  # between the frames of one report

WALL = Model(
    name="HM-TC-IT-WM-W-EU",
    code=0x00AD,
    firmware=0x11,
    info_tail=b"\x58\x03\xff\xff",
    channels=7,
    sleeps=True,
    burst_if_set=True,
    event_flags=0xA2,
    defaults={
        DEVICE_LIST: {0x01: 0x01, 0x02: 0, 0x05: 0x40, 0x12: 0x16, 0x18: 0, 0x19: 0, 0x1A: 0},
        **{ListId(channel=channel, number=1): {0x08: 0} for channel in range(1, 8)},
        **{ListId(channel=CHANNEL, number=week): WEEK for week in (7, 8, 9)},
    },
)


class WallThermostat:
    """One room's thermostat; its room is heated by a radiator of its own."""

    model = WALL

    def __init__(self) -> None:
        self._setpoint = Setpoint()
        self._room: Room | None = None
        self._humidity = 45.0
        self._volts = 3.0
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Begin the cycle, which asks for the time until somebody tells it."""
        self._device = device
        self._room = Room(20.3, device.surroundings.home_s())
        device.agenda.after(1.5, self._cycle)

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
        """Turn the wheel, breathe and shower in the room, wear the battery."""
        device = self._device
        if device is None or self._room is None:
            return
        match verb:
            case "turn":
                half = round(number(args, 0, 4.5, ON_HALF / 2) * 2)
                self._setpoint.wish(half, device.surroundings.home_s())
            case "humidity":
                self._humidity = number(args, 0, 1, 99)
            case "window":
                self._room.window_open = args[:1] == ("open",)
            case "battery":
                self._volts = 2.0 if battery(args) else 3.0
            case _:
                raise ActRefused(
                    "HM-TC-IT-WM-W-EU knows: turn 4.5 to 30.5, humidity, window open|closed, battery low|full"
                )
        device.agenda.after(1.0, self._inform)

    def state(self) -> Mapping[str, object]:
        """What its display shows."""
        room, device = self._live()
        if room is None or device is None:
            return {}
        set_celsius = self._setpoint.celsius(device.surroundings.home_s())
        return {"set": set_celsius, "actual": round(room.celsius, 1), "humidity": round(self._humidity)}

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
            self._humidity += (45.0 - self._humidity) * 0.1 + device.surroundings.uniform() - 0.5
        return room, device

    def _cycle(self) -> None:
        self._inform()
        if self._device is not None:
            self._device.agenda.after(TIME_DELAY_S, self._device.ask_time)
            self._device.agenda.after(
                CYCLE_MIN_S + CYCLE_SPREAD_S * self._device.surroundings.uniform(), self._cycle
            )

    def _inform(self) -> None:
        """Tell all three: temperatures with humidity (5A), weather (70), mode and battery (10/0B)."""
        room, device = self._live()
        if room is None or device is None:
            return
        home_s = device.surroundings.home_s()
        humidity = bytes((max(1, min(99, round(self._humidity))),))
        head = info_head(self._setpoint, room, home_s)
        battery_byte = payloads.battery5(self._volts) | (0x80 if self._is_low else 0)
        mode = bytes((battery_byte, self._setpoint.mode_byte(home_s)))
        info = b"\x0b" + head + mode + self._setpoint.party_fields()
        weather = payloads.temperature15(room.celsius, self._is_low) + humidity
        device.inform(0x5A, head + humidity, 0x86)
        device.agenda.after(BETWEEN_S, lambda: device.inform(0x70, weather, 0x84))
        device.agenda.after(BETWEEN_S * 2, lambda: device.inform(0x10, info, 0x86))
