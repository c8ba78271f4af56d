"""What a release may say of itself."""

from typing import Any

import pytest

from privacy.gate.updates.offer import newest, offer
from privacy.register import Language

SHA256 = "0" * 64


def custom(version: str = "1.2.3", **more: Any) -> dict[str, Any]:
    notes = {"changes": ["one line"]}
    return {"version": version, "date": "2026-12-01", "security": False, "de": notes, "en": notes, **more}


def test_the_newest_counts_by_its_numbers_and_not_by_its_letters() -> None:
    found = [offer("homebase.deb", 1, SHA256, custom(version)) for version in ("0.9.0", "0.10", "0.2.11")]
    best = newest(one for one in found if one is not None)
    assert best is not None
    assert best.release.version == "0.10"
    assert newest([]) is None


def test_what_a_later_form_adds_is_passed_over() -> None:
    found = offer("homebase.deb", 1, SHA256, custom(urgency="high"))
    assert found is not None
    assert found.release.notes(Language.DE).changes == ["one line"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"version": "1.2.3; reboot"},
        {"version": "1"},
        {"date": "soon"},
        {"security": "no"},
        {"en": {"changes": []}},
        {"de": {"changes": ["two\nlines"]}},
        {"de": {"changes": ["\u202egnp.exe"]}},
        {"de": {"changes": ["x" * 301]}},
        {"de": {"changes": ["x"] * 21}},
    ],
)
def test_a_release_of_another_form_is_none(wrong: dict[str, object]) -> None:
    assert offer("homebase.deb", 1, SHA256, custom()) is not None  # the control
    assert offer("homebase.deb", 1, SHA256, custom() | wrong) is None


@pytest.mark.parametrize("file", ["../homebase.deb", "-rf", "a b", "$(reboot)", "", "x" * 129])
def test_a_package_has_a_plain_name_and_a_hash(file: str) -> None:
    assert offer(file, 1, SHA256, custom()) is None
    assert offer("homebase.deb", 1, None, custom()) is None
