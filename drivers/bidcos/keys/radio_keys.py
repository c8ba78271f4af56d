"""What a radio that signs by itself has to know: keys, and devices with theirs. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from hub.contract import ReceiveMode

from ..codec.uart_reports import Signature
from ..devices import layout_of
from ..exchange.keyring import DEFAULT_INDEX, Held, Keyring
from ..exchange.lanes import Lanes
from ..exchange.request import Proof
from ..members.household import Household, Member
from ..radios.radio import Key, Keys, Peer, Station

PROOFS = {Signature.NONE: Proof.NONE, Signature.GOOD: Proof.GOOD, Signature.WRONG: Proof.MISSING}
_WAKING = frozenset({ReceiveMode.WAKE_UP, ReceiveMode.LAZY_CONFIG})


class Stations:
    """Whom the radio speaks for, at any moment; what did not change since is not made anew.

    It is asked for twice a second, and a large home has a thousand devices.
    """

    def __init__(self, address: bytes, household: Household, keyring: Keyring, lanes: Lanes) -> None:
        self._household = household
        self._keyring = keyring
        self._lanes = lanes
        self._members: Mapping[bytes, Member] = {}
        self._held: Mapping[bytes, Held] = {}
        self._waiting: frozenset[bytes] = frozenset()
        self._station = Station(address=address, keys=radio_keys(keyring))

    def current(self) -> Station:
        """The same object as before while nothing changed."""
        members, held = self._household.radios, self._keyring.devices
        waiting, keys = self._lanes.all_waiting(), radio_keys(self._keyring)
        changed = self._waiting ^ waiting
        if members != self._members or held != self._held:
            changed |= {radio for radio, each in members.items() if each is not self._members.get(radio)}
            changed |= {radio for radio in (*held, *self._held) if held.get(radio) != self._held.get(radio)}
            self._members, self._held = dict(members), dict(held)
        elif not changed and keys == self._station.keys:
            return self._station
        self._waiting = waiting
        old = self._station.peers
        peers = {
            radio: self._peer(member) if radio in changed else old[radio] for radio, member in members.items()
        }
        self._station = replace(self._station, keys=keys, peers=peers)
        return self._station

    def _peer(self, member: Member) -> Peer:
        """Woken is only for whom something waits: a module would call after every frame of a sleeper."""
        radio, model = member.record.address, member.model
        return Peer(
            key_index=self._keyring.held(radio).index,
            wakes=radio in self._waiting and not _WAKING.isdisjoint(model.receive_modes),
            signed=_signed(member, self._keyring) if model.signs else frozenset(),
        )


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
