"""Types 53, 54, 60, 61: measurements and meters. Pure.

53 and 54 have a layout for each class of device, so a frame alone tells only ``Measurement``; who knows
the class reads it with ``LightMeasurement`` and the others.
Source: docs/protocols/bidcos.md, "Measurements", "Power".
"""

from dataclasses import dataclass
from typing import Self

_LOW_BATTERY = 0x80
_CHANNEL = 0x3F
_FILLING_MARK = b"\x02\x00"
_FILLING_EMPTY = 1408  # raw value of an empty tank, docs/protocols/bidcos.md "Measurements"


def _kind(cyclic: bool) -> int:
    return 0x53 if cyclic else 0x54


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A measurement of a class not known here. cyclic: type 53, else 54."""

    cyclic: bool
    data: bytes

    @property
    def kind(self) -> int:
        """53 cyclic, 54 event."""
        return _kind(self.cyclic)

    def payload(self) -> bytes:
        """As it came."""
        return self.data

    @classmethod
    def parse_cyclic(cls, payload: bytes) -> Self | None:
        """Type 53."""
        return cls(cyclic=True, data=payload)

    @classmethod
    def parse_event(cls, payload: bytes) -> Self | None:
        """Type 54."""
        return cls(cyclic=False, data=payload)


@dataclass(frozen=True, slots=True, kw_only=True)
class LightMeasurement:
    """HM-Sen-LI-O. hundredths: of a lux, 32 bits; counter: 0-255."""

    cyclic: bool
    counter: int
    hundredths: int
    channel: int = 1
    low_battery: bool = False

    @property
    def kind(self) -> int:
        """53 cyclic, 54 event."""
        return _kind(self.cyclic)

    def payload(self) -> bytes:
        """6 bytes."""
        head = bytes((self.channel | self.low_battery << 7, self.counter))
        return head + self.hundredths.to_bytes(4, "big")

    @classmethod
    def parse(cls, payload: bytes, *, cyclic: bool) -> Self | None:
        """None unless 6 bytes and no unknown bit."""
        if len(payload) != 6 or payload[0] & 0x40:
            return None
        return cls(
            cyclic=cyclic,
            counter=payload[1],
            hundredths=int.from_bytes(payload[2:], "big"),
            channel=payload[0] & _CHANNEL,
            low_battery=bool(payload[0] & _LOW_BATTERY),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GasMeasurement:
    """HM-ES-TX-WM at a gas meter. volume: 0.001 m³, 31 bits; flow: 0.001 m³/h, 24 bits; boot: just on."""

    cyclic: bool
    volume: int
    flow: int
    boot: bool = False

    @property
    def kind(self) -> int:
        """53 cyclic, 54 event."""
        return _kind(self.cyclic)

    def payload(self) -> bytes:
        """7 bytes."""
        return (self.boot << 31 | self.volume).to_bytes(4, "big") + self.flow.to_bytes(3, "big")

    @classmethod
    def parse(cls, payload: bytes, *, cyclic: bool) -> Self | None:
        """None unless 7 bytes."""
        if len(payload) != 7:
            return None
        head = int.from_bytes(payload[:4], "big")
        flow = int.from_bytes(payload[4:], "big")
        return cls(cyclic=cyclic, volume=head & 0x7FFFFFFF, flow=flow, boot=bool(head >> 31))


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureMeasurement:
    """HM-WDS30-OT2-SM. tenths: (sensor 1-63, 0.1 °C as signed 16 bits); 3 and 4 are differences."""

    cyclic: bool
    tenths: tuple[tuple[int, int], ...]
    channel: int = 0
    low_battery: bool = False

    @property
    def kind(self) -> int:
        """53 cyclic, 54 event."""
        return _kind(self.cyclic)

    def payload(self) -> bytes:
        """1 byte and 3 per sensor."""
        parts = (bytes((sensor,)) + value.to_bytes(2, "big", signed=True) for sensor, value in self.tenths)
        return bytes((self.channel | self.low_battery << 7,)) + b"".join(parts)

    @classmethod
    def parse(cls, payload: bytes, *, cyclic: bool) -> Self | None:
        """None when it is not whole."""
        if len(payload) % 3 != 1 or payload[0] & 0x40:
            return None
        tenths = tuple(
            (payload[at], int.from_bytes(payload[at + 1 : at + 3], "big", signed=True))
            for at in range(1, len(payload), 3)
        )
        low_battery = bool(payload[0] & _LOW_BATTERY)
        return cls(cyclic=cyclic, tenths=tenths, channel=payload[0] & _CHANNEL, low_battery=low_battery)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillingMeasurement:
    """KFM-Sensor. sequence: 0-15; echo: 11 bits, less is fuller; rest: a byte and 5 bits not known."""

    cyclic: bool
    sequence: int
    echo: int
    rest: tuple[int, int] = (0, 0)
    channel: int = 1
    low_battery: bool = False

    @property
    def kind(self) -> int:
        """53 cyclic, 54 event."""
        return _kind(self.cyclic)

    @property
    def raw_value(self) -> int:
        """What is turned into a volume by a table of the owner's tank."""
        return _FILLING_EMPTY - self.echo

    def payload(self) -> bytes:
        """7 bytes."""
        head = bytes((self.channel | self.low_battery << 7, 0x40 | self.sequence)) + _FILLING_MARK
        return head + bytes((self.rest[0], self.echo & 0xFF, self.rest[1] << 3 | self.echo >> 8))

    @classmethod
    def parse(cls, payload: bytes, *, cyclic: bool) -> Self | None:
        """None when it has another length or lacks its mark."""
        if len(payload) != 7 or payload[0] & 0x40 or payload[1] >> 4 != 4 or payload[2:4] != _FILLING_MARK:
            return None
        return cls(
            cyclic=cyclic,
            sequence=payload[1] & 0x0F,
            echo=(payload[6] & 7) << 8 | payload[5],
            rest=(payload[4], payload[6] >> 3),
            channel=payload[0] & _CHANNEL,
            low_battery=bool(payload[0] & _LOW_BATTERY),
        )


