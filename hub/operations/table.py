"""The one table of what can be asked of a home. Every transport serves exactly this."""

from collections.abc import Callable
from typing import Any

from hub.home.roles import Verb

from . import (
    account,
    copying,
    devices,
    entry,
    keys,
    notifications,
    pairing,
    paramsets,
    peerings,
    phones,
    radio,
    replacement,
    rights,
    rooms,
    weeks,
)
from .operation import Operation, Reach


def _operation(
    name: str,
    perform: Callable[..., Any],
    verb: Verb | None,
    reach: Reach,
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
        verb=verb,
        reach=reach,
        summary=summary,
        perform=perform,
        changes=changes,
        secret=secret,
    )


OPERATIONS: tuple[Operation[Any], ...] = (
    _operation("health", entry.health, None, Reach.NOTHING),
    _operation("setup.read", entry.claimed, None, Reach.NOTHING),
    _operation("setup.claim", entry.set_up, None, Reach.NOTHING, changes=True),
    _operation("login", entry.log_in, None, Reach.NOTHING, changes=True),
    _operation("session.read", entry.session_info, Verb.STAY, Reach.NOTHING),
    _operation("session.end", entry.log_out, Verb.STAY, Reach.NOTHING, changes=True),
    _operation("account.read", account.read_account, Verb.RULE, Reach.HOME),
    _operation("account.change", account.change_account, Verb.RULE, Reach.HOME, changes=True),
    _operation("account.review", account.review_account, Verb.RULE, Reach.HOME, changes=True),
    _operation("license.set", account.set_license, Verb.RULE, Reach.HOME, changes=True),
    _operation("license.remove", account.remove_license, Verb.RULE, Reach.HOME, changes=True),
    _operation("devices.list", devices.list_devices, Verb.SEE, Reach.VIEW),
    _operation("devices.read", devices.read_device, Verb.SEE, Reach.DEVICE),
    _operation("devices.change", devices.change_device, Verb.ARRANGE, Reach.HOME, changes=True),
    _operation("devices.remove", devices.remove_device, Verb.RULE, Reach.HOME, changes=True),
    _operation("datapoints.list", devices.list_datapoints, Verb.SEE, Reach.VIEW),
    _operation("datapoints.set", devices.set_datapoint, Verb.SET, Reach.DATAPOINT, changes=True),
    _operation("history.read", devices.read_history, Verb.RECALL, Reach.DATAPOINT),
    _operation("paramsets.read", paramsets.read_paramset, Verb.INSPECT, Reach.HOME),
    _operation("paramsets.write", paramsets.write_paramset, Verb.RULE, Reach.HOME, changes=True),
    _operation("peerings.list", peerings.list_peerings, Verb.INSPECT, Reach.HOME),
    _operation("peerings.partners", peerings.find_partners, Verb.INSPECT, Reach.HOME),
    _operation("peerings.profiles", peerings.find_profiles, Verb.INSPECT, Reach.HOME),
    _operation("peerings.add", peerings.add_peering, Verb.RULE, Reach.HOME, changes=True),
    _operation("peerings.remove", peerings.remove_peering, Verb.RULE, Reach.HOME, changes=True),
    _operation("weeks.read", weeks.read_week_program, Verb.INSPECT, Reach.HOME),
    _operation("weeks.write", weeks.write_week_program, Verb.RULE, Reach.HOME, changes=True),
    _operation("replacement.do", replacement.replace_device, Verb.RULE, Reach.HOME, changes=True),
    _operation("replacement.undo", replacement.undo_replacement, Verb.RULE, Reach.HOME, changes=True),
    _operation("drivers.list", radio.list_drivers, Verb.INSPECT, Reach.HOME),
    _operation("radio.frames", radio.read_frames, Verb.INSPECT, Reach.HOME),
    _operation("radio.send", radio.send_frame, Verb.RULE, Reach.HOME, changes=True),
    _operation("radio.airtime", radio.read_airtime, Verb.INSPECT, Reach.HOME),
    _operation("radio.signals", radio.list_signals, Verb.INSPECT, Reach.HOME),
    _operation("keys.list", keys.list_keys, Verb.RULE, Reach.HOME),
    _operation("keys.sheet", keys.read_sheet, Verb.RULE, Reach.HOME, secret=True),
    _operation("keys.check", keys.check_sheet, Verb.RULE, Reach.HOME, changes=True, secret=True),
    _operation("keys.set", keys.set_key, Verb.RULE, Reach.HOME, changes=True, secret=True),
    _operation("pairing.read", pairing.read_pairing, Verb.INSPECT, Reach.HOME),
    _operation("pairing.start", pairing.start_pairing, Verb.RULE, Reach.HOME, changes=True),
    _operation("pairing.stop", pairing.stop_pairing, Verb.RULE, Reach.HOME, changes=True),
    _operation("rights.holdings", rights.list_holdings, Verb.RULE, Reach.HOME),
    _operation("rights.records", rights.read_records, Verb.RULE, Reach.HOME),
    _operation("rights.correct", rights.correct_record, Verb.RULE, Reach.HOME, changes=True),
    _operation("rights.erase", rights.erase_data, Verb.RULE, Reach.HOME, changes=True),
    _operation("rights.restrict", rights.restrict_data, Verb.RULE, Reach.HOME, changes=True),
    _operation("rights.deregister", rights.deregister, Verb.RULE, Reach.HOME, changes=True),
    _operation("phones.list", phones.list_phones, Verb.RULE, Reach.HOME),
    _operation("phones.code", phones.begin_code, Verb.RULE, Reach.HOME, secret=True),
    _operation("phones.waiting", phones.list_waiting, Verb.RULE, Reach.HOME),
    _operation("phones.admit", phones.admit_phone, Verb.RULE, Reach.HOME, changes=True),
    _operation("phones.refuse", phones.refuse_phone, Verb.RULE, Reach.HOME, changes=True),
    _operation("phones.change", phones.change_phone, Verb.RULE, Reach.HOME, changes=True),
    _operation("phones.remove", phones.remove_phone, Verb.RULE, Reach.HOME, changes=True),
    _operation("notifications.list", notifications.list_notifications, Verb.SEE, Reach.VIEW),
    _operation(
        "notifications.acknowledge", notifications.acknowledge, Verb.ARRANGE, Reach.HOME, changes=True
    ),
    _operation("notifications.people", notifications.list_people, Verb.RULE, Reach.HOME),
    _operation("notifications.set_person", notifications.set_person, Verb.RULE, Reach.HOME, changes=True),
    _operation("notifications.drop_person", notifications.drop_person, Verb.RULE, Reach.HOME, changes=True),
    _operation("rooms.list", rooms.list_rooms, Verb.SEE, Reach.VIEW),
    _operation("rooms.add", rooms.add_room, Verb.ARRANGE, Reach.HOME, changes=True),
    _operation("rooms.rename", rooms.rename_room, Verb.ARRANGE, Reach.HOME, changes=True),
    _operation("rooms.remove", rooms.remove_room, Verb.RULE, Reach.HOME, changes=True),
)
BY_NAME = {operation.name: operation for operation in OPERATIONS}
# answered by bytes as long as it takes: for sessions alone, since the front passes JSON of a known length
STREAMED = {
    operation.name: operation
    for operation in (_operation("rights.copy", copying.copy_data, Verb.RULE, Reach.HOME),)
}
