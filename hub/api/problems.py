"""Every refusal as problem+json (RFC 9457): code, field, value, allowed range, way out, in German or English.

The texts stand in texts/*.toml, one catalogue per language, read when the first problem is told.
"""

import math
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from hub.contract import (
    CommandRefused,
    DeviceUnreachableError,
    DriverError,
    DutyCycleExhausted,
    HubError,
    LinkLost,
    StoreError,
    WrongKey,
)
from hub.home.errors import Refused
from hub.operations import Operation

from .ranges import allowed_words

LANGUAGES = ("de", "en")
SECRET_FIELDS = frozenset({"password", "token", "passphrase", "sheet", "text"})  # never told back
STATUS: Mapping[str, int] = {
    "broken_json": 400,
    "no_session": 401,
    "wrong_password": 401,
    "wrong_setup_token": 401,
    "customer_id_at_home": 403,
    "forbidden": 403,
    "kind_forbidden": 403,
    "not_now": 403,
    "rooms_only": 403,
    "stay_over": 403,
    "no_paramset": 404,
    "no_week_program": 404,
    "unknown_channel": 404,
    "unknown_holding": 404,
    "unknown_person": 404,
    "unknown_record": 404,
    "unknown_datapoint": 404,
    "unknown_device": 404,
    "unknown_notification": 404,
    "unknown_parameter": 404,
    "unknown_path": 404,
    "unknown_peer": 404,
    "unknown_phone": 404,
    "unknown_profile": 404,
    "unknown_room": 404,
    "unknown_told_person": 404,
    "unknown_target": 404,
    "wrong_method": 405,
    "slow_body": 408,
    "already_claimed": 409,
    "answer_forgotten": 409,
    "clock_unsure": 409,
    "key_index_taken": 409,
    "last_owner": 409,
    "license_expired": 409,
    "license_no_key": 409,
    "license_not_yet": 409,
    "license_other_home": 409,
    "name_taken": 409,
    "told_name_taken": 409,
    "no_system_key": 409,
    "no_timezone": 409,
    "not_claimed": 409,
    "not_kept": 409,
    "not_listening": 409,
    "not_read_yet": 409,
    "nothing_to_undo": 409,
    "other_central": 409,
    "other_team": 409,
    "peer_does_not_sign": 409,
    "peers_full": 409,
    "refused_by_device": 409,
    "replaced": 409,
    "request_id_used": 409,
    "restricted": 409,
    "too_many_codes": 409,
    "too_many_people": 409,
    "too_many_phones": 409,
    "too_many_waiting": 409,
    "wrong_key": 409,
    "too_large": 413,
    "not_json": 415,
    "bad_frame": 422,
    "bad_home_name": 422,
    "bad_serial": 422,
    "bad_sheet": 422,
    "foreign_sender": 422,
    "license_foreign": 422,
    "license_form": 422,
    "license_tampered": 422,
    "missing_field": 422,
    "not_alike": 422,
    "not_correctable": 422,
    "not_finite": 422,
    "not_linkable": 422,
    "not_restrictable": 422,
    "not_supported": 422,
    "not_writable": 422,
    "off_step": 422,
    "one_of_three": 422,
    "one_of_two": 422,
    "other_interface": 422,
    "owner_limited": 422,
    "out_of_range": 422,
    "refused": 422,
    "same_device": 422,
    "too_many": 422,
    "unknown_category": 422,
    "unknown_field": 422,
    "unknown_interface": 422,
    "unknown_timezone": 422,
    "wrong_type": 422,
    "websocket_only": 426,
    "too_many_attempts": 429,
    "internal": 500,
    "busy": 503,
    "driver_failed": 503,
    "gate_away": 503,
    "duty_cycle": 503,
    "radio_lost": 503,
    "store_failed": 503,
    "device_unreachable": 504,
    "store_full": 507,
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A refusal as it crosses the edge. value: what was sent, never a secret."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    field: str = ""
    value: bool | int | float | str | None = None
    allowed: str = ""
    way_out: str = ""
    retry_after_s: float | msgspec.UnsetType = msgspec.UNSET


def language_of(accept_language: str, default: str) -> str:
    """The first language of ``Accept-Language`` that we speak."""
    for part in accept_language[:200].split(","):
        tag = part.split(";")[0].strip()[:2].lower()
        if tag in LANGUAGES:
            return tag
    return default


def problem(refused: Refused, language: str) -> Problem:
    """Put a refusal into words."""
    code = refused.code if refused.code in STATUS else "refused"
    words = _catalogue(language)[code]
    field, value = refused.field[:64], _shown(refused)
    allowed = allowed_words(refused.allowed, language)
    said = {"field": field, "value": value, "allowed": allowed, "code": refused.code}
    said["time"] = duration(refused.retry_after_s)
    return Problem(
        type=f"urn:homebase:problem:{code}",
        title=words["title"],
        status=STATUS[code],
        detail=_filled(words["detail"], said),
        code=refused.code if code != "refused" else (refused.code or code),
        field=field,
        value=value,
        allowed=allowed,
        way_out=_filled(words["way_out"], said),
        retry_after_s=round(refused.retry_after_s, 1) or msgspec.UNSET,
    )


def duration(seconds: float) -> str:
    """How long to wait, rounded up: ``45 s``, ``13 min``; empty for 0."""
    whole = math.ceil(seconds)
    return "" if not whole else f"{whole} s" if whole < 100 else f"{math.ceil(whole / 60)} min"


def refusal_of(error: HubError) -> Refused:
    """What an error of the layers below means to the person who asked."""
    match error:
        case Refused():
            return error
        case CommandRefused():
            return Refused(error.code, field=error.field, value=error.value, allowed=error.allowed)
        case DeviceUnreachableError():
            return Refused("device_unreachable", value=str(error.device))
        case WrongKey():
            return Refused("wrong_key", value=str(error.device))
        case DutyCycleExhausted():
            return Refused("duty_cycle", retry_after_s=error.retry_after_s)
        case LinkLost():
            return Refused("radio_lost", value=error.code, retry_after_s=2.0)
        case DriverError():
            return Refused("driver_failed", retry_after_s=5.0)
        case StoreError(code="full"):
            return Refused("store_full")
        case StoreError():
            return Refused("store_failed", value=error.code, retry_after_s=5.0)
        case _:
            return Refused("internal")


def unspoken(refused: Refused, operation: Operation[Any]) -> Refused:
    """The refusal of an operation with a key in it: without any value, and no field but the request's own."""
    fields = {field.encode_name for field in msgspec.structs.fields(operation.request)}
    return Refused(
        refused.code if refused.code in STATUS else "refused",
        field=refused.field if refused.field in fields else "",
        allowed=refused.allowed,
        retry_after_s=refused.retry_after_s,
    )


_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)`")
_WANTED = re.compile(r"Expected (.*?)(?:, got .*)?$")
_PLACE = re.compile(r" - at `(?:key in )?\$\.?(.*)`$")
_VISIBLE = "visible characters, no control characters"  # where a pattern is that of a name
_PATTERNS = {
    "[0-9]{1,15}": "1 to 15 digits",
    "[0-9a-f]{12}": "12 characters of 0-9 and a-f",
    "[0-9a-f]{16}": "16 characters of 0-9 and a-f",
}
_RANGE_WORDS = ("<=", ">=", "<", ">", "length", "matching")


def refusal_of_shape(error: msgspec.ValidationError, given: Mapping[str, object]) -> Refused:
    """Which field is wrong, and what is allowed, from msgspec's own words."""
    text = str(error)
    place = _PLACE.search(text)
    field = place[1] if place else ""
    text = _PLACE.sub("", text)
    if match := _UNKNOWN.match(text):
        return Refused("unknown_field", field=_inside(field, match[1]))
    if match := _MISSING.match(text):
        return Refused("missing_field", field=_inside(field, match[1]))
    wanted = _WANTED.match(text)
    allowed = wanted[1].replace("`", "") if wanted else text
    code = "out_of_range" if any(word in allowed for word in _RANGE_WORDS) else "wrong_type"
    if "matching" in allowed:
        allowed = next((said for pattern, said in _PATTERNS.items() if pattern in allowed), _VISIBLE)
    return Refused(code, field=field, value=given.get(field), allowed=allowed)


def _inside(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _shown(refused: Refused) -> bool | int | float | str | None:
    if refused.field in SECRET_FIELDS:
        return None
    match refused.value:
        case bool() | float():
            return refused.value
        case int():
            return refused.value if abs(refused.value) < 2**53 else str(refused.value)[:40]
        case str():
            return refused.value[:80]
        case _:
            return None


class _Words(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return ""


def _filled(template: str, said: Mapping[str, object]) -> str:
    shown = {key: "" if value is None else value for key, value in said.items()}
    return template.format_map(_Words(shown)).strip()


@cache
def _catalogue(language: str) -> Mapping[str, Mapping[str, str]]:
    text = files("hub.api").joinpath("texts", f"{language}.toml").read_text("utf-8")
    return tomllib.loads(text)
