"""What there is to read in a device: its register lists and its tables of peers. Pure.

Source: docs/protocols/bidcos.md, "Register lists".
"""

from ..devices import channel_layout, link_lists, register_lists
from ..members.household import Member
from .registers import OWNER_LIST, ListId, Peer

Question = ListId | int
"""A register list, or the channel whose peers are asked for."""


def questions_of(member: Member) -> tuple[Question, ...]:
    """Everything but the lists of links, which are known when the peers are."""
    channels = (0, *member.model.channels)
    lists = [
        ListId(holder, index)
        for channel in channels
        for holder, index in register_lists(member.model, channel, firmware=member.record.firmware)
    ]
    linked = [channel for channel in channels[1:] if has_links(member, channel)]
    return (*dict.fromkeys((OWNER_LIST, *lists)), *linked)


def has_links(member: Member, channel: int) -> bool:
    """The channel can be linked with others; also where nothing is known about it."""
    layout = channel_layout(member.model, channel, firmware=member.record.firmware)
    return layout is None or bool(layout.sends or layout.hears or layout.link)


def lists_of_link(member: Member, channel: int, peer: Peer) -> tuple[ListId, ...]:
    """The lists that hold the parameters of a link at this end."""
    indexes = link_lists(member.model, channel, firmware=member.record.firmware)
    return tuple(ListId(channel, index, peer) for index in indexes)
