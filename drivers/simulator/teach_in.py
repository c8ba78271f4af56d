"""Somebody walks through the home and presses the teach-in button of every device nobody owns yet. Pure.

Begins when the stick first listens; one press at a time, none while a device is being written to. Where
nobody answers, the rounds become slower, because the air belongs to others too. Some sensors have the
button behind a cover or beside the battery; closing that makes them report, and a new home knows its
windows then.
"""

from .devices.device import Device
from .world import World

PRESS_GAP_S = 0.7
BUSY_GAP_S = 0.1
GAP_MAX_S = 5.0


class TeachIn:
    """Presses the buttons of a world until every device has an owner; then looks again each few seconds."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._gap_s = PRESS_GAP_S
        self._turn = 0
        self._pressed_of_round = 0
        self._unpaired_before = -1
        self._open: dict[bytes, Device] = {}

    def start(self) -> None:
        """Begin with the first press as soon as the stick listens."""
        self._world.agenda.after(BUSY_GAP_S, self._step)

    def _step(self) -> None:
        world = self._world
        unpaired = world.unpaired()
        self._close()
        if not unpaired:
            world.agenda.after(GAP_MAX_S, self._step)
        elif not any(each.receives for each in world.sticks.values()) or any(
            d.configuration.is_open for d in world.devices.values()
        ):
            world.agenda.after(BUSY_GAP_S, self._step)
        else:
            self._press(len(unpaired))
            device = unpaired[self._turn % len(unpaired)]
            if _closing(device) is not None:
                self._open[device.address] = device
            device.teach_in()
            world.agenda.after(self._gap_s, self._step)

    def _is_written(self) -> bool:
        return any(device.configuration.is_open for device in self._world.devices.values())

    def _close(self) -> None:
        """Close what was opened to press a button, once the device has an owner."""
        for address, device in tuple(self._open.items()):
            if device.memory.is_paired and not device.configuration.is_open:
                del self._open[address]
                if (closing := _closing(device)) is not None:
                    device.act(closing[0], (closing[1],))

    def _press(self, unpaired: int) -> None:
        """Move on to the next device, and slow down after a round in which nobody found an owner."""
        self._turn += 1
        self._pressed_of_round += 1
        if unpaired != self._unpaired_before:
            self._gap_s, self._pressed_of_round = PRESS_GAP_S, 0
        elif self._pressed_of_round >= unpaired:
            self._gap_s, self._pressed_of_round = min(GAP_MAX_S, self._gap_s * 2), 0
        self._unpaired_before = unpaired


def _closing(device: Device) -> tuple[str, str] | None:
    """What closes a device again whose button was behind something."""
    return next((channel.closing for channel in device.channels.values() if channel.closing), None)
