"""What a new link shall be like, beyond what the devices give it by themselves. Pure.

Source: docs/protocols/bidcos.md, "Peers", "Register lists".
"""

from collections.abc import Mapping
from typing import Protocol

from hub.contract import CommandRefused, LinkProfile, ReceiveMode, Value

from ..devices import (
    ChannelLayout,
    LinkPreset,
    RegisterDescription,
    link_presets,
    link_roles,
    paramset_of,
    wanted_of_peer,
)
from ..members.household import Member
from .configuration import LINK, bits_of
from .registers import OWNER_LIST, ListId, Peer, Registers
from .wishes import WriteWish

PAIR = "pair"  # the profile that links two keys at once: the lower one switches off, the upper one on
_PAIR_NAMES = {
    "de": "Tastenpaar: untere Taste aus, obere ein",
    "en": "Pair of keys: lower key off, upper key on",
}
NEEDS_BURST = "PEER_NEEDS_BURST"
_BURST_REGISTER = 0x01


class LinkEnd(Protocol):
    """One end of a link."""

    @property
    def member(self) -> Member:
        """Its device."""
        ...

    @property
    def channel(self) -> int:
        """Its channel."""
        ...

    @property
    def peer(self) -> Peer:
        """As the other end lists it."""
        ...

    @property
    def layout(self) -> ChannelLayout | None:
        """What is known of it."""
        ...


def paired_keys(layout: ChannelLayout | None, key: int) -> tuple[int, int]:
    """The lower and the upper key of the pair that ``key`` belongs to.

    Raises:
        CommandRefused: unknown_profile: these keys make no pairs.
    """
    if layout is None or not layout.pairs:
        raise CommandRefused("unknown_profile", field="profile", value=PAIR, allowed="")
    lower = key - 1 + key % 2
    return lower, lower + 1


def link_wishes(
    sender: LinkEnd, receiver: LinkEnd, keys: tuple[int, ...], profile: str, registers: Registers
) -> tuple[tuple[Member, WriteWish], ...]:
    """What is to be written into either end, by device.

    Raises:
        CommandRefused: unknown_profile.
    """
    preset = None if profile in {"", PAIR} else _preset(sender.layout, receiver.layout, profile)
    wishes: list[tuple[Member, WriteWish]] = []
    radio = sender.member.record.address
    for key in keys:
        wanted = dict(_wanted(receiver.layout, _kept(sender.member, key, 4)))
        if needs_burst(receiver.member, registers):
            wanted[NEEDS_BURST] = True
        wishes += _writes(sender.member, key, 4, receiver.peer, wanted)
        kept = _kept(receiver.member, receiver.channel, 3)
        wanted = dict(_wanted(sender.layout, kept)) | ({} if preset is None else dict(preset.values(kept)))
        wishes += _writes(receiver.member, receiver.channel, 3, Peer(radio, key), wanted)
    return tuple(wishes)


def profiles(sender: LinkEnd, receiver: LinkEnd) -> tuple[LinkProfile, ...]:
    """The presets that fit two channels, and the pair of keys where the sender has one."""
    if sender.layout is None or receiver.layout is None:
        return ()
    found = [
        LinkProfile(name=preset.name, names=preset.names)
        for preset in link_presets(sender.layout, receiver.layout)
    ]
    if sender.layout.pairs and link_roles(sender.layout, receiver.layout):
        found.insert(0, LinkProfile(name=PAIR, names=_PAIR_NAMES))
    return tuple(found)


def needs_burst(member: Member, registers: Registers) -> bool:
    """Its receiver sleeps and is woken by a carrier; where that can be switched, it is on."""
    if ReceiveMode.BURST in member.model.receive_modes:
        return True
    known = registers.list_of(member.record.address, OWNER_LIST)
    conditional = ReceiveMode.CONDITIONAL_BURST in member.model.receive_modes
    return conditional and known is not None and known.registers.get(_BURST_REGISTER) == 1


def _preset(sender: ChannelLayout | None, receiver: ChannelLayout | None, name: str) -> LinkPreset:
    known = () if sender is None or receiver is None else link_presets(sender, receiver)
    for preset in known:
        if preset.name == name:
            return preset
    names = [PAIR] if sender is not None and sender.pairs else []
    names += [preset.name for preset in known]
    raise CommandRefused("unknown_profile", field="profile", value=name, allowed=", ".join(names))


def _kept(member: Member, channel: int, index: int) -> tuple[RegisterDescription, ...]:
    found = paramset_of(member.model, channel, "LINK", firmware=member.record.firmware)
    return tuple(each for each in found if each.list_index == index)


def _wanted(layout: ChannelLayout | None, kept: tuple[RegisterDescription, ...]) -> Mapping[str, Value]:
    return {} if layout is None else wanted_of_peer(layout, kept)


def _writes(
    member: Member, channel: int, index: int, peer: Peer, wanted: Mapping[str, Value]
) -> list[tuple[Member, WriteWish]]:
    named = [each for each in _kept(member, channel, index) if each.name in wanted]
    if not named:
        return []
    bits = bits_of(named, wanted)
    return [(member, WriteWish(channel=channel, list_id=ListId(channel, index, peer), bits=bits, what=LINK))]
