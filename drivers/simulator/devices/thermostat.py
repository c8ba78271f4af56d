"""Radiator and wall thermostats: one regulator, its room, and the channels around it.

They sleep, wake about every 2.5 minutes, tell how they are and ask for the time until somebody says it.
A wall thermostat speaks to its team: set temperature (59) and room (5A); radiators of the team follow it.
Source: docs/protocols/bidcos.md, "HM-CC-RT-DN info", "HM-TC-IT-WM-W-EU", "ACK with status", "Receive modes".
"""

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from .. import payloads
from .channel import Channel
from .links import PeerEvent
from .memory import ListId
from .room import Room
from .setpoint import BOOST, ON_HALF, Setpoint
from .surface import OwnDevice, Status
from .touch import number

CYCLE_MIN_S, CYCLE_SPREAD_S = 120.0, 64.0
INFO_FLAGS, WEATHER_FLAGS = 0x86, 0x84
TIME_DELAY_S = 5.0  # after a report, when the window for commands is over
BETWEEN_S = 0.6  # between the frames of one report
REACTION_S = 3.0  # from a command to the report of it
LOW_BATTERY_FAULT = 6 << 5
WEEK_LIST = 7
WINDOW_REGISTER, WINDOW_HALF = 0x05, 24  # temperature while a window is open, and its factory value
ADAPT_ORDER, SYMBOL_ORDER = 0x87, 0x88
FULL_VOLTS, EMPTY_VOLTS = 3.0, 2.0
TEAM_TEMPERATURE, TEAM_ROOM = 0x59, 0x5A


class Thermostat(Channel):
    """The regulator of a radiator; other channels of the device find it by ``regulator_of``."""

    __slots__ = ("_windows", "room", "setpoint")
    verbs: ClassVar[Mapping[str, str]] = {"turn": "4.5 to 30.5", "press": "", "window": "open|closed"}
    first_s: ClassVar[float] = 1.0
    celsius: ClassVar[float] = 19.5

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        week = ListId(channel=index, number=WEEK_LIST)
        self.setpoint = Setpoint(lambda number, default: self.device.memory.register(number, default, week))
        self.room = Room(self.celsius, device.surroundings.home_s())
        self._windows: set[bytes] = set()

    @property
    def local_s(self) -> float:
        """What its clock shows: what it was told, else home time; with a fast day always home time."""
        surroundings, told_s = self.device.surroundings, self.device.told_local_s
        home_s = surroundings.home_s()
        return home_s if told_s is None or surroundings.speed != 1.0 else home_s + told_s

    def start(self) -> None:
        """Begin the cycle."""
        self.device.agenda.after(self.first_s, self._cycle)

    def status(self) -> Status | None:
        """ACK with status."""
        local_s = self.local_s
        half = payloads.half_degrees(self.wanted())
        tail = bytes((self.setpoint.mode_byte(local_s),)) + self.setpoint.party_fields()
        return Status(value=half, tail=tail)

    def execute(self, order: int, data: bytes) -> bool:
        """Modes and wanted temperature."""
        if not self.setpoint.execute(order, data, self.local_s):
            return False
        self.device.agenda.after(REACTION_S, self.inform)
        return True

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Turn the wheel, press it for boost, open the window beside it."""
        match verb:
            case "turn":
                self.setpoint.wish(round(number(args, 0, 4.5, ON_HALF / 2) * 2), self.local_s)
            case "press":
                self.setpoint.execute(0x83, b"", self.local_s)
            case _:
                self.open_window(b"", args[:1] == ("open",))
        self.refresh()

    def refresh(self) -> None:
        """Tell soon how it is."""
        self.device.agenda.after(1.0, self.inform)

    def state(self) -> Mapping[str, object]:
        """What its display shows."""
        wanted = self.live()
        return {
            "set": wanted,
            "actual": round(self.room.celsius, 1),
            "valve_percent": self.room.valve_percent,
        }

    def open_window(self, contact: bytes, is_open: bool) -> None:
        """A window contact, or somebody (no contact), opens or closes the window."""
        (self._windows.add if is_open else self._windows.discard)(contact)
        self.room.window_open = bool(self._windows)

    def follow_team(self, half: int) -> None:
        """Take the team's temperature."""
        if self.setpoint.wish(half, self.local_s):
            self.device.agenda.after(REACTION_S, self.inform)

    def wanted(self) -> float:
        """Set temperature in °C; while a window is open at most that of register 05."""
        wanted = self.setpoint.celsius(self.local_s)
        if not self.room.window_open:
            return wanted
        week = ListId(channel=self.index, number=WEEK_LIST)
        return min(wanted, self.device.memory.register(WINDOW_REGISTER, WINDOW_HALF, week) / 2)

    def live(self) -> float:
        """Let the room live until now; the wanted temperature."""
        surroundings = self.device.surroundings
        wanted = self.wanted()
        self.room.live(
            surroundings.home_s(), surroundings.outside_celsius(), wanted, boost=self.setpoint.mode == BOOST
        )
        return wanted

    @property
    def volts(self) -> float:
        """Of its battery."""
        return EMPTY_VOLTS if self.device.low_battery else FULL_VOLTS

    def head(self, wanted: float) -> bytes:
        """Set and actual temperature, as both info messages begin."""
        return payloads.set_and_actual(wanted, self.room.celsius)

    def inform(self) -> None:
        """Tell temperatures, valve, battery and mode (10/0A)."""
        wanted = self.live()
        fault = LOW_BATTERY_FAULT if self.device.low_battery else 0
        mode = self.setpoint.mode_byte(self.local_s)
        body = bytes((fault | payloads.battery5(self.volts), self.room.valve_percent, mode))
        info = b"\x0a" + self.head(wanted) + body + self.setpoint.party_fields()
        self.device.inform(0x10, info, INFO_FLAGS)

    def _cycle(self) -> None:
        self.inform()
        agenda = self.device.agenda
        agenda.after(TIME_DELAY_S, self.device.ask_time)
        agenda.after(CYCLE_MIN_S + CYCLE_SPREAD_S * self.device.surroundings.uniform(), self._cycle)


