"""Every field of every row of the register: a wrong value is refused, and named with file, row and field."""

import copy
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from privacy.register import RegisterError, build
from privacy.terms import read
from tests.paths import ROOT

NOTICE = ROOT / "config" / "notice"
TERMS = read((NOTICE / "terms.toml").read_text())[0]
TABLES: dict[str, dict[str, Any]] = {
    path.name: tomllib.loads(path.read_text()) for path in NOTICE.glob("*.toml") if path.name != "terms.toml"
}
ROWS = [(name, row["id"]) for name, table in TABLES.items() for row in table.get("activity", [])]
Row = dict[str, Any]

OPTIONAL = {
    "longest_days",
    "storage_days",
    "schema",
    "eea_only",
    "encrypted",
    "interest",
    "groups",
    "field",
    "metric",
}
# what may stand in no row, by field; a field of text takes the empty text and a number besides
WRONG: dict[str, list[object]] = {
    "id": ["Diagnosis", "", 7],
    "clause": ["9.9", "six", ""],
    "source": ["somebody", ""],
    "built": ["yes", 1],
    "mode": ["flying", ""],
    "purpose": ["dpv:NoSuchPurpose", "care", ""],
    "basis": ["eu-gdpr:A6-1-e", "eu-gdpr:A9-2-a", ""],
    "condition": ["always", ""],
    "categories": [["sistem"], [], "system", ["system", "system"]],
    "roles": [["friend"], "processor"],
    "forms": [["always"], "once"],
    "needs_ticket": ["no", 0],
    "bytes_per_day": [-1, 1 << 41, "1", 1.5],
    "storage_days": [-1, 3651, "7"],
    "longest_days": [0, 366, "14"],
    "delete_on": [["never"], [], ["at_once", "term"], "owner"],
    "schema": ["homebase.nothing/1", "", 1],
    "eea_only": ["no", 0],
    "encrypted": ["yes", 1],
    "interest": [{"de": "x"}, {"de": "", "en": "x"}, "x"],
    "groups": [{"x": {"categories": [], "de": "x", "en": "x"}}, {"x": {"categories": ["system"]}}],
    "field": [[{"name": "x"}], "x"],
    "metric": [[{"name": "x"}], "x"],
    "de": [{}, "x"],
    "en": [{}, "x"],
}


def mistakes(name: str, number: str, change: Callable[[Row], None]) -> list[tuple[str, str, str]]:
    """Where the loader finds something wrong once one row is changed: file, row, field."""
    (row,) = (one for one in TABLES[name]["activity"] if one["id"] == number)
    changed = copy.deepcopy(row)
    change(changed)
    tables = {
        name: {"activity": [changed]},
        "notice.toml": TABLES["notice.toml"],
    }  # a row is judged by itself
    try:
        build(tables, TERMS)
    except RegisterError as error:
        found = error.mistakes
    else:
        found = ()
    assert all(str(one).startswith(f"config/notice/{one.file}, {one.row}, ") for one in found)
    return [(one.file, one.row, one.field) for one in found]


def named(name: str, number: str, field: str, change: Callable[[Row], None]) -> bool:
    """Whether the mistake is found, and told with file, row and field. An id that is wrong names itself."""
    found = mistakes(name, number, change)
    rows = {number} if field != "id" else {row for _, row, _ in found}
    return any(file == name and row in rows and where.startswith(field) for file, row, where in found)


def test_the_rows_as_they_stand_are_sound() -> None:
    assert len(build(TABLES, TERMS).activities) == len(ROWS)


@pytest.mark.parametrize(("name", "number"), ROWS, ids=[number for _, number in ROWS])
def test_a_wrong_value_of_any_field_is_named(name: str, number: str) -> None:
    unnoticed = []
    for field, values in WRONG.items():
        for value in values:
            if not named(name, number, field, lambda row, f=field, v=value: row.update({f: v})):  # type: ignore[misc]
                unnoticed.append((field, value))
    assert not unnoticed


@pytest.mark.parametrize(("name", "number"), ROWS, ids=[number for _, number in ROWS])
def test_a_field_that_is_missing_or_unknown_is_named(name: str, number: str) -> None:
    (row,) = (one for one in TABLES[name]["activity"] if one["id"] == number)
    for field in set(row) - OPTIONAL - {"id"}:
        assert named(name, number, field, lambda row, f=field: row.pop(f)), field  # type: ignore[misc]
    assert mistakes(name, number, lambda row: row.pop("id"))[0][2] == "id"
    assert named(name, number, "colour", lambda row: row.update(colour="red"))


def texts(row: Row) -> Iterator[tuple[str, Callable[[Row], Row]]]:
    """Where people's words stand in a row: the path of the table, and how to find it."""
    for language in ("de", "en"):
        yield language, lambda row, key=language: row[key]  # type: ignore[misc]
    for key in row.get("groups", {}):
        yield f"groups.{key}", lambda row, key=key: row["groups"][key]  # type: ignore[misc]
    for place in range(len(row.get("field", []))):
        yield "field", lambda row, place=place: row["field"][place]  # type: ignore[misc]
    for place in range(len(row.get("metric", []))):
        yield "metric", lambda row, place=place: row["metric"][place]  # type: ignore[misc]