ClassMeasurement = LightMeasurement | GasMeasurement | TemperatureMeasurement | FillingMeasurement


@dataclass(frozen=True, slots=True, kw_only=True)
class IecEvent:
    """HM-ES-TX-WM at an electronic meter.

    energy: 0.0001 kWh, 40 bits; power: 0.01 W, 32 bits. flags: bits 6 and 7 of the first byte; sources say of
    either that it is a low battery. energy_tariff, power_tariff: the byte in front, with tariff (high nibble)
    and unit (bit 0); bit 3 of power_tariff: power flows to the grid.
    """

    cyclic: bool
    channel: int
    energy: int
    power: int
    flags: int = 0
    energy_tariff: int = 0
    power_tariff: int = 0

    @property
    def kind(self) -> int:
        """60 cyclic, 61 event."""
        return 0x60 if self.cyclic else 0x61

    @property
    def low_battery(self) -> bool:
        """By either reading."""
        return self.flags != 0

    @property
    def exported(self) -> bool:
        """Power flows to the grid."""
        return bool(self.power_tariff & 0x08)

    def payload(self) -> bytes:
        """12 bytes."""
        head = bytes((self.channel | self.flags << 6, self.energy_tariff))
        return (
            head
            + self.energy.to_bytes(5, "big")
            + bytes((self.power_tariff,))
            + self.power.to_bytes(4, "big")
        )

    @classmethod
    def parse_cyclic(cls, payload: bytes) -> Self | None:
        """Type 60; None unless 12 bytes."""
        return cls._parse(payload, True)

    @classmethod
    def parse_event(cls, payload: bytes) -> Self | None:
        """Type 61; None unless 12 bytes."""
        return cls._parse(payload, False)

    @classmethod
    def _parse(cls, payload: bytes, cyclic: bool) -> Self | None:
        if len(payload) != 12:
            return None
        return cls(
            cyclic=cyclic,
            channel=payload[0] & _CHANNEL,
            flags=payload[0] >> 6,
            energy_tariff=payload[1],
            energy=int.from_bytes(payload[2:7], "big"),
            power_tariff=payload[7],
            power=int.from_bytes(payload[8:], "big"),
        )
