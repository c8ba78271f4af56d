"""Gate and hub as systemd runs them: two users, no parent and child, sockets in folders of tmpfiles.

Without systemd: setpriv and namespaces in its place, the accounts in a passwd file that only the gate sees.
The booted form is tests/services.
"""

import json
import os
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from privacy.console import ConsoleAway, ask
from privacy.gate.jailed.jail import Jailed, spawn
from privacy.gate.jailed.jails import Installation, hub_jail
from privacy.gate.jailed.runtime import Places
from tests.paths import ROOT

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="becomes two other users: run it as root"),
]
GATE, HUB, SHARED, OTHER = 60_721, 60_722, 60_723, 60_724
WAIT_S = 30.0
AROUND = """
set -e
cd "$1"
mkdir -p python code site
mount --bind "$2" python; mount --bind "$3" code; mount --bind "$4" site; mount --bind passwd /etc/passwd
shift 4
exec "$@"
"""
KNOCK = """
import socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
connection.settimeout(1)
try:
    print('refused' if connection.recv(1) == b'' else 'said something')
except ConnectionResetError:
    print('refused')
except TimeoutError:
    print('let in')
"""


def as_user(uid: int, gid: int, *groups: int) -> list[str]:
    also = f"--groups={','.join(map(str, groups))}" if groups else "--clear-groups"
    return ["setpriv", f"--reuid={uid}", f"--regid={gid}", also, "--bounding-set=-all", "--no-new-privs"]


@dataclass
class Services:
    """root: holds state, run and what the gate sees of us."""

    root: Path
    gate: subprocess.Popen[bytes] | None = None
    hub: Jailed | None = None

    @property
    def places(self) -> Places:
        return Places(state=self.root / "state", run=self.root / "run")

    def make_folders(self) -> None:
        """As systemd/homebase.tmpfiles does."""
        places = self.places
        for folder, mode, uid, gid in (
            (places.state, 0o755, 0, 0),
            (places.gate_state, 0o700, GATE, GATE),
            (places.hub_state, 0o700, HUB, HUB),
            (places.run, 0o755, 0, 0),
            (places.hub_run, 0o2750, GATE, SHARED),
            (places.console, 0o755, GATE, GATE),
            (places.ring, 0o700, HUB, HUB),
        ):
            folder.mkdir()
            os.chown(folder, uid, gid)
            folder.chmod(mode)
        accounts = {"root": 0, "homebase-gate": GATE, "homebase-hub": HUB}
        lines = [f"{name}:x:{uid}:{uid}::/:/bin/false\n" for name, uid in accounts.items()]
        (self.root / "passwd").write_text("".join(lines))

    def start_gate(self) -> None:
        python = f"python/{Path(sys.executable).resolve().relative_to(sys.base_prefix)}"
        options = {
            "mode": "gate",
            "state": str(self.places.state),
            "run": str(self.places.run),
            "config": str(self.root / "homebase.toml"),
            "config_must_exist": False,
            "port": 0,
            "lan": None,
            "environment": "",
            "devices": 0,
            "speed": 1.0,
        }
        sees = [str(self.root), sys.base_prefix, str(ROOT), sysconfig.get_path("platlib")]
        libraries = f"LD_LIBRARY_PATH={self.root}/python/lib"  # its own place may be closed to that user
        program = [
            "env",
            libraries,
            python,
            "-I",
            "-S",
            "code/privacy/gate/__main__.py",
            "site",
            json.dumps(options),
        ]
        around = ["unshare", "--mount", "sh", "-c", AROUND, "sh", *sees, *as_user(GATE, GATE, SHARED)]
        with (self.root / "gate.log").open("ab") as log:
            self.gate = subprocess.Popen([*around, *program], stdout=log, stderr=subprocess.STDOUT)
        self.wait_until_listening()

    def wait_until_listening(self) -> None:
        ends_s = time.monotonic() + WAIT_S
        while time.monotonic() < ends_s:
            with socket.socket(socket.AF_UNIX) as knocking:
                if knocking.connect_ex(str(self.places.console / "home.sock")) == 0:
                    return
            assert self.gate is not None
            assert self.gate.poll() is None, self.log()
            time.sleep(0.05)
        raise AssertionError(self.log())

    def kill_gate(self) -> None:
        assert self.gate is not None
        self.gate.kill()
        self.gate.wait()

    def start_hub(self) -> Jailed:
        environment = Path(sys.prefix) if sys.prefix != sys.base_prefix else None
        installed = Installation(root=ROOT, environment=environment)
        jail = hub_jail(installed, self.places, self.root / "homebase.toml", (HUB, SHARED), demo=False)
        with (self.root / "hub.log").open("ab") as log:
            self.hub = spawn(jail, stdout=log.fileno(), stderr=log.fileno())
        return self.hub

    def stop_hub(self) -> None:
        if self.hub is not None:
            self.hub.kill()
            self.hub.wait()
            self.hub = None

    def knock(self, *prefix: str, at: str = "control.sock") -> str:
        """What a stranger hears at the hub's socket."""
        command = [*prefix, "/usr/bin/python3", "-I", "-S", "-c", KNOCK, str(self.places.hub_run / at)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return done.stdout.strip() or done.stderr.strip().splitlines()[-1]

    def health(self) -> bool:
        """Asked by home.sock, as root."""
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(5)
            try:
                asking.connect(str(self.places.console / "home.sock"))
                asking.sendall(b"GET /api/v1/health HTTP/1.1\r\nHost: home\r\nConnection: close\r\n\r\n")
                return b'"ok"' in b"".join(iter(lambda: asking.recv(65536), b""))
            except OSError:
                return False

    def wait_for_door(self) -> None:
        ends_s = time.monotonic() + WAIT_S
        while not self.health():
            assert time.monotonic() < ends_s, self.log()
            time.sleep(0.1)

    def log(self) -> str:
        return "".join(path.read_text() for path in self.root.glob("*.log"))


@pytest.fixture
def services() -> Iterator[Services]:
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="homebase-services-") as folder:
        Path(folder).chmod(0o755)
        running = Services(root=Path(folder))
        running.make_folders()
        running.start_gate()
        yield running
        running.stop_hub()
        running.kill_gate()


