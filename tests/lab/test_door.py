"""Who knocks: peers of the gate's sockets, and the user that a jailed one becomes."""

import os
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from privacy.gate.jailed import users
from privacy.gate.jailed.jail import Bind
from privacy.gate.machine.peer import why_not_jailed
from tests.lab.conftest import PREFIX, PYTHON, USER, Start

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="starts jails as root: run it as root"),
]
WAIT_S = 60


CONNECT = (
    "import socket, time; s = socket.socket(socket.AF_UNIX); s.connect('{}'); s.send(b'!'); time.sleep(60)"
)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[socket.socket]:
    folder = tmp_path / "run"
    folder.mkdir()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "control.sock"))
        listener.listen()
        listener.settimeout(WAIT_S)
        os.chown(folder / "control.sock", USER, USER)
        folder.chmod(0o755)
        yield listener


def test_a_jailed_peer_is_known_as_such(start: Start, door: socket.socket) -> None:
    run = Bind(source=str(Path(door.getsockname()).parent), inside="/run/homebase")
    cell = start(
        CONNECT.format("/run/homebase/control.sock"), lambda plain: replace(plain, read_only=(PREFIX, run))
    )
    with door.accept()[0] as connection:
        assert why_not_jailed(connection) is None
        assert why_not_jailed(connection, cell.jailed.pid) is None
        assert "is not the one" in (why_not_jailed(connection, 1) or "")


@pytest.mark.parametrize(
    ("wrapper", "reason"),
    [([], "same network"), (["unshare", "--net"], "same user"), (["unshare", "--user"], "same network")],
)
def test_an_unjailed_peer_is_refused(door: socket.socket, wrapper: list[str], reason: str) -> None:
    path = door.getsockname()
    Path(path).chmod(0o666)
    with subprocess.Popen([*wrapper, PYTHON, "-I", "-S", "-c", CONNECT.format(path)]) as peer:
        with door.accept()[0] as connection:
            assert reason in (why_not_jailed(connection) or "")
        peer.kill()


def test_a_stranger_in_namespaces_of_its_own_is_not_the_hub(door: socket.socket) -> None:
    path = door.getsockname()
    Path(path).chmod(0o666)
    command = ["unshare", "--user", "--net", PYTHON, "-I", "-S", "-c", CONNECT.format(path)]
    with subprocess.Popen(command) as stranger, subprocess.Popen(["sleep", "60"]) as hub:
        with door.accept()[0] as connection:
            assert why_not_jailed(connection) is None  # the control: namespaces alone would let it in
            assert "is not the one" in (why_not_jailed(connection, hub.pid) or "")
        for process in (stranger, hub):
            process.kill()


# users


def test_a_free_user_has_no_name_and_no_process(tmp_path: Path) -> None:
    first = users.choose_user(tmp_path)
    assert first is not None
    assert first[0] in {*users.FREE[0], *users.FREE[1]}
    with subprocess.Popen(["sleep", "60"], user=first[0]) as busy:
        second = users.choose_user(tmp_path)
        busy.kill()
    assert second is not None
    assert second != first


def test_the_owner_of_the_folder_comes_again(tmp_path: Path) -> None:
    owner = users.FREE[1][40]
    users.hand_over(tmp_path, (owner, owner))
    assert users.choose_user(tmp_path) == (owner, owner)


def test_an_account_comes_first(tmp_path: Path) -> None:
    assert users.choose_user(tmp_path, "nobody") == (65534, 65534)
