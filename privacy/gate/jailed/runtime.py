"""Folders, modes, lock and listening sockets of a running home. What it makes belongs to this user alone.

``state`` stays on disk: hub/, gate/, and the demo's simulator/. ``run`` lives as long as the home does.
"""

import fcntl
import os
import socket
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from privacy.gate.jailed.users import may_be_jailed

SOCKET_PATH_LIMIT = 107  # bytes of an AF_UNIX address, unix(7)
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a 0700 folder of our own inside, checked
_BACKLOG = 128
_TMPFILES = "sudo systemd-tmpfiles --create homebase.conf"


class CantWrite(Exception):
    """A folder or file can't be made or written. The text is one line with the way out."""


class NotOurs(Exception):
    """A folder is not this user's alone, or one that systemd should have made is not as it should be."""


class AlreadyRunning(Exception):
    """Another gate holds this state folder, or this folder of sockets."""


class PortTaken(Exception):
    """Somebody else listens there. port: the one that was asked for."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(port, reason)
        self.port, self.reason = port, reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things are. run: see privacy/places.py for its name."""

    state: Path
    run: Path

    @property
    def hub_state(self) -> Path:
        """Writable for the hub, its only folder on disk."""
        return self.state / "hub"

    @property
    def gate_state(self) -> Path:
        """The gate's own: key, store, lock; never visible in a jail."""
        return self.state / "gate"

    @property
    def simulator_state(self) -> Path:
        """Writable for the demo's simulator."""
        return self.state / "simulator"

    @property
    def hub_run(self) -> Path:
        """control.sock, stream.sock and tunnel.sock, read-only in the hub's jail."""
        return self.run / "hub"

    @property
    def ring(self) -> Path:
        """Writable for the hub, in memory."""
        return self.run / "ring"

    @property
    def console(self) -> Path:
        """console.sock and home.sock, outside every jail."""
        return self.run / "console"

    @property
    def tombstones(self) -> Path:
        """What was closed while no disk took it; outlives the gate, and is not there otherwise."""
        return self.console / "tombstones"

    @property
    def stick(self) -> Path:
        """The demo's serial stick; leads to the simulator's current pty."""
        return self.run / "stick"


@contextmanager
def prepared(places: Places, *, demo: bool, two_users: bool = False) -> Iterator[None]:
    """Make the folders and hold the lock; the runtime folder goes at the end.

    two_users: gate and hub have a user each (systemd); tmpfiles.d made the folders, they are only looked at.

    Raises:
        CantWrite, NotOurs, AlreadyRunning: nothing was started.
    """
    made_run = not two_users and not places.run.exists()
    try:
        if two_users:
            _look_at(places)
        else:
            _make_state(places, demo=demo)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        lock = os.open(places.gate_state / "lock", flags, 0o600)
    except OSError as error:
        raise CantWrite(
            f"state folder {error.filename or places.state}: {error.strerror}; name another with --state"
        ) from error
    with ExitStack() as held:
        held.callback(os.close, lock)
        _lock(lock, places.state)
        if not two_users:
            held.callback(os.close, _hold_run(places.run))
            _make_run(places, demo=demo)
        yield
        if made_run and not places.tombstones.exists():
            _forget_run(places)


def listen(path: Path, mode: int) -> socket.socket:
    """Return a socket that listens at ``path``, non-blocking.

    Raises:
        CantWrite: the path is too long, or not writable.
    """
    if len(os.fsencode(path)) > SOCKET_PATH_LIMIT:
        raise CantWrite(f"{path}: longer than {SOCKET_PATH_LIMIT} bytes; name a shorter folder with --run")
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.setblocking(False)
    try:
        path.unlink(missing_ok=True)
        listening.bind(str(path))
        path.chmod(mode)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise CantWrite(f"{path}: {error.strerror}; name a writable folder with --run") from error
    return listening


