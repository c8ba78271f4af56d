"""The one table of what can be asked of a home. Every transport serves exactly this."""

from collections.abc import Callable
from typing import Any

from hub.home.roles import Role

from . import (
    account,
    devices,
    entry,
    keys,
    pairing,
    paramsets,
    peerings,
    radio,
    replacement,
    rights,
    rooms,
    weeks,
)
from .operation import Operation


def _operation(
    name: str,
    perform: Callable[..., Any],
    role: Role | None,
    *,
    changes: bool = False,
    secret: bool = False,
) -> Operation[Any]:
    """An operation whose types and summary are those of its function."""
    hints = perform.__annotations__
    answer = hints["return"]
    asked = next(kind for key, kind in reversed(hints.items()) if key != "return")
    summary = (perform.__doc__ or "").partition("\n")[0]
    return Operation(
        name=name,
        request=asked,
        answer=answer,
        role=role,
        summary=summary,
        perform=perform,
        changes=changes,
        secret=secret,
    )


OPERATIONS: tuple[Operation[Any], ...] = (
    _operation("health", entry.health, None),
    _operation("setup.read", entry.claimed, None),
    _operation("setup.claim", entry.set_up, None, changes=True),
    _operation("login", entry.log_in, None, changes=True),
    _operation("session.read", entry.session_info, Role.GUEST),
    _operation("session.end", entry.log_out, Role.GUEST, changes=True),
    _operation("account.read", account.read_account, Role.OWNER),
    _operation("account.change", account.change_account, Role.OWNER, changes=True),
    _operation("account.review", account.review_account, Role.OWNER, changes=True),
    _operation("license.set", account.set_license, Role.OWNER, changes=True),
    _operation("license.remove", account.remove_license, Role.OWNER, changes=True),
    _operation("devices.list", devices.list_devices, Role.GUEST),
    _operation("devices.read", devices.read_device, Role.GUEST),
    _operation("devices.change", devices.change_device, Role.RESIDENT, changes=True),
    _operation("devices.remove", devices.remove_device, Role.OWNER, changes=True),
    _operation("datapoints.list", devices.list_datapoints, Role.GUEST),
    _operation("datapoints.set", devices.set_datapoint, Role.GUEST, changes=True),
    _operation("history.read", devices.read_history, Role.RESIDENT),
    _operation("paramsets.read", paramsets.read_paramset, Role.RESIDENT),
    _operation("paramsets.write", paramsets.write_paramset, Role.OWNER, changes=True),
    _operation("peerings.list", peerings.list_peerings, Role.RESIDENT),
    _operation("peerings.partners", peerings.find_partners, Role.RESIDENT),
    _operation("peerings.profiles", peerings.find_profiles, Role.RESIDENT),
    _operation("peerings.add", peerings.add_peering, Role.OWNER, changes=True),
    _operation("peerings.remove", peerings.remove_peering, Role.OWNER, changes=True),
    _operation("weeks.read", weeks.read_week_program, Role.RESIDENT),
    _operation("weeks.write", weeks.write_week_program, Role.OWNER, changes=True),
    _operation("replacement.do", replacement.replace_device, Role.OWNER, changes=True),
    _operation("replacement.undo", replacement.undo_replacement, Role.OWNER, changes=True),
    _operation("drivers.list", radio.list_drivers, Role.RESIDENT),
    _operation("radio.frames", radio.read_frames, Role.RESIDENT),
    _operation("radio.send", radio.send_frame, Role.OWNER, changes=True),
    _operation("radio.airtime", radio.read_airtime, Role.RESIDENT),
    _operation("radio.signals", radio.list_signals, Role.RESIDENT),
    _operation("keys.list", keys.list_keys, Role.OWNER),
    _operation("keys.sheet", keys.read_sheet, Role.OWNER, secret=True),
    _operation("keys.check", keys.check_sheet, Role.OWNER, changes=True, secret=True),
    _operation("keys.set", keys.set_key, Role.OWNER, changes=True, secret=True),
    _operation("pairing.read", pairing.read_pairing, Role.RESIDENT),
    _operation("pairing.start", pairing.start_pairing, Role.OWNER, changes=True),
    _operation("pairing.stop", pairing.stop_pairing, Role.OWNER, changes=True),
    _operation("rights.holdings", rights.list_holdings, Role.OWNER),
    _operation("rights.records", rights.read_records, Role.OWNER),
    _operation("rights.correct", rights.correct_record, Role.OWNER, changes=True),
    _operation("rights.erase", rights.erase_data, Role.OWNER, changes=True),
    _operation("rights.restrict", rights.restrict_data, Role.OWNER, changes=True),
    _operation("rights.deregister", rights.deregister, Role.OWNER, changes=True),
    _operation("rooms.list", rooms.list_rooms, Role.GUEST),
    _operation("rooms.add", rooms.add_room, Role.RESIDENT, changes=True),
    _operation("rooms.rename", rooms.rename_room, Role.RESIDENT, changes=True),
    _operation("rooms.remove", rooms.remove_room, Role.OWNER, changes=True),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
