"""A house to attack: a home and a world in network namespaces of their own, dummies as victims, and what they
saw.
"""

import ctypes
import hashlib
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.paths import ROOT

HERE = Path(__file__).parent
SINKS = ["9.9.9.9", "2620:fe::9"]
CABLE = """\
ip link add home0 netns {home} type veth peer name world0 netns {world}
nsenter -t {home} -n ip link set home0 address 02:00:00:00:00:01
nsenter -t {world} -n ip link set world0 address 02:00:00:00:00:02
nsenter -t {home} -n ip link set lo up
nsenter -t {home} -n ip addr add 9.9.9.1/24 broadcast 9.9.9.255 dev home0
nsenter -t {home} -n ip addr add 2620:fe::1/64 dev home0 nodad
nsenter -t {home} -n ip link set home0 up
nsenter -t {world} -n ip link set lo up
nsenter -t {world} -n ip addr add 9.9.9.9/24 dev world0
nsenter -t {world} -n ip addr add 2620:fe::9/64 dev world0 nodad
nsenter -t {world} -n ip link set world0 up
"""  # public addresses, so that nothing treats them as local; no route leads further
LOOPBACK_PORT = 5353
SETTLE_S = 0.3

libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """As whom the gate runs. user: its id; jail_user: the hub's, or None where the gate can't change it."""

    name: str
    user: int
    jail_user: int | None
    python: str


