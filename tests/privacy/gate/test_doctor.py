"""homebase doctor: what it finds, on real terminals and folders, and the exit code it ends with."""

import fcntl
import json
import os
import pty
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from drivers.bidcos.codec.uart import UartDecoder, UartFrame, encode_uart
from drivers.bidcos.codec.uart_reports import Answer, Firmware, SerialNumber, Started
from privacy.gate.doctor.doctor import disk, findings, isolation, keys, radio, running, simulated
from privacy.gate.doctor.doctor_finding import Finding
from privacy.gate.jailed.runtime import Places, prepared
from tests.paths import ROOT


def by_name(found: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in found}


def test_it_finds_all_that_a_start_needs(tmp_path: Path) -> None:
    found = by_name(list(findings(tmp_path / "state", tmp_path / "homebase.toml")))
    names = "python kernel cipher configuration isolation lock disk gate-key hub-key clock radio"
    assert [name.replace(" ", "-") for name in found] == names.split()
    assert all(finding.way_out for finding in found.values() if finding.level != "ok")
    assert found["isolation"].level == "ok", found["isolation"]


def test_keys_are_called_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    (tmp_path / "gate/key").write_bytes(bytes(32))
    (tmp_path / "gate/key").chmod(0o600)
    found = by_name(list(keys(tmp_path)))
    assert found["gate key"].level == "warn"
    assert "no protection against theft of the card" in found["gate key"].text
    (tmp_path / "gate/key").chmod(0o640)
    found = by_name(list(keys(tmp_path)))
    assert (found["gate key"].level, found["gate key"].code) == ("fail", 77)
    assert "chmod 600" in found["gate key"].way_out


def test_a_running_home_is_named(tmp_path: Path) -> None:
    with prepared(Places(state=tmp_path / "state", run=tmp_path / "run"), demo=False):
        assert f"runs as process {os.getpid()}" in running(tmp_path / "state").text
    assert "not running" in running(tmp_path / "state").text


def test_a_demo_that_runs_has_a_simulated_stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "simulator").mkdir()
    monkeypatch.chdir(tmp_path / "simulator")  # a socket's whole path may be too long here
    with socket.socket(socket.AF_UNIX) as control:
        control.bind("control.sock")
        assert simulated(Path("..")) is None
        control.listen()
        found = simulated(Path(".."))
    assert found is not None
    assert (found.level, found.text) == ("ok", "../simulator holds a simulated stick")
    assert simulated(tmp_path) is None


def test_a_disk_that_can_not_be_written_is_a_failure() -> None:
    assert (disk(Path("/proc/homebase")).level, disk(Path("/proc/homebase")).code) == ("fail", 73)


@pytest.mark.parametrize(
    ("answer", "level"),
    [(b"V 1.67 CSM868\r\n", "ok"), (b"\x1b[2J? (V is unknown)\r\n", "warn"), (b"", "warn")],
)
def test_a_stick_is_asked_whether_it_is_a_cul(tmp_path: Path, answer: bytes, level: str) -> None:
    master, slave = pty.openpty()
    port = Path(os.ttyname(slave))
    heard: list[bytes] = []

    def play() -> None:
        heard.append(os.read(master, 99))
        os.write(master, answer)

    playing = threading.Thread(target=play)
    playing.start()
    (tmp_path / "homebase.toml").write_text(f'[radio]\nport = "{port}"\n')
    (found,) = radio(tmp_path / "homebase.toml")
    playing.join(5)
    assert heard == [b"V\r\n"]
    assert found.level == level
    assert found.text.isprintable()
    if level == "ok":
        assert found.text == f"{port}: V 1.67 CSM868"
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize(("runs", "level"), [(True, "ok"), (False, "warn")])
def test_a_stick_in_use_is_no_trouble_while_this_home_runs(tmp_path: Path, runs: bool, level: str) -> None:
    master, slave = pty.openpty()
    fcntl.flock(slave, fcntl.LOCK_EX)
    (tmp_path / "homebase.toml").write_text(f'[radio]\nport = "{os.ttyname(slave)}"\n')
    (found,) = radio(tmp_path / "homebase.toml", runs=runs)
    assert (found.level, found.way_out) == (level, "" if runs else "stop it")
    os.close(slave)
    os.close(master)


def test_a_missing_stick_is_a_failure_when_it_was_configured(tmp_path: Path) -> None:
    (tmp_path / "homebase.toml").write_text('[radio]\nport = "/dev/ttyACM77"\n')
    (found,) = radio(tmp_path / "homebase.toml")
    assert (found.level, found.code) == ("fail", 74)
    assert "plug the stick in" in found.way_out


def test_isolation_that_can_not_be_had_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("privacy.gate.doctor.doctor.ACCOUNT", "root")  # the jail refuses to run as root
    if os.geteuid() != 0:
        pytest.skip("the account is only looked at when started as root")
    found = isolation()
    assert (found.level, found.code) == ("fail", 77)


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ("", 0),
        ("[gate]\nport = -1\n", 65),
        ('[[recipient]]\nname = "relay"\n', 65),
        ('[radio]\nport = "/dev/ttyACM77"\n', 74),
    ],
)
def test_the_command_ends_with_the_code_of_the_worst(tmp_path: Path, config: str, code: int) -> None:
    (tmp_path / "homebase.toml").write_text(config)
    command = [sys.executable, "-m", "hub.daemon", "doctor", "--json", "--state", str(tmp_path / "state")]
    done = subprocess.run(
        [*command, "--config", str(tmp_path / "homebase.toml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (code, "")
    assert all(
        {"name", "level", "text", "way_out"} <= set(json.loads(line)) for line in done.stdout.splitlines()
    )


@pytest.mark.parametrize(
    ("program", "level", "says"),
    [
        ("Co_CPU_App", "ok", "HM-MOD-RPI-PCB 1.2.1, NEQ1330980"),
        ("Co_CPU_BL", "ok", "HM-MOD-RPI-PCB 1.2.1, NEQ1330980"),
        ("DualCoPro_App", "fail", "Homematic IP"),
    ],
)
def test_a_module_is_asked_who_it_is(tmp_path: Path, program: str, level: str, says: str) -> None:
    master, slave = pty.openpty()
    port = Path(os.ttyname(slave))
    answers: dict[tuple[int, int], Started | Answer] = {
        (0, 0): Started(app=program),
        (0, 2): Answer(destination=0, status=2, info=Firmware(version=(1, 2, 1)).info()),
        (0, 11): Answer(destination=0, status=2, info=SerialNumber(serial="NEQ1330980").info()),
    }

    def play() -> None:
        decoder = UartDecoder()
        while True:
            try:
                data = os.read(master, 99)
            except OSError:
                return
            for frame in decoder.feed(data):
                assert isinstance(frame, UartFrame)
                if (answer := answers.get((frame.destination, frame.command))) is not None:
                    os.write(master, encode_uart(answer.frame(frame.counter)))

    playing = threading.Thread(target=play)
    playing.start()
    (tmp_path / "homebase.toml").write_text(f'[radio]\nport = "{port}"\n')
    (found,) = radio(tmp_path / "homebase.toml")
    os.close(slave)
    playing.join(5)
    os.close(master)
    assert (found.level, found.text.isprintable()) == (level, True)
    assert says in found.text
