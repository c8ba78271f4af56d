"""What registers that were read or written say about talking with a device. Pure.

Source: docs/protocols/bidcos.md, "Register lists".
"""

from .keyring import Keyring
from .lanes import Lanes
from .registers import NO_PEER, Registers

BURST_RX = 0x01  # of list 0: a burst wakes it
SIGN = 0x08  # of list 1, bit 0: this channel signs


def learn(registers: Registers, radio: bytes, keyring: Keyring, lanes: Lanes) -> None:
    """Take over whether a burst wakes it, and which of its channels sign."""
    for list_id, known in registers.memory(radio).lists.items():
        if list_id.peer != NO_PEER:
            continue
        if list_id.index == 0 and BURST_RX in known.registers:
            lanes.set_burst_rx(radio, known.registers[BURST_RX] != 0)
        if list_id.index == 1 and SIGN in known.registers:
            keyring.note_signing(radio, list_id.channel, bool(known.registers[SIGN] & 1))
