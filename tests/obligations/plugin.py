"""Writes what became of the tests that carry an obligation's id, one file for each run of pytest.

The environment's HOMEBASE_OBLIGATIONS names a folder; without it nothing is written. Several runs may write
into one folder, workers of pytest-xdist report through their controller: report.py merges the files.
"""

import json
import os
from pathlib import Path

import pytest

from tests.obligations import tables

PROPERTY = "obligation"
FOLDER = "HOMEBASE_OBLIGATIONS"


class Results:
    """What became of each marked test; the worst of its set-up, call and clean-up counts."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tests: dict[str, dict[str, object]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember one part of a test."""
        ids = sorted({str(value) for key, value in report.user_properties if key == PROPERTY})
        if not ids:
            return
        row = self._tests.setdefault(report.nodeid, {"obligations": ids, "result": ""})
        if row["result"] != "failed" and (report.when == "call" or not report.passed):
            row["result"] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{os.getpid()}.json"
        number = 1
        while path.exists():
            path, number = self._folder / f"{os.getpid()}-{number}.json", number + 1
        path.write_text(json.dumps(self._tests, indent=1))


def pytest_configure(config: pytest.Config) -> None:
    """Listen where somebody wants to know, and never in a worker: its controller hears everything."""
    folder = os.environ.get(FOLDER)
    if folder and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Results(Path(folder)), "homebase-obligations")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Hand the ids on with each test's report; an id that no notice has is a mistake of ours."""
    known = tables.promises()
    for item in items:
        for mark in item.iter_markers("obligation"):
            if len(mark.args) != 1 or mark.args[0] not in known:
                raise pytest.UsageError(
                    f"{item.nodeid}: {mark.args} is no id of tests/obligations/promises.toml"
                )
            item.user_properties.append((PROPERTY, mark.args[0]))
