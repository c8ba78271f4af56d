"""A jail's description: nonsense and sieves are refused before anything starts."""

import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from privacy.gate.jailed.jail import Bind, Jail, JailError, check
from privacy.gate.jailed.users import hand_over
from privacy.gate.jailed.view import python_view

USER = (60_901, 60_901) if os.geteuid() == 0 else None
PLAIN = Jail(executable="/usr/bin/true", argv=("true",), environ={"LANG": "C.UTF-8"}, user=USER)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


def test_a_jail_survives_its_way_to_the_launcher() -> None:
    jail = replace(PLAIN, read_only=(Bind(source="/usr", inside="/usr"),), keep_fds=(3, 4), hidden=("/srv",))
    assert Jail.from_json(jail.to_json()) == jail


@pytest.mark.parametrize("inside", ["/", "/proc", "/proc/self", "/dev/null", "/tmp", "run", "/run/../etc"])
def test_a_bind_must_not_replace_what_is_the_jails_own(inside: str) -> None:
    with pytest.raises(JailError, match="bind"):
        check(replace(PLAIN, read_only=(Bind(source="/usr", inside=inside),)))


@pytest.mark.parametrize("source", ["", "gate", "gate/ledger", "."])
def test_a_bind_must_not_show_what_is_hidden(tmp_path: Path, source: str) -> None:
    (tmp_path / "gate").mkdir()
    (tmp_path / "gate/ledger").touch()
    with pytest.raises(JailError, match="would show"):
        check(
            replace(
                PLAIN,
                writable=(Bind(source=str(tmp_path / source), inside="/state"),),
                hidden=(str(tmp_path / "gate"),),
            )
        )


def test_a_symlink_to_what_is_hidden_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "gate").mkdir()
    (tmp_path / "innocent").symlink_to(tmp_path / "gate")
    bind = Bind(source=str(tmp_path / "innocent"), inside="/state")
    with pytest.raises(JailError, match="would show"):
        check(replace(PLAIN, read_only=(bind,), hidden=(str(tmp_path / "gate"),)))


def test_pipes_and_local_sockets_may_be_kept(pipe: tuple[int, int], tmp_path: Path) -> None:
    left, right = socket.socketpair()
    with left, right, (tmp_path / "file").open("w") as file:
        check(replace(PLAIN, keep_fds=(*pipe, left.fileno(), file.fileno())))


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_network_socket_must_not_be_kept(family: socket.AddressFamily) -> None:
    with socket.socket(family) as out, pytest.raises(JailError, match="would lead out"):
        check(replace(PLAIN, keep_fds=(out.fileno(),)))


def test_folders_namespaces_terminals_and_processes_must_not_be_kept(tmp_path: Path) -> None:
    master, slave = os.openpty()
    leads_out = [
        os.open(tmp_path, os.O_RDONLY),
        os.open("/proc/self/ns/net", os.O_RDONLY),
        os.open("/proc/self/oom_score_adj", os.O_RDONLY),
        os.pidfd_open(os.getpid()),
        master,
        slave,
    ]
    for fd in leads_out:
        with pytest.raises(JailError, match=f"descriptor {fd} would lead out"):
            check(replace(PLAIN, keep_fds=(fd,)))
        os.close(fd)


def test_a_closed_descriptor_is_named() -> None:
    with pytest.raises(JailError, match="descriptor 999 is not open"):
        check(replace(PLAIN, keep_fds=(999,)))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root must change the user")
@pytest.mark.parametrize("user", [None, (0, 0), (60_901, 0)])
def test_root_is_refused_with_the_fix(user: tuple[int, int] | None) -> None:
    with pytest.raises(JailError, match="useradd"):
        check(replace(PLAIN, user=user))


def test_the_name_of_a_program_and_an_absolute_path_are_needed() -> None:
    with pytest.raises(JailError, match="absolute"):
        check(replace(PLAIN, executable="python"))
    with pytest.raises(JailError, match="argv"):
        check(replace(PLAIN, argv=()))
    with pytest.raises(JailError, match="environ"):
        check(replace(PLAIN, environ={"A=B": "c"}))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can hand files over")
def test_a_folder_is_handed_over_without_following_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.touch()
    inside = tmp_path / "hub/deep"
    inside.mkdir(parents=True)
    (inside / "file").touch()
    (inside / "link").symlink_to(outside)
    hand_over(tmp_path / "hub", (60_901, 60_901))
    owners = {path.name: path.lstat().st_uid for path in tmp_path.rglob("*")}
    assert owners == {"hub": 60_901, "deep": 60_901, "file": 60_901, "link": 60_901, "outside": 0}


def test_of_a_checkout_only_the_packages_are_shown(tmp_path: Path) -> None:
    for name in ("hub", "privacy", ".git", "state"):
        (tmp_path / name).mkdir()
    shown = {
        Path(bind.source).name
        for bind in python_view(tmp_path, None)
        if bind.source.startswith(str(tmp_path))
    }
    assert shown == {"hub", "privacy"}
