"""A license counts when the issuer signed it, for this Home Base, for today; else it says why not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.home.license import Flaw, License, check, read_key
from tests.hub.home.licenses import HOME_BASE, ISSUER, KEY, OTHER, issued, key_text

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ISSUER_KEY = read_key(key_text())


def test_a_license_of_the_issuer_for_this_home_base_counts_until_its_last_day_is_over() -> None:
    found = check(issued(), ISSUER_KEY, HOME_BASE, NOON)
    assert isinstance(found, License)
    assert (found.id, found.customer, found.product) == ("L-2026-000123", "C-4711", "Homebase")
    last = datetime(2026, 12, 31, 23, 59, tzinfo=UTC)
    assert isinstance(check(issued(), ISSUER_KEY, HOME_BASE, last), License)
    over = datetime(2027, 1, 1, tzinfo=UTC)
    assert check(issued(), ISSUER_KEY, HOME_BASE, over) is Flaw.EXPIRED
    assert check(issued(), ISSUER_KEY, HOME_BASE, datetime(2025, 12, 31, tzinfo=UTC)) is Flaw.NOT_YET


def test_what_is_optional_may_be_left_out_and_a_witness_may_sign_beside() -> None:
    document = issued(customer=None, product=None)
    witnessed = document + "\N{EM DASH} somebody.example.org AAAAAAAA\n"
    assert isinstance(check(witnessed, ISSUER_KEY, HOME_BASE, NOON), License)
    assert isinstance(check(document.replace("\n", "\r\n"), ISSUER_KEY, HOME_BASE, NOON), License)


@pytest.mark.parametrize(
    ("document", "flaw"),
    [
        (issued().replace("2026-12-31", "2036-12-31"), Flaw.TAMPERED),
        (issued().replace("C-4711", "C-4712"), Flaw.TAMPERED),
        (issued(OTHER), Flaw.FOREIGN),
        (issued(name="other.example.org"), Flaw.FOREIGN),
        (issued().partition("\n\n")[0] + "\n", Flaw.FORM),
        (issued(home_base="HB-ZZZZ-ZZZZ-ZZZZ-ZZZZ"), Flaw.OTHER_HOME),
        (issued(home_base=None), Flaw.FORM),
        (issued(expires="tomorrow"), Flaw.FORM),
        (issued(expires="2026-02-30"), Flaw.FORM),
        (issued(price="1"), Flaw.FORM),
        (issued().replace("license: ", "license:"), Flaw.FORM),
        (issued(customer="C\tx"), Flaw.FORM),
        (issued().replace("homebase.license/1", "homebase.license/2"), Flaw.FORM),
        ("", Flaw.FORM),
        ("x" * 5000, Flaw.FORM),
    ],
    ids=[
        *("later_end", "other_customer", "other_key", "other_name", "no_signature"),
        *(
            "other_home",
            "no_home",
            "no_day",
            "no_such_day",
            "unknown_field",
            "no_blank",
            "tab",
            "other_format",
        ),
        *("empty", "too_long"),
    ],
)
def test_each_flaw_is_told_apart(document: str, flaw: Flaw) -> None:
    assert check(document, ISSUER_KEY, HOME_BASE, NOON) is flaw


def test_without_a_key_nobody_can_sign() -> None:
    assert check(issued(), None, HOME_BASE, NOON) is Flaw.NO_KEY


@pytest.mark.parametrize(
    "text",
    ["", "x", key_text().replace("+", "-"), key_text()[:-4], key_text().replace(ISSUER, "else.example.org")],
    ids=["empty", "no_parts", "no_plus", "short", "other_name"],
)
def test_a_key_is_checked_as_a_whole(text: str) -> None:
    assert read_key(text) is None
    assert read_key(key_text(KEY)) is not None


@given(st.text(max_size=300) | st.text(max_size=80).map(lambda text: issued() + text))
def test_no_text_whatever_raises_or_counts_for_another_home(text: str) -> None:
    assert isinstance(check(text, ISSUER_KEY, "HB-ZZZZ-ZZZZ-ZZZZ-ZZZZ", NOON), Flaw)
