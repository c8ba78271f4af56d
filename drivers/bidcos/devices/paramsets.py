"""MASTER and LINK of every channel of every model: parameters, their lists, what they hold at first. Pure.

What a parameter's bits mean is read and written by drivers.bidcos.memory.paramset. Lists 5 to 9 of
thermostats are shown as parameters of channel 0, as the CCU does, and kept by another channel
on air (``holder``).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Literal

from hub.contract.datapoints import ParameterDescription, Value

from .layout import ChannelLayout, Layout, layout_of, peer_values
from .registers import RegisterDescription, encode_value
from .sets import link_start, register_set
from .table import Model

Paramset = Literal["MASTER", "LINK"]
Role = Literal["receiver", "sender"]
Button = Literal["A", "B", "AB"]

RECEIVER_LIST, SENDER_LIST = 3, 4
LINK_LISTS = frozenset({RECEIVER_LIST, SENDER_LIST})
FIRST_CLIMATE_LIST = 5
# List 0 of every device: does it keep its owner, and who that is; docs/protocols/bidcos.md "Register lists"
OWNED, OWNER = 0x02, (0x0A, 0x0B, 0x0C)


def paramset_of(
    model: Model, channel: int, paramset: Paramset, role: Role | None = None, *, firmware: int | None = None
) -> tuple[RegisterDescription, ...]:
    """The parameters of a paramset; () when the channel has none.

    channel: 0 is the device. role: of LINK only what the receiver (list 3) or the sender (list 4) keeps.
    firmware: as in the device info; None for the newest.
    """
    layout = layout_of(model.code, firmware)
    name = _set_name(layout, channel, paramset)
    if layout is None or not name:
        return ()
    found = _held(name, channel, layout.climate)
    if role is None or paramset == "MASTER":
        return found
    index = RECEIVER_LIST if role == "receiver" else SENDER_LIST
    return tuple(description for description in found if description.list_index == index)


def describe_paramset(
    model: Model, channel: int, paramset: Paramset, *, firmware: int | None = None
) -> Mapping[str, ParameterDescription]:
    """The contract's descriptions by name, without what only a central sets."""
    return {
        description.name: description.parameter
        for description in paramset_of(model, channel, paramset, firmware=firmware)
        if not description.internal
    }


def register_lists(model: Model, channel: int, *, firmware: int | None = None) -> tuple[tuple[int, int], ...]:
    """The (channel on air, list) pairs to read for a channel's MASTER, ascending."""
    found = paramset_of(model, channel, "MASTER", firmware=firmware)
    lists = {(_holder(description, channel), description.list_index) for description in found}
    return tuple(sorted(lists | {(0, 0)} if channel == 0 else lists))


def link_lists(model: Model, channel: int, *, firmware: int | None = None) -> tuple[int, ...]:
    """The lists that a channel keeps per peer: 3 of who hears, 4 of who sends, () without parameters."""
    lists = {description.list_index for description in paramset_of(model, channel, "LINK", firmware=firmware)}
    return tuple(sorted(lists & LINK_LISTS))


def factory_registers(
    model: Model, *, firmware: int | None = None
) -> Mapping[tuple[int, int], Mapping[int, int]]:
    """What all lists but those of links hold when the device is new, by (channel on air, list)."""
    lists: dict[tuple[int, int], dict[int, int]] = {(0, 0): dict.fromkeys((OWNED, *OWNER), 0)}
    for channel in (0, *model.channels):
        own = paramset_of(model, channel, "MASTER", firmware=firmware)
        shared = paramset_of(model, channel, "LINK", firmware=firmware)  # some lie in lists without a peer
        for description in (*own, *(each for each in shared if each.list_index not in LINK_LISTS)):
            registers = lists.setdefault((_holder(description, channel), description.list_index), {})
            _put(registers, description, description.default)
    return {key: dict(sorted(registers.items())) for key, registers in lists.items()}


def factory_link_registers(
    model: Model, channel: int, button: Button | None = None, *, firmware: int | None = None
) -> Mapping[int, Mapping[int, int]]:
    """What a device writes into the lists of a new link, by list.

    button: which key of a pair is linked with this receiver: upper, lower, or a single one.
    """
    layout = layout_of(model.code, firmware)
    name = _set_name(layout, channel, "LINK")
    start = link_start(name, button) if name and button else {}
    lists: dict[int, dict[int, int]] = {}
    for description in paramset_of(model, channel, "LINK", firmware=firmware):
        if description.list_index in LINK_LISTS:
            value = value_of_text(description, start.get(description.name))
            _put(lists.setdefault(description.list_index, {}), description, value)
    return {index: dict(sorted(registers.items())) for index, registers in lists.items()}


def channel_layout(model: Model, channel: int, *, firmware: int | None = None) -> ChannelLayout | None:
    """Type, link roles and pairing of keys of a channel from 1 on; None when not known."""
    layout = layout_of(model.code, firmware)
    return layout.channel(channel) if layout is not None else None


def link_roles(sender: ChannelLayout, receiver: ChannelLayout) -> frozenset[str]:
    """The roles by which ``sender`` can be linked with ``receiver``; empty: it can't."""
    return sender.sends & receiver.hears


def wanted_of_peer(layout: ChannelLayout, descriptions: Iterable[RegisterDescription]) -> Mapping[str, Value]:
    """What a new link sets in the LINK parameters of the channel at the other side of ``layout``.

    descriptions: of that other channel; what it does not have, or can't take, is passed over.
    """
    wanted = peer_values(layout.peer)
    return {
        description.name: value_of_text(description, wanted[description.name])
        for description in descriptions
        if description.name in wanted and _fits(description, wanted[description.name])
    }


def _set_name(layout: Layout | None, channel: int, paramset: Paramset) -> str:
    if layout is None:
        return ""
    if channel == 0:
        return layout.device if paramset == "MASTER" else ""
    found = layout.channel(channel)
    if found is None:
        return ""
    return found.master if paramset == "MASTER" else found.link


@cache
def _held(name: str, channel: int, climate: int | None) -> tuple[RegisterDescription, ...]:
    """A set, the climate lists given to the channel that keeps them on air."""
    found = register_set(name)
    if climate is None or channel == climate:
        return found
    return tuple(
        replace(description, holder=climate) if description.list_index >= FIRST_CLIMATE_LIST else description
        for description in found
    )


def _holder(description: RegisterDescription, channel: int) -> int:
    return channel if description.holder is None else description.holder


def _put(registers: dict[int, int], description: RegisterDescription, value: Value) -> None:
    raw = encode_value(description, value) << description.shift
    for register, byte in zip(description.registers, raw.to_bytes(description.width, "big"), strict=True):
        registers[register] = registers.get(register, 0) | byte


def _fits(description: RegisterDescription, text: str) -> bool:
    """An index given by a table is one of a choice that the parameter offers."""
    texts = description.parameter.enum
    return not texts or text in texts or float(text) < len(texts)


def value_of_text(description: RegisterDescription, text: str | None) -> Value:
    """The value that a table names: a text, a special value, a number or an index; None: the default.

    Raises:
        ValueError: the parameter has no such value.
    """
    parameter = description.parameter
    if text is None:
        return description.default
    for index, choice in enumerate(parameter.enum):
        if text in {choice, choice.replace(" ", "_")}:
            return index
    number = parameter.special[text] if text in parameter.special else float(text)
    if isinstance(description.default, bool):
        return bool(number)
    return int(number) if isinstance(description.default, int) else number
