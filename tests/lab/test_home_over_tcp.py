"""A whole home whose stick is in the network: started by its owner, taught in, switched, unplugged, back."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.houses import homebase, run_homebase
from tests.lab.home_network import PORT, STICK, STICK_MAC, HomeRecorder, Network, ip
from tests.needs import NETWORKS
from tests.paths import ROOT

pytestmark = [
    pytest.mark.lab,
    pytest.mark.timeout(180),
    NETWORKS,
]
WAIT_S = 90.0
LIGHT = "bidcos:SIM0000001:1.STATE"


@dataclass
class Home:
    """A home that runs. folder: its state is in it; simulator: the control socket of its devices."""

    folder: Path
    config: Path
    errors: Path
    simulator: Path

    def command(self, *words: str) -> tuple[int, str, str]:
        return run_homebase(
            *words, "--state", str(self.folder / "state"), runtime=self.folder / "r", limit_s=90
        )

    def ask_stick(self, **request: object) -> Any:
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(30)
            control.connect(str(self.simulator))
            control.sendall(json.dumps(request).encode() + b"\n")
            answer = json.loads(control.makefile().readline())
        assert "ok" in answer, answer
        return answer["ok"]

    def ledger(self, kind: str) -> list[dict[str, Any]]:
        _, said, _ = self.command("ledger", "list", "--json")
        return [one["data"] for one in map(json.loads, said.splitlines()) if one["kind"] == kind]


def until(holds: Callable[[], object]) -> None:
    end_s = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end_s
        time.sleep(0.2)


@contextmanager
def simulated(network: Network, folder: Path) -> Iterator[Path]:
    """Two devices behind a CUNO at the stick's address."""
    command = ["ip", "netns", "exec", network.stick, sys.executable, "-m", "drivers.simulator"]
    command += ["--dir", str(folder), "--control", "--teach-in", "--day", "none"]
    command += ["--models", "HM-LC-Sw1-Ba-PCB", "--listen", f"{STICK}:{PORT}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert f"tcp://{STICK}:{PORT}" in process.stdout.readline()
        yield folder / "control.sock"
        process.send_signal(signal.SIGTERM)


@pytest.fixture(scope="module")
def home(network: Network, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("tcp")
    (folder / "r").mkdir(mode=0o700)
    config, errors = folder / "homebase.toml", folder / "errors"
    config.write_text(f'[radio]\nport = "tcp://{STICK}:{PORT}"\nmac = "{STICK_MAC}"\n')
    with simulated(network, folder / "simulator") as control, errors.open("w") as writing:
        process = homebase(
            "run", "--port", "0", "--state", str(folder / "state"), "--config", str(config),
            runtime=folder / "r", stdout=subprocess.PIPE, stderr=writing,
            around=("ip", "netns", "exec", network.home),
        )  # fmt: skip
        assert process.stdout is not None
        try:
            assert process.stdout.readline().startswith("homebase ready: "), errors.read_text()
            yield Home(folder=folder, config=config, errors=errors, simulator=control)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            process.stdout.close()


def test_it_is_taught_in_and_switched_over_the_network(home: Home, recorder: HomeRecorder) -> None:
    recorder.taken()
    until(lambda: home.command("pair", "--serial", "SIM0000001", "--seconds", "60")[0] == 0)
    code, said, _ = home.command("set", LIGHT, "true")
    assert (code, said.startswith(f"{LIGHT} = true")) == (0, True)
    (device,) = home.ask_stick(do="state")["devices"]
    assert device["central"] is not None
    assert {(packet.to, packet.port, packet.hops) for packet in recorder.taken()} == {(STICK, PORT, 1)}
    (begin,) = home.ledger("transfer_begin")
    assert (begin["activity"], begin["host"], begin["mac"]) == ("local.device", STICK, STICK_MAC)


def test_unplugged_it_is_missed_and_back_it_is_found_again(home: Home) -> None:
    home.ask_stick(do="pull")
    until(lambda: home.command("set", LIGHT, "false")[0] != 0)
    until(lambda: "nothing listens at this port" in home.errors.read_text())
    home.ask_stick(do="plug")
    until(lambda: home.command("set", LIGHT, "false")[0] == 0)


def test_a_cable_that_is_pulled_and_put_back(home: Home, network: Network) -> None:
    ip("-n", network.router, "link", "set", "stick", "down")
    until(lambda: home.command("set", LIGHT, "true")[0] != 0)
    ip("-n", network.router, "link", "set", "stick", "up")
    until(lambda: home.command("set", LIGHT, "true")[0] == 0)


def test_withdrawn_it_is_closed_and_given_it_is_open_again(home: Home, recorder: HomeRecorder) -> None:
    code, said, errors = home.command("consent", "withdraw", "local.device")
    assert (code, errors) == (0, "")
    assert "1 transfers cut, 0 bytes after the decision" in said
    recorder.taken()
    assert home.command("set", LIGHT, "false")[0] != 0
    assert [packet for packet in recorder.taken() if packet.size] == []
    code, said, errors = home.command("consent", "give", "local.device")
    assert (code, errors) == (0, "")
    assert said.startswith("allowed again")
    until(lambda: home.command("set", LIGHT, "false")[0] == 0)


def test_the_doctor_sees_that_the_stick_is_in_use(home: Home, network: Network) -> None:
    doctor = homebase(
        "doctor", "--json", "--state", str(home.folder / "state"), "--config", str(home.config),
        runtime=home.folder / "r", stdout=subprocess.PIPE, around=("ip", "netns", "exec", network.home),
    )  # fmt: skip
    said, _ = doctor.communicate(timeout=90)
    found = next(one for one in map(json.loads, said.splitlines()) if one["name"] == "radio")
    assert (found["level"], found["text"]) == ("ok", f"tcp://{STICK}:{PORT} is in use, by this home")
