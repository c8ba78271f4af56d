"""The workers of script/test: every test once, a journey's file in one walk, what waits among what counts."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.sharing import ALL_JOURNEYS, TEST_MODULES, WALKS, made_ready_by, ordered, spread, walk_of


def item(nodeid: str) -> pytest.Item:
    """As much of a test as the order asks for."""
    return cast("pytest.Item", SimpleNamespace(nodeid=nodeid))


def test_the_few_stand_evenly_among_the_many() -> None:
    assert spread("AB", "123456") == list("1A234B56")
    assert spread("", "123") == list("123")


def test_every_test_runs_once_and_a_files_tests_stay_together() -> None:
    files = [
        "tests/lab/test_l.py",
        "tests/hub/test_a.py",
        "tests/hub/test_b.py",
        "tests/journeys/test_lan.py",
    ]
    items = [item(f"{file}::test_{number}") for file in files for number in range(3)]
    found = ordered(items)
    assert sorted(map(id, found)) == sorted(map(id, items))
    runs = [each.nodeid.split("::")[0] for each in found]
    assert len([at for at in range(1, len(runs)) if runs[at] != runs[at - 1]]) == len(files) - 1
    assert runs[0] == "tests/journeys/test_lan.py"


def test_the_walks_share_all_journeys() -> None:
    there = {file.name for file in (Path(__file__).parent / "journeys").glob("test_*.py")}
    assert there == set(ALL_JOURNEYS)
    sizes = [sum(walk_of(f"tests/journeys/{name}") == walk for name in there) for walk in range(WALKS)]
    assert sum(sizes) == len(there)
    assert max(sizes) - min(sizes) <= 1


def test_the_workers_together_make_every_file_ready_once() -> None:
    shares = [made_ready_by(f"gw{number}", 5) for number in range(5)]
    assert sorted(module for share in shares for module in share) == TEST_MODULES
    assert __name__ in TEST_MODULES
