"""HM-Sys-sRP-Pl: sends on what it hears, for the pairs of devices in its table (list 2), up to 36 of 7 bytes.

An entry is sender, receiver, and whether broadcasts of that sender go on too. The time it takes is ours.
Source: docs/protocols/bidcos.md, "Frame" (RPTED, RPTEN), "Register lists".
"""

from drivers.bidcos.codec.frames import BROADCAST, Flag

from ..places import Place
from .memory import ListId
from .surface import OwnDevice

TABLE = ListId(channel=1, number=2)
ENTRIES, ENTRY_SIZE = 36, 7
DELAY_S = 0.020
MEMORY_S = 1.0  # a frame is sent on once


class Repeater:
    """The ear and mouth of one repeater; the rest of it is a device like others.

    repeated: frames sent on.
    """

    def __init__(self, device: OwnDevice) -> None:
        self.repeated = 0
        self._device = device
        self._recent: dict[bytes, float] = {}

    @property
    def place(self) -> Place:
        """In the device's housing."""
        return self._device.place

    def hears(self, data: bytes) -> bool:
        """Everything that may be sent on, and was not yet."""
        return bool(data[2] & Flag.RPTEN) and not data[2] & Flag.RPTED

    def receive(self, data: bytes, rssi_dbm: float) -> None:
        """Send it on after a moment, if a table entry says so."""
        now_s = self._device.agenda.now_s
        self._recent = {each: at_s for each, at_s in self._recent.items() if now_s - at_s < MEMORY_S}
        if data in self._recent or not self._is_wanted(data[4:7], data[7:10]):
            return
        self._recent[data] = now_s
        again = data[:2] + bytes((data[2] | Flag.RPTED,)) + data[3:]
        self._device.agenda.after(DELAY_S, lambda: self._send(again))

    def _send(self, data: bytes) -> None:
        self.repeated += 1
        self._device.transmit(data)

    def _is_wanted(self, sender: bytes, receiver: bytes) -> bool:
        registers = self._device.memory.registers(TABLE)
        for entry in range(ENTRIES):
            start = 1 + entry * ENTRY_SIZE
            row = bytes(registers.get(start + at, 0) for at in range(ENTRY_SIZE))
            if (
                row[:3] == sender
                and any(sender)
                and (row[3:6] == receiver or (receiver == BROADCAST and row[6]))
            ):
                return True
        return False
