"""Smoke detectors: an alarm is a team frame that wakes the others, the state goes to the central.

HM-Sec-SD-2 signs its team frames and follows only those that are signed and newer than the last.
Source: docs/protocols/bidcos.md, "Smoke detectors", "HM-Sec-SD-2 team frames".
"""

from collections.abc import Mapping
from typing import ClassVar

from drivers.bidcos.codec.frames import Frame, encode_frame
from drivers.bidcos.codec.signing import team_mac

from .channel import Channel
from .links import PeerEvent
from .sensor import DAY_S
from .surface import OwnDevice, Status

ALARM, CALM, TEAM_CALL = 0xC8, 0x01, 0x96
ALARM_LIMIT, CALM_LIMIT = 0xB4, 0x33
TEAM_FLAGS, PLAIN_TEAM_FLAGS = 0x14, 0x94
TEAM_SENDS, TEAM_GAP_S = 6, 0.7
SIGNED_SIZE = 10  # channel, number, value, 00, counter16, mac4


class Smoke(Channel):
    """One detector of the first generation; without a team it is a team of its own."""

    __slots__ = ("_alarms", "_value")
    verbs: ClassVar[Mapping[str, str]] = {"smoke": "", "clear": "", "press": ""}
    closing: ClassVar[tuple[str, str] | None] = ("battery", "full")

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._value = 0x00
        self._alarms = 0

    def start(self) -> None:
        """Tell its state, as these detectors do at start, and once a day."""
        self._cycle()

    def status(self) -> Status | None:
        """Alarm."""
        return Status(value=self._value)

    def from_peer(self, event: PeerEvent) -> bool:
        """Join a team's alarm, or its end; nothing is answered."""
        if event.kind == 0x41 and event.value is not None and self._believes(event):
            if event.value >= ALARM_LIMIT:
                self._value = ALARM
            elif event.value < CALM_LIMIT:
                self._value = 0x00
        return False

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Smoke, clear the air, press the test button."""
        match verb:
            case "smoke":
                self._alarm(ALARM, 0xC8)
            case "clear":
                self._alarm(CALM, 0x00)
            case _:
                self._send_team(TEAM_CALL)

    def state(self) -> Mapping[str, object]:
        """What one hears."""
        return {"alarm": self._value >= ALARM_LIMIT}

    def _believes(self, event: PeerEvent) -> bool:
        return True

    def _alarm(self, told: int, value: int) -> None:
        self._value = value
        self._alarms = (self._alarms + 1) & 0xFF
        self._send_team(told)
        self.refresh()

    def _send_team(self, value: int) -> None:
        """The same frame several times, with burst, because the others sleep."""
        device = self.device
        if not device.memory.is_paired:
            return
        data = self._team_frame(value)
        for number in range(TEAM_SENDS):
            device.agenda.after(number * TEAM_GAP_S, lambda: device.transmit(data))

    def _team_frame(self, value: int) -> bytes:
        return encode_frame(self._frame(PLAIN_TEAM_FLAGS, bytes((self.index, self._alarms, value))))

    def _frame(self, flags: int, payload: bytes) -> Frame:
        return Frame(
            counter=self.device.next_counter(),
            flags=flags,
            kind=0x41,
            sender=self._team,
            receiver=self.device.address,
            payload=payload,
        )

    @property
    def _team(self) -> bytes:
        return next((peer[:3] for peer in self.device.memory.peers.get(self.index, [])), self.device.address)

    def _cycle(self) -> None:
        self.refresh()
        self.device.agenda.after(DAY_S, self._cycle)


class SignedSmoke(Smoke):
    """One detector of the second generation."""

    __slots__ = ("_team_counter",)

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._team_counter = 0

    def _team_frame(self, value: int) -> bytes:
        frame = self._frame(TEAM_FLAGS, bytes((self.index, self._alarms, value, 0x00)))
        highest = max(self._team_counter, self.device.memory.replay.get(self._team, 0) >> 8)
        self._team_counter = (highest + 1) & 0xFFFF
        counter16 = self._team_counter.to_bytes(2, "big")
        mac = team_mac(self.device.memory.key, frame, counter16)
        data = encode_frame(frame) + counter16 + mac
        return bytes((data[0] + len(counter16) + len(mac),)) + data[1:]

    def _believes(self, event: PeerEvent) -> bool:
        """Whether it is signed with our key, and newer than what the team said last."""
        frame, memory = event.frame, self.device.memory
        if len(frame.payload) != SIGNED_SIZE:
            return False
        counter16, mac = frame.payload[4:6], frame.payload[6:]
        bare = Frame(
            counter=frame.counter, flags=frame.flags, kind=frame.kind, sender=frame.sender,
            receiver=frame.receiver, payload=frame.payload[:4],
        )  # fmt: skip
        number = int.from_bytes(counter16, "big") << 8 | frame.counter
        if mac != team_mac(memory.key, bare, counter16) or number <= memory.replay.get(frame.sender, -1):
            return False
        memory.replay[frame.sender] = number
        memory.changes += 1
        return True
