"""Operations on direct links between devices."""

from hub import contract
from hub.contract import ListLinkProfiles, PeeringPartners

from . import device_messages as messages
from .house import House
from .named import channel_of, device_of
from .operation import Caller


async def list_peerings(house: House, caller: Caller, asked: messages.ListPeerings) -> messages.Peerings:
    """All direct links of a device."""
    device = device_of(house, asked.address).description.address
    query = contract.ListPeerings(device=device, refresh=asked.refresh)
    found = await house.dispatcher.ask(query, caller.cause)
    return messages.Peerings(peerings=tuple(peering_message(one) for one in found))


async def find_partners(house: House, caller: Caller, asked: messages.FindPartners) -> messages.Partners:
    """Channels that a channel can be linked with."""
    found = await house.dispatcher.ask(PeeringPartners(channel=channel_of(asked.channel)), caller.cause)
    return messages.Partners(partners=tuple(str(one) for one in found))


async def find_profiles(house: House, caller: Caller, asked: messages.FindProfiles) -> messages.Profiles:
    """Presets for a link."""
    query = ListLinkProfiles(
        sender=channel_of(asked.sender, "sender"), receiver=channel_of(asked.receiver, "receiver")
    )
    found = await house.dispatcher.ask(query, caller.cause)
    return messages.Profiles(
        profiles=tuple(messages.Profile(name=one.name, names=dict(one.names)) for one in found)
    )


async def add_peering(house: House, caller: Caller, asked: messages.AddPeering) -> messages.Outcome:
    """Link a sensor directly with an actuator."""
    query = contract.AddPeering(
        sender=channel_of(asked.sender, "sender"),
        receiver=channel_of(asked.receiver, "receiver"),
        profile=asked.profile,
    )
    return messages.Outcome(written=(await house.dispatcher.ask(query, caller.cause)).value)


async def remove_peering(house: House, caller: Caller, asked: messages.RemovePeering) -> messages.Outcome:
    """Take a direct link away."""
    query = contract.RemovePeering(
        sender=channel_of(asked.sender, "sender"), receiver=channel_of(asked.receiver, "receiver")
    )
    return messages.Outcome(written=(await house.dispatcher.ask(query, caller.cause)).value)


def peering_message(peering: contract.Peering) -> messages.Peering:
    """A direct link as an answer."""
    return messages.Peering(
        sender=str(peering.sender),
        receiver=str(peering.receiver),
        sender_knows=peering.sender_knows,
        receiver_knows=peering.receiver_knows,
        foreign=peering.foreign,
        pending=peering.pending,
    )
