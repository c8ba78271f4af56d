"""What time it is, for whoever may stay until then: the gate's word, counted on by our own monotonic clock.

The gate keeps a floor under its clock over restarts and knows who vouches for it; the hub asks it now and
then and never looks at the machine's clock for this.
"""

from collections.abc import Callable
from datetime import timedelta, tzinfo

from privacy.ports import Clock

from .permits import Moment, Permit, State

WORD_S = 150.0  # after that a word of the gate is too old; it is asked every 30 s


class Moments:
    """The present. zone: of the home, None where nobody entered one."""

    def __init__(self, clock: Clock, zone: Callable[[], tzinfo | None]) -> None:
        self._clock, self._zone_of = clock, zone
        self._said: tuple[Moment, float] | None = None

    @property
    def zone(self) -> tzinfo | None:
        """Of the home."""
        return self._zone_of()

    def told(self, moment: Moment, asked_s: float) -> None:
        """The gate said so. asked_s: monotonic, when it was asked; the wait for its answer counts too."""
        self._said = (moment, asked_s)

    def now(self) -> Moment | None:
        """This moment; None: the gate said nothing for a while."""
        if self._said is None:
            return None
        moment, asked_s = self._said
        since_s = self._clock.monotonic() - asked_s
        if since_s > WORD_S:
            return None
        return Moment(
            at=moment.at + timedelta(seconds=since_s),
            running_s=moment.running_s + since_s,
            sure=moment.sure,
        )

    def state(self, permit: Permit) -> State:
        """How it stands with a permit now."""
        if permit.hours is None and permit.term is None:
            return State.OPEN
        return permit.state(self.now(), self.zone)

    def is_past(self, permit: Permit) -> bool:
        """Whether its stay is over for so long that its phone goes; never while the gate said nothing."""
        now = self.now()
        return permit.term is not None and now is not None and permit.term.is_past(now)
