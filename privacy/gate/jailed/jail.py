"""A jail as data: what a program may see, hold and be. And ``spawn``, which has it built and used.

The jail is an allow-list: what is not named here does not exist inside. It is built by a fresh process
(launch.py), as forking a threaded gate is not safe; that process is gone when the program runs, and the
program is the caller's child.
"""

import json
import os
import select
import signal
import socket
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import BinaryIO

START_LIMIT_S = 60.0  # building takes about 0.1 s; on a machine with far too much to do it took over 10 s
OWN = frozenset({"/", "/tmp"})  # noqa: S108 -- the jail's own
EXIT_ISOLATION = 77  # what a process ends with when its isolation could not be had


class JailError(Exception):
    """The jail could not be built; nothing ran. The text is one line and ends with the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """A file or folder of the machine and where the jail sees it; symlinks of ``source`` are followed."""

    source: str
    inside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Jail:
    """What a program may see, hold and be.

    executable: as the jail sees it. argv: from the program's name on. environ: all of the environment.
    read_only, writable: writable ones come last, so that they win over a read-only folder that they lie in.
    user: (uid, gid) to become, needed when started as root and refused otherwise; see users.py.
    keep_fds: descriptors passed on under their own number; pipes, plain files, AF_UNIX sockets, nothing else.
    hidden: paths that no bind may show, e.g. the gate's own state.
    terminals: a /dev/ptmx and /dev/pts of its own, for a program that plays a serial stick.
    open_files, processes: limits of the program.
    """

    executable: str
    argv: tuple[str, ...]
    environ: Mapping[str, str]
    read_only: tuple[Bind, ...] = ()
    writable: tuple[Bind, ...] = ()
    user: tuple[int, int] | None = None
    keep_fds: tuple[int, ...] = ()
    hidden: tuple[str, ...] = ()
    terminals: bool = False
    open_files: int = 4096
    processes: int = 256

    def to_json(self) -> bytes:
        """For the launcher."""
        return json.dumps({**asdict(replace(self, environ={})), "environ": dict(self.environ)}).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Jail":
        """Undo ``to_json``; the text comes from the gate alone."""
        spec = json.loads(text)
        for key in ("read_only", "writable"):
            spec[key] = tuple(Bind(**bind) for bind in spec[key])
        for key in ("argv", "keep_fds", "hidden"):
            spec[key] = tuple(spec[key])
        spec["user"] = None if spec["user"] is None else tuple(spec["user"])
        return cls(**spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jailed:
    """The program in its jail, a child of this process.

    pid: as this process sees it; inside it is 1 (SIGTERM needs a handler there, SIGKILL does not).
    pidfd: readable when it has ended; then ``wait`` returns at once. Close it by ``wait``.
    """

    pid: int
    pidfd: int

    def fileno(self) -> int:
        """The pidfd, for a selector or ``loop.add_reader``."""
        return self.pidfd

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal; nothing happens when it is gone."""
        try:
            signal.pidfd_send_signal(self.pidfd, number)
        except ProcessLookupError:
            return

    def wait(self) -> int:
        """Block until it ends; return its exit code, or minus the signal that ended it. Once only."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.pidfd)
        return os.waitstatus_to_exitcode(status)


def check(jail: Jail) -> None:
    """Find what makes a jail nonsense or a sieve before anything is started.

    Raises:
        JailError: names what, and what is allowed.
    """
    for bind in (*jail.read_only, *jail.writable):
        _check_bind(bind, jail.hidden)
    if not Path(jail.executable).is_absolute():
        raise JailError(f"jail: executable {jail.executable!r} must be an absolute path")
    if not jail.argv:
        raise JailError("jail: argv needs at least the program's name")
    if any("=" in name or "\0" in name + value for name, value in jail.environ.items()):
        raise JailError("jail: a name in environ holds '=' or a null byte; pass plain names and values")
    _check_user(jail.user, os.geteuid())
    for fd in jail.keep_fds:
        _check_descriptor(fd)


def spawn(jail: Jail, *, stdout: int, stderr: int) -> Jailed:
    """Build the jail and start the program in it; return when the program runs, after about 0.1 s.

    It dies with the *thread* that calls this: call from one that lives as long as the gate.
    stdout, stderr: pipes or plain files, never a terminal (the jailed could type into it).

    Raises:
        JailError: it could not be built, nothing runs.
    """
    check(jail)
    for fd in (stdout, stderr):
        _check_descriptor(fd)
    interpreter = str(Path("/proc/self/exe").readlink())
    status_read, status_write = os.pipe()
    try:
        launcher = subprocess.Popen(  # noqa: S603 -- our own file under our own interpreter
            [interpreter, "-I", "-S", str(Path(__file__).with_name("launch.py")), str(status_write)],
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            pass_fds=(status_write, *jail.keep_fds),
            env={},
            cwd="/",
        )
    except OSError as error:
        os.close(status_read)
        raise JailError(f"jail: the launcher does not start: {error}") from error
    finally:
        os.close(status_write)
    with launcher, open(status_read, "rb", buffering=0) as status:  # noqa: PTH123 -- a descriptor, not a path
        assert launcher.stdin is not None
        try:
            launcher.stdin.write(jail.to_json())
            launcher.stdin.close()
        except BrokenPipeError:
            pass  # it said why in its report
        pid, failure = _read_report(status)
        if failure is not None:
            launcher.kill()
    if pid is None:
        raise JailError(failure or "jail: the launcher ended without a word; see its stderr")
    return _adopt(pid, failure)


def _adopt(pid: int, failure: str | None) -> Jailed:
    jailed = Jailed(pid=pid, pidfd=os.pidfd_open(pid))
    if failure is not None:
        jailed.kill()
        jailed.wait()
        raise JailError(failure)
    return jailed


def _read_report(status: BinaryIO) -> tuple[int | None, str | None]:
    """The program's pid and why it failed, as far as told before the report ends, which it does at exec."""
    report = b""
    while select.select([status], [], [], START_LIMIT_S)[0]:
        if not (data := status.read(4096)):
            break
        report += data
    else:
        return _parse_report(report)[
            0
        ], f"jail: not built within {START_LIMIT_S:g} s; is the machine overloaded?"
    return _parse_report(report)


