"""What thermostats are told, and a holiday in each of its layouts. Pure.

Orders of type 11 share their codes with other classes, so a frame alone tells only ``ClassCommand``;
who knows the class reads it with ``parse_climate_order``. Source: docs/protocols/bidcos.md, "Thermostats".
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Self

MANUAL_CODE, PARTY_CODE, SET_CODE = 0x81, 0x82, 0x86
_DAY, _YEAR, _HALF_HOUR, _TEMPERATURE = 0x1F, 0x7F, 0x3F, 0x3F
REPORT_SIZE = 7  # bytes of a holiday in a report, behind its start time


class ModeOrder(IntEnum):
    """Orders that have no value."""

    AUTO = 0x80
    BOOST = 0x83
    COMFORT = 0x84
    LOWERING = 0x85
    ADAPTION_DRIVE = 0x87  # HM-CC-RT-DN-BoM measures its valve again


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Half an hour of a day. year: 0-99 after 2000; half_hours: since midnight, 0-47."""

    year: int
    month: int
    day: int
    half_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A holiday: one temperature (half degrees) from start to end."""

    start: Moment
    end: Moment
    half_degrees: int

    def report(self) -> tuple[int, bytes]:
        """For RtInfo, ItInfo and AckStatus: the six bits of start time, and 7 bytes."""
        months = self.start.month << 4 | self.end.month
        end = (self.end.half_hours, self.end.day, self.end.year)
        return self.start.half_hours, bytes(
            (self.start.day, self.start.year, *end, months, self.half_degrees)
        )

    @classmethod
    def parse_report(cls, low6: int, rest: bytes) -> Self | None:
        """None under 7 bytes. low6: the six bits beside the mode."""
        if len(rest) < REPORT_SIZE:
            return None
        start = Moment(
            year=rest[1] & _YEAR, month=rest[5] >> 4, day=rest[0] & _DAY, half_hours=low6 & _HALF_HOUR
        )
        end = Moment(
            year=rest[4] & _YEAR, month=rest[5] & 15, day=rest[3] & _DAY, half_hours=rest[2] & _HALF_HOUR
        )
        return cls(start=start, end=end, half_degrees=rest[6] & _TEMPERATURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTemperature:
    """Hold this temperature. half_degrees: 9 (off) to 61 (on); manual: change to manual mode too."""

    kind: ClassVar[int] = 0x11
    channel: int
    half_degrees: int
    manual: bool = False

    def payload(self) -> bytes:
        """3 bytes."""
        return bytes((MANUAL_CODE if self.manual else SET_CODE, self.channel, self.half_degrees))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode:
    """Automatic, boost, comfort or lowering temperature, or measure the valve."""

    kind: ClassVar[int] = 0x11
    channel: int
    order: ModeOrder

    def payload(self) -> bytes:
        """2 bytes."""
        return bytes((self.order, self.channel))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetParty:
    """Keep a holiday."""

    kind: ClassVar[int] = 0x11
    channel: int
    party: Party

    def payload(self) -> bytes:
        """10 bytes."""
        start, rest = self.party.report()
        return bytes((PARTY_CODE, self.channel, self.party.half_degrees, start)) + rest[:-1]


ClimateOrder = SetTemperature | SetMode | SetParty


def parse_climate_order(payload: bytes) -> ClimateOrder | None:
    """Read type 11 as a thermostat does; None for what it would refuse."""
    if len(payload) < 2:
        return None
    code, channel, rest = payload[0], payload[1], payload[2:]
    if code in {SET_CODE, MANUAL_CODE} and len(rest) == 1:
        return SetTemperature(channel=channel, half_degrees=rest[0], manual=code == MANUAL_CODE)
    if code == PARTY_CODE and len(rest) == 8:
        party = Party.parse_report(rest[1], rest[2:] + rest[:1])
        return None if party is None else SetParty(channel=channel, party=party)
    if rest or code not in set(ModeOrder):
        return None
    return SetMode(channel=channel, order=ModeOrder(code))
