"""Types 40 to 70: keys, contacts, climate, power, weather. Pure.

Source: docs/protocols/bidcos.md, "Device classes", "Thermostats".
"""

from dataclasses import dataclass
from typing import ClassVar, Self

_LOW_BATTERY = 0x80
_LONG = 0x40
_CHANNEL = 0x3F


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPress:
    """A key of a remote. counter: presses, 0-255; a long press repeats it. tail: what some firmware adds."""

    kind: ClassVar[int] = 0x40
    channel: int
    counter: int
    long: bool = False
    low_battery: bool = False
    tail: bytes = b""

    def payload(self) -> bytes:
        """2 bytes and the tail."""
        return bytes((self.channel | self.long << 6 | self.low_battery << 7, self.counter)) + self.tail

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None under 2 bytes."""
        if len(payload) < 2:
            return None
        head = payload[0]
        return cls(
            channel=head & _CHANNEL,
            counter=payload[1],
            long=bool(head & _LONG),
            low_battery=bool(head & _LOW_BATTERY),
            tail=payload[2:],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorEvent:
    """A sensor triggers. value: C8 open, wet, …; tail: next transmission, or a team's signature."""

    kind: ClassVar[int] = 0x41
    channel: int
    counter: int
    value: int
    long: bool = False
    low_battery: bool = False
    tail: bytes = b""

    def payload(self) -> bytes:
        """3 bytes and the tail."""
        head = self.channel | self.long << 6 | self.low_battery << 7
        return bytes((head, self.counter, self.value)) + self.tail

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None under 3 bytes."""
        if len(payload) < 3:
            return None
        head = payload[0]
        return cls(
            channel=head & _CHANNEL,
            counter=payload[1],
            value=payload[2],
            long=bool(head & _LONG),
            low_battery=bool(head & _LOW_BATTERY),
            tail=payload[3:],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamAlarm:
    """A smoke detector's signed team frame (HM-Sec-SD-2): a SensorEvent whose tail is the signature.

    counter: alarms, 0-255; value: C8 alarm, 96 test, 00 all clear; sequence: 16 bits, never
    falls; mac: 4 bytes.
    """

    kind: ClassVar[int] = 0x41
    channel: int
    counter: int
    value: int
    sequence: int
    mac: bytes

    def payload(self) -> bytes:
        """10 bytes."""
        head = bytes((self.channel, self.counter, self.value, 0))
        return head + self.sequence.to_bytes(2, "big") + self.mac

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when it has another length or no 00 behind the value."""
        if len(payload) != 10 or payload[3]:
            return None
        sequence = int.from_bytes(payload[4:6], "big")
        channel, counter, value = payload[:3]
        return cls(channel=channel, counter=counter, value=value, sequence=sequence, mac=payload[6:])


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchLevel:
    """A sensor tells its peers a level to switch by (type 42, rare). level: 0-255."""

    kind: ClassVar[int] = 0x42
    channel: int
    counter: int
    level: int
    long: bool = False
    low_battery: bool = False

    def payload(self) -> bytes:
        """3 bytes."""
        return bytes((self.channel | self.long << 6 | self.low_battery << 7, self.counter, self.level))

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None unless 3 bytes."""
        if len(payload) != 3:
            return None
        head = payload[0]
        return cls(
            channel=head & _CHANNEL,
            counter=payload[1],
            level=payload[2],
            long=bool(head & _LONG),
            low_battery=bool(head & _LOW_BATTERY),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorData:
    """Type 44, whose layout nobody has confirmed; kept as it came."""

    kind: ClassVar[int] = 0x44
    data: bytes

    def payload(self) -> bytes:
        """As it came."""
        return self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """Anything."""
        return cls(data=payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateEvent:
    """An HM-CC-TC moves its valve drive. valve: 0-255 = 0-99.6 %."""

    kind: ClassVar[int] = 0x58
    command: int
    valve: int
    tail: bytes = b""

    def payload(self) -> bytes:
        """2 bytes and the tail."""
        return bytes((self.command, self.valve)) + self.tail

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None under 2 bytes."""
        if len(payload) < 2:
            return None
        return cls(command=payload[0], valve=payload[1], tail=payload[2:])


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTemperature:
    """A thermostat's set temperature for its team."""

    kind: ClassVar[int] = 0x59
    set_half_degrees: int
    mode: int
    tail: bytes = b""

    def payload(self) -> bytes:
        """1 byte and the tail."""
        return bytes((self.set_half_degrees << 2 | self.mode,)) + self.tail

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when empty."""
        if not payload:
            return None
        return cls(set_half_degrees=payload[0] >> 2, mode=payload[0] & 0x03, tail=payload[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalControl:
    """A wall thermostat's set and actual temperature and humidity."""

    kind: ClassVar[int] = 0x5A
    set_half_degrees: int
    actual_tenths: int
    humidity: int
    tail: bytes = b""

    def payload(self) -> bytes:
        """3 bytes and the tail."""
        temperatures = self.set_half_degrees << 10 | self.actual_tenths
        return temperatures.to_bytes(2, "big") + bytes((self.humidity,)) + self.tail

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None under 3 bytes."""
        if len(payload) < 3:
            return None
        temperatures = int.from_bytes(payload[:2], "big")
        return cls(
            set_half_degrees=temperatures >> 10,
            actual_tenths=temperatures & 0x3FF,
            humidity=payload[2],
            tail=payload[3:],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerEvent:
    """A power meter.

    energy: 0.1 Wh, 23 bits, wraps; power: 0.01 W; current: mA; voltage: 0.1 V; frequency: 0.01 Hz over 50,
    -128 to 127. The last three are None for meters that measure energy and power only. cyclic: type 5E.
    """

    cyclic: bool
    boot: bool
    energy: int
    power: int
    current: int | None = None
    voltage: int | None = None
    frequency: int | None = None

    @property
    def kind(self) -> int:
        """5E cyclic, 5F event."""
        return 0x5E if self.cyclic else 0x5F

    def payload(self) -> bytes:
        """6 or 11 bytes."""
        data = (self.boot << 23 | self.energy).to_bytes(3, "big") + self.power.to_bytes(3, "big")
        if self.current is None or self.voltage is None or self.frequency is None:
            return data
        data += self.current.to_bytes(2, "big") + self.voltage.to_bytes(2, "big")
        return data + self.frequency.to_bytes(1, "big", signed=True)

    @classmethod
    def parse_cyclic(cls, payload: bytes) -> Self | None:
        """Type 5E; None when it has another length."""
        return cls._parse(payload, True)

    @classmethod
    def parse_event(cls, payload: bytes) -> Self | None:
        """Type 5F; None when it has another length."""
        return cls._parse(payload, False)

    @classmethod
    def _parse(cls, payload: bytes, cyclic: bool) -> Self | None:
        if len(payload) not in {6, 11}:
            return None
        counter = int.from_bytes(payload[:3], "big")
        full = len(payload) == 11
        return cls(
            cyclic=cyclic,
            boot=bool(counter >> 23),
            energy=counter & 0x7FFFFF,
            power=int.from_bytes(payload[3:6], "big"),
            current=int.from_bytes(payload[6:8], "big") if full else None,
            voltage=int.from_bytes(payload[8:10], "big") if full else None,
            frequency=int.from_bytes(payload[10:], "big", signed=True) if full else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Temperature in 0.1 °C, -1638.4 to 1638.3; humidity in %, None when not measured; tail: wind, rain."""

    kind: ClassVar[int] = 0x70
    temperature: int
    humidity: int | None = None
    low_battery: bool = False
    tail: bytes = b""

    def payload(self) -> bytes:
        """2 bytes, humidity and the tail."""
        head = (self.temperature & 0x7FFF | self.low_battery << 15).to_bytes(2, "big")
        return head + (b"" if self.humidity is None else bytes((self.humidity,)) + self.tail)

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None under 2 bytes."""
        if len(payload) < 2:
            return None
        head = int.from_bytes(payload[:2], "big")
        temperature = head & 0x7FFF
        return cls(
            temperature=temperature - 0x8000 if temperature & 0x4000 else temperature,
            humidity=payload[2] if len(payload) > 2 else None,
            low_battery=bool(head >> 15),
            tail=payload[3:],
        )
