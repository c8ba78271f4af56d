"""The messages that grant a wish, each with the question whether the device kept it. Pure.

Source: docs/protocols/bidcos.md, "Configuration (Type 01)", "Pairing", "Peers".
"""

from collections.abc import Mapping

from ..codec.messages import ConfigEnd, ConfigStart, ParamRequest, PeerAdd, PeerListRequest, PeerRemove
from ..exchange.lane import Expect, Step
from ..members.household import Member
from ..members.pairing import owner_neighbours
from ..translation.commands import OWNED_REGISTER, owner_messages
from .paramset import pages
from .registers import KnownList, ListId, Peer
from .wishes import PeerWish, WriteWish

WHOLE = 0xFF  # mask of a register that one parameter fills


def write_steps(list_id: ListId, registers: Mapping[int, int]) -> tuple[Step, ...]:
    """Write registers of one list, then read the list."""
    peer = list_id.peer
    start = ConfigStart(
        channel=list_id.channel, list_index=list_id.index, peer=peer.address, peer_channel=peer.channel
    )
    check = ParamRequest(
        channel=list_id.channel, list_index=list_id.index, peer=peer.address, peer_channel=peer.channel
    )
    return (
        Step(message=start),
        *(Step(message=page) for page in pages(list_id.channel, registers)),
        Step(message=ConfigEnd(channel=list_id.channel), optional=True),  # what it keeps the check shows
        Step(message=check, expect=Expect.PAGES),
    )


def link_steps(wish: PeerWish) -> tuple[Step, ...]:
    """Add or remove a peer, then ask for all."""
    order = PeerAdd if wish.linked else PeerRemove
    peer_channels = (wish.peer.channel, wish.second)
    message = order(channel=wish.channel, peer=wish.peer.address, peer_channels=peer_channels)
    check = PeerListRequest(channel=wish.channel)
    return Step(message=message), Step(message=check, expect=Expect.PAGES)


def is_granted(wish: PeerWish, peers: tuple[Peer, ...]) -> bool:
    """A channel with these peers is as the wish wants it."""
    return all((peer in peers) == wish.linked for peer in wish.peers)


def lacks(wish: WriteWish, registers: Mapping[int, int]) -> bool:
    """Neighbouring bits are not known: the list was told without a register that holds other bits too."""
    return any(bits.mask != WHOLE and register not in registers for register, bits in wish.bits.items())


def release_steps(central: bytes, member: Member, known: KnownList | None) -> tuple[Step, ...]:
    """Erase us as owner, and nothing else. known: what the device told of that list."""
    factory = owner_neighbours(member.model, member.record.firmware) or 0
    others = factory if known is None else known.registers.get(OWNED_REGISTER, factory)
    return tuple(Step(message=message) for message in owner_messages(central, owned=False, others=others))
