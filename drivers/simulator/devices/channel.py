"""One channel of a simulated device; the base has no function: it says nothing, obeys and follows nobody.

Source: docs/protocols/bidcos.md, "Device classes".
"""

from collections.abc import Mapping
from typing import ClassVar

from .links import PeerEvent
from .surface import ActRefused, OwnDevice, Status


class Channel:
    """What a channel answers and does. Bytes come from the air: any bytes, and nothing may raise for them.

    verbs: what somebody can do to it, with the arguments in words. has_cover: its housing tells sabotage.
    closing: what somebody does after its teach-in button was reached, verb and argument.
    """

    __slots__ = ("device", "index")
    verbs: ClassVar[Mapping[str, str]] = {}
    has_cover: ClassVar[bool] = False
    closing: ClassVar[tuple[str, str] | None] = None

    def __init__(self, device: OwnDevice, index: int) -> None:
        self.device = device
        self.index = index

    def start(self) -> None:
        """Begin with the channel's own timers; power has just come."""

    def status(self) -> Status | None:
        """Tell the state; None when there is none to tell."""
        return None

    def execute(self, order: int, data: bytes) -> bool:
        """Obey a type-11 command: its order and what follows the channel; False is answered with NACK."""
        return False

    def from_peer(self, event: PeerEvent) -> bool:
        """React to a peer; False stays unanswered."""
        return False

    def act(self, verb: str, args: tuple[str, ...]) -> None:
        """Let somebody or something in the home touch it; ``verb`` is one of ``verbs``.

        Raises:
            ActRefused: an argument is wrong.
        """
        raise ActRefused(f"{verb}: {self.verbs.get(verb)}")

    def refresh(self) -> None:
        """Tell the state again, because battery or cover changed."""
        if self.status() is not None:
            self.device.status_changed(self.index)

    def state(self) -> Mapping[str, object]:
        """What a person standing before it would see."""
        return {}
