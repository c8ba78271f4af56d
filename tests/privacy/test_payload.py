"""The diagnosis bundle: closed, small, the same bytes every time."""

import json
from datetime import timedelta
from typing import Any

import pytest

from privacy.payload import GROUP_NAMES, PayloadRefused, build
from tests.privacy import house

COLLECTED: dict[str, Any] = {
    "system": {
        "version": "0.1.0",
        "python": "3.11.7",
        "machine": "aarch64",
        "kernel": "6.12.25",
        "uptime_s": 86_400,
        "memory_kib": 51_200,
        "disk_free_kib": 12_000_000,
    },
    "radio": [
        {
            "driver": "bidcos",
            "state": "ready",
            "airtime_used_ms": 1200,
            "airtime_limit_ms": 36_000,
            "frames_received": 5000,
            "frames_sent": 300,
            "frames_damaged": 12,
            "repeats": 7,
            "signal_worst_dbm": -98,
            "signal_mean_dbm": -67,
        }
    ],
    "devices": [{"model": "HM-LC-Sw1-Pl", "firmware": "2.4", "count": 3, "unreachable": 1}],
    "errors": [{"area": "bidcos", "code": "device_unreachable", "count": 4}],
}


def made(collected: object = COLLECTED, groups: frozenset[str] = GROUP_NAMES, keep_days: int = 28) -> bytes:
    return build(
        collected,
        groups=groups,
        ticket="T-123",
        made=house.START,
        delete_by=house.START + timedelta(days=keep_days),
    )


def test_the_same_facts_are_the_same_bytes() -> None:
    backwards = json.loads(json.dumps(COLLECTED), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert made() == made(backwards)


@pytest.mark.obligation("Q6.6-c")
def test_the_bundle_says_what_it_is_for_and_when_it_goes() -> None:
    bundle = json.loads(made())
    assert bundle["purpose"] == "customer_service"
    assert bundle["ticket"] == "T-123"
    assert bundle["delete_by"] == "2026-03-29T12:00:00.000Z"
    assert bundle["groups"] == COLLECTED


@pytest.mark.obligation("Q6.6-d")
def test_more_than_28_days_are_never_asked_for() -> None:
    with pytest.raises(ValueError, match="28 days"):
        made(keep_days=29)


def test_only_the_groups_asked_for_are_in_it() -> None:
    only = frozenset({"errors"})
    assert json.loads(made({"errors": COLLECTED["errors"]}, only))["groups"] == {
        "errors": COLLECTED["errors"]
    }
    with pytest.raises(PayloadRefused, match="asked for"):
        made(COLLECTED, only)
    with pytest.raises(PayloadRefused, match="asked for"):
        made({}, only)


def changed(group: str, **fields: object) -> dict[str, Any]:
    value = COLLECTED[group]
    new = [{**value[0], **fields}] if isinstance(value, list) else {**value, **fields}
    return COLLECTED | {group: new}


@pytest.mark.parametrize(
    ("collected", "field"),
    [
        (COLLECTED | {"rooms": ["Bath"]}, "groups"),
        (changed("devices", name="Bedside lamp"), "groups.devices[0]"),
        (changed("devices", serial="JEQ0123456"), "groups.devices[0]"),
        (changed("devices", ownersplace="1"), "groups.devices[0]"),
        (changed("devices", model="JEQ0123456"), "groups.devices.model"),
        (changed("devices", model="Lamp in the bedroom"), "groups.devices[0].model"),
        (changed("devices", firmware="2.4 Owner"), "groups.devices[0].firmware"),
        (changed("devices", firmware=2.4), "groups.devices[0].firmware"),
        (changed("devices", count=1.5), "groups.devices[0].count"),
        (changed("system", version="SIM0000001"), "groups.system.version"),
        (changed("system", version="0123456789abcdef.owner"), "groups.system.version"),
        (changed("system", machine="owner0123"), "groups.system.machine"),
        (changed("system", uptime_s=-1), "groups.system.uptime_s"),
        (changed("system", uptime_s=True), "groups.system.uptime_s"),
        (changed("devices", model="HM-Bedsidelamp"), "groups.devices[0].model"),
        (changed("devices", model="H" + "-HM" * 11), "groups.devices[0].model"),
        (changed("system", kernel="6.1.0-Owner"), "groups.system.kernel"),
        (changed("system", python="3.11.7+Owner"), "groups.system.python"),
        (changed("system", machine="Owner pc"), "groups.system.machine"),
        (changed("radio", state="owner.is.away"), "groups.radio[0].state"),
        (COLLECTED | {"devices": COLLECTED["devices"] * 2001}, "groups.devices"),
        (COLLECTED | {"errors": COLLECTED["errors"] * 2001}, "groups.errors"),
        (COLLECTED | {"radio": COLLECTED["radio"] * 9}, "groups.radio"),
        (changed("errors", code="Owner came home"), "groups.errors[0].code"),
        ([], "groups"),
        (None, "groups"),
    ],
)
@pytest.mark.obligation("Q6.6-f")
def test_what_the_schema_does_not_name_is_refused_and_not_repeated(collected: object, field: str) -> None:
    with pytest.raises(PayloadRefused) as refused:
        made(collected)
    assert refused.value.field == field
    for secret in ("JEQ0123456", "SIM0000001", "Bedside", "Owner", "bedroom", "owner"):
        assert secret not in str(refused.value)


def test_a_bundle_has_its_limit() -> None:
    rows = [{"area": "a" * 48, "code": f"{'c' * 40}{number}", "count": 10**11} for number in range(2000)]
    model = "HM-" + "m" * 9 + "-" + "m" * 9 + "-" + "m" * 8
    many = [{"model": model, "firmware": "255.255.255.255", "count": 99_999, "unreachable": 10**12}] * 2000
    with pytest.raises(PayloadRefused, match="allowed are"):
        made(COLLECTED | {"errors": rows, "devices": many})
