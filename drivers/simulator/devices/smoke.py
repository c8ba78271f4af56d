"""HM-Sec-SD-2: a smoke detector; its alarm is a signed team frame, its state goes to the central.

Source: docs/protocols/bidcos.md, "Smoke detectors", "HM-Sec-SD-2 team frames".
"""

from collections.abc import Mapping

from drivers.bidcos.frames import Frame, encode_frame
from drivers.bidcos.signing import DEFAULT_KEY, team_mac

from .device import Device
from .kind import ActRefused, Model, Status
from .memory import ListId
from .touch import battery

ALARM, CALM, TEAM_CALL = 0xC8, 0x01, 0x96
ALARM_LIMIT, CALM_LIMIT = 0xB4, 0x33
TEAM_FLAGS = 0x14
TEAM_SENDS, TEAM_GAP_S = 6, 0.7
LOW_BATTERY = 0x80
CYCLE_S = 86_400.0

SMOKE = Model(
    name="HM-Sec-SD-2",
    code=0x00AA,
    firmware=0x10,
    info_tail=b"\xcd\x00\x00\x00",
    channels=1,
    sleeps=True,
    burst=True,
    event_flags=0xA4,
    defaults={ListId(channel=1, number=1): {0x08: 0}},
)


class Smoke:
    """One detector; without a team it is a team of its own."""

    model = SMOKE

    def __init__(self) -> None:
        self._value = 0x00
        self._alarms = 0
        self._team_counter = 0
        self._low_battery = False
        self._device: Device | None = None

    def start(self, device: Device) -> None:
        """Tell its state, as these detectors do at start, and once a day."""
        self._device = device
        self._cycle()

    def status(self, channel: int) -> Status | None:
        """Alarm and battery."""
        flags = LOW_BATTERY if self._low_battery else 0
        return Status(value=self._value, flags=flags) if channel <= 1 else None

    def execute(self, payload: bytes) -> bool:
        """Has nothing to command."""
        return False

    def from_peer(self, frame: Frame, channel: int) -> bool:
        """Join a team's alarm, or its end."""
        if frame.kind == 0x41 and len(frame.payload) >= 3:
            if frame.payload[2] >= ALARM_LIMIT:
                self._value = ALARM
            elif frame.payload[2] < CALM_LIMIT:
                self._value = 0x00
        return False

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Smoke, clear the air, press the test button, wear the battery."""
        match verb:
            case "smoke":
                self._alarm(ALARM, 0xC8)
            case "clear":
                self._alarm(CALM, 0x00)
            case "press":
                self._send_team(TEAM_CALL)
            case "battery":
                self._low_battery = battery(args)
                self._report()
            case _:
                raise ActRefused("HM-Sec-SD-2 knows: smoke, clear, press, battery low|full")

    def state(self) -> Mapping[str, object]:
        """What one hears."""
        return {"alarm": self._value >= ALARM_LIMIT, "low_battery": self._low_battery}

    def _alarm(self, told: int, value: int) -> None:
        self._value = value
        self._alarms = (self._alarms + 1) & 0xFF
        self._send_team(told)
        self._report()

    def _send_team(self, value: int) -> None:
        """The same signed frame several times, with burst, because the others sleep."""
        device = self._device
        if device is None or not device.memory.is_paired:
            return
        self._team_counter = (self._team_counter + 1) & 0xFFFF
        team = next((peer[:3] for peer in device.memory.peers.get(1, [])), device.address)
        counter16 = self._team_counter.to_bytes(2, "big")
        frame = Frame(
            counter=device.next_counter(),
            flags=TEAM_FLAGS,
            kind=0x41,
            sender=team,
            receiver=device.address,
            payload=bytes((0x01, self._alarms, value, 0x00)),
        )
        mac = team_mac(DEFAULT_KEY, frame, counter16)
        data = bytearray(encode_frame(frame) + counter16 + mac)
        data[0] += len(counter16) + len(mac)
        for number in range(TEAM_SENDS):
            device.agenda.after(number * TEAM_GAP_S, lambda: device.transmit(bytes(data)))

    def _report(self) -> None:
        if self._device is not None:
            self._device.status_changed(1)

    def _cycle(self) -> None:
        self._report()
        if self._device is not None:
            self._device.agenda.after(CYCLE_S, self._cycle)
