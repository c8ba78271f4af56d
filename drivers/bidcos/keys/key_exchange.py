"""Handing a new key to one device: the messages, and what an outcome means. Pure.

Two halves, each in one block that is encrypted with the key that the device holds, each challenged by it.
Only the second half changes the key, so a device that answered the first alone keeps its old one. Whether it
took the second one is told by the next challenge: a device names the key that it holds.
Source: docs/protocols/bidcos.md, "AES signing".
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from hub.contract import Cause

from ..codec.messages import KeyExchange
from ..codec.signing import seal_key_half
from ..exchange.keyring import Keyring
from ..exchange.request import Delivered, Failed, Failure, Request, Step

REQUEST_KEY = ("system key",)


def key_steps(
    keyring: Keyring, sealed: int, target: int, random_bytes: Callable[[int], bytes]
) -> tuple[Step, ...]:
    """Two messages that replace the key ``sealed`` by the key ``target``; both must be in the ring."""
    old, new = keyring.key(sealed), keyring.key(target)
    if old is None or new is None:
        raise ValueError(f"no key with the index {sealed} or {target}")
    halves = [seal_key_half(old, new, target, second, random_bytes(2)) for second in (False, True)]
    return tuple(Step(message=KeyExchange(data=half), sealed=sealed) for half in halves)


def key_request(radio: bytes, steps: tuple[Step, ...], cause: Cause) -> Request:
    """To one device; a newer key takes the place of one that still waits."""
    return Request(device=radio, steps=steps, key=REQUEST_KEY, cause=cause)


class Next(Enum):
    """What follows from the outcome of a hand-over."""

    DONE = "done"
    AGAIN = "again"  # it holds another key of ours than we thought: seal with that one
    LATER = "later"  # nobody knows which key it holds; it will say so
    NEVER = "never"  # it takes no key from us; it keeps what it has


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """sealed: for AGAIN, the key that it holds; reason: a failure's code."""

    next: Next
    sealed: int = 0
    reason: str = ""


_REFUSED = frozenset({Failure.WRONG_KEY, Failure.REFUSED, Failure.PEERS_FULL, Failure.UNKNOWN_TARGET})


def judge(keyring: Keyring, outcome: Delivered | Failed, sealed: int, target: int) -> Verdict:
    """What a hand-over of ``target``, sealed with ``sealed``, has led to; the ring learns it."""
    radio = outcome.request.device
    held = keyring.held(radio)
    has_it = held.proven and held.index == target and held.target is None  # another exchange has shown it
    if isinstance(outcome, Delivered) or has_it:
        keyring.took(radio, target)
        return Verdict(next=Next.DONE)
    claim, reason = keyring.claim(radio), outcome.reason.value
    named = claim is not None and claim != sealed and keyring.key(claim) is not None
    if outcome.reason is Failure.WRONG_KEY and named and claim is not None:
        return Verdict(next=Next.AGAIN, sealed=claim, reason=reason)
    if outcome.reason is Failure.REFUSED and sealed != target:  # it could not read it: it has the new key?
        return Verdict(next=Next.AGAIN, sealed=target, reason=reason)
    if outcome.reason in _REFUSED:
        keyring.gave_up(radio, target)
        return Verdict(next=Next.NEVER, reason=reason)
    return Verdict(next=Next.LATER, reason=reason)
