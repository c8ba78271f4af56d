"""The serial port without a gate: under systemd the radio goes on while the gate is away.

The hub's unit allows serial devices and nothing else of /dev. Twin of privacy/gate/stick/serial_door.py,
which the hub can't import.
"""

import errno
import fcntl
import os
import stat
import termios
from collections.abc import Iterable
from pathlib import Path

from hub.contract import LinkLost, OpenedPort, SerialPort

_BUSY = {errno.EBUSY, errno.EAGAIN}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


class DirectSerialPort:
    """hub.contract.SerialPort: the gate's, and only while no gate answers the device itself.

    port: [radio] port; "": the only serial device that is there. dev: where devices are.
    """

    def __init__(self, gate: SerialPort, port: str, dev: Path = Path("/dev")) -> None:
        self._gate, self._port, self._dev = gate, port, dev

    async def open(self) -> OpenedPort:
        """Return an open port, closed to other programs.

        Raises:
            LinkLost: port_missing, port_busy, port_denied, by the gate's judgement or by ours.
        """
        try:
            return await self._gate.open()
        except LinkLost as lost:
            if str(lost) != "no_gate" or (self._port and not self._port.startswith("/")):
                raise  # a stick in the network is the gate's alone: here is no network
        try:
            path = Path(self._port) if self._port else self._only_one()
            return OpenedPort(descriptor=_open(path), hardware_id=self._hardware_id(path))
        except OSError as error:
            raise LinkLost(_code(error)) from error

    def _only_one(self) -> Path:
        found = {path.resolve() for path in _candidates(self._dev)}
        if len(found) != 1:
            raise LinkLost("port_missing")
        return found.pop()

    def _hardware_id(self, device: Path) -> str:
        """As the gate says it."""
        named = sorted((self._dev / "serial/by-id").glob("*"))
        return next((path.name for path in named if path.resolve() == device.resolve()), "")


def _candidates(dev: Path) -> Iterable[Path]:
    found = [path for pattern in ("serial/by-id/*", "ttyACM*", "ttyUSB*") for path in dev.glob(pattern)]
    yield from found or dev.glob("serial0")


def _open(path: Path) -> int:
    if not stat.S_ISCHR(path.stat().st_mode):
        raise LinkLost("port_missing")
    descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # what other well-behaved programs look at
        fcntl.ioctl(descriptor, termios.TIOCEXCL)  # what the kernel enforces; fails where it is no terminal
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _code(error: OSError) -> str:
    if error.errno in _BUSY:
        return "port_busy"
    return "port_denied" if error.errno in _DENIED else "port_missing"
