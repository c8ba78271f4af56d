"""The hub's own way to its radio: taken while no gate answers, on a real terminal, closed to others."""

import errno
import os
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.contract import LinkLost, OpenedPort
from hub.daemon.direct_serial import DirectSerialPort
from hub.daemon.drivers import GateSerialPort
from privacy.client import GateClient


class Door:
    """What the gate said of the port."""

    def __init__(self, code: str) -> None:
        self.code = code

    async def open(self) -> OpenedPort:
        raise LinkLost(self.code)


@pytest.fixture
def stick() -> Iterator[tuple[int, Path]]:
    master, slave = os.openpty()
    tty.setraw(slave)
    path = Path(os.ttyname(slave))
    os.close(slave)
    yield master, path
    os.close(master)


async def test_without_a_gate_the_port_is_opened(stick: tuple[int, Path], tmp_path: Path) -> None:
    master, path = stick
    nobody = GateSerialPort(GateClient(tmp_path / "control.sock"))
    descriptor = (await DirectSerialPort(nobody, str(path)).open()).descriptor
    os.write(descriptor, b"V\n")
    assert os.read(master, 10) == b"V\n"
    # another program that looks finds it busy; and so do we
    with pytest.raises(LinkLost, match="port_busy"):
        await DirectSerialPort(nobody, str(path)).open()
    os.close(descriptor)


@pytest.mark.parametrize("code", ["port_denied", "port_missing", "port_busy"])
async def test_what_the_gate_refuses_stays_refused(stick: tuple[int, Path], code: str) -> None:
    with pytest.raises(LinkLost, match=code):
        await DirectSerialPort(Door(code), str(stick[1])).open()


async def test_the_only_device_is_found_and_of_two_none(stick: tuple[int, Path], tmp_path: Path) -> None:
    (tmp_path / "serial/by-id").mkdir(parents=True)
    (tmp_path / "serial/by-id/usb-stick").symlink_to(stick[1])
    (tmp_path / "ttyACM0").symlink_to(stick[1])  # the same one by another name
    port = DirectSerialPort(Door("no_gate"), "", tmp_path)
    opened = await port.open()
    os.close(opened.descriptor)
    assert opened.hardware_id == "usb-stick"  # as the gate says it
    (tmp_path / "ttyUSB0").symlink_to("/dev/null")
    with pytest.raises(LinkLost, match="port_missing"):
        await port.open()


@pytest.mark.parametrize("path", ["/nonexistent/ttyACM0", "/dev/null", "/etc/hostname"])
async def test_what_is_no_serial_device_is_missing(path: str) -> None:
    with pytest.raises(LinkLost, match="port_missing"):
        await DirectSerialPort(Door("no_gate"), path).open()


async def test_a_port_without_rights_is_denied(stick: tuple[int, Path]) -> None:
    stick[1].chmod(0)
    before = os.geteuid()
    if before == 0:  # root needs none
        os.seteuid(60_001)
    try:
        with pytest.raises(LinkLost, match="port_denied") as lost:
            await DirectSerialPort(Door("no_gate"), str(stick[1])).open()
    finally:
        os.seteuid(before)
    assert isinstance(lost.value.__cause__, OSError)
    assert lost.value.__cause__.errno == errno.EACCES


async def test_a_stick_in_the_network_is_the_gates_alone() -> None:
    with pytest.raises(LinkLost, match="no_gate"):
        await DirectSerialPort(Door("no_gate"), "tcp://192.168.1.20:2323").open()
