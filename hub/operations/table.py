"""The one table of what can be asked of a home. Every transport serves exactly this."""

from collections.abc import Callable
from typing import Any

from hub.home.roles import Role

from . import devices, entry, radio, rooms
from .operation import Operation


def _operation(
    name: str, perform: Callable[..., Any], role: Role | None, *, changes: bool = False
) -> Operation[Any]:
    """An operation whose types and summary are those of its function."""
    hints = perform.__annotations__
    answer = hints["return"]
    asked = next(kind for key, kind in reversed(hints.items()) if key != "return")
    summary = (perform.__doc__ or "").partition("\n")[0]
    return Operation(
        name=name, request=asked, answer=answer, role=role, summary=summary, perform=perform, changes=changes
    )


OPERATIONS: tuple[Operation[Any], ...] = (
    _operation("health", entry.health, None),
    _operation("setup.read", entry.claimed, None),
    _operation("setup.claim", entry.set_up, None, changes=True),
    _operation("login", entry.log_in, None, changes=True),
    _operation("session.read", entry.session_info, Role.GUEST),
    _operation("session.end", entry.log_out, Role.GUEST, changes=True),
    _operation("devices.list", devices.list_devices, Role.GUEST),
    _operation("devices.read", devices.read_device, Role.GUEST),
    _operation("devices.change", devices.change_device, Role.RESIDENT, changes=True),
    _operation("devices.remove", devices.remove_device, Role.OWNER, changes=True),
    _operation("datapoints.list", devices.list_datapoints, Role.GUEST),
    _operation("datapoints.set", devices.set_datapoint, Role.GUEST, changes=True),
    _operation("history.read", devices.read_history, Role.RESIDENT),
    _operation("drivers.list", radio.list_drivers, Role.RESIDENT),
    _operation("pairing.start", radio.start_pairing, Role.OWNER, changes=True),
    _operation("pairing.stop", radio.stop_pairing, Role.OWNER, changes=True),
    _operation("rooms.list", rooms.list_rooms, Role.GUEST),
    _operation("rooms.add", rooms.add_room, Role.RESIDENT, changes=True),
    _operation("rooms.rename", rooms.rename_room, Role.RESIDENT, changes=True),
    _operation("rooms.remove", rooms.remove_room, Role.OWNER, changes=True),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
