"""Direct links: who acts on whom without us, on both sides, and how such links come and go. No I/O.

Read downwards: list, partners → add (receiver first, then sender, then what the link shall be like) → remove.
Source: docs/protocols/bidcos.md, "Peers".
"""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hub.contract import (
    IN_BACKGROUND,
    AddPeering,
    Cause,
    ChannelAddress,
    CommandRefused,
    DriverError,
    HubError,
    LinkProfile,
    ListLinkProfiles,
    ListPeerings,
    Peering,
    PeeringPartners,
    RemovePeering,
    Written,
)

from ..devices import ChannelLayout, channel_layout, link_roles
from ..members.household import Household, Member
from .inquiry import Inquiry
from .link_wishes import PAIR, link_wishes, paired_keys, profiles
from .registers import Peer, Registers
from .survey import has_links
from .wishes import PeerWish, Wishes
from .writing import Writing

TRANSCEIVER = "CLIMATECONTROL_RT_TRANSCEIVER"
_TEAM = "SMOKE_DETECTOR_TEAM"


@dataclass(frozen=True, slots=True)
class End:
    """One end of a link: a channel of a device of ours."""

    member: Member
    channel: int

    @property
    def address(self) -> ChannelAddress:
        """Its name."""
        return self.member.address.channel(self.channel)

    @property
    def peer(self) -> Peer:
        """As the other end lists it."""
        return Peer(self.member.record.address, self.channel)

    @property
    def layout(self) -> ChannelLayout | None:
        """What is known of the channel."""
        return channel_layout(self.member.model, self.channel, firmware=self.member.record.firmware)


