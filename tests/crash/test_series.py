"""The short series; script/nightly runs 1,000 points of each kind."""

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

POINTS = os.environ.get("HOMEBASE_CRASH_POINTS", "5")
SLOW = {"ordering": 2, "upgrading": 2, "terms": 2}  # each of their lives starts a driver, or more stores


def series(*arguments: str, module: str = "series") -> tuple[int, dict[str, object]]:
    # a process of its own: it forks, and the test runner may have threads
    run = subprocess.run(
        [sys.executable, "-m", f"tests.crash.{module}", *arguments],
        stdout=subprocess.PIPE,
        check=False,
    )
    return run.returncode, msgspec.json.decode(run.stdout, type=dict[str, object])


@pytest.mark.parametrize("kind", ["kill", "power"])
@pytest.mark.parametrize(
    "house", ["hub", "gate", "phones", "account", "upgrading", "replacing", "ordering", "terms"]
)
@pytest.mark.timeout(3600)
def test_nothing_acknowledged_is_lost_and_the_store_opens_and_verifies(house: str, kind: str) -> None:
    points = str(int(POINTS) // SLOW.get(house, 1))
    code, report = series("--house", house, "--kind", kind, "--points", points)
    assert (code, report.get("lost")) == (0, None), report
    assert report["acknowledged"] != 0


@pytest.mark.parametrize(("house", "kind"), [("unsynced", "power"), ("forgetful", "kill")])
def test_a_store_that_loses_things_is_found_out(house: str, kind: str, tmp_path: Path) -> None:
    code, report = series(
        "--house", house, "--kind", kind, "--points", "30", "--seed", "7", "--folder", str(tmp_path)
    )
    assert code == 1
    assert "lost" in report


def test_a_store_that_only_a_power_cut_hurts_survives_kills() -> None:
    code, report = series("--house", "unsynced", "--kind", "kill", "--points", "20", "--seed", "7")
    assert (code, report.get("lost")) == (0, None)


@pytest.mark.journey
@pytest.mark.timeout(3600)
def test_the_real_house_comes_back_from_every_kill_with_all_that_it_acknowledged() -> None:
    points = os.environ.get("HOMEBASE_CRASH_POINTS", "4")
    code, report = series("--points", points, module="whole")
    assert (code, report.get("lost")) == (0, None), report
    assert report["acknowledged"] != 0
