"""Operations on what channels remember: paramsets."""

from hub import contract
from hub.contract import ChannelAddress, GetParamset, PutParamset
from hub.home.errors import Refused

from .channels import parameter_message
from .device_messages import ParameterChange, Paramset, ParamsetChange, ReadParamset, WriteParamset
from .house import House
from .named import channel_of
from .operation import Caller
from .translate import rfc3339

PARAMSETS = ("MASTER", "LINK")


async def read_paramset(house: House, caller: Caller, asked: ReadParamset) -> Paramset:
    """What a channel remembers, with what each parameter may hold."""
    query = GetParamset(
        channel=channel_of(asked.channel),
        paramset=_paramset(asked.paramset),
        peer=_peer(asked.paramset, asked.peer),
        refresh=asked.refresh,
    )
    return _paramset_message(await house.dispatcher.ask(query, caller.cause))


async def write_paramset(house: House, caller: Caller, asked: WriteParamset) -> ParamsetChange:
    """Change what a channel remembers; the answer says what was, old and new."""
    query = PutParamset(
        channel=channel_of(asked.channel),
        paramset=_paramset(asked.paramset),
        values=asked.values,
        peer=_peer(asked.paramset, asked.peer),
        dry_run=asked.dry_run,
    )
    done = await house.dispatcher.ask(query, caller.cause)
    changes = tuple(ParameterChange(name=one.name, old=one.old, new=one.new) for one in done.changes)
    return ParamsetChange(changes=changes, written=done.written.value)


def _paramset(name: str) -> str:
    if name not in PARAMSETS:
        raise Refused("out_of_range", field="paramset", value=name, allowed=" or ".join(PARAMSETS))
    return name


def _peer(paramset: str, text: str) -> ChannelAddress | None:
    if paramset == "LINK" and not text:
        raise Refused("missing_field", field="peer")
    if paramset != "LINK" and text:
        raise Refused("unknown_field", field="peer")
    return channel_of(text, "peer") if text else None


def _paramset_message(read: contract.Paramset) -> Paramset:
    return Paramset(
        channel=str(read.channel),
        paramset=read.paramset,
        peer=None if read.peer is None else str(read.peer),
        read_at=None if read.read_at is None else rfc3339(read.read_at),
        told_at={name: None if at is None else rfc3339(at) for name, at in read.told_at.items()},
        reading=read.reading,
        values=dict(read.values),
        pending=dict(read.pending),
        parameters={name: parameter_message(one) for name, one in read.descriptions.items()},
    )
