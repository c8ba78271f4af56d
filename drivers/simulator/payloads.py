"""Payloads that devices send, and the number formats in them. Pure.

Source: docs/protocols/bidcos.md, "Message types", "Device classes", "Thermostats".
"""

ACK = b"\x00"
NACK = b"\x80"
NACK_NO_ROOM = b"\x82"
NACK_UNKNOWN_TARGET = b"\x84"


def split_command(payload: bytes) -> tuple[int, int, bytes]:
    """Take a type-11 payload apart: order, channel, rest; FF as the order of one that is too short."""
    return (payload[0], payload[1], payload[2:]) if len(payload) >= 2 else (0xFF, 0xFF, b"")


def half_degrees(celsius: float) -> int:
    """Set temperature as its 6-bit field: °C times 2."""
    return round(celsius * 2) & 0x3F


def seconds16(value: bytes) -> float | None:
    """Decode a 16-bit time, mantissa times 0.1 s times 2^exponent; None for FFFF (for ever) or absent."""
    if len(value) < 2 or value == b"\xff\xff":
        return None
    word = int.from_bytes(value, "big")
    return (word >> 5) * 0.1 * 2.0 ** (word & 0x1F)


def temperature15(celsius: float, low_battery: bool) -> bytes:
    """Type 70: signed 15-bit tenths of a degree, bit 15 says low battery."""
    return ((round(celsius * 10) & 0x7FFF) | (0x8000 if low_battery else 0)).to_bytes(2, "big")


def set_and_actual(set_celsius: float, actual_celsius: float) -> bytes:
    """Thermostats: bits 15-10 set temperature times 2, bits 9-0 actual temperature times 10."""
    actual = max(0, min(0x3FF, round(actual_celsius * 10)))
    return (half_degrees(set_celsius) << 10 | actual).to_bytes(2, "big")


def battery5(volts: float) -> int:
    """Thermostats: bits 4-0, tenths of a volt above 1.5 V."""
    return max(0, min(0x1F, round((volts - 1.5) * 10)))


def power_report(energy_wh: float, power_w: float, current_ma: float, voltage_v: float, boot: bool) -> bytes:
    """Type 5E and 5F of HM-ES-PMSw1: energy wraps at 838 860.7 Wh, frequency is 50.00 Hz."""
    energy = int(energy_wh * 10) & 0x7FFFFF | (0x800000 if boot else 0)
    return (
        energy.to_bytes(3, "big")
        + min(0xFFFFFF, round(power_w * 100)).to_bytes(3, "big")
        + min(0xFFFF, round(current_ma)).to_bytes(2, "big")
        + min(0xFFFF, round(voltage_v * 10)).to_bytes(2, "big")
        + b"\x00"
    )


def device_info(firmware: int, model: int, serial: str, tail: bytes) -> bytes:
    """Type 00. tail: device class, peer channels A and B, one unknown byte."""
    return bytes((firmware,)) + model.to_bytes(2, "big") + serial.encode("ascii") + tail