class Peerings:
    """Answers ListPeerings, PeeringPartners, AddPeering and RemovePeering. central: our own address."""

    def __init__(
        self,
        household: Household,
        registers: Registers,
        inquiry: Inquiry,
        writing: Writing,
        wishes: Wishes,
        central: bytes,
    ) -> None:
        self._household = household
        self._registers = registers
        self._inquiry = inquiry
        self._writing = writing
        self._wishes = wishes
        self._central = central

    # to look at

    async def list(self, query: ListPeerings, cause: Cause) -> tuple[Peering, ...]:
        """All links of a device, also those that only the other side lists.

        Raises:
            CommandRefused: unknown_device.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted: only with ``refresh``.
        """
        member = self._household.need(query.device)
        for channel in member.model.channels:
            if has_links(member, channel):
                await self._read_peers(member, channel, cause, refresh=query.refresh)
        return self.known(member)

    def known(self, member: Member) -> tuple[Peering, ...]:
        """All links of a device, as it and the others told, and those that shall be."""
        radio = member.record.address
        found: dict[tuple[ChannelAddress, ChannelAddress], Peering] = {}
        for device, channel, peer in (*self._registers.links(), *self._wished()):
            if self._central in {device, peer.address} or radio not in {device, peer.address}:
                continue
            mine = self._household.at(device)
            if mine is not None and End(mine, channel).peer != peer:  # a team's first lists itself
                link = self._peering(End(mine, channel), peer)
                found[(link.sender, link.receiver)] = link
        return tuple(found[key] for key in sorted(found))

    async def partners(self, query: PeeringPartners, cause: Cause) -> tuple[ChannelAddress, ...]:
        """Channels of this home that can be linked with this one.

        Raises:
            CommandRefused: unknown_device, unknown_channel.
        """
        end = self._end(query.channel)
        if end.layout is None:
            return ()
        fitting = [
            other.address
            for member in self._household
            for channel in member.model.channels
            if (other := End(member, channel)) != end
            and (_fits(end.layout, other.layout) or _fits(other.layout, end.layout))
        ]
        return tuple(sorted(fitting))

    def team_of(self, member: Member, channel: int) -> tuple[Member, ...]:
        """Radiator thermostats that follow this one: those that its receiving channel lists."""
        mine = End(member, channel).layout
        if mine is None or mine.type != TRANSCEIVER:
            return ()
        team: list[Member] = []
        for index in member.model.channels:
            known = self._registers.peers_of(member.record.address, index)
            if known is not None and _fits(mine, End(member, index).layout):
                peers = [peer for peer in known.peers if peer.channel == channel]
                team += [other for peer in peers if (other := self._household.at(peer.address)) is not None]
        return tuple(other for other in team if other != member)

    async def profiles(self, query: ListLinkProfiles, cause: Cause) -> tuple[LinkProfile, ...]:
        """What a link of these two channels can be made to do. cause: asks nobody, so it costs nothing.

        Raises:
            CommandRefused: unknown_device, unknown_channel.
        """
        del cause
        return profiles(self._end(query.sender), self._end(query.receiver))

    # to change

    async def add(self, query: AddPeering, cause: Cause) -> Written:
        """Link both ends, or none: the receiver first; when the sender refuses, the receiver forgets it.

        Raises:
            CommandRefused: unknown_device, unknown_channel, not_linkable, unknown_profile, peers_full; and
                as ``Writing.grant``.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted, StoreError: as ``Writing.grant``.
        """
        sender, receiver = self._end(query.sender), self._end(query.receiver)
        _check_roles(sender, receiver)
        keys = paired_keys(sender.layout, sender.channel) if query.profile == PAIR else (sender.channel,)
        settings = link_wishes(sender, receiver, keys, query.profile, self._registers)
        found = {await self._add_ends(sender, receiver, keys, cause)}
        for member, wish in settings:
            found.add(await self._writing.grant(member, wish, cause))
        return _worst(found)

    async def remove(self, query: RemovePeering, cause: Cause) -> Written:
        """Take a link away at both ends, or at the one that still has it.

        Raises:
            CommandRefused: unknown_device, unknown_peer; and as ``Writing.grant``.
            LinkLost, DeviceUnreachableError, WrongKey, DutyCycleExhausted, StoreError: as ``Writing.grant``.
        """
        ends = [self._other(query.sender), self._other(query.receiver)]
        found: set[Written] = set()
        failed: HubError | None = None
        unknown = CommandRefused("unknown_peer", field="receiver", value=f"{query.sender} → {query.receiver}")
        if self._is_denied(*ends):
            raise unknown
        for mine, other in (ends, ends[::-1]):
            if isinstance(mine, Peer) or not (
                self._may_list(mine, other) or self._waits(mine, other, linked=True)
            ):
                continue
            if mine is ends[0] and _is_team(mine.layout):  # the first stays a team of its own
                continue
            peer = other if isinstance(other, Peer) else other.peer
            try:
                wish = PeerWish(channel=mine.channel, peer=peer, linked=False)
                found.add(await self._writing.grant(mine.member, wish, cause))
            except (DriverError, CommandRefused) as error:  # the other end shall forget it all the same
                failed = error
        if failed is not None:
            raise failed
        if not found:
            raise unknown
        return _worst(found)

    async def cut_off(self, radio: bytes) -> None:
        """A device has left: whoever lists it would go on telling it, in vain and from its own battery."""
        for device, channel, peer in list(self._registers.links()):
            member = self._household.at(device)
            if member is None or peer.address != radio or _is_team(End(member, channel).layout):
                continue  # a team keeps its name when its first has left
            with contextlib.suppress(HubError):  # how it ended is told by ConfigurationChanged
                wish = PeerWish(channel=channel, peer=peer, linked=False)
                await self._writing.grant(member, wish, IN_BACKGROUND)

    # small

    async def _add_ends(self, sender: End, receiver: End, keys: tuple[int, ...], cause: Cause) -> Written:
        upper, lower = keys[-1], keys[0] if len(keys) > 1 else 0
        radio = sender.member.record.address
        there = PeerWish(channel=receiver.channel, peer=Peer(radio, upper), second=lower, linked=True)
        first = await self._writing.grant(receiver.member, there, cause)
        back = PeerWish(channel=receiver.channel, peer=there.peer, second=lower, linked=False)
        undo = None if first is Written.UNCHANGED else (receiver.member.record.address, back)
        found = {first}
        for key in keys:
            peer = sender.peer if _is_team(sender.layout) else receiver.peer
            here = PeerWish(channel=key, peer=peer, linked=True, undo=undo)
            try:
                found.add(await self._writing.grant(sender.member, here, cause))
            except HubError:
                if undo is not None:
                    await self._writing.undo(*undo)
                raise
        return _worst(found)

    async def _read_peers(self, member: Member, channel: int, cause: Cause, *, refresh: bool) -> None:
        if not refresh and self._registers.peers_of(member.record.address, channel) is not None:
            return
        try:
            await self._inquiry.read(member, channel, cause)
        except (DriverError, CommandRefused):
            if refresh:
                raise

    def _peering(self, mine: End, peer: Peer) -> Peering:
        other = self._household.at(peer.address)
        theirs = None if other is None else End(other, peer.channel)
        there = self._household.name_of(peer.address).channel(min(peer.channel, 63))
        knows = theirs is None or self._may_list(theirs, mine)
        pending = self._waits(mine, peer) or (theirs is not None and self._waits(theirs, mine))
        if _is_team(mine.layout):
            knows = theirs is None or self._may_list(theirs, theirs)
        elif _is_sender(mine.layout, None if theirs is None else theirs.layout):
            return Peering(
                sender=mine.address,
                receiver=there,
                sender_knows=self._may_list(mine, peer),
                receiver_knows=knows,
                foreign=other is None,
                pending=pending,
            )
        return Peering(
            sender=there,
            receiver=mine.address,
            sender_knows=knows,
            receiver_knows=self._may_list(mine, peer),
            foreign=other is None,
            pending=pending,
        )

    def _may_list(self, mine: End, other: "End | Peer") -> bool:
        """It lists the other end, or did not tell yet whom it lists."""
        radio = mine.member.record.address
        known = self._registers.peers_of(radio, mine.channel)
        if self._registers.doubted(radio, mine.channel):
            return True
        return known is None or (other if isinstance(other, Peer) else other.peer) in known.peers

    def _is_denied(self, first: End | Peer, second: End | Peer) -> bool:
        """An end that told whom it lists does not list the other one, and no end does or shall."""
        denied = False
        for mine, other in ((first, second), (second, first)):
            if isinstance(mine, End):
                radio = mine.member.record.address
                told = self._registers.peers_of(radio, mine.channel) is not None
                lists = self._may_list(mine, other)
                if (told and lists) or self._waits(mine, other):
                    return False
                denied = denied or not lists
        return denied

    def _waits(self, mine: End, other: "End | Peer", *, linked: bool | None = None) -> bool:
        """It sleeps and shall list the other end, or no longer do so, when it wakes."""
        peer = other if isinstance(other, Peer) else other.peer
        return any(
            isinstance(wish, PeerWish)
            and wish.channel == mine.channel
            and peer in wish.peers
            and linked in {None, wish.linked}
            for wish in self._wishes.of(mine.member.record.address)
        )

    def _wished(self) -> Iterator[tuple[bytes, int, Peer]]:
        """Every (device, channel, peer) that shall be and is not yet."""
        for member in self._household:
            radio = member.record.address
            for wish in self._wishes.of(radio):
                if isinstance(wish, PeerWish) and wish.linked:
                    for peer in wish.peers:
                        yield radio, wish.channel, peer

    def _end(self, channel: ChannelAddress) -> End:
        member = self._household.need(channel.device)
        if channel.index not in member.model.channels:
            raise CommandRefused("unknown_channel", field="channel", value=str(channel))
        return End(member, channel.index)

    def _other(self, channel: ChannelAddress) -> End | Peer:
        """A channel of ours, or a device of another home by its radio address."""
        if self._household.named(channel.device) is not None:
            return self._end(channel)
        radio = self._household.radio_of(channel.device)
        if radio is None:
            raise CommandRefused("unknown_device", field="device", value=str(channel.device))
        return Peer(radio, channel.index)


