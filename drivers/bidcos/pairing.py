"""Teach-in: a device introduces itself while the window is open, and we write us in as owner. Pure.

Source: docs/protocols/bidcos.md, "Pairing".
"""

from dataclasses import dataclass

from hub.contract import DeviceAddress

from .commands import owner_messages
from .devices import Model, model_by_code
from .frames import Frame
from .lane import Request, Step
from .messages import DeviceInfo, PeerAdd

INTERFACE = "bidcos"
UNKNOWN_MODEL = "unknown_model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduced:
    """A device that wants to belong to somebody. model: None when the table does not have it."""

    name: DeviceAddress
    address: bytes
    info: DeviceInfo
    model: Model | None
    rssi_dbm: float | None


class TeachIn:
    """The window. until_s: None while it is closed."""

    def __init__(self) -> None:
        self.until_s: float | None = None
        self._configuring: dict[bytes, Introduced] = {}

    def open(self, now_s: float, seconds: float) -> None:
        """Let devices in until then; opening again moves the end."""
        self.until_s = now_s + seconds

    def close(self) -> None:
        """Nobody else comes in; who is in the middle is finished."""
        self.until_s = None

    def ended(self, now_s: float) -> bool:
        """Its time is up; said once."""
        if self.until_s is None or now_s < self.until_s:
            return False
        self.until_s = None
        return True

    def introduce(self, frame: Frame, info: DeviceInfo, now_s: float) -> Introduced | None:
        """A device info was heard; None when it is not our business."""
        if self.until_s is None or now_s >= self.until_s or frame.sender in self._configuring:
            return None
        try:
            name = DeviceAddress(INTERFACE, info.serial)
        except ValueError:  # noise, or no device of this maker
            return None
        introduced = Introduced(
            name=name,
            address=frame.sender,
            info=info,
            model=model_by_code(info.model),
            rssi_dbm=frame.rssi_dbm,
        )
        if introduced.model is not None:
            self._configuring[frame.sender] = introduced
        return introduced

    def finish(self, address: bytes) -> Introduced | None:
        """Its exchange ended, well or not."""
        return self._configuring.pop(address, None)


def pair_request(introduced: Introduced, central: bytes) -> Request:
    """Write us in; then ask remotes to report their keys to us, which some do by themselves."""
    steps = [Step(message=message) for message in owner_messages(central, owned=True)]
    kinds = introduced.model.channels if introduced.model is not None else {}
    steps += [
        Step(message=PeerAdd(channel=channel, peer=central, peer_channels=(channel, 0)), optional=True)
        for channel, kind in kinds.items()
        if kind == "KEY"
    ]
    return Request(device=introduced.address, steps=tuple(steps), now_only=True)
