"""What a run says of the obligations' tests, also over pytest-xdist, and what is made of several runs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.obligations import plugin, report, tables
from tests.paths import ROOT

SUITE = """
import pytest

@pytest.mark.obligation("Q2")
def test_kept(): pass

@pytest.mark.obligation("Q4-a")
@pytest.mark.obligation("Q5-a")
@pytest.mark.parametrize("number", [1, 2])
def test_half(number): assert number == 1

@pytest.fixture
def broken():
    yield
    raise OSError

@pytest.mark.obligation("Q5-b")
def test_untidy(broken): pass

@pytest.mark.obligation("T3")
def test_skipped(): pytest.skip("not here")

def test_without_a_mark(): pass
"""


def run(suite: str, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    (folder / "test_suite.py").write_text(suite)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = obligation(id): x\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.obligations.plugin",
        "-p",
        "no:cacheprovider",
    ]
    environment = os.environ | {
        "PYTHONPATH": str(ROOT),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # starts in half a second instead of two
        "HOMEBASE_OBLIGATIONS": str(folder / "said"),
    }
    return subprocess.run(
        [*command, *arguments, "test_suite.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def said(folder: Path) -> dict[str, dict[str, str]]:
    return report.merged([path.read_text() for path in (folder / "said").glob("*.json")])


@pytest.mark.parametrize("workers", [None, "2"])
def test_a_run_tells_the_worst_of_set_up_call_and_clean_up(tmp_path: Path, workers: str | None) -> None:
    if workers is None:
        assert run(SUITE, tmp_path).returncode == 1
    else:
        assert run(SUITE, tmp_path, "-p", "xdist.plugin", "-n", workers).returncode == 1
    assert said(tmp_path) == {
        "Q2": {"test_suite.py::test_kept": "passed"},
        "Q4-a": {"test_suite.py::test_half[1]": "passed", "test_suite.py::test_half[2]": "failed"},
        "Q5-a": {"test_suite.py::test_half[1]": "passed", "test_suite.py::test_half[2]": "failed"},
        "Q5-b": {"test_suite.py::test_untidy": "failed"},
        "T3": {"test_suite.py::test_skipped": "skipped"},
    }


def test_an_id_that_no_notice_has_stops_the_run(request: pytest.FixtureRequest) -> None:
    item = request.node
    item.add_marker(pytest.mark.obligation("Q99"))
    with pytest.raises(pytest.UsageError, match="'Q99'"):
        plugin.pytest_collection_modifyitems([item])


def test_runs_are_merged_and_the_worse_result_counts() -> None:
    first = {"a::b": {"obligations": ["Q2"], "result": "passed"}}
    second = {
        "a::b": {"obligations": ["Q2"], "result": "failed"},
        "a::c": {"obligations": ["Q2", "T3"], "result": ""},
    }
    merged = report.merged([json.dumps(second), json.dumps(first)])
    assert merged == {"Q2": {"a::b": "failed", "a::c": "failed"}, "T3": {"a::c": "failed"}}


def test_what_ran_again_counts_as_it_ran_then() -> None:
    before = {"Q2": {"a::b": "failed", "c::d": "failed"}, "T3": {"c::d": "passed"}}
    after = {"Q2": {"a::b": "passed"}, "Q3": {"a::e": "failed"}}
    found = report.replaced(before, after)
    assert found == {
        "Q2": {"a::b": "passed", "c::d": "failed"},
        "T3": {"c::d": "passed"},
        "Q3": {"a::e": "failed"},
    }


@pytest.mark.parametrize(
    ("results", "pending", "word", "broken", "stale"),
    [
        ({"a": "passed", "b": "skipped"}, None, "kept", False, False),
        ({"a": "passed", "b": "failed"}, None, "FAILED", True, False),
        ({"a": "failed"}, "stage 4", "FAILED", True, False),
        ({"a": "skipped"}, None, "ONLY SKIPPED", True, False),
        ({}, None, "NO TEST", True, False),
        ({}, "stage 4", "pending: stage 4", False, False),
        ({"a": "passed"}, "stage 4", "pending: stage 4; shown in part", False, True),
        ({"a": "passed"}, "later", "pending: later; shown in part", False, False),
    ],
)
def test_an_id_needs_a_passing_test_or_has_to_wait_by_name(
    results: dict[str, str], pending: str | None, word: str, broken: bool, stale: bool
) -> None:
    verdict = report.judge("Q2", results, pending)
    assert verdict == report.Verdict(id="Q2", word=word, broken=broken, stale=stale)


def test_the_whole_report_ends_with_one_while_an_id_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    every = [number for number in tables.promises() if number not in tables.pending()]
    rows = {f"t::{number}": {"obligations": [number], "result": "passed"} for number in every}
    (tmp_path / "1.json").write_text(json.dumps(rows))
    assert report.main([str(tmp_path)]) == 0
    del rows["t::Q2"]
    (tmp_path / "1.json").write_text(json.dumps(rows))
    capsys.readouterr()
    assert report.main([str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert "Q2       NO TEST: the controller" in shown
    assert shown.splitlines()[-1].endswith("failing one: Q2")


def test_a_folder_without_a_run_is_no_proof(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report.main([str(tmp_path)]) == 2
    assert "no run" in capsys.readouterr().out
