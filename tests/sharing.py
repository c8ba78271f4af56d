"""How the workers of script/test share the files: what waits runs beside what counts, so no processor idles.

Journeys wait for browsers and share a home within a worker, so a few workers walk through them, each with one
home; the lab's files, which wait for networks, stand evenly between those that only count.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import groupby
from pathlib import PurePosixPath
from typing import TypeVar

import pytest
from xdist.scheduler import LoadFileScheduling

from tests.paths import ROOT

JOURNEYS, LAB = "journeys", "lab"
WALKS = 3  # workers that walk through the journeys at the same time
ALL_JOURNEYS = sorted(file.name for file in (ROOT / "tests" / JOURNEYS).glob("test_*.py"))
TEST_MODULES = sorted(
    ".".join(file.relative_to(ROOT).with_suffix("").parts) for file in (ROOT / "tests").rglob("test_*.py")
)

_T = TypeVar("_T")


class Sharing(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """A file is one piece of work, and all journeys of one walk are."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return f"walk {walk_of(file)}" if folder_of(file) == JOURNEYS else file


def walk_of(file: str) -> int:
    """Which walk a journey belongs to, 0 … WALKS - 1: by its place among all, so every worker agrees."""
    return bisect_left(ALL_JOURNEYS, PurePosixPath(file).name) % WALKS


def folder_of(file: str) -> str:
    """The folder that a test's file stands in, by its name."""
    return PurePosixPath(file).parent.name


def ordered(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """The journeys first, walk by walk; then the rest, the lab's files spread evenly among them."""
    files = [list(found) for _, found in groupby(items, key=_file)]
    journeys = [found for found in files if folder_of(_file(found[0])) == JOURNEYS]
    lab = [found for found in files if folder_of(_file(found[0])) == LAB]
    rest = [found for found in files if folder_of(_file(found[0])) not in (JOURNEYS, LAB)]
    journeys.sort(key=lambda found: walk_of(_file(found[0])))
    return [item for found in [*journeys, *spread(lab, rest)] for item in found]


def spread(few: Sequence[_T], many: Sequence[_T]) -> list[_T]:
    """Both in their order, the few evenly among the many."""
    places = [((at + 0.5) / len(group), each) for group in (few, many) for at, each in enumerate(group)]
    return [each for _, each in sorted(places, key=_place)]


def made_ready_by(worker: str, workers: int) -> list[str]:
    """The modules of tests that a worker loads before it collects: its share, "gw0" has the first of all.

    pytest writes each file's assertions anew and keeps the outcome for whoever loads it next; where nothing
    is kept yet, the workers, in step from file to file, would all do so for all of them.
    """
    return TEST_MODULES[int(worker.removeprefix("gw")) :: workers]


def _place(place: tuple[float, object]) -> float:
    return place[0]


def _file(item: pytest.Item) -> str:
    return item.nodeid.split("::", 1)[0]
