"""What the verifier believes: the lists of those whom the home trusts, in their order, and of today."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from privacy.gate.updates.conversation import LONGEST, MOST_ROOTS, Over, Verdict, Want, sensible
from privacy.gate.updates.trust import workflow
from tests.privacy.gate.updates.lists import ATTACKS, Attack, Maintainer, unguarded


@pytest.fixture
def maintainer(tmp_path: Path) -> Maintainer:
    made = Maintainer(tmp_path / "maintainer")
    made.release("99.2.0")
    return made


def walked(
    kept: Mapping[str, bytes], files: Mapping[str, bytes], maintainer: Maintainer, ends_at: str = ""
) -> Verdict:
    """What comes of it when ``files`` are served; ends_at: where the line breaks."""
    steps = workflow(kept, maintainer.repository.now + timedelta(minutes=1))
    try:
        want = next(steps)
        while True:
            assert sensible(want)
            want = steps.throw(Over()) if want.name == ends_at else steps.send(files.get(want.name))
    except StopIteration as over:
        verdict = over.value
        assert isinstance(verdict, Verdict)
        return verdict


def test_a_home_follows_its_root_to_the_newest_release(maintainer: Maintainer) -> None:
    first = maintainer.files()["1.root.json"]
    maintainer.repository.rotate("root")
    maintainer.repository.rotate("snapshot")
    verdict = walked({"root": first}, maintainer.release("99.10.0"), maintainer)
    assert verdict.offer is not None
    assert (verdict.code, verdict.offer.release.version) == ("", "99.10.0")
    # the next check asks for what is new alone
    steps = workflow(verdict.kept, maintainer.repository.now)
    assert next(steps).name == "4.root.json"
    assert steps.send(None).name == "timestamp.json"
    with pytest.raises(StopIteration):
        steps.send(maintainer.files()["timestamp.json"])


@pytest.mark.parametrize(("attack", "code", "role", "believed"), ATTACKS)
def test_an_attack_is_refused_where_a_reader_without_a_guard_takes_it(
    maintainer: Maintainer, tmp_path: Path, attack: Attack, code: str, role: str, believed: str
) -> None:
    files = maintainer.release("99.3.0")
    kept = walked({"root": files["1.root.json"]}, files, maintainer).kept
    served = attack(maintainer.twin(tmp_path / "thief"))
    assert unguarded(served) == believed  # the control
    verdict = walked(kept, served, maintainer)
    assert (verdict.code, verdict.role, verdict.offer) == (code, role, None)
    # what keys were stolen from is healed by other keys, also where the thief's versions ran ahead
    maintainer.repository.rotate("snapshot")
    maintainer.repository.rotate("timestamp")
    assert walked(verdict.kept, maintainer.files(), maintainer).code == ""


def test_what_was_seen_before_the_line_broke_is_never_gone_back_on(maintainer: Maintainer) -> None:
    old = maintainer.files()
    new = maintainer.release("99.3.0")
    root = {"root": new["1.root.json"]}
    broken = walked(root, new, maintainer, ends_at="3.snapshot.json")
    assert (broken.code, broken.offer) == ("broken_off", None)
    assert walked(broken.kept, old, maintainer).code == "rolled_back"
    assert walked(root, old, maintainer).code == ""  # the control: a home that saw nothing newer


def test_a_timestamp_that_expired_since_it_was_kept_is_named_itself(maintainer: Maintainer) -> None:
    files = maintainer.files()
    kept = walked({"root": files["1.root.json"]}, files, maintainer).kept
    assert walked(kept, files, maintainer).code == ""  # the control: the same lists, of today
    maintainer.repository.now += timedelta(days=8)
    verdict = walked(kept, files, maintainer)
    assert (verdict.code, verdict.role) == ("expired", "timestamp")


def test_a_chain_of_roots_is_followed_in_portions(maintainer: Maintainer) -> None:
    first = maintainer.files()["1.root.json"]
    for _ in range(MOST_ROOTS + 1):
        maintainer.repository.rotate("timestamp")
    verdict = walked({"root": first}, maintainer.files(), maintainer)
    assert verdict.code == "too_many_roots"
    assert walked(verdict.kept, maintainer.files(), maintainer).code == ""


@pytest.mark.parametrize("junk", [b"", b"[" * 9000, b"{}", b'{"signed": {"_type": "timestamp"}}', b"\xff"])
def test_what_is_no_list_is_refused(maintainer: Maintainer, junk: bytes) -> None:
    files = {**maintainer.files(), "timestamp.json": junk}
    assert walked({"root": files["1.root.json"]}, files, maintainer).code == "unreadable"
    assert walked({"root": junk}, files, maintainer).code == "bad_root"


def test_the_gate_asks_for_lists_of_a_sensible_size_alone() -> None:
    assert sensible(Want("12.root.json", LONGEST["root"]))
    assert not sensible(Want("12.root.json", LONGEST["root"] + 1))
    for name in ("../root.json", "root.json?id=7", "0.root.json", "people.json", "1.timestamp.json.sig"):
        assert not sensible(Want(name, 10)), name


def test_nothing_is_loaded_once_the_first_list_is_read(maintainer: Maintainer) -> None:
    first, files = maintainer.files()["1.root.json"], maintainer.release("99.10.0")
    code = """
import sys, msgspec
from datetime import datetime
from privacy.gate.updates.trust import load_all, workflow
first, files, at = msgspec.json.decode(sys.stdin.buffer.read(), type=tuple[bytes, dict[str, bytes], datetime])
load_all()
before, steps = set(sys.modules), workflow({"root": first}, at)
want = next(steps)
try:
    while True: want = steps.send(files.get(want.name))
except StopIteration as over: print(over.value.offer.file, set(sys.modules) - before)
"""
    told = msgspec.json.encode((first, files, maintainer.repository.now))
    done = subprocess.run([sys.executable, "-B", "-c", code], input=told, capture_output=True, check=True)
    assert done.stdout.decode().split() == ["homebase_99.10.0.deb", "set()"]


@pytest.mark.parametrize("shut", [True, False])
def test_the_verifier_has_no_socket_and_opens_changes_and_runs_no_file(tmp_path: Path, shut: bool) -> None:
    (there := tmp_path / "there").write_text("what the gate keeps")
    code = f"""
import os, socket, sys
from privacy.gate.updates.verifier import shut_in
if {shut}: shut_in()
import tuf.ngclient
for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
    try: socket.socket(family); print("socket")
    except PermissionError: pass
there, new = {str(there)!r}, {str(tmp_path / "new")!r}
for name, attempt in {{
    "made": lambda: os.open(new, os.O_CREAT | os.O_WRONLY),
    "read": lambda: os.open(there, os.O_RDONLY),
    "mode": lambda: os.chmod(there, 0o666),
    "link": lambda: os.symlink(there, new + "2"),
    "folder": lambda: os.mkdir(new + "3"),
    "signal": lambda: os.kill(os.getppid(), 0),
    "moved": lambda: os.rename(there, new),
    "emptied": lambda: os.truncate(new, 0),
    "gone": lambda: os.unlink(new),
    "run": lambda: print("run", flush=True) or os.execv(sys.executable, [sys.executable, "-c", ""]),
}}.items():
    try: attempt(); print(name)
    except OSError: pass
"""
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=True)
    if shut:
        assert done.stdout.split() == ["run"]  # tried, and went on after it
        assert there.read_text() == "what the gate keeps"
    else:  # the control: not shut in
        done_all = ["socket"] * 3 + ["made", "read", "mode", "link", "folder", "signal", "moved", "emptied"]
        assert done.stdout.split() == [*done_all, "gone", "run"]