@pytest.mark.parametrize(("name", "number"), ROWS, ids=[number for _, number in ROWS])
def test_no_text_of_a_row_group_or_field_may_be_missing_in_either_language(name: str, number: str) -> None:
    (row,) = (one for one in TABLES[name]["activity"] if one["id"] == number)
    for where, find in texts(row):
        for key, value in find(row).items():
            if isinstance(value, str):
                assert mistakes(name, number, lambda row, f=find, k=key: f(row).update({k: ""})), (where, key)  # type: ignore[misc]
        for key in {"de", "en", "title", "purpose", "data", "storage"} & find(row).keys():
            assert mistakes(name, number, lambda row, f=find, k=key: f(row).pop(k)), (where, key)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("number", "change", "field"),
    [
        # what a clause promises can't be loosened
        ("portal.access_log", {"storage_days": 8}, "storage_days"),
        ("diagnosis.remote", {"longest_days": 15}, "longest_days"),
        ("diagnosis.remote", {"storage_days": 29}, "storage_days"),
        ("diagnosis.remote", {"forms": ["once", "until", "standing"]}, "forms"),
        ("diagnosis.remote", {"delete_on": ["withdrawal"]}, "delete_on"),
        ("diagnosis.remote", {"needs_ticket": False}, "needs_ticket"),
        ("diagnosis.remote", {"basis": "eu-gdpr:A6-1-f"}, "basis"),
        ("analysis.technical", {"storage_days": 90}, "storage_days"),
        ("account.register", {"storage_days": 182}, "storage_days"),
        ("backup.cloud", {"delete_on": ["owner"]}, "delete_on"),
        ("setup.timezone", {"delete_on": ["owner"]}, "storage_days"),
        ("camera.cloud", {"eea_only": False}, "eea_only"),
        ("camera.security_firm", {"eea_only": False}, "eea_only"),
        # nothing leaves unasked, and nobody gets what is not meant for them
        ("monitor.device", {"condition": "stays_home", "forms": []}, "condition"),
        ("monitor.device", {"condition": "transfer", "forms": []}, "condition"),
        ("monitor.device", {"condition": "owner_entry", "forms": []}, "condition"),
        ("monitor.device", {"roles": ["processor", "authority"]}, "roles"),
        ("monitor.device", {"roles": []}, "roles"),
        ("monitor.device", {"bytes_per_day": 0}, "bytes_per_day"),
        ("home.control", {"bytes_per_day": 1}, "bytes_per_day"),
        ("home.control", {"roles": ["processor"]}, "roles"),
        ("disclosure.authority", {"mode": "delivered", "bytes_per_day": 1, "storage_days": 1}, "condition"),
        ("deletion.request", {"categories": ["account"]}, "condition"),
        # what is delivered has a closed form
        ("mail.product", {"field": []}, "field"),
        ("mail.product", {"built": False}, "unbuilt"),
        ("support.summary", {"built": True}, "unbuilt"),
        ("mail.product", {"schema": "homebase.diagnosis/1"}, "field"),
        ("diagnosis.remote", {"schema": None}, "field"),
        # kinds of data that need more than a plain consent
        ("support.ticket", {"categories": ["account", "message", "audio"]}, "categories"),
        ("support.summary", {"forms": ["once", "standing"]}, "forms"),
        ("monitor.device", {"categories": ["system", "error", "access_log"]}, "categories"),
        ("training", {"categories": ["backup"]}, "categories"),
        ("backup.cloud", {"encrypted": False}, "encrypted"),
        # advertising and risk checks stand by themselves
        ("telemetry.usage", {"purpose": "dpv:Advertising"}, "purpose"),
        ("advertising", {"purpose": "dpv:ServiceOptimisation"}, "purpose"),
        ("account.register", {"purpose": "dpv:CustomerSolvencyMonitoring"}, "purpose"),
        ("portal.access_log", {"interest": None}, "interest"),
        ("account.register", {"interest": {"de": "x", "en": "x"}}, "interest"),
        ("account.register", {"source": "iot-2026"}, "source"),
    ],
)
def test_what_the_notices_promise_can_not_be_loosened(number: str, change: Row, field: str) -> None:
    (name,) = (name for name, one in ROWS if one == number)

    def apply(row: Row) -> None:
        row.update(change)
        for key in [key for key, value in row.items() if value is None]:
            del row[key]

    assert named(name, number, field, apply)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Bad Name"}, "field"),
        ({"name": "configuration"}, "field"),  # twice
        ({"category": "sistem"}, "field.0.category"),
        ({"category": "message"}, "field"),
        ({"kind": "blob"}, "field.0.kind"),
        ({"longest": 0}, "field"),
        ({"longest": 255}, "field.0.longest"),
        ({"optional": "no"}, "field"),
        ({"colour": "red"}, "field"),
    ],
)
def test_each_field_of_a_payload_is_checked(change: Row, field: str) -> None:
    assert named("messages.toml", "mail.product", field, lambda row: row["field"][0].update(change))
