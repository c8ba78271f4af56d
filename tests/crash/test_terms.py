"""The controls of the house of terms: what it has to find out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from privacy.gate.desk import Desk
from privacy.gate.storage.store import Store
from tests.crash.terms_house import TERMS, TermsHouse


class Unswept(TermsHouse):
    """Its starts sweep nothing."""

    async def _sweep(self, store: Store, desk: Desk) -> None:
        pass


def shifted(seconds: int) -> Callable[[], TermsHouse]:
    """A house that thinks each term so much longer than it is."""
    terms = {key: replace(one, limit=one.limit + timedelta(seconds=seconds)) for key, one in TERMS.items()}
    return lambda: TermsHouse(terms)


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (TermsHouse, None),
        (Unswept, "{key}: 1 of 1 rows are found a second after the term of {key}"),
        (shifted(2), "{key}: 0 of 1 rows are found a second before the term of {key}"),
        (shifted(-2), "{key}: 1 of 1 rows are found a second after the term of {key}"),
    ],
)
def test_each_term_is_held_to_the_second_and_a_start_that_sweeps_not_is_found_out(
    make: Callable[[], TermsHouse], found: str | None, tmp_path: Path
) -> None:
    for name in ("state", "run"):
        (tmp_path / name).mkdir(mode=0o700)
    written, again = make(), make()
    written.open(tmp_path / "state", tmp_path / "run")
    assert written.values() == {}
    for number, key in enumerate(written.keys()):
        written.set(key, number)
    written.close()
    again.open(tmp_path / "state", tmp_path / "run")
    if found is None:
        assert again.values() == {key: number for number, key in enumerate(TERMS)}
    else:
        with pytest.raises(AssertionError) as raised:
            again.values()
        # of "details" two rows, the number and the reason
        said = str(raised.value).replace("2 of 2", "1 of 1").replace("0 of 2", "0 of 1")
        assert [key for key in TERMS if found.format(key=key) not in said] == []
    again.close()
