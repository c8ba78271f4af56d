"""Folders, lock and sockets of a running home: made tight, refused where they are not ours."""

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from hub.daemon.config import NotificationsConfig
from privacy.gate.config import BadConfig, GateConfig, config_from, read_config
from privacy.gate.jailed.runtime import (
    SHARED_MEMORY,
    AlreadyRunning,
    CantWrite,
    NotOurs,
    Places,
    PortTaken,
    is_in_memory,
    listen,
    listen_on_loopback,
    prepared,
)
from privacy.gate.machine.process import tell_systemd
from privacy.places import running_homes, runtime_folder
from privacy.vocabulary import TOLD_DAYS
from tests.paths import ROOT

IMPORT = "import sys; sys.path.insert(0, sys.argv[1]); from privacy.gate.machine.output import harmless, say"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def on_disk() -> Iterator[Path]:
    """A folder on a disk, also where the tests' own folders are in memory."""
    with TemporaryDirectory(dir="/var/tmp", prefix="hb-") as folder:
        if is_in_memory(Path(folder)) or not is_in_memory(SHARED_MEMORY):
            pytest.skip("this machine has no temporary folder on a disk, or no shared memory")
        yield Path(folder)


def test_the_runtime_folder_stays_while_it_holds_what_no_disk_took(tmp_path: Path) -> None:
    places = Places(state=tmp_path / "state", run=tmp_path / "run")
    with prepared(places, demo=False):
        places.tombstones.write_bytes(b"x")
    assert places.tombstones.exists()
    with prepared(places, demo=False):
        places.tombstones.unlink()
    assert not places.tombstones.exists()


def test_folders_are_closed_to_others_and_the_runtime_folder_goes(tmp_path: Path) -> None:
    places = Places(state=tmp_path / "a/state", run=tmp_path / "run")
    old = os.umask(0)
    try:
        with prepared(places, demo=True):
            closed = (places.state, places.gate_state, places.hub_state, places.simulator_state, places.run)
            assert [mode(path) for path in (*closed, places.console, places.ring.resolve())] == [0o700] * 7
            assert mode(places.gate_state / "lock") == 0o600
            assert (
                mode(places.hub_run) == 0o755
            )  # the jailed user enters it, by its bind; the way there is closed
            listen(places.console / "console.sock", 0o600).close()
            assert mode(places.console / "console.sock") == 0o600
    finally:
        os.umask(old)
    assert not places.run.exists()
    assert places.gate_state.exists()


def test_the_newest_values_lie_in_memory_though_the_runtime_folder_lies_on_disk(on_disk: Path) -> None:
    places = Places(state=on_disk / "state", run=on_disk / "run-of-a-home")
    with prepared(places, demo=False):
        ring = places.ring.resolve()
        assert is_in_memory(ring)
        assert mode(ring) == mode(ring.parent) == 0o700
    assert not ring.parent.exists()


def test_a_foreign_folder_in_shared_memory_is_refused(on_disk: Path) -> None:
    places = Places(state=on_disk / "state", run=on_disk / "run-of-a-home")
    planted = SHARED_MEMORY / places.run.name
    planted.mkdir(mode=0o777)
    planted.chmod(0o777)
    try:
        with pytest.raises(NotOurs, match=r"remove it"), prepared(places, demo=False):
            pass
    finally:
        planted.rmdir()


def test_a_second_start_is_refused_and_names_the_first(tmp_path: Path) -> None:
    places = Places(state=tmp_path / "state", run=tmp_path / "run")
    with prepared(places, demo=False):
        with (
            pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\b.*--state"),
            prepared(places, demo=False),
        ):
            pass
        assert places.console.exists()  # the first one's folder is still there
    with prepared(places, demo=False):
        pass


def test_a_runtime_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "open")
    for run in (tmp_path / "open", tmp_path / "link"):
        with (
            pytest.raises(NotOurs, match="--run"),
            prepared(Places(state=tmp_path / "s", run=run), demo=False),
        ):
            pass


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make another user's folder")
def test_a_runtime_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir(mode=0o700)
    os.chown(tmp_path / "theirs", 60001, 60001)
    with pytest.raises(NotOurs), prepared(Places(state=tmp_path / "s", run=tmp_path / "theirs"), demo=False):
        pass


def test_a_runtime_folder_that_others_could_enter_is_closed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir(mode=0o755)
    with prepared(Places(state=tmp_path / "state", run=run), demo=False):
        assert mode(run) == 0o700


