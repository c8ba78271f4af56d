"""What the hub is told about wishes: that they wait, that they are granted, that they are given up. No I/O.

The hub keeps one state per channel and kind; while a second wish of the same kind waits, it is told so again.
"""

from hub.contract import ConfigurationChanged, ConfigurationState, DriverContext

from ..members.household import Member
from .wishes import Wish, Wishes


class Tidings:
    """Publishes ConfigurationChanged."""

    def __init__(self, context: DriverContext, wishes: Wishes) -> None:
        self._context = context
        self._wishes = wishes
        self._waiting: set[tuple[bytes, str]] = set()

    def waits(self, member: Member, wish: Wish) -> None:
        """It sleeps; said once per wish."""
        key = (member.record.address, wish.key)
        if key not in self._waiting:
            self._waiting.add(key)
            self._tell(member, wish, ConfigurationState.PENDING)

    def was_told(self, member: Member, wish: Wish) -> bool:
        """That it waits was said."""
        return (member.record.address, wish.key) in self._waiting

    def granted(self, member: Member, wish: Wish) -> None:
        """The device holds it."""
        self._ended(member, wish, ConfigurationState.VERIFIED)

    def given_up(self, member: Member, wish: Wish, reason: str) -> None:
        """It does not, and nobody tries again."""
        self._ended(member, wish, ConfigurationState.FAILED, reason)

    def forget(self, radio: bytes) -> None:
        """It is not ours any more."""
        self._waiting = {key for key in self._waiting if key[0] != radio}

    def _ended(self, member: Member, wish: Wish, state: ConfigurationState, reason: str = "") -> None:
        radio = member.record.address
        self._waiting.discard((radio, wish.key))
        self._tell(member, wish, state, reason)
        for other in self._wishes.of(radio):
            alike = (other.channel, other.what) == (wish.channel, wish.what)
            if alike and (radio, other.key) in self._waiting:
                self._tell(member, other, ConfigurationState.PENDING)
                return

    def _tell(self, member: Member, wish: Wish, state: ConfigurationState, reason: str = "") -> None:
        self._context.publish(
            ConfigurationChanged(
                device=member.address,
                channel=wish.channel,
                what=wish.what,
                state=state,
                at=self._context.clock.now(),
                reason=reason,
            )
        )
