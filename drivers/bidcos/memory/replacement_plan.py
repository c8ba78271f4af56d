"""What a broken device's successor takes over: parameters by name, links of both sides. Pure.

Read downwards: plan → parameters, links. Nothing that the old device did not tell is made up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.contract import CommandRefused, Value

from ..devices import RegisterDescription, paramset_of
from ..devices.registers import decode_raw, encode_value
from ..members.household import Household, Member
from .configuration import LINK, MASTER, Target, bits_of
from .paramset import checked, read_values
from .registers import NO_PEER, ListId, Peer, Registers
from .wishes import Bits, PeerWish, Wish, WriteWish

LINK_LISTS = frozenset({3, 4})
Moved = Sequence[tuple[bytes, int, Peer]]
"""Links by their device, its channel and whom it lists."""
Earlier = Mapping[int, Mapping[str, Value]]
"""What the successor held before, by channel and parameter."""


@dataclass(slots=True)
class Plan:
    """orders: what to write, device by device, in this order; moved: links that change their device.

    earlier: what the new device holds where it is written; parameters: how many change in it;
    left_out: codes with names.
    """

    orders: list[tuple[Member, Wish]] = field(default_factory=list)
    moved: list[tuple[bytes, int, Peer]] = field(default_factory=list)
    earlier: dict[int, dict[str, Value]] = field(default_factory=dict)
    parameters: int = 0
    left_out: list[str] = field(default_factory=list)


class Planner:
    """Looks at what devices told. central: our own address, whose links come by the teach-in."""

    def __init__(self, household: Household, registers: Registers, central: bytes) -> None:
        self._household = household
        self._registers = registers
        self._central = central

    def replace(self, old: Member, new: Member, begun: Moved = ()) -> Plan:
        """Let ``new`` stand where ``old`` stood. begun: links that an earlier attempt wanted to move.

        Raises:
            CommandRefused: same_device, not_alike.
        """
        check_alike(old, new)
        plan = Plan()
        for channel in (0, *old.model.channels):
            self._copy_master(plan, old, new, channel)
        self._move_links(plan, old, new, begun)
        return plan

    def give_back(self, old: Member, new: Member, moved: Moved, earlier: Earlier) -> Plan:
        """Undo it: links that were moved to ``new`` go back to ``old``, which still holds its own half.

        ``new`` gets back the parameters that it held before; what it did not tell then stays as it is.
        """
        plan, mine, theirs = Plan(), old.record.address, new.record.address
        for device, channel, peer in moved:
            if device == mine:
                plan.orders.append((new, _unlinked(channel, _moved(peer, mine, theirs))))
            elif (member := self._household.at(device)) is not None:
                self._swap(plan, member, channel, _moved(peer, mine, theirs), peer)
        for channel, values in earlier.items():
            described = _described(new, channel, MASTER, NO_PEER)
            self._write(plan, old, new, channel, MASTER, described, values)
        return plan

    # parameters

    def _copy_master(self, plan: Plan, old: Member, new: Member, channel: int) -> None:
        before = _described(old, channel, MASTER, NO_PEER)
        after = _described(new, channel, MASTER, NO_PEER)
        told, values = self._values(old, before)
        if not told and before:
            plan.left_out.append(f"not_read:{old.address.channel(channel)}")
        self._write(plan, old, new, channel, MASTER, after, values)

    def _write(
        self,
        plan: Plan,
        old: Member,
        new: Member,
        channel: int,
        paramset: str,
        lists: Mapping[ListId, tuple[RegisterDescription, ...]],
        values: Mapping[str, Value],
    ) -> None:
        present = self._values(new, lists)[1] if paramset == MASTER else {}
        named = {each.name: each for found in lists.values() for each in found}
        unknown = "not_in_firmware" if old.model.name == new.model.name else "no_such_parameter"
        plan.left_out += [
            f"{unknown}:{new.address.channel(channel)} {name}" for name in values if name not in named
        ]
        wanted = {name: value for name, value in values.items() if present.get(name) != value}
        for list_id, found in lists.items():
            fitting = [each for each in found if each.name in wanted and _fits(plan, new, each, wanted)]
            if fitting:
                if paramset == MASTER:
                    held = {each.name: present[each.name] for each in fitting if each.name in present}
                    plan.earlier.setdefault(channel, {}).update(held)
                    plan.parameters += sum(not each.internal for each in fitting)
                bits = bits_of(fitting, wanted)
                wish = WriteWish(channel=channel, list_id=list_id, bits=bits, what=paramset)
                plan.orders.append((new, wish))

    def _values(
        self, member: Member, lists: Mapping[ListId, tuple[RegisterDescription, ...]]
    ) -> tuple[bool, Mapping[str, Value]]:
        """Whether it told everything, and what it told; what only a central sets stays with its device."""
        values: dict[str, Value] = {}
        told = True
        for list_id, found in lists.items():
            known = self._registers.list_of(member.record.address, list_id)
            told = told and known is not None
            if known is not None:
                values.update(read_values([each for each in found if not each.internal], known.registers))
        return told, values

    # links

    def _move_links(self, plan: Plan, old: Member, new: Member, begun: Moved) -> None:
        mine, theirs = old.record.address, new.record.address
        for device, channel, peer in dict.fromkeys((*self._registers.links(), *begun)):
            if mine not in {device, peer.address} or self._central in {device, peer.address}:
                continue
            known = self._registers.peers_of(device, channel)
            if known is not None and peer not in known.peers:
                continue  # moved already
            plan.moved.append((device, channel, peer))
            if device == mine:
                self._take_link(plan, old, new, channel, peer)
            elif (member := self._household.at(device)) is not None:
                self._swap(plan, member, channel, peer, _moved(peer, mine, theirs))

    def _take_link(self, plan: Plan, old: Member, new: Member, channel: int, peer: Peer) -> None:
        """What the old device listed, the new one lists."""
        moved = _moved(peer, old.record.address, new.record.address)
        plan.orders.append((new, PeerWish(channel=channel, peer=moved, linked=True)))
        told, values = self._values(old, _described(old, channel, LINK, peer))
        if not told:
            plan.left_out.append(f"link_not_read:{old.address.channel(channel)} {self._name(peer)}")
        self._write(plan, old, new, channel, LINK, _described(new, channel, LINK, moved), values)
        if self._household.at(moved.address) is None:
            plan.left_out.append(f"foreign_link:{old.address.channel(channel)} {self._name(peer)}")

    def _swap(self, plan: Plan, member: Member, channel: int, before: Peer, after: Peer) -> None:
        """Another device lists ``after`` where it listed ``before``, with the same link parameters."""
        plan.orders.append((member, PeerWish(channel=channel, peer=after, linked=True)))
        radio = member.record.address
        for list_id, known in self._registers.memory(radio).lists.items():
            if list_id.channel == channel and list_id.peer == before and list_id.index in LINK_LISTS:
                bits = {register: Bits(0xFF, byte) for register, byte in known.registers.items()}
                target = ListId(channel, list_id.index, after)
                plan.orders.append((member, WriteWish(channel=channel, list_id=target, bits=bits, what=LINK)))
        plan.orders.append((member, _unlinked(channel, before)))

    def _name(self, peer: Peer) -> str:
        return f"{self._household.name_of(peer.address)}:{peer.channel}"


def check_alike(old: Member, new: Member) -> None:
    """Nothing when ``new`` can stand where ``old`` stood.

    Raises:
        CommandRefused: same_device, not_alike.
    """
    if old.record.address == new.record.address:
        raise CommandRefused("same_device", field="new", value=str(new.address))
    missing = [
        channel for channel, kind in old.model.channels.items() if new.model.channels.get(channel) != kind
    ]
    if missing:
        raise CommandRefused("not_alike", field="new", value=new.model.name, allowed=old.model.name)


def _described(
    member: Member, channel: int, paramset: str, peer: Peer
) -> Mapping[ListId, tuple[RegisterDescription, ...]]:
    firmware = member.record.firmware
    found = (
        paramset_of(member.model, channel, "LINK", firmware=firmware)
        if paramset == LINK
        else paramset_of(member.model, channel, "MASTER", firmware=firmware)
    )
    return Target.of(member, channel, paramset, found, peer).lists


def _fits(plan: Plan, new: Member, description: RegisterDescription, values: Mapping[str, Value]) -> bool:
    """The new device can hold it; a value that only the old one could hold is named."""
    try:
        raw = encode_value(description, checked(description, values[description.name]))
    except (CommandRefused, ValueError):
        plan.left_out.append(f"out_of_range:{new.address} {description.name}")
        return False
    return decode_raw(description, raw) is not None


def _moved(peer: Peer, old: bytes, new: bytes) -> Peer:
    return Peer(new, peer.channel) if peer.address == old else peer


def _unlinked(channel: int, peer: Peer) -> PeerWish:
    return PeerWish(channel=channel, peer=peer, linked=False)
