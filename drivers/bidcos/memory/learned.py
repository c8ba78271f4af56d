"""What registers that were read or written say about talking with a device. Pure.

Source: docs/protocols/bidcos.md, "Register lists".
"""

from ..exchange.lanes import Lanes
from .registers import ListId, Registers

BURST_RX = 0x01  # of list 0: a burst wakes it
_DEVICE_LIST = ListId(0, 0)


def learn(registers: Registers, radio: bytes, lanes: Lanes) -> None:
    """Take over whether a burst wakes it."""
    known = registers.list_of(radio, _DEVICE_LIST)
    if known is not None and BURST_RX in known.registers:
        lanes.set_burst_rx(radio, known.registers[BURST_RX] != 0)
