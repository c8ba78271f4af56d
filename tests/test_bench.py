import importlib.util
import subprocess
import sys

import pytest

from bench.answers import INSTALLED_NICE, warn_of_priority
from bench.result import Figure, percentile
from bench.table import BENCHES
from tests.paths import ROOT


def test_every_bench_of_the_table_exists_and_is_listed() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--list"], capture_output=True, text=True, check=True
    )
    for bench in BENCHES:
        assert importlib.util.find_spec(bench.command[0]) is not None
        assert bench.name in run.stdout


def test_an_unknown_bench_is_a_usage_error_that_names_the_known_ones() -> None:
    command = [sys.executable, "-m", "bench", "nothing"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "history_rows" in run.stderr


def test_answers_at_a_lower_priority_than_the_installed_hubs_are_remarked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    warn_of_priority(INSTALLED_NICE)
    assert capsys.readouterr().err == ""
    warn_of_priority(0)
    assert f"nice -n {INSTALLED_NICE}" in capsys.readouterr().err
    assert f"Nice={INSTALLED_NICE}\n" in (ROOT / "systemd/homebase-hub.service").read_text()


def test_a_percentile_is_a_sample_that_was_seen() -> None:
    samples = [float(number) for number in range(1, 101)]
    assert [percentile(samples, percent) for percent in (50, 99, 100)] == [50, 99, 100]
    assert percentile([7.0], 99) == 7.0


def test_a_budget_is_kept_up_to_its_bound() -> None:
    assert Figure(5.0, "ms", at_most=5.0).kept
    assert not Figure(5.1, "ms", at_most=5.0).kept
    assert not Figure(4.9, "1/s", at_least=5.0).kept