class BayThermostat(Thermostat):
    """HM-CC-RT-DN-BoM: its drive can be adapted anew, and its display shows two symbols more."""

    __slots__ = ()

    def execute(self, order: int, data: bytes) -> bool:
        """Adapt the drive, set symbols; the rest as others do."""
        return order in {ADAPT_ORDER, SYMBOL_ORDER} or super().execute(order, data)


class WallThermostat(Thermostat):
    """The regulator on the wall: humidity too, and a team."""

    __slots__ = ("_humidity", "_told")
    verbs: ClassVar[Mapping[str, str]] = {
        "turn": "4.5 to 30.5",
        "humidity": "1 to 99",
        "window": "open|closed",
    }
    first_s: ClassVar[float] = 1.5
    celsius: ClassVar[float] = 20.3

    def __init__(self, device: OwnDevice, index: int) -> None:
        super().__init__(device, index)
        self._humidity = 45.0
        self._told = 0.0

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Turn the wheel, shower in the room, open the window."""
        if verb == "humidity":
            self._humidity = number(args, 0, 1, 99)
            self.refresh()
        else:
            super().act(verb, args)

    def state(self) -> Mapping[str, object]:
        """What its display shows."""
        wanted = self.live()
        return {"set": wanted, "actual": round(self.room.celsius, 1), "humidity": round(self._humidity)}

    def inform(self) -> None:
        """Tell the team and all: temperatures with humidity (5A), weather (70), mode and battery (10/0B)."""
        device, wanted = self.device, self.live()
        self._humidity += (45.0 - self._humidity) * 0.1 + device.surroundings.uniform() - 0.5
        humidity = bytes((max(1, min(99, round(self._humidity))),))
        head = self.head(wanted)
        battery = payloads.battery5(self.volts) | (0x80 if device.low_battery else 0)
        battery |= 0x20 if self.room.window_open else 0
        info = b"\x0b" + head + bytes((battery, self.setpoint.mode_byte(self.local_s)))
        info += self.setpoint.party_fields()
        weather = payloads.temperature15(self.room.celsius, device.low_battery) + humidity
        self._tell_team(wanted, head + humidity)
        device.agenda.after(BETWEEN_S, lambda: device.inform(0x70, weather, WEATHER_FLAGS))
        device.agenda.after(BETWEEN_S * 2, lambda: device.inform(0x10, info, INFO_FLAGS))

    def _tell_team(self, wanted: float, room: bytes) -> None:
        """The room to everybody, or to each of the team; the set temperature to them when it changed."""
        device = self.device
        device.inform(TEAM_ROOM, room, INFO_FLAGS)
        changed, self._told = wanted != self._told, wanted
        mode = self.setpoint.mode & 0x03
        team = bytes((payloads.half_degrees(wanted) << 2 | mode,))
        peers = [peer[:3] for peer in device.memory.peers.get(self.index, [])]
        for place, peer in enumerate(peers, 3):
            if changed and peer != device.memory.central:
                told = partial(device.inform, TEAM_TEMPERATURE, team, WEATHER_FLAGS, peer)
                device.agenda.after(BETWEEN_S * place, told)


def regulator_of(device: OwnDevice) -> Thermostat | None:
    """The thermostat among a device's channels."""
    return next(iter(device.siblings(Thermostat)), None)


class WindowReceiver(Channel):
    """Listens to window contacts; an open window closes the valve."""

    __slots__ = ()

    def from_peer(self, event: PeerEvent) -> bool:
        """Open or close the window for the regulator."""
        regulator = regulator_of(self.device)
        if regulator is None or event.value is None:
            return False
        regulator.open_window(event.peer, event.value >= 0x32)
        regulator.refresh()
        return True


class TeamReceiver(Channel):
    """Listens to the team: the wall thermostat's set temperature and room, and keys for it."""

    __slots__ = ()

    def from_peer(self, event: PeerEvent) -> bool:
        """Follow the team's temperature, or a remote's comfort and lowering."""
        regulator, payload = regulator_of(self.device), event.frame.payload
        if regulator is None:
            return False
        if event.kind == TEAM_TEMPERATURE and payload:
            regulator.follow_team(payload[0] >> 2)
        elif event.kind == TEAM_ROOM and len(payload) >= 2:
            regulator.room.celsius = (int.from_bytes(payload[:2], "big") & 0x3FF) / 10
        elif event.kind == 0x40:
            regulator.execute(0x83 if event.is_long else 0x84 if event.counter % 2 else 0x85, b"")
        return True
