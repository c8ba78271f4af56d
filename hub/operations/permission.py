"""The one place that says who may ask what: every transport goes through ``perform`` or ``check``.

Read downwards: perform → check (role, hours, end) → _check_reach (rooms, kinds). A device of a room that the
caller may not see is refused with the very words for one that does not exist.
"""

from collections.abc import Mapping
from typing import Any

from hub.contract import DatapointId, DeviceAddress
from hub.home.errors import Refused
from hub.home.permits import Permit, State
from hub.home.roles import Verb, roles_that

from .house import House
from .messages import Request
from .operation import Caller, Operation, Reach
from .view import view_of

_NOT_NOW: Mapping[State, str] = {State.RESTS: "not_now", State.OVER: "stay_over"}


async def perform(house: House, caller: Caller, operation: Operation[Any], asked: Request) -> object:
    """Do it, if the caller may.

    Raises:
        Refused: no_session, not_now, stay_over, forbidden, and what the operation itself refuses.
    """
    check(house, caller, operation)
    _check_reach(house, caller, operation, asked)
    return await operation.perform(house, caller, asked)


def check(house: House, caller: Caller, operation: Operation[Any]) -> None:
    """Refuse a caller without the right for any such request; what it names is not looked at.

    Raises:
        Refused: no_session, not_now, stay_over, forbidden.
    """
    if operation.verb is not None:
        check_verb(house, caller, operation.verb)
        if operation.reach is Reach.HOME and caller.permit is not None and caller.permit.rooms is not None:
            raise Refused("rooms_only")


def check_verb(house: House, caller: Caller, verb: Verb) -> Permit:
    """Their permit, if it includes that now.

    Raises:
        Refused: no_session, not_now, stay_over, forbidden.
    """
    permit = caller.permit
    if permit is None:
        raise Refused("no_session")
    state = house.moments.state(permit)
    if state is not State.OPEN:
        raise Refused(_NOT_NOW[state])
    if not permit.may(verb):
        allowed = ", ".join(role.value for role in roles_that(verb))
        raise Refused("forbidden", value=permit.role.value, allowed=allowed)
    return permit


def _check_reach(house: House, caller: Caller, operation: Operation[Any], asked: Any) -> None:
    permit = caller.permit
    if permit is None or operation.verb is None:
        return
    match operation.reach:
        case Reach.DEVICE if permit.rooms is not None:
            device = _parsed(DeviceAddress, asked.address)
            if device is None or not _is_there(house, permit, device):
                raise Refused("unknown_device", field="address", value=asked.address)
        case Reach.DATAPOINT if permit.rooms is not None or not permit.sets_all:
            _check_datapoint(house, permit, operation, asked.id)
        case _:
            pass


def _check_datapoint(house: House, permit: Permit, operation: Operation[Any], text: str) -> None:
    datapoint = _parsed(DatapointId, text)
    if permit.rooms is not None:
        known = datapoint is not None and _is_there(house, permit, datapoint.channel.device)
        if datapoint is None or not known or house.registry.parameter(datapoint) is None:
            raise Refused("unknown_datapoint", field="id", value=text)
    if operation.verb is Verb.SET and datapoint is not None:
        description = house.registry.parameter(datapoint)
        if description is not None and not permit.sets(description.category):
            raise Refused("kind_forbidden", field="id", value=text)


def _is_there(house: House, permit: Permit, device: DeviceAddress) -> bool:
    return device in house.registry.devices and view_of(house.rooms, permit).sees(device)


def _parsed(kind: Any, text: str) -> Any:
    try:
        return kind.parse(text)
    except ValueError:
        return None
