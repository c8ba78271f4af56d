"""The serial door on real pseudo terminals: what it opens, what it refuses, and with which word."""

import asyncio
import fcntl
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.conversation import Declined
from privacy.gate.stick.serial_door import (
    ConfiguredPort,
    SimulatedStick,
    find_serial,
    hardware_id,
    open_serial,
    serial_candidates,
)
from tests.paths import ROOT


@pytest.fixture
def stick() -> Iterator[tuple[int, Path]]:
    """A pty that nobody sits at: the master's descriptor and the slave's path."""
    master, slave = pty.openpty()
    path = Path(os.ttyname(slave))
    os.close(slave)
    yield master, path
    os.close(master)


def test_the_device_is_opened_ready_to_use_and_for_nobody_else(stick: tuple[int, Path]) -> None:
    master, path = stick
    descriptor = open_serial(path).descriptor
    assert descriptor is not None
    os.write(descriptor, b"V\r\n")
    assert os.read(master, 10).startswith(b"V")
    assert not os.get_blocking(descriptor)
    with pytest.raises(Declined, match=r"port_busy: .* used by another program"):
        open_serial(path)
    os.close(descriptor)
    again = open_serial(path).descriptor  # control: free again once it is closed
    assert again is not None
    os.close(again)


def test_a_program_that_locks_its_port_is_respected(stick: tuple[int, Path]) -> None:
    other = os.open(stick[1], os.O_RDWR | os.O_NOCTTY)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(Declined, match="port_busy"):
        open_serial(stick[1])
    os.close(other)


TRY = """
import sys
from pathlib import Path
from privacy.conversation import Declined
from privacy.gate.stick.serial_door import open_serial
try:
    print("opened", open_serial(Path(sys.argv[1])).descriptor is not None)
except Declined as error:
    print(error)
"""


def tried(path: Path) -> str:
    """What a gate hears; without CAP_SYS_ADMIN, with which the kernel opens an exclusive terminal."""
    without = ["setpriv", "--bounding-set=-sys_admin"] if os.geteuid() == 0 else []
    command = [*without, sys.executable, "-c", TRY, str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def test_an_exclusive_port_is_busy(stick: tuple[int, Path]) -> None:
    other = os.open(stick[1], os.O_RDWR | os.O_NOCTTY)
    assert tried(stick[1]) == "opened True\n"  # control
    fcntl.ioctl(other, termios.TIOCEXCL)
    assert "port_busy" in tried(stick[1])
    os.close(other)


def test_what_is_missing_or_no_serial_device_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("secret")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "pipe")
    for name in ("none", "file", "file/below", "loop", "pipe"):
        with pytest.raises(Declined, match="port_missing"):
            open_serial(tmp_path / name)
    for device in ("/dev/null", "/dev/urandom"):
        with pytest.raises(Declined, match=r"port_missing: .* no serial device"):
            open_serial(Path(device))


def test_a_port_that_is_missing_or_busy_is_said_once_in_words(
    stick: tuple[int, Path], tmp_path: Path
) -> None:
    said: list[str] = []
    link = tmp_path / "stick"
    port = ConfiguredPort(link, said.append)

    def ask() -> None:
        with pytest.raises(Declined):
            port.open()

    ask()
    ask()
    link.symlink_to(stick[1])
    descriptor = port.open().descriptor
    assert descriptor is not None
    ask()  # busy: we have it ourselves
    ask()
    os.close(descriptor)
    link.unlink()
    ask()
    assert [line.partition(str(link))[0] for line in said] == ["homebase: radio: "] * 3
    assert "used by another program" in said[1]
    assert said[0] == said[2] != said[1]


def test_somebodys_terminal_is_never_handed_to_the_hub(stick: tuple[int, Path]) -> None:
    sit_down = "import os, sys, time; os.setsid(); os.open(sys.argv[1], 2); print(flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", sit_down, str(stick[1])], stdout=subprocess.PIPE) as person:
        assert person.stdout is not None
        person.stdout.readline()
        with pytest.raises(Declined, match=r"port_busy: .* somebody's terminal"):
            open_serial(stick[1])
        person.kill()
    descriptor = open_serial(stick[1]).descriptor  # control: the same device without the person
    assert descriptor is not None
    os.close(descriptor)


def test_the_only_device_is_found_and_of_several_the_owner_chooses(tmp_path: Path) -> None:
    assert find_serial(Path("/dev/ttyS9")) == Path("/dev/ttyS9")
    assert serial_candidates(tmp_path) == ()
    (tmp_path / "serial0").write_text("")
    assert serial_candidates(tmp_path) == (tmp_path / "serial0",)  # a Pi's pins, while nothing is on USB
    (tmp_path / "ttyACM0").write_text("")
    (tmp_path / "serial/by-id").mkdir(parents=True)
    (tmp_path / "serial/by-id/usb-busware-CUL").symlink_to(tmp_path / "ttyACM0")
    (tmp_path / "ttyUSB3").write_text("")
    names = [path.name for path in serial_candidates(tmp_path)]
    assert names == ["usb-busware-CUL", "ttyUSB3"]  # each once, by the name that lasts


def test_two_sticks_of_one_kind_are_told_apart_by_their_lasting_names(
    tmp_path: Path, stick: tuple[int, Path]
) -> None:
    folder = tmp_path / "serial/by-id"
    folder.mkdir(parents=True)
    for number in "12":
        (tmp_path / f"ttyUSB{number}").write_text("")
        (folder / f"usb-FTDI_UART_A{number}-if00-port0").symlink_to(tmp_path / f"ttyUSB{number}")
    (tmp_path / "radio").symlink_to(tmp_path / "ttyUSB2")  # a name of the owner's own
    assert hardware_id(tmp_path / "ttyUSB1", tmp_path) == "usb-FTDI_UART_A1-if00-port0"
    assert hardware_id(folder / "usb-FTDI_UART_A2-if00-port0", tmp_path) == "usb-FTDI_UART_A2-if00-port0"
    assert hardware_id(tmp_path / "radio", tmp_path) == "usb-FTDI_UART_A2-if00-port0"
    (tmp_path / "ttyACM0").write_text("")
    for nameless in (tmp_path / "ttyACM0", tmp_path / "gone", stick[1]):
        assert hardware_id(nameless, tmp_path) == ""
    reply = open_serial(stick[1])  # a terminal of no USB device: the hub is told so
    assert reply.fields == {"hardware_id": ""}
    assert reply.descriptor is not None
    os.close(reply.descriptor)


@pytest.mark.parametrize(
    "target", ["/dev/tty", "/etc/shadow", "/dev/pts/0/../../../etc/shadow", "pts/0", "/dev/pts/x"]
)
async def test_the_simulators_link_names_its_own_terminals_only(tmp_path: Path, target: str) -> None:
    (tmp_path / "told").symlink_to(target)
    stick = SimulatedStick(tmp_path / "told", tmp_path / "stick")
    stick.belongs_to(os.getpid())
    with pytest.raises(Declined, match="port_missing"):
        stick.open()
    await asyncio.sleep(0)


def test_the_simulators_stick_is_opened_through_its_own_root(tmp_path: Path, stick: tuple[int, Path]) -> None:
    (tmp_path / "told").symlink_to(stick[1])
    simulated = SimulatedStick(tmp_path / "told", tmp_path / "stick")
    with pytest.raises(Declined, match="starting"):
        simulated.open()
    simulated.belongs_to(os.getpid())
    descriptor = simulated.open().descriptor
    assert descriptor is not None
    os.close(descriptor)
    assert str((tmp_path / "stick").readlink()) == f"/proc/{os.getpid()}/root{stick[1]}"