class House:
    """One run of the lab: a fresh house, one round of attacks, then proofs. Use as a context manager."""

    def __init__(self, who: Who, *, jailed: bool, terminals: bool = False) -> None:
        self._who = who
        self._jailed = jailed
        self._terminals = terminals
        self._open = ExitStack()
        self._pids: dict[str, int] = {}
        self.claims: dict[str, dict[str, Any]] = {}
        self.output = ""

    def __enter__(self) -> Self:
        with ExitStack() as building:
            self._root = Path(building.enter_context(tempfile.TemporaryDirectory(prefix="hb-lab-")))
            self._furnish()
            master, slave = pty.openpty()
            building.callback(os.close, master)
            building.callback(os.close, slave)
            self._master, self._slave = master, slave
            self._terminal = os.ttyname(slave)
            os.chown(self._terminal, self._who.user, -1)
            self._queue_key = int.from_bytes(os.urandom(3), "big") + 1
            self._queue = libc.msgget(self._queue_key, 0o1666)
            building.callback(lambda: libc.msgctl(self._queue, 0, None))
            self._wire(building)
            self._before = self._snapshot()
            self._open = building.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)

    # building

    def _furnish(self) -> None:
        root = self._root
        for folder in ("site", "home/.ssh", "etc/cron.d", "state/hub", "state/gate", "run/hub", "run/ring"):
            (root / folder).mkdir(parents=True)
        for folder in ("run/console", "tmp/tmux-1000", "cover", "read_only", "records"):
            (root / folder).mkdir(parents=True)
        rooms = [str(path.parent.relative_to(ROOT)) for path in ROOT.glob("privacy/gate/*/__init__.py")]
        for package in ("privacy", "privacy/gate", *rooms):
            (root / "code" / package).mkdir(parents=True)
            for file in (ROOT / package).glob("*.py"):
                shutil.copy(file, root / "code" / package)
        for name, text in {
            "code/hub.py": "",
            "site/other.pth": "",
            "home/.bashrc": "",
            "etc/cron.d/homebase": "",
            "state/gate/ledger": "",
            "state/gate/key": "secret",
            "tmp/shared": "",
            "cover/below": "secret",
            "read_only/file": "",
            "run/hub/control.sock": "",
            "records/sink": "",
            "records/services": "",
            "resolv.conf": f"nameserver {SINKS[0]}\noptions timeout:1 attempts:1\n",
        }.items():
            (root / name).write_text(text)
        for owned in (root, *root.rglob("*")):
            os.chown(owned, self._who.user, self._who.user)
        root.chmod(0o755)
        (root / "state/gate").chmod(0o700)
        hub = self._who.user if self._who.jail_user is None else self._who.jail_user
        for folder in ("state/hub", "run/ring"):
            os.chown(root / folder, hub, hub)

    def _wire(self, building: ExitStack) -> None:
        order = self._root / "standin.json"
        services = [self.paths[name] for name in ("bus", "agent", "multiplexer", "console", "abstract")]
        order.write_text(
            json.dumps(
                {
                    "user": self._who.user,
                    "loopback_port": LOOPBACK_PORT,
                    "services": services,
                    "service_record": str(self._root / "records/services"),
                }
            )
        )
        sink = building.enter_context(_dummy("sink.py", str(self._root / "records/sink")))
        home = building.enter_context(_dummy("standin.py", str(order)))
        for line in CABLE.format(home=home.pid, world=sink.pid).splitlines():
            subprocess.run(line.split(), check=True)
        _say(sink)
        self._pids = json.loads(_say(home))
        self._home = home.pid

    @property
    def paths(self) -> dict[str, str]:
        """Where things are, for the attacker."""
        inside = self._jailed
        names = {
            "bus": "run/bus.sock",
            "agent": "home/.ssh/agent.sock",
            "multiplexer": "tmp/tmux-1000/default",
            "console": "run/console/console.sock",
            "code": "code/hub.py",
            "pth": "site/other.pth",
            "home_rc": "home/.bashrc",
            "home_profile": "home/.config/profile",
            "cron": "etc/cron.d/homebase",
            "unit": "home/.config/systemd/user/later.service",
            "environment": "home/.config/environment.d/later.conf",
            "ledger": "state/gate/ledger",
            "key": "state/gate/key",
            "shared_tmp": "tmp/shared",
            "cover": "cover",
            "read_only": "read_only/file",
        }
        paths = {name: str(self._root / path) for name, path in names.items()}
        paths["state"] = "/state" if inside else str(self._root / "state/hub")
        paths["control"] = ("/run/homebase" if inside else str(self._root / "run/hub")) + "/control.sock"
        paths["abstract"] = f"@{self._root.name}"
        paths["terminal"] = self._terminal
        return paths

    # the round

    def attack(self, names: list[str]) -> None:
        """Run these attacks, one after the other."""
        plan = {
            "prefix": self.prefix,
            "inside": self._jailed,
            "names": names,
            "sinks": SINKS,
            "paths": self.paths,
            "pids": self._pids,
            "loopback_port": LOOPBACK_PORT,
            "queue_key": self._queue_key,
        }
        order = self._root / "order.json"
        order.write_text(
            json.dumps(
                {
                    "plan": plan,
                    "house": str(self._root),
                    "home": self._home,
                    "terminal": self._terminal,
                    "user": self._who.user,
                    "jail_user": self._who.jail_user,
                    "jailed": self._jailed,
                    "terminals": self._terminals,
                }
            )
        )
        command = [self._who.python, "-I", "-S", str(self._copy_of_lab() / "runner.py"), str(order)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
        self.output = done.stdout + done.stderr
        for line in done.stdout.splitlines():
            if line.startswith("{"):
                claim = json.loads(line)
                self.claims[claim["attack"]] = claim
        time.sleep(SETTLE_S)  # what is on the wire arrives

    def _copy_of_lab(self) -> Path:
        """Where the other user can read it, whoever owns the checkout."""
        copy = self._root / "lab"
        if not copy.exists():
            copy.mkdir()
            for file in HERE.glob("*.py"):
                shutil.copy(file, copy)
        return copy

    # proofs

    @property
    def prefix(self) -> str:
        """What every token of this round begins with."""
        return f"hb{'jail' if self._jailed else 'control'}"

    def sent(self) -> bytes:
        """Every packet that came out."""
        return (self._root / "records/sink").read_bytes()

    def strangers(self) -> list[bytes]:
        """Frames that came out, but for those of the stand-in's own, silent connection."""
        own = int(self.output.partition("own connection: ")[2].split()[0]).to_bytes(2, "big")
        record, frames = self.sent(), []
        while record:
            size = int.from_bytes(record[:4], "big")
            frames.append(record[4 : 4 + size])
            record = record[4 + size :]
        return [frame for frame in frames if not (frame[23] == 6 and frame[34:36] == own)]

    def worked(self, name: str, proof: str) -> bool:
        """Whether an attack did its harm, seen from outside where that is possible."""
        token = f"{self.prefix}-{name}".encode()
        kind, _, where = proof.partition(" ")
        match kind:
            case "sink":
                return token in self.sent()
            case "service":
                return token in (self._root / "records/services").read_bytes()
            case "file":
                path = Path(self.paths[where])
                return path.exists() and token in path.read_bytes()
            case "claim":
                return False
            case _:
                return bool(getattr(self, f"_was_{kind}")(token))

    def changed(self) -> list[str]:
        """Files outside the hub's own folder that are not as they were."""
        after = self._snapshot()
        return sorted(
            path for path in after.keys() | self._before.keys() if after.get(path) != self._before.get(path)
        )

    def _snapshot(self) -> dict[str, str]:
        own = {"state/hub", "run/ring", "records", "lab"}
        found = {}
        for path in self._root.rglob("*"):
            name = str(path.relative_to(self._root))
            if any(name.startswith(part) for part in own) or name.endswith(".json") or "__pycache__" in name:
                continue
            kind = path.lstat().st_mode
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[name] = f"{kind:o} {content}"
        return found

    def _was_queue(self, token: bytes) -> bool:
        message = ctypes.create_string_buffer(256)
        while libc.msgrcv(self._queue, message, 200, 0, 0o4000) >= 0:  # IPC_NOWAIT
            if token in message.raw:
                return True
        return False

    def _was_swapped(self, token: bytes) -> bool:
        del token
        return (self._root / "run/hub/control.sock").is_symlink()

    def _was_stopped(self, token: bytes) -> bool:
        del token
        return _state_of(self._pids["stop"]) == "T"

    def _was_killed(self, token: bytes) -> bool:
        del token
        return _state_of(self._pids["kill"]) in {"Z", "gone"}

    def _was_limited(self, token: bytes) -> bool:
        del token
        lines = Path(f"/proc/{self._pids['limit']}/limits").read_text().splitlines()
        return any(line.startswith("Max open files") and line.split()[3] == "0" for line in lines)

    def _was_typed(self, token: bytes) -> bool:
        os.set_blocking(self._slave, False)
        termios.tcflow(self._slave, termios.TCOON)
        return token in _drain(self._slave)

    def _was_shown(self, token: bytes) -> bool:
        os.set_blocking(self._master, False)
        return token in _drain(self._master)


def _state_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


def _drain(fd: int) -> bytes:
    seen = b""
    try:
        while data := os.read(fd, 4096):
            seen += data
    except OSError:
        return seen
    return seen


@contextmanager
def _dummy(script: str, argument: str) -> Iterator[subprocess.Popen[str]]:
    """A dummy of the lab: up to its ``ready``, ended at the end."""
    command = [sys.executable, "-I", "-S", str(HERE / script), argument]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def _say(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline()