def _parse_report(report: bytes) -> tuple[int | None, str | None]:
    lines = [line.partition(" ") for line in report.decode(errors="replace").splitlines()]
    told = {word: rest for word, _, rest in lines}
    return int(told["pid"]) if "pid" in told else None, told.get("failed")


def _check_bind(bind: Bind, hidden: tuple[str, ...]) -> None:
    for path in (bind.source, bind.inside):
        if not path.startswith("/") or ".." in path.split("/"):
            raise JailError(f"jail: bind {path!r} must be absolute and without '..'")
    if bind.inside in OWN or bind.inside.split("/")[1] in {"proc", "dev"}:
        raise JailError(
            f"jail: bind inside {bind.inside!r} is not allowed; /, /proc, /dev and /tmp are the jail's own"
        )
    source = Path(bind.source).resolve()
    for path in hidden:
        if Path(path).resolve().is_relative_to(source) or source.is_relative_to(Path(path).resolve()):
            raise JailError(f"jail: bind of {bind.source} would show {path}; keep the two folders apart")


def _check_user(user: tuple[int, int] | None, euid: int) -> None:
    if euid == 0 and (user is None or 0 in user):
        raise JailError(
            "jail: started as root, so it needs another user: create homebase-hub (useradd -r homebase-hub)"
        )
    if euid != 0 and user is not None:
        raise JailError("jail: only root can change the user; start it as root or leave the user out")


def _check_descriptor(fd: int) -> None:
    try:
        mode = os.fstat(fd).st_mode
        harmless = stat.S_ISFIFO(mode) or (stat.S_ISREG(mode) and _is_stored(fd))
        harmless = harmless or (stat.S_ISSOCK(mode) and _is_local(fd))
        null = stat.S_ISCHR(mode) and os.fstat(fd).st_rdev == os.makedev(1, 3)
    except OSError as error:
        raise JailError(f"jail: descriptor {fd} is not open: {error.strerror}") from error
    if not harmless and not null:
        allowed = "pipes, plain files, /dev/null, AF_UNIX sockets"
        raise JailError(f"jail: descriptor {fd} would lead out; pass only {allowed}")


def _is_stored(fd: int) -> bool:
    """Not a namespace, a process or a setting of the kernel: those call themselves plain files as well."""
    name = str(Path(f"/proc/self/fd/{fd}").readlink())
    return name.startswith("/") and not name.startswith(("/proc/", "/sys/"))


def _is_local(fd: int) -> bool:
    with socket.socket(fileno=os.dup(fd)) as known:
        return known.family == socket.AF_UNIX
