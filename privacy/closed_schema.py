"""Checks a payload against the closed list of fields that the register gives its activity.

Pure. What stands in no field is refused and never repeated in an error: it may be somebody's secret.
"""

import re
from collections.abc import Iterable, Mapping

from privacy.activity import Field, FieldKind

LONGEST = {
    FieldKind.TEXT: 1000,
    FieldKind.CODE: 64,
    FieldKind.EMAIL: 254,  # RFC 5321, section 4.5.3.1: a path of 256 with its brackets
    FieldKind.PHONE: 16,  # E.164: a plus and 15 figures
    FieldKind.NUMBER: 2**53 - 1,
    FieldKind.FLAG: 1,
    FieldKind.TIME: 24,
    FieldKind.SEALED: 1_048_576,
}
_FORMS = {
    FieldKind.TEXT: re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f]+"),  # one line or several, nothing invisible
    FieldKind.CODE: re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]*"),
    FieldKind.EMAIL: re.compile(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}"
    ),
    FieldKind.PHONE: re.compile(r"\+[1-9][0-9]{6,14}"),
    FieldKind.TIME: re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z"),
    FieldKind.SEALED: re.compile(r"(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"),
}


class FieldRefused(ValueError):
    """The payload does not fit. field: where; what: why. Says nothing of the value itself."""

    def __init__(self, field: str, what: str) -> None:
        super().__init__(field, what)
        self.field, self.what = field, what

    def __str__(self) -> str:
        return f"{self.field}: {self.what}"


def check(fields: Iterable[Field], payload: object) -> Mapping[str, str | int | bool]:
    """Return ``payload`` as what it was found to be.

    Raises:
        FieldRefused: no object, a field unknown, missing, of another kind or too long.
    """
    if not isinstance(payload, Mapping):
        raise FieldRefused("payload", "is no object")
    known = {field.name: field for field in fields}
    if any(name not in known for name in payload):
        raise FieldRefused("payload", f"has a field that is not declared; allowed are {', '.join(known)}")
    checked: dict[str, str | int | bool] = {}
    for name, field in known.items():
        if name not in payload:
            if not field.optional:
                raise FieldRefused(name, "is missing")
            continue
        checked[name] = _value(field, payload[name])
    return checked


def check_value(kind: FieldKind, value: str) -> None:
    """Do nothing for a text of that kind, wherever it was entered.

    Raises:
        FieldRefused: another form, or too long.
    """
    if len(value) > LONGEST[kind] or not _FORMS[kind].fullmatch(value):
        raise FieldRefused(kind.value, "has another form")


def _value(field: Field, value: object) -> str | int | bool:
    match field.kind:
        case FieldKind.FLAG:
            if not isinstance(value, bool):
                raise FieldRefused(field.name, "is neither true nor false")
            return value
        case FieldKind.NUMBER:
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= field.longest:
                raise FieldRefused(field.name, f"is no whole number from 0 to {field.longest}")
            return value
        case _:
            if not isinstance(value, str) or len(value) > field.longest:
                raise FieldRefused(field.name, f"is no text of at most {field.longest} characters")
            if not _FORMS[field.kind].fullmatch(value):
                raise FieldRefused(field.name, f"is no {field.kind.value}")
            return value