def listen_on_loopback(port: int) -> socket.socket:
    """Return a socket that listens on 127.0.0.1; port 0 lets the kernel choose.

    Raises:
        PortTaken: the port is in use, or not for this user.
    """
    # the protocol is named, as asyncio sets TCP_NODELAY only where it is: without, answers take 44 ms
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(("127.0.0.1", port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise PortTaken(port, error.strerror or "refused") from error
    return listening


def _lock(lock: int, state: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.pread(lock, 20, 0).decode(errors="replace").strip() or "unknown"
        raise AlreadyRunning(
            f"a homebase runs with {state} already (process {holder}); stop it, or name another with --state"
        ) from error
    os.ftruncate(lock, 0)
    os.pwrite(lock, b"%d\n" % os.getpid(), 0)


def _look_at(places: Places) -> None:
    """Check what systemd/homebase.tmpfiles promises, as far as it keeps others out."""
    ours = {os.geteuid()}
    for folder, owners, closed in (
        (places.run, {0} | ours, 0o022),
        (places.hub_run, ours, 0o027),
        (places.console, ours, 0o022),
        (places.gate_state, ours, 0o077),
    ):
        try:
            found = folder.lstat()
        except OSError as error:
            raise NotOurs(f"{folder}: {error.strerror}; {_TMPFILES}") from error
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & closed:
            raise NotOurs(f"{folder}: another owner, or open to others; {_TMPFILES}")


def _make_state(places: Places, *, demo: bool) -> None:
    for folder in (places.state, places.gate_state, places.hub_state):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    jailed = [places.hub_state]
    if demo:
        places.simulator_state.mkdir(mode=0o700, exist_ok=True)
        jailed.append(places.simulator_state)
    _check_state(places, jailed)


def _check_state(places: Places, jailed: list[Path]) -> None:
    """Look at folders that were there already: planted ones would give keys away, or files of ours."""
    ours, around = os.geteuid(), places.state.stat()
    sticky = around.st_mode & stat.S_ISVTX
    bad = [] if around.st_uid in {0, ours} and (sticky or not around.st_mode & 0o002) else [places.state]
    for folder in (places.gate_state, *jailed):
        found = folder.lstat()
        handed_over = folder != places.gate_state and ours == 0 and may_be_jailed(found.st_uid)
        if not stat.S_ISDIR(found.st_mode) or not (found.st_uid == ours or handed_over):
            bad.append(folder)
        elif found.st_mode & 0o077:
            folder.chmod(0o700)
    if bad:
        raise NotOurs(f"{bad[0]} is not this user's own folder; name another with --state")


def _hold_run(run: Path) -> int:
    """Make the folder of the sockets; no other home takes it as long as the descriptor is open."""
    try:
        run.mkdir(mode=0o700, exist_ok=True)
        found = run.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise NotOurs(f"{run} is not this user's own folder; remove it, or name another with --run")
        run.chmod(0o700)  # sockets inside are open to whoever gets there
        held = os.open(run, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise _no_run(run, error) from error
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(held)
        text = f"another homebase has its sockets in {run}; stop it, or name another folder with --run"
        raise AlreadyRunning(text) from error
    return held


def _no_run(run: Path, error: OSError) -> CantWrite:
    return CantWrite(f"runtime folder {error.filename or run}: {error.strerror}; name another with --run")


def _make_run(places: Places, *, demo: bool) -> None:
    try:
        for folder, mode in ((places.hub_run, 0o755), (places.console, 0o700)):
            folder.mkdir(mode=mode, exist_ok=True)
            folder.chmod(mode)
        if not places.ring.exists():
            _make_ring(places.ring)
        if demo:
            _link(places.run / "sim", places.simulator_state)
            _link(places.stick, Path("sim/stick"))
    except OSError as error:
        raise _no_run(places.run, error) from error


def _make_ring(ring: Path) -> None:
    """A folder for the newest values: in memory where the runtime folder is on disk, to spare the card.

    It must not outlive a power cut either: older values would win over newer ones.
    """
    memory = SHARED_MEMORY / ring.parent.name
    if is_in_memory(ring.parent) or not is_in_memory(SHARED_MEMORY):
        ring.mkdir(mode=0o700)
        return
    memory.mkdir(mode=0o700, exist_ok=True)
    found = memory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise NotOurs(
            f"{memory} is not this user's own folder; remove it, or name another folder of sockets with --run"
        )
    (memory / "ring").mkdir(mode=0o700, exist_ok=True)
    _link(ring, memory / "ring")


def is_in_memory(folder: Path) -> bool:
    """Whether ``folder`` exists on a tmpfs, by /proc/self/mounts."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
        device = folder.stat().st_dev
        return any(kind == "tmpfs" and Path(place).stat().st_dev == device for place, kind in mounts)
    except OSError:
        return False


def _forget_run(places: Places) -> None:
    import shutil  # noqa: PLC0415 - only at the end; it loads three compressions

    if places.ring.is_symlink():
        shutil.rmtree(SHARED_MEMORY / places.run.name, ignore_errors=True)
    shutil.rmtree(places.run, ignore_errors=True)


def _link(link: Path, target: Path) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)
