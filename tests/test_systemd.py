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
    text = text.replace("/opt/homebase/homebase-update ", f"{UNITS / 'homebase-update'} ")
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
    units = (
        "homebase-gate.service",
        "homebase-hub.service",
        "homebase-update.path",
        "homebase-update.service",
    )
    paths = [str(staged(unit, tmp_path)) for unit in units]
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


REQUEST = f"version=0.2.0\nfile=homebase_0.2.0_all.deb\nlength=7\nsha256={'a' * 64}\n"


def hooked(request: Path, command: Path) -> subprocess.CompletedProcess[str]:
    hook = [str(UNITS / "homebase-update"), str(request), str(command)]
    return subprocess.run(hook, capture_output=True, text=True, check=False, timeout=30)


def installer(folder: Path) -> Path:
    command = folder / "install-update"
    command.write_text(f'#!/bin/sh\necho "$@" >> {folder}/done\n')
    command.chmod(0o755)
    return command


def test_the_hook_hands_a_request_to_the_owners_command_once(tmp_path: Path) -> None:
    request, command = tmp_path / "update-request", installer(tmp_path)
    request.write_text(REQUEST)
    assert hooked(request, command).returncode == 0
    assert (tmp_path / "done").read_text() == f"homebase_0.2.0_all.deb 0.2.0 7 {'a' * 64}\n"
    assert not request.exists()  # or the path unit would start it again


@pytest.mark.parametrize(
    "wrong",
    [
        REQUEST.replace("0.2.0\n", "0.2.0;reboot\n"),
        REQUEST.replace("homebase_", "../homebase_"),
        REQUEST.replace("homebase_", "-o"),
        REQUEST.replace("homebase_", "$(reboot)"),
        REQUEST.replace("a" * 64, "a" * 63),
        REQUEST.replace("length", "size"),
        "",
    ],
)
def test_the_hook_believes_nothing_but_four_plain_values(wrong: str, tmp_path: Path) -> None:
    request, command = tmp_path / "update-request", installer(tmp_path)
    request.write_text(wrong)
    refused = hooked(request, command)
    assert (refused.returncode, len(refused.stderr.splitlines())) == (65, 1)
    assert not request.exists()
    assert not (tmp_path / "done").exists()


def test_the_hook_follows_no_link_and_says_where_nobody_installs(tmp_path: Path) -> None:
    request, secret = tmp_path / "update-request", tmp_path / "secret"
    secret.write_text(REQUEST)
    request.symlink_to(secret)
    assert hooked(request, installer(tmp_path)).returncode == 65
    assert secret.exists()
    request.write_text(REQUEST)
    missing = hooked(request, tmp_path / "nobody")
    assert (missing.returncode, len(missing.stderr.splitlines())) == (69, 1)
    assert not request.exists()
