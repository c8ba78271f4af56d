"""Gate and hub as two users without privileges, as systemd's units run them: who is let in, who is not."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

GATE, HUB = 60011, 60012
LISTEN = """
import os, socket, sys
sys.path.insert(0, sys.argv[2])
from privacy.gate.console.console import why_not_console
from privacy.gate.machine.peer import why_not_jailed
os.setgroups([]); os.setgid(60011); os.setuid(60011)
listening = socket.socket(socket.AF_UNIX)
listening.bind(sys.argv[1]); os.chmod(sys.argv[1], 0o666); listening.listen()
print(flush=True)
while True:
    accepted = listening.accept()[0]
    jailed = why_not_jailed(accepted, user=60012), why_not_jailed(accepted)
    print(*jailed, why_not_console(accepted), sep="|", flush=True)
    accepted.close()
"""
CONNECT = """
import ctypes, os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as after an exec: its own user may look at it
connection = socket.socket(socket.AF_UNIX); connection.connect(sys.argv[1]); connection.recv(1)
"""
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become two other users")


@pytest.fixture
def gate() -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o777)
        path = Path(folder) / "control.sock"
        with subprocess.Popen(
            [sys.executable, "-I", "-c", LISTEN, str(path), str(ROOT)], stdout=subprocess.PIPE, text=True
        ) as listening:
            assert listening.stdout is not None
            listening.stdout.readline()
            yield path, listening
            listening.kill()


def judged(gate: tuple[Path, subprocess.Popen[str]], uid: int, *prefix: str) -> list[str]:
    """What the gate says of a connection from that user.

    [not jailed because, the same in one-user mode, not console because]
    """
    subprocess.run(
        [*prefix, sys.executable, "-I", "-c", CONNECT, str(gate[0]), str(uid)], check=True, timeout=60
    )
    assert gate[1].stdout is not None
    return gate[1].stdout.readline().strip().split("|")


def test_the_hubs_user_in_another_network_is_the_hub_and_no_console(
    gate: tuple[Path, subprocess.Popen[str]],
) -> None:
    jailed, one_user, console = judged(gate, HUB, "unshare", "--net")
    assert (jailed, console) == ("None", f"user {HUB}")
    assert one_user.startswith(
        "not jailed: cannot tell"
    )  # nothing is taken on trust where one user runs both


def test_the_hubs_user_in_the_machines_network_is_refused(gate: tuple[Path, subprocess.Popen[str]]) -> None:
    assert judged(gate, HUB) == ["not jailed: same network namespace"] * 2 + [f"user {HUB}"]


def test_any_other_user_is_refused_though_its_network_is_another(
    gate: tuple[Path, subprocess.Popen[str]],
) -> None:
    other = HUB + 1
    jailed, one_user, console = judged(gate, other, "unshare", "--net")
    assert (jailed, console) == (f"not jailed: user {other} is not the hub's", f"user {other}")
    assert one_user.startswith("not jailed: cannot tell")


def test_the_gates_own_user_is_no_hub_without_a_user_namespace(
    gate: tuple[Path, subprocess.Popen[str]],
) -> None:
    assert judged(gate, GATE, "unshare", "--net") == [
        f"not jailed: user {GATE} is not the hub's",
        "not jailed: same user namespace",
        "None",
    ]


def test_root_may_use_the_console_and_is_no_hub(gate: tuple[Path, subprocess.Popen[str]]) -> None:
    jailed, one_user, console = judged(gate, 0, "unshare", "--net")
    assert jailed == "not jailed: user 0 is not the hub's"
    assert one_user.startswith("not jailed: cannot tell")
    assert console == "None"
