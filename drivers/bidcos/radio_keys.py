"""What a radio that signs by itself has to know: keys, and devices with theirs. Pure."""

from collections.abc import Callable

from hub.contract import ReceiveMode

from .household import Household, Member
from .keyring import DEFAULT_INDEX, Keyring
from .radio import Key, Keys, Peer, Station
from .request import Proof
from .uart_reports import Signature

PROOFS = {Signature.NONE: Proof.NONE, Signature.GOOD: Proof.GOOD, Signature.WRONG: Proof.MISSING}
_WAKING = frozenset({ReceiveMode.WAKE_UP, ReceiveMode.LAZY_CONFIG})
_EVERY_CHANNEL = frozenset(range(64))


def station_of(
    address: bytes, household: Household, keyring: Keyring, waits: Callable[[bytes], bool]
) -> Station:
    """Whom the radio speaks for: the central's address, keys and devices.

    waits: whether something waits until a device wakes. Only then it is to be woken: a module would call it
    after every frame that it sends, and spend the home's send time on that.
    """
    peers = {
        member.record.address: _peer(member, keyring, waits(member.record.address)) for member in household
    }
    return Station(address=address, keys=radio_keys(keyring), peers=peers)


def radio_keys(keyring: Keyring) -> Keys:
    """The home's own key and the one before; without one the radio has the key of the factory."""
    if keyring.index == DEFAULT_INDEX:
        return Keys()
    earlier = [key for key in keyring.own if key.index != keyring.index]
    previous = Key(index=earlier[-1].index, secret=earlier[-1].key) if earlier else None
    return Keys(current=Key(index=keyring.index, secret=keyring.system_key), previous=previous)


def _peer(member: Member, keyring: Keyring, waits: bool) -> Peer:
    return Peer(
        key_index=keyring.held(member.record.address).index,
        wakes=waits and not _WAKING.isdisjoint(member.model.receive_modes),
        # a device that always signs asks for it on every channel
        signed=_EVERY_CHANNEL if member.model.signs else frozenset(),
    )
