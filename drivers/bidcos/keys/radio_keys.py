"""What a radio that signs by itself has to know: keys, and devices with theirs. Pure."""

from collections.abc import Callable
from functools import cache

from hub.contract import ReceiveMode

from ..codec.uart_reports import Signature
from ..devices import layout_of
from ..exchange.keyring import DEFAULT_INDEX, Keyring
from ..exchange.request import Proof
from ..members.household import Household, Member
from ..radios.radio import Key, Keys, Peer, Station

PROOFS = {Signature.NONE: Proof.NONE, Signature.GOOD: Proof.GOOD, Signature.WRONG: Proof.MISSING}
_WAKING = frozenset({ReceiveMode.WAKE_UP, ReceiveMode.LAZY_CONFIG})


def station_of(
    address: bytes,
    household: Household,
    keyring: Keyring,
    waits: Callable[[bytes], bool],
) -> Station:
    """Whom the radio speaks for: the central's address, keys and devices.

    waits: whether something waits until a device wakes. Only then it is to be woken: a module would call it
    after every frame that it sends, and spend the home's send time on that.
    """
    peers = {}
    for member in household:
        radio = member.record.address
        peers[radio] = Peer(
            key_index=keyring.held(radio).index,
            wakes=waits(radio) and not _WAKING.isdisjoint(member.model.receive_modes),
            signed=_signed(member, keyring) if member.model.signs else frozenset(),
        )
    return Station(address=address, keys=radio_keys(keyring), peers=peers)


def radio_keys(keyring: Keyring) -> Keys:
    """The home's own key and the one before; without one the radio has the key of the factory."""
    if keyring.index == DEFAULT_INDEX:
        return Keys()
    earlier = [key for key in keyring.own if key.index != keyring.index]
    previous = Key(index=earlier[-1].index, secret=earlier[-1].key) if earlier else None
    return Keys(current=Key(index=keyring.index, secret=keyring.system_key), previous=previous)


def _signed(member: Member, keyring: Keyring) -> frozenset[int]:
    """Channels of which a report counts only when it is signed; a module spends two answers on each of those.

    0 is among them, for without any a module would not sign for us, and of 0 devices report next to nothing.
    """
    always = _always(member.model.code, member.record.firmware)
    return frozenset({0}) | always | keyring.held(member.record.address).signed


@cache
def _always(code: int | None, firmware: int) -> frozenset[int]:
    """Channels that sign whatever their register says."""
    layout = layout_of(code, firmware)
    found = {} if layout is None else {channel: layout.channel(channel) for channel in range(1, 64)}
    return frozenset(channel for channel, each in found.items() if each is not None and each.always_signs)
