"""A payload holds what its activity declares, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.closed_schema import FieldRefused, check
from privacy.register import Field, FieldKind, Language
from privacy.vocabulary import DataCategory
from tests.privacy import house

MAIL = {
    "email": "ada@example.org",
    "name": "Ada Lovelace",
    "configuration": "base-0.1.0",
}


def one(kind: FieldKind, longest: int = 100) -> list[Field]:
    text = dict.fromkeys(Language, "x")
    category = DataCategory.SYSTEM
    return [Field(name="it", category=category, kind=kind, longest=longest, optional=False, text=text)]


def refused(activity: str, payload: object) -> str:
    with pytest.raises(FieldRefused) as raised:
        check(house.register().activities[activity].fields, payload)
    return str(raised.value)


@pytest.mark.obligation("Q6.11")
def test_product_mail_gets_address_names_and_configuration_and_nothing_else() -> None:
    row = house.register().activities["mail.product"]
    assert check(row.fields, MAIL) == MAIL
    assert {field.name for field in row.fields} == set(MAIL)
    assert refused("mail.product", MAIL | {"rooms": "Schlafzimmer"}).startswith("payload: has a field")
    assert house.register().activities["update.check"].categories == {DataCategory.SYSTEM}
    assert {field.name for field in house.register().activities["update.check"].fields} == {"document"}


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ([MAIL], "payload: is no object"),
        ({**MAIL, "email": "ada"}, "email: is no email"),
        ({**MAIL, "email": 7}, "email: is no text of at most 254 characters"),
        ({**MAIL, "name": "A" * 201}, "name: is no text of at most 200 characters"),
        ({**MAIL, "name": "Ada\x1b[2J"}, "name: is no text"),
        ({**MAIL, "configuration": "a b"}, "configuration: is no code"),
        ({key: value for key, value in MAIL.items() if key != "email"}, "email: is missing"),
    ],
)
def test_what_does_not_fit_is_named_and_never_repeated(payload: object, said: str) -> None:
    text = refused("mail.product", payload)
    assert text == said
    assert "Lovelace" not in text


def test_what_is_optional_may_be_left_out() -> None:
    fields = house.register().activities["setup.timezone"].fields
    assert check(fields, {}) == {}
    assert check(fields, {"country": "DE"}) == {"country": "DE"}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        (FieldKind.PHONE, "+4915112345678", ["0151", "+0151", "+49 151", "+491511234567890123"]),
        (FieldKind.NUMBER, 100, [101, -1, True, "1", 1.5]),
        (FieldKind.FLAG, False, [0, "true", None]),
        (FieldKind.TIME, "2026-03-01T12:00:00Z", ["2026-03-01", "2026-03-01T12:00:00+01:00", ""]),
        (FieldKind.SEALED, "AAAA", ["AAA", "age-encryption.org", "=AAA", ""]),
        (FieldKind.TEXT, "one line\nand another", ["\t", "\x00", ""]),
    ],
)
def test_each_kind_of_field_has_its_form(kind: FieldKind, good: str | int, bad: list[object]) -> None:
    assert check(one(kind), {"it": good}) == {"it": good}
    for value in bad:
        with pytest.raises(FieldRefused):
            check(one(kind), {"it": value})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)


@given(JSON)
def test_no_payload_whatever_does_more_than_be_refused(payload: object) -> None:
    fields = house.register().activities["mail.product"].fields
    try:
        checked = check(fields, payload)
    except FieldRefused:
        return
    assert checked.keys() <= {field.name for field in fields}