def _check_roles(sender: End, receiver: End) -> None:
    """Channels of which nothing is known may try."""
    if sender.layout is None or receiver.layout is None:
        return
    if sender == receiver or not link_roles(sender.layout, receiver.layout):
        raise CommandRefused(
            "not_linkable",
            field="receiver",
            value=f"{sender.address} → {receiver.address}",
            allowed=", ".join(sorted(sender.layout.sends)),
        )


def _is_team(layout: ChannelLayout | None) -> bool:
    """Smoke detectors all list one of them, the first of their team, which lists itself."""
    return layout is not None and any(role.startswith(_TEAM) for role in layout.sends & layout.hears)


def _fits(sender: ChannelLayout | None, receiver: ChannelLayout | None) -> bool:
    return sender is not None and receiver is not None and bool(link_roles(sender, receiver))


def _is_sender(mine: ChannelLayout | None, theirs: ChannelLayout | None) -> bool:
    """Which end of a link acts on the other one."""
    if mine is None:
        return not _fits(theirs, theirs)
    if theirs is None:
        return bool(mine.sends) and not mine.hears
    return _fits(mine, theirs) or not _fits(theirs, mine)


def _worst(found: Iterable[Written]) -> Written:
    order = (Written.PENDING, Written.VERIFIED)
    return next((written for written in order if written in found), Written.UNCHANGED)