@pytest.mark.parametrize("planted", ["gate", "hub"])
def test_a_planted_link_in_the_state_folder_is_refused(tmp_path: Path, planted: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / planted).symlink_to(elsewhere)
    places = Places(state=tmp_path / "s", run=tmp_path / "run")
    with pytest.raises(NotOurs, match="--state"), prepared(places, demo=False):
        pass
    assert list(elsewhere.iterdir()) == []


def test_a_planted_lock_writes_into_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "s/gate").mkdir(parents=True)
    (tmp_path / "precious").write_text("keep me")
    (tmp_path / "s/gate/lock").symlink_to(tmp_path / "precious")
    with pytest.raises(CantWrite), prepared(Places(state=tmp_path / "s", run=tmp_path / "r"), demo=False):
        pass
    assert (tmp_path / "precious").read_text() == "keep me"


def test_a_state_folder_of_ours_that_was_open_is_closed(tmp_path: Path) -> None:
    places = Places(state=tmp_path / "s", run=tmp_path / "run")
    for folder in (places.gate_state, places.hub_state):
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    with prepared(places, demo=False):
        assert [mode(folder) for folder in (places.gate_state, places.hub_state)] == [0o700] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make another user's folder")
@pytest.mark.parametrize("planted", ["", "gate", "hub", "simulator"])
def test_a_state_folder_planted_by_another_user_is_refused(tmp_path: Path, planted: str) -> None:
    folder = tmp_path / "s" / planted
    folder.mkdir(parents=True)
    os.chown(folder, 60001, 60001)
    places = Places(state=tmp_path / "s", run=tmp_path / "run")
    with pytest.raises(NotOurs, match="--state"), prepared(places, demo=True):
        pass
    os.chown(folder, 0, 0)
    with prepared(places, demo=True):  # the control: it was the owner, nothing else
        pass


def test_two_homes_do_not_share_a_folder_of_sockets(tmp_path: Path) -> None:
    one, other = (Places(state=tmp_path / name, run=tmp_path / "run") for name in ("one", "other"))
    with prepared(one, demo=True):
        listen(one.console / "console.sock", 0o600).close()
        stick = (one.run / "sim").readlink()
        with pytest.raises(AlreadyRunning, match="--run"), prepared(other, demo=True):
            pass
        # the first one's is as it was
        assert (one.console / "console.sock").is_socket()
        assert (one.run / "sim").readlink() == stick
    with prepared(other, demo=True):  # the control: once it is free
        assert (one.run / "sim").readlink() != stick


def test_a_path_too_long_for_a_socket_is_said(tmp_path: Path) -> None:
    with pytest.raises(CantWrite, match="107 bytes"):
        listen(tmp_path / ("x" * 120), 0o600)


def test_a_taken_port_is_said() -> None:
    with listen_on_loopback(0) as first, pytest.raises(PortTaken, match="in use"):
        listen_on_loopback(first.getsockname()[1])


def test_the_front_listens_on_loopback_only() -> None:
    with listen_on_loopback(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
        assert listening.family == socket.AF_INET


def test_the_runtime_folder_belongs_to_the_state_folder(tmp_path: Path) -> None:
    environment = {"XDG_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    one, other = (runtime_folder(tmp_path / name, environment) for name in ("one", "other"))
    assert one != other
    assert one.parent == tmp_path
    assert one in running_homes(tmp_path / "one", environment)
    # the command line finds it also without the variable that the gate had
    without = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    assert runtime_folder(tmp_path / "one", without) in running_homes(tmp_path / "one", environment | without)


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        ({"gate": {"port": -1}}, ["gate.port = -1", "0 to 65535"]),
        ({"gate": {"port": True}}, ["gate.port = True"]),
        (
            {"gate": {"port": "1"}, "radio": {"port": 5}},
            ["gate.port = '1'", "radio.port = 5", "absolute path"],
        ),
        ({"gate": []}, ["section [gate]"]),
        ({"recipient": {}}, ["[[recipient]]"]),
        ({"device": {"a": 1}}, ["[[device]]"]),
        ({"device": [{"name": "ccu"}]}, ["device.1.address = ''", "tcp://192.168.1.30:80"]),
        ({"device": [{"name": "radio", "address": "tcp://127.0.0.1:80"}]}, ["device.1.name", "of its own"]),
        (
            {"device": [{"name": "a", "address": "tcp://127.0.0.1:80"}] * 2},
            ["device.1.name", "device.2.name"],
        ),
        ({"device": [{"name": "a", "address": "tcp://192.168.1.1:80"}]}, ["device.1.mac", "MAC address"]),
        ({"device": [{"name": "a", "address": "tcp://9.9.9.9:80", "mac": "x"}]}, ["device.1.address"]),
        ({"device": [{"name": "a", "address": "tcp://127.0.0.1:53"}]}, ["device.1.address", "resolver"]),
        ({"device": [{"name": "a", "address": "tcp://127.0.0.1:80", "tls": True}]}, ["device.1.tls"]),
    ],
)
def test_mistakes_name_key_value_and_allowed(table: dict[str, object], parts: list[str]) -> None:
    with pytest.raises(BadConfig) as caught:
        config_from(table, Path("homebase.toml"))
    assert all(part in str(caught.value) for part in parts)