def test_a_hub_of_its_own_user_serves_through_the_gate(services: Services) -> None:
    assert not services.health()  # control: it is the hub that answers
    hub = services.start_hub()
    services.wait_for_door()
    assert services.gate is not None
    networks = [Path(f"/proc/{pid}/ns/net").readlink() for pid in ("self", services.gate.pid, hub.pid)]
    assert networks[0] == networks[1] != networks[2]
    assert f"Uid:\t{HUB}\t" in Path(f"/proc/{hub.pid}/status").read_text()
    modes = {path.name: path.stat().st_mode & 0o777 for path in services.places.hub_run.iterdir()}
    assert modes == {"control.sock": 0o660, "stream.sock": 0o660, "tunnel.sock": 0o660}


def test_a_killed_gate_comes_back_to_the_same_hub(services: Services) -> None:
    hub = services.start_hub()
    services.wait_for_door()
    services.kill_gate()
    assert not services.health()
    services.start_gate()
    services.wait_for_door()
    assert Path(f"/proc/{hub.pid}/cmdline").read_bytes().startswith(b"homebase hub")


def test_a_killed_hub_comes_back_to_the_same_gate(services: Services) -> None:
    services.start_hub()
    services.wait_for_door()
    services.stop_hub()
    assert not services.health()
    services.start_hub()
    services.wait_for_door()


@pytest.mark.parametrize("at", ["control.sock", "stream.sock", "tunnel.sock"])
def test_no_door_for_whoever_is_not_the_jailed_hub(services: Services, at: str) -> None:
    elsewhere = ("unshare", "--net")
    # each of these lacks one thing: the network, the user, both, the group
    assert services.knock(*as_user(HUB, HUB, SHARED), at=at) == "refused"
    assert services.knock(*elsewhere, *as_user(OTHER, OTHER, SHARED), at=at) == "refused"
    assert services.knock(*elsewhere, at=at) == "refused"
    assert "Permission denied" in services.knock(*elsewhere, *as_user(OTHER, OTHER), at=at)
    # the gate's own user, in whatever it may have made
    assert services.knock(*elsewhere, *as_user(GATE, GATE, SHARED), at=at) == "refused"
    # the control lacks nothing
    assert services.knock(*elsewhere, *as_user(HUB, HUB, SHARED), at=at) in {"let in", "said something"}


def test_root_may_use_the_console_and_the_hubs_user_may_not(services: Services) -> None:
    console = services.places.console / "console.sock"
    assert "version" in ask(console, "status")
    console.chmod(0o666)  # only the check itself stands in the way
    for uid in (HUB, OTHER):
        assert services.knock(*as_user(uid, uid, SHARED), at="../console/console.sock") == "refused"
    assert services.knock(at="../console/console.sock") == "let in"


def test_another_user_is_told_to_become_root(services: Services) -> None:
    os.seteuid(OTHER)
    try:
        with pytest.raises(ConsoleAway, match="sudo"):
            ask(services.places.console / "console.sock", "status")
    finally:
        os.seteuid(0)
