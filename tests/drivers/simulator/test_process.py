"""The simulator as a process: its command line, its control socket, its timings, its end."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.uart import OsCommand, UartDecoder, UartFrame, encode_uart
from drivers.bidcos.codec.uart_reports import APPLICATION, RadioAnswer, Report, Started, parse_report
from drivers.bidcos.codec.uart_requests import AddPeer, Ask, Request, Send, SetAddress
from drivers.simulator.__main__ import _keep_until_stopped

from .host import Host

ROOT = Path(__file__).resolve().parents[3]


class Simulator:
    """A running simulator, its control socket and its stick."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        command = [sys.executable, "-m", "drivers.simulator", "--dir", str(folder), "--control", *options]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=ROOT)
        assert self.process.stdout is not None
        self.hello = self.process.stdout.readline()
        assert self.hello, self.process.communicate(timeout=60)[1]
        self.control = socket.socket(socket.AF_UNIX)
        self.control.settimeout(10)
        self.control.connect(str(folder / "control.sock"))
        self._answers = self.control.makefile("r")
        self.stick = -1

    def open(self) -> None:
        self.stick = os.open(self.folder / "stick", os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.stick)

    def ask(self, **request: object) -> Any:
        self.control.sendall(json.dumps(request).encode() + b"\n")
        return json.loads(self._answers.readline())

    def write(self, line: str) -> None:
        os.write(self.stick, line.encode() + b"\n")

    def read_line(self, start: str = "", seconds: float = 5.0) -> str:
        data = b""
        end_s = time.monotonic() + seconds
        while time.monotonic() < end_s:
            with contextlib.suppress(BlockingIOError):
                data += os.read(self.stick, 1)
            if data.endswith(b"\r\n"):
                if data.decode().startswith(start):
                    return data.decode().strip()
                data = b""
            elif not data:
                time.sleep(0.001)
        raise AssertionError(f"no line {start!r}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=60)
        assert errors == ""
        self._answers.close()
        self.control.close()
        if self.stick >= 0:
            os.close(self.stick)
        return self.process.returncode


@contextlib.contextmanager
def running(folder: Path, *options: str) -> Iterator[Simulator]:
    simulator = Simulator(folder, *options)
    try:
        yield simulator
    finally:
        if simulator.process.returncode is None:
            simulator.stop()


def test_one_light_over_the_pty_of_the_process(tmp_path: Path) -> None:
    with running(tmp_path / "sim", "--day", "none", "--central", "1A2B3C", "--seed", "1") as simulator:
        # given a host that listens, with the recorder on
        assert simulator.hello == f"homebase simulator: stick at {tmp_path}/sim/stick, 12 devices\n"
        simulator.open()
        simulator.write("V\nX21\nAr")
        assert simulator.read_line("V").startswith("V 1.67")
        assert simulator.ask(do="record", on=True)["ok"]["on"] is True

        command = Path(f"/proc/{simulator.process.pid}/cmdline").read_bytes()
        assert command.startswith(b"homebase simulator\0")

        # when it switches a light, again where the air of a home that starts was busy
        answer = ""
        for _ in range(3):
            simulator.write("As0E42A0111A2B3C5100010201C80000")
            with contextlib.suppress(AssertionError):
                answer = answer or simulator.read_line("A0E428002", 1.0)

        # then the device says so, the light is on, and the recorder saw both
        assert answer.startswith("A0E4280025100011A2B3C0101C800")
        state = simulator.ask(do="state")["ok"]
        assert state["devices"][0]["state"] == {"on": [True]}
        tape = simulator.ask(do="record", on=False)["ok"]["lines"]
        lines = [(line["to_host"], line["line"][:6]) for line in tape]
        assert (False, "As0E42") in lines
        assert (True, "A0E428") in lines
        assert simulator.stop() == 0
    assert not (tmp_path / "sim" / "stick").is_symlink()
    assert not (tmp_path / "sim" / "control.sock").exists()


def test_timings_measure_from_the_end_of_the_line_to_the_answer(tmp_path: Path) -> None:
    with running(tmp_path / "sim", "--day", "none", "--central", "1A2B3C", "--start", "10:00") as simulator:
        simulator.open()
        simulator.write("X21\nAr\nAs0942A0121A2B3C510001")
        time.sleep(0.3)
        assert simulator.ask(do="act", device="SIM0000006", event="open")["ok"]["open"] is True
        event = simulator.read_line("A0C")
        time.sleep(0.09)
        simulator.write(f"As0A{event[3:5]}80021A2B3C51000600")
        time.sleep(0.2)
        timings = simulator.ask(do="timings", clear=True)["ok"]["samples"]
        samples = [sample for sample in timings if sample["device"] == "510006"]
        assert len(samples) == 1
        assert 90 <= samples[0]["ms"] < 130
        assert simulator.ask(do="state")["ok"]["devices"][5]["unacknowledged"] == 0


def test_the_stick_is_pulled_and_plugged_and_presses_are_made(tmp_path: Path) -> None:
    with running(tmp_path / "sim", "--day", "none", "--devices", "12") as simulator:
        simulator.open()
        assert simulator.ask(do="pull")["ok"]["plugged"] is False
        assert not (tmp_path / "sim" / "stick").exists()
        with contextlib.suppress(OSError):
            assert os.read(simulator.stick, 1) == b""
        os.close(simulator.stick)
        assert simulator.ask(do="plug")["ok"]["plugged"] is True
        simulator.open()
        simulator.write("V\nX21\nAr")
        simulator.read_line("V")
        assert simulator.ask(do="press", device="SIM0000008", button=2)["ok"]["presses"]["2"] == 1
        assert simulator.ask(do="teach-in", device="SIM0000003") == {"ok": {}}
        assert b"SIM0000003".hex().upper() in simulator.read_line("A1A")
        mode = (tmp_path / "sim" / "control.sock").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600


def test_bad_requests_get_an_error_that_says_what_is_allowed(tmp_path: Path) -> None:
    with running(tmp_path / "sim", "--day", "none") as simulator:
        for request, named in (
            ({}, "do: one of"),
            ({"do": "fly"}, "do: one of"),
            ({"do": "press"}, "SIM0000001 to SIM0000012"),
            ({"do": "act", "device": "SIM0000001", "event": "fly"}, "knows: on"),
            ({"do": "press", "device": "SIM0000008", "button": 9}, "1 to 4"),
            ({"do": "air", "loss": 2}, "0 to 1"),
            ({"do": "load", "rate": -1}, "0 to 20000"),
            ({"do": "load", "rate": 10}, "no paired sensor"),
            ({"do": "miss", "device": "SIM0000001", "frames": "x"}, "0 to 1000"),
        ):
            assert named in simulator.ask(**request)["error"], request
        simulator.control.sendall(b"not json\n[]\n\xff\n")
        for _ in range(3):
            assert "error" in json.loads(simulator._answers.readline())


def test_load_reaches_the_host_at_its_rate(tmp_path: Path) -> None:
    with running(tmp_path / "sim", "--day", "none", "--devices", "40", "--central", "1A2B3C") as simulator:
        simulator.open()
        simulator.write("X21\nAr")
        simulator.ask(do="load", rate=200, asking=5)
        data, end_s = b"", time.monotonic() + 2.0
        while time.monotonic() < end_s:
            with contextlib.suppress(BlockingIOError):
                data += os.read(simulator.stick, 65536)
            time.sleep(0.01)
        before = simulator.ask(do="load", rate=0)["ok"]
        assert 300 < before["sent"] < 500
        assert data.count(b"8670") >= 300
        assert simulator.ask(do="state")["ok"]["stick"]["dropped"] == 0


def test_memory_survives_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "sim"
    with running(folder, "--day", "none", "--central", "1A2B3C") as simulator:
        assert simulator.ask(do="state")["ok"]["unpaired"] == 0
    with running(folder, "--day", "none") as simulator:
        assert simulator.ask(do="state")["ok"]["unpaired"] == 0
        assert simulator.ask(do="factory-reset", device="SIM0000001") == {"ok": {}}
        assert simulator.ask(do="state")["ok"]["unpaired"] == 1


async def test_a_failure_ends_the_simulator_loudly(tmp_path: Path) -> None:
    def fail() -> None:
        raise KeyError("broken")

    world = Host().world
    asyncio.get_running_loop().call_later(0.01, fail)
    with pytest.raises(RuntimeError, match="broken"):
        await _keep_until_stopped(world, tmp_path / "memory.json")
    assert (tmp_path / "memory.json").exists()


def end_of(*options: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "drivers.simulator", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    return done.returncode, done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("options", "code", "named"),
    [
        (["--devices", "0"], 2, "1 to 10000"),
        (["--speed", "0.5"], 2, "1 to 3600"),
        (["--central", "000000"], 2, "not 000000"),
        (["--start", "25:00"], 2, "00:00 to 23:59"),
        (["--day", "/nowhere/day.toml"], 73, "/nowhere/day.toml"),
    ],
)
def test_wrong_options_end_with_one_line(tmp_path: Path, options: list[str], code: int, named: str) -> None:
    ended, line = end_of("--dir", str(tmp_path / "sim"), *options)
    assert (ended, named in line) == (code, True), line


def test_a_broken_day_and_a_broken_memory_are_bad_files(tmp_path: Path) -> None:
    day = tmp_path / "day.toml"
    day.write_text('day = [["99:00", "SIM0000001", "on"]]')
    (tmp_path / "sim").mkdir()
    code, line = end_of("--dir", str(tmp_path / "sim"), "--day", str(day))
    assert (code, "row 1" in line) == (65, True), line
    (tmp_path / "sim" / "memory.json").write_text("{")
    code, line = end_of("--dir", str(tmp_path / "sim"))
    assert (code, "factory-new" in line) == (65, True), line


def test_devices_and_sticks_can_be_brought_into_every_state(tmp_path: Path) -> None:
    options = (
        "--day",
        "none",
        "--central",
        "1A2B3C",
        "--models",
        "HM-LC-Sw1-FM,HM-Sec-Key",
        "--radio",
        "both",
    )
    with running(tmp_path / "sim", *options) as simulator:
        one, lock = "SIM0000001", "SIM0000002"

        def ok(do: str, **fields: object) -> Any:
            return simulator.ask(do=do, **fields)["ok"]

        assert ok("registers", device=one, channel=1, list=1, write={"08": 1})["registers"]["08"] == 1
        assert ok("peers", device=one, fill=6)["peers"]["1"][-1] == "EEEEEE06"
        assert ok("key", device=lock) == {"index": 0, "default": True}
        assert ok("key", device=lock, passphrase="other", index=3) == {"index": 3, "default": False}
        assert ok("path", device=one, dbm=-91.5) == {"dbm": -91.5}
        assert ok("owner", device=one, central="ABCDEF") == {"central": "ABCDEF"}
        for verb in ("fail-half-way", "power-loss", "teach-in", "factory-reset"):
            assert ok(verb, device=lock) == {}
        assert ok("air", capture_db=10)["airtime_s"] >= 0
        assert ok("collide", frames=1) == {}
        assert ok("quirks", device=one, quirks=["double"]) == {"quirks": ["double"]}
        assert ok("airtime")["airtime_s"]
        assert ok("module", stick="stick2", ills=["crc"], reset=True)["ills"] == ["crc"]
        assert ok("pull", stick="stick2")["plugged"] is False
        assert not (tmp_path / "sim" / "stick2").is_symlink()
        assert ok("plug", stick="stick2")["plugged"] is True
        assert (tmp_path / "sim" / "stick2").is_symlink()
        for request, named in (
            ({"do": "registers", "device": one, "channel": 9, "list": 9}, "one of 0:0"),
            ({"do": "registers", "device": one, "peer": "12"}, "eight hex digits"),
            ({"do": "registers", "device": one, "write": 3}, "register in hex"),
            ({"do": "owner", "device": one, "central": "xx"}, "six hex digits"),
            ({"do": "pull", "stick": "stick3"}, "stick, stick2"),
            ({"do": "module", "ills": []}, "--radio module"),
            ({"do": "module", "stick": "stick2", "ills": ["flu"]}, "garbage"),
            ({"do": "key", "device": one, "passphrase": 7}, "a text"),
            ({"do": "quirks", "device": one, "quirks": ["shy"]}, "sequences"),
        ):
            assert named in simulator.ask(**request)["error"], request


def test_a_module_on_the_pty_of_the_process(tmp_path: Path) -> None:
    options = ("--day", "none", "--central", "1A2B3C", "--models", "HM-LC-Sw1-FM", "--radio", "module")
    with running(tmp_path / "sim", *options) as simulator:
        # given a host that starts it, with the recorder on
        simulator.open()
        decoder = UartDecoder()
        reports: list[Report] = []
        assert simulator.ask(do="record", on=True)["ok"]["on"] is True

        def ask(request: Request, counter: int, seconds: float = 0.3) -> None:
            os.write(simulator.stick, encode_uart(request.frame(counter)))
            end_s = time.monotonic() + seconds
            while time.monotonic() < end_s:
                with contextlib.suppress(BlockingIOError):
                    events = decoder.feed(os.read(simulator.stick, 4096))
                    reports.extend(parse_report(event) for event in events if isinstance(event, UartFrame))
                time.sleep(0.005)

        ask(Ask(command=OsCommand.GET_APP), 9, 0.4)  # it boots
        ask(Ask(command=OsCommand.CHANGE_APP), 1, 0.8)
        assert Started(app=APPLICATION) in reports
        ask(SetAddress(address=bytes.fromhex("1A2B3C")), 2)
        ask(AddPeer(peer=bytes.fromhex("510001")), 3)

        # when it switches a light
        frame = Frame(
            counter=0x42, flags=0xA0, kind=0x11, sender=bytes.fromhex("1A2B3C"),
            receiver=bytes.fromhex("510001"), payload=bytes.fromhex("0201C80000"),
        )  # fmt: skip
        ask(Send(radio=frame), 4, 2.0)

        # then the answer comes over the same line, and the tape has all of it in hex
        answers = [report for report in reports if isinstance(report, RadioAnswer)]
        assert answers[0].radio.payload[:3] == bytes.fromhex("0101C8")
        assert simulator.ask(do="state")["ok"]["devices"][0]["state"] == {"on": [True]}
        tape = simulator.ask(do="record", on=False)["ok"]["lines"]
        assert {line["to_host"] for line in tape} == {True, False}
        assert all(line["line"].startswith("FD") for line in tape if not line["to_host"])