@pytest.mark.parametrize(
    ("written", "days"), [(7, 7), (3650, 3650), (True, 90), (0, 90), (3651, 90), ("7", 90), (None, 90)]
)
def test_messages_are_kept_as_long_as_the_hub_would_keep_them(written: object, days: int) -> None:
    table: dict[str, object] = {"notifications": {} if written is None else {"keep_days": written}}
    assert config_from(table, Path("homebase.toml")).messages_days == days
    assert NotificationsConfig().keep_days == TOLD_DAYS == 90


def test_a_file_that_is_no_toml_is_said(tmp_path: Path) -> None:
    for content in (b"[gate", b"\xff\xfe"):
        (tmp_path / "homebase.toml").write_bytes(content)
        with pytest.raises(BadConfig, match="TOML in UTF-8"):
            read_config(tmp_path / "homebase.toml")
    with pytest.raises(BadConfig, match="a readable file"):
        read_config(tmp_path)


def test_the_example_is_valid_and_says_the_defaults(tmp_path: Path) -> None:
    assert read_config(ROOT / "config/homebase.toml") == GateConfig() == read_config(tmp_path / "none")


def test_what_a_jailed_program_prints_can_not_drive_the_terminal() -> None:
    script = f"{IMPORT}; say(harmless(bytes(range(256))))"
    done = subprocess.run([sys.executable, "-I", "-c", script, str(ROOT)], capture_output=True, check=True)
    assert done.stderr.count(b"\n") == 1
    assert not any(byte < 32 or byte == 127 for byte in done.stderr.rstrip(b"\n"))
    assert rb"\x1b" in done.stderr


def test_lines_that_nobody_reads_are_dropped_and_nothing_blocks() -> None:
    script = f"{IMPORT}; [say('x' * 3000) for _ in range(9999)]"
    reading, writing = os.pipe()
    try:
        subprocess.run(
            [sys.executable, "-I", "-c", script, str(ROOT)], stderr=writing, check=True, timeout=60
        )
    finally:
        os.close(writing)
        os.close(reading)


# two users: tmpfiles.d made the folders


def made_by_tmpfiles(root: Path) -> Places:
    places = Places(state=root / "state", run=root / "run")
    for folder, made in (
        (places.state, 0o755),
        (places.gate_state, 0o700),
        (places.run, 0o755),
        (places.hub_run, 0o2750),
        (places.console, 0o755),
    ):
        folder.mkdir()
        folder.chmod(made)
    return places


def test_folders_of_tmpfiles_stay_as_they_are(tmp_path: Path) -> None:
    places = made_by_tmpfiles(tmp_path)
    with prepared(places, demo=False, two_users=True):
        assert mode(places.hub_run) == 0o2750
        assert mode(places.gate_state / "lock") == 0o600
    assert places.console.exists()
    assert not places.hub_state.exists()  # the hub's own; the gate never made it


@pytest.mark.parametrize(
    ("folder", "opened"),
    [("run", 0o777), ("run/hub", 0o755), ("run/console", 0o775), ("state/gate", 0o750)],
)
def test_a_folder_open_to_others_is_refused_with_the_way_out(
    tmp_path: Path, folder: str, opened: int
) -> None:
    places = made_by_tmpfiles(tmp_path)
    (tmp_path / folder).chmod(opened)
    with (
        pytest.raises(NotOurs, match=rf"{folder}: .*systemd-tmpfiles"),
        prepared(places, demo=False, two_users=True),
    ):
        pass


def test_a_folder_that_is_missing_is_not_made_by_the_gate(tmp_path: Path) -> None:
    places = made_by_tmpfiles(tmp_path)
    places.hub_run.rmdir()
    with pytest.raises(NotOurs, match="run/hub: No such file"), prepared(places, demo=False, two_users=True):
        pass
    assert not places.hub_run.exists()


@pytest.mark.parametrize("address", ["notify", "@homebase-test"])
def test_systemd_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    path = address if address.startswith("@") else str(tmp_path / address)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path.replace("@", "\0"))
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        tell_systemd("READY=1")
        assert manager.recv(100) == b"READY=1"
    tell_systemd("READY=1")  # nobody listens any more: not our problem
