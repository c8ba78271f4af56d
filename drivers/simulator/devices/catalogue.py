"""Which devices a simulated home has: twelve kinds first, then more of the common ones."""

from collections.abc import Callable, Sequence

from .kind import Kind
from .switch import BATTERY, FLUSH_TWO, PLUG, Switch

TWELVE: Sequence[Callable[[], Kind]] = (
    lambda: Switch(PLUG),
    lambda: Switch(BATTERY),
    lambda: Switch(FLUSH_TWO),
)
MORE: Sequence[Callable[[], Kind]] = (lambda: Switch(PLUG),)
ADDRESS_BASE = 0x510000  # ours; not the range of real centrals or adapters


def kind_of(number: int) -> Kind:
    """The kind of device ``number``, counted from 1."""
    index = number - 1
    return TWELVE[index]() if index < len(TWELVE) else MORE[(index - len(TWELVE)) % len(MORE)]()


def serial_of(number: int) -> str:
    """SIM0000001 and so on."""
    return f"SIM{number:07d}"


def address_of(number: int) -> bytes:
    """The radio address of device ``number``."""
    return (ADDRESS_BASE + number).to_bytes(3, "big")
