"""What one model is made of, as the simulator needs it; made from the device table by catalogue.py. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hub.contract import ReceiveMode

from .memory import ListId, Registers

WAKING = frozenset({ReceiveMode.WAKE_UP, ReceiveMode.LAZY_CONFIG})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blueprint:
    """Data of one model.

    code: two bytes of the device info. info_tail: device class, peer channels A and B, one unknown byte.
    channels: kind by index, without the device's own channel 0. cls: class letters of the table.
    can_sign: it has AES at all. always_signs: commands are challenged whatever its registers say.
    repeats: it sends on what it hears.
    pause_s: the longest between two frames although nothing happens, or None. peers_max: of one channel.
    defaults: registers as they leave the factory.
    links: list and registers of a new link, by channel and button of the other side: AB, A, B.
    """

    name: str
    code: int
    cls: str
    firmware: int
    info_tail: bytes
    channels: Mapping[int, str]
    modes: frozenset[ReceiveMode]
    can_sign: bool = True
    always_signs: bool = False
    repeats: bool = False
    pause_s: float | None = None
    peers_max: int = 6
    defaults: Mapping[ListId, Registers] = field(default_factory=dict)
    links: Mapping[int, Mapping[str, tuple[int, Registers]]] = field(default_factory=dict)

    @property
    def sleeps(self) -> bool:
        """It listens only in its windows."""
        return ReceiveMode.ALWAYS not in self.modes

    @property
    def burst(self) -> bool:
        """A long carrier wakes it."""
        return ReceiveMode.BURST in self.modes

    @property
    def burst_if_set(self) -> bool:
        """A long carrier wakes it while register 01 of list 0 is 1."""
        return ReceiveMode.CONDITIONAL_BURST in self.modes

    @property
    def wakes_up(self) -> bool:
        """It can be asked to stay awake after a message of its own."""
        return bool(self.modes & WAKING)

    @property
    def event_flags(self) -> int:
        """Flags of its frames that want an acknowledgement."""
        return 0xA2 if self.wakes_up else 0xA4

    @property
    def cyclic_flags(self) -> int:
        """Flags of its broadcasts."""
        return 0x86 if self.wakes_up else 0x84

    def has_channel(self, channel: int) -> bool:
        """Whether there is such a channel, the device's own included."""
        return channel == 0 or channel in self.channels
