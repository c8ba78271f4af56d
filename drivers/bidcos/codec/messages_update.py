"""Types CA and CB: new firmware for a device. Pure.

Source: docs/protocols/bidcos.md, "Firmware".
"""

from dataclasses import dataclass
from typing import ClassVar, Self

FAST_RADIO = ((0x10, 0x5B), (0x11, 0xF8), (0x15, 0x47))  # CC1101 registers for 100 kbit/s


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareBlock:
    """A piece of firmware, up to 54 bytes; the last of a group is acknowledged."""

    kind: ClassVar[int] = 0xCA
    data: bytes

    def payload(self) -> bytes:
        """As it came."""
        return self.data

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when empty."""
        return cls(data=payload) if payload else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioSettings:
    """How the radio is to be set before the blocks come: (register, value) pairs of the CC1101."""

    kind: ClassVar[int] = 0xCB
    registers: tuple[tuple[int, int], ...] = FAST_RADIO

    def payload(self) -> bytes:
        """2 bytes per register."""
        return b"".join(bytes(pair) for pair in self.registers)

    @classmethod
    def parse(cls, payload: bytes) -> Self | None:
        """None when a pair is not whole."""
        if not payload or len(payload) % 2:
            return None
        return cls(registers=tuple(zip(payload[::2], payload[1::2], strict=True)))
