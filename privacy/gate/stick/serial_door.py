"""Opens the one serial device that the hub may use; the jail itself has no way to any.

Whatever the path leads to: only a terminal device passes, and none that is somebody's terminal.
"""

import errno
import fcntl
import os
import re
import stat
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

from privacy.conversation import Declined, Reply

_MISSING = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.ENOTDIR, errno.ELOOP, errno.EIO}
_BUSY = {errno.EBUSY, errno.EAGAIN}
_TERMINAL = re.compile(r"/dev/pts/[0-9]{1,6}")
_CONTROLLING_TERMINAL = 6 - 2  # field tty_nr of /proc/PID/stat, after pid and name


def find_serial(configured: Path | None) -> Path:
    """Return the configured device, or the only one that is there.

    Raises:
        Declined: port_missing, when there is none or more than one to choose from.
    """
    if configured is not None:
        return configured
    found = serial_candidates()
    if len(found) == 1:
        return found[0]
    if found:
        raise Declined(
            "port_missing", f"{len(found)} serial devices: choose one by [radio] port in homebase.toml"
        )
    raise Declined(
        "port_missing", "no serial device: plug the stick in, or set [radio] port in homebase.toml"
    )


def serial_candidates(dev: Path = Path("/dev")) -> tuple[Path, ...]:
    """Serial devices of this machine, each once, by its lasting name where it has one.

    A Raspberry Pi's serial pins count only without one on USB: they are there whether a module is or not.
    """
    by_id = sorted((dev / "serial/by-id").glob("*"))
    named = {path.resolve() for path in by_id}
    others = sorted(path for kind in ("ttyACM*", "ttyUSB*") for path in dev.glob(kind) if path not in named)
    found = (*by_id, *others)
    pins = dev / "serial0"
    return found if found or not pins.exists() else (pins,)


def hardware_id(device: Path, dev: Path = Path("/dev")) -> str:
    """What tells this device from others of its kind: its lasting name, with maker and USB serial number.

    Empty for one that is not on USB.
    """
    try:
        real = device.resolve(strict=True)
        names = sorted(path.name for path in (dev / "serial/by-id").iterdir() if path.resolve() == real)
    except OSError:
        return ""
    return names[0] if names else ""


class ConfiguredPort:
    """The radio's port. configured: of homebase.toml; None takes the only one that is there.

    say: told in words what is wrong with it, once per change, as it is asked for each second.
    """

    def __init__(self, configured: Path | None, say: Callable[[str], None]) -> None:
        self._configured, self._say = configured, say
        self._told = ""

    def open(self) -> Reply:
        """As ``open_serial``."""
        try:
            reply = open_serial(find_serial(self._configured))
        except Declined as refusal:
            if refusal.detail != self._told:
                self._say(f"homebase: radio: {refusal.detail}")
            self._told = refusal.detail
            raise
        self._told = ""
        return reply


class SimulatedStick:
    """The demo's stick: a pseudo terminal in the simulator's own /dev/pts, reached through its root folder.

    So the simulator's link can name its own terminals only, whatever it says.
    told: the link that the simulator writes. shown: our link for people, renewed when the stick is opened.
    """

    def __init__(self, told: Path, shown: Path) -> None:
        self._told, self._shown = told, shown
        self._pid: int | None = None

    def belongs_to(self, pid: int) -> None:
        """Take note of the simulator's process; a child of ours, so its number is not used again unseen."""
        self._pid = pid

    def open(self) -> Reply:
        """As ``open_serial``."""
        try:
            target = str(self._told.readlink())
        except OSError as error:
            raise _declined(self._shown, error) from error
        if self._pid is None or not _TERMINAL.fullmatch(target):
            raise Declined("port_missing", f"{self._shown} is not there: the simulator is starting")
        device = Path(f"/proc/{self._pid}/root{target}")
        fresh = self._shown.with_name(f".{self._shown.name}")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(device)
        fresh.replace(self._shown)
        return open_serial(device, others=False)


def open_serial(path: Path, *, others: bool = True) -> Reply:
    """Return the open device beside an empty answer; the caller closes it after sending.

    others: it may be somebody's terminal, so look; one of another /dev/pts has the same number and is not.

    Raises:
        Declined: port_missing, port_busy or port_denied, with what to do.
    """
    try:
        if not stat.S_ISCHR(path.stat().st_mode):
            raise Declined("port_missing", f"{path} is no serial device: set [radio] port")
        descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _declined(path, error) from error
    try:
        if not os.isatty(descriptor):
            raise Declined("port_missing", f"{path} is no serial device: set [radio] port")
        if others and os.fstat(descriptor).st_rdev in set(_controlling_terminals()):
            raise Declined("port_busy", f"{path} is somebody's terminal: set [radio] port to the stick")
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)  # what other well-behaved programs look at
        fcntl.ioctl(descriptor, termios.TIOCEXCL)  # and what the kernel enforces against the rest
    except OSError as error:
        os.close(descriptor)
        raise _declined(path, error) from error
    except Declined:
        os.close(descriptor)
        raise
    return Reply(fields={"hardware_id": hardware_id(path)}, descriptor=descriptor)


def _declined(path: Path, error: OSError) -> Declined:
    if error.errno in _BUSY:
        return Declined("port_busy", f"{path} is used by another program: stop it")
    if error.errno in _MISSING:
        return Declined("port_missing", f"{path} is not there: plug the stick in, or set [radio] port")
    return Declined("port_denied", f"{path}: {error.strerror}; add this user to the group dialout")


def _controlling_terminals() -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # ended meanwhile
            # the kernel's number packs major and minor as makedev does for small ones, proc(5)
            number = int(fields[_CONTROLLING_TERMINAL])
            if number:
                yield os.makedev((number >> 8) & 0xFFF, (number & 0xFF) | ((number >> 12) & 0xFFF00))
