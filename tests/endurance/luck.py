"""How many events a lossy air destroys whatever the hub does: the bound that a hub is measured against. Pure.

An event is given up when none of its sends was acknowledged. Unsigned, two frames have to arrive; signed,
four: event, challenge, signature, acknowledgement. A hub with a stick acknowledges a repeat of what it proved
at once and challenges the one after that; a module challenges each.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

RARE = 1e-4  # how seldom chance alone may break the bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that a device told. sends: how often it tries; signed: it was challenged."""

    sends: int
    signed: bool


def given_up_share(event: Event, loss: float, *, module: bool = False) -> float:
    """The probability, 0 to 1, that nobody acknowledges an event; loss: of one frame."""
    heard = 1.0 - loss
    if not event.signed or module:
        return (1.0 - heard ** (4 if event.signed else 2)) ** event.sends
    unproven, proven = 1.0, 0.0
    for _ in range(event.sends):
        unproven, proven = (
            unproven * (1.0 - heard**3) + proven * heard * loss,
            unproven * heard**3 * loss + proven * loss,
        )
    return unproven + proven


def expected(events: Iterable[Event], loss: float, *, module: bool = False) -> float:
    """How many of these events are given up on average."""
    return sum(given_up_share(event, loss, module=module) for event in events)


def bound(mean: float) -> int:
    """The number that chance exceeds with a probability below RARE, by Poisson's law."""
    count, term = 0, math.exp(-mean)
    beyond = 1.0 - term
    while beyond >= RARE:
        count += 1
        term *= mean / count
        beyond -= term
    return count
