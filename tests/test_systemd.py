"""The units are valid and tight: gate at most 2.0, hub at most 1.0 of the exposure scale of systemd."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT

UNITS = ROOT / "systemd"


def staged(unit: str, folder: Path) -> Path:
    text = (UNITS / unit).read_text()
    for program in ("homebase", "python"):
        text = text.replace(f"/opt/homebase/.venv/bin/{program} ", f"{sys.executable} ")
    path = folder / unit
    path.write_text(text.replace("file:///opt/homebase", "file:///usr"))
    return path


def analyze(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "SYSTEMD_UNIT_PATH": f"{folder}:", "SYSTEMD_COLORS": "0"}
    return subprocess.run(
        ["systemd-analyze", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        timeout=60,
    )


def test_the_units_are_valid(tmp_path: Path) -> None:
    paths = [str(staged(unit, tmp_path)) for unit in ("homebase-gate.service", "homebase-hub.service")]
    found = analyze("verify", "--man=no", *paths, folder=tmp_path)
    complaints = [line for line in found.stderr.splitlines() if "homebase" in line]
    assert complaints == []


def test_verify_would_notice_a_mistake(tmp_path: Path) -> None:
    path = staged("homebase-hub.service", tmp_path)
    path.write_text(path.read_text().replace("PrivateNetwork=yes", "PrivateNetwrok=yes"))
    assert "PrivateNetwrok" in analyze("verify", "--man=no", str(path), folder=tmp_path).stderr


@pytest.mark.parametrize(("unit", "limit"), [("homebase-gate.service", 2.0), ("homebase-hub.service", 1.0)])
def test_a_unit_is_as_tight_as_promised(unit: str, limit: float, tmp_path: Path) -> None:
    path = staged(unit, tmp_path)
    output = analyze("security", "--offline=true", "--no-pager", str(path), folder=tmp_path).stdout
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", output)
    assert found is not None, output
    assert float(found[1]) <= limit


@pytest.mark.parametrize("unit", ["homebase-gate.service", "homebase-hub.service"])
def test_a_radio_on_a_pis_pins_may_be_opened_and_no_console(unit: str) -> None:
    lines = (UNITS / unit).read_text().splitlines()
    allowed = {line.partition("=")[2] for line in lines if line.startswith("DeviceAllow=")}
    assert allowed == {"char-ttyACM rw", "char-ttyUSB rw", "char-ttyAMA rw", "/dev/ttyS0 rw"}


def test_the_pins_are_in_the_rules_by_both_names() -> None:
    rules = (UNITS / "60-homebase.rules").read_text()
    (pins,) = [line for line in rules.splitlines() if line.startswith("SUBSYSTEM") and "ttyS0" in line]
    assert 'KERNEL=="ttyAMA[0-9]*|ttyS0"' in pins
    assert 'GROUP="dialout", MODE="0660"' in pins


def test_the_hubs_unit_has_no_network_and_the_gates_has_no_drivers_folder() -> None:
    hub = (UNITS / "homebase-hub.service").read_text()
    gate = (UNITS / "homebase-gate.service").read_text()
    assert "PrivateNetwork=yes" in hub
    assert "TemporaryFileSystem=/:ro" in hub
    assert "\nProtectSystem=" not in hub  # of two mounts on / systemd drops one, and it is not this one
    assert "InaccessiblePaths=/var/lib/homebase/hub" in gate
