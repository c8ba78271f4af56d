"""The jail's walls as they stand around a real process, looked at from inside and from outside."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from privacy.gate.jailed.jail import Bind, JailError
from tests.lab.conftest import PYTHON, USER, Start
from tests.lab.test_attacks import ORDINARY_USER, python_for
from tests.paths import ROOT

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(os.geteuid() != 0, reason="starts jails as root: run it as root"),
]

NAMESPACES = ("user", "net", "mnt", "pid", "ipc", "uts", "cgroup")
WAIT_S = 60
SYSTEM_TOPS = ("bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "state", "tmp", "usr")


@pytest.mark.obligation("Q6.3-c")
def test_every_namespace_is_another_and_nobody_stays_behind(start: Start) -> None:
    before = set(_children())
    cell = start("print('here', flush=True); import time; time.sleep(60)")
    assert cell.line() == "here"
    for kind in NAMESPACES:
        assert _namespace(cell.jailed.pid, kind) != _namespace(os.getpid(), kind), kind
    assert set(_children()) - before == {cell.jailed.pid}


def test_the_program_is_nobody_with_nothing(start: Start) -> None:
    cell = start("print('here', flush=True); import time; time.sleep(60)")
    cell.line()
    status = _status(cell.jailed.pid)
    assert status["Uid"].split() == [str(USER)] * 4
    assert status["Gid"].split() == [str(USER)] * 4
    assert status["Groups"].strip() == ""
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


LOCKSMITH = """
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
folder = f"/proc/{sys.argv[1]}/ns/"
namespaces = [os.open(folder + kind, os.O_RDONLY) for kind in ("user", "mnt")]
assert [libc.setns(fd, 0) for fd in namespaces] == [0, 0]
def code(result): return 0 if result == 0 else ctypes.get_errno()
print(code(libc.mount(b"none", b"/state", b"tmpfs", 0, None)), code(libc.umount2(b"/state", 2)),
    code(libc.umount2(b"/state", 2)), code(libc.mount(None, b"/usr", None, 4096 | 32, None)),
    code(libc.unshare(0x10000000)))
"""


def test_the_walls_hold_against_all_powers_of_the_jails_own_namespace(start: Start) -> None:
    cell = start("print('here', flush=True); import time; time.sleep(60)")
    cell.line()
    command = [PYTHON, "-I", "-S", "-c", LOCKSMITH, str(cell.jailed.pid)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    # it can mount and unmount what is its own, and neither take off nor open what was there, nor nest
    assert done.stdout.split() == ["0", "0", str(errno.EINVAL), str(errno.EPERM), str(errno.ENOSPC)], done


def test_it_sees_what_was_named_and_nothing_else(start: Start) -> None:
    code = """
import json, os
tree = {folder: sorted(os.listdir(folder)) for folder in ("/", "/dev", "/etc", "/tmp", "/state")}
fds = {fd: os.readlink(f"/proc/self/fd/{fd}").split(":")[0] for fd in ("0", "1", "2")}
more = [fd for fd in range(3, 100) if os.path.exists(f"/proc/self/fd/{fd}")]
proc = sorted(name for name in os.listdir("/proc") if not name.isdigit())
print(json.dumps([tree, fds, more, dict(os.environ), os.getcwd(), os.getsid(0), os.uname().nodename, proc]))
"""
    tree, fds, more, environ, cwd, session, name, proc = json.loads(start(code).said())
    assert set(tree["/"]) <= {*SYSTEM_TOPS, Path(sys.base_prefix).parts[1]}
    assert tree["/dev"] == ["null", "random", "urandom", "zero"]
    assert set(tree["/etc"]) <= {"ld.so.cache", "localtime", "timezone"}
    assert tree["/state"] == []
    assert fds == {"0": "/dev/null", "1": "pipe", "2": "pipe"}
    assert more == []
    assert environ == {"LANG": "C.UTF-8"}
    assert (cwd, session, name) == ("/", 1, "homebase")
    assert set(proc) <= {"self", "thread-self"}


def test_only_its_own_folder_can_be_written(start: Start) -> None:
    code = """
import os
def can(folder):
    try:
        open(folder + "/probe", "w").close()
    except OSError:
        return False
    os.remove(folder + "/probe")
    return True
print(sorted({folder for folder, _, _ in os.walk("/") if can(folder)} - {"/proc"}))
"""
    assert start(code).said().strip() == "['/state', '/tmp']"


def test_a_kept_descriptor_arrives_and_no_other(start: Start) -> None:
    left, right = socket.socketpair()
    other = os.dup(right.fileno())
    os.set_inheritable(other, True)
    with left, right:
        keep = right.fileno()
        code = f"""
import os, socket
other = os.path.exists("/proc/self/fd/{other}")
socket.socket(fileno={keep}).send(b"both" if other else b"hi")
"""
        start(code, lambda plain: replace(plain, keep_fds=(keep,)))
        assert left.recv(10) == b"hi"
    os.close(other)


@pytest.mark.obligation("Q6.3-c")
def test_loopback_is_up_and_alone(start: Start) -> None:
    code = """
import socket
server = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(server.getsockname())
client.send(b"self"); print(server.accept()[0].recv(9))
"""
    assert start(code).said().strip() == "b'self'"


def test_its_children_die_with_it(start: Start) -> None:
    code = (
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    print('here', flush=True)\ntime.sleep(60)"
    )
    cell = start(code)
    cell.line()
    inside = [pid for pid in _pids() if _namespace(pid, "pid") == _namespace(cell.jailed.pid, "pid")]
    assert len(inside) == 2
    cell.jailed.kill()
    _until(lambda: not any(Path(f"/proc/{pid}/exe").exists() for pid in inside))


def test_it_dies_with_the_gate() -> None:
    script = f"""
import os, sys, time
sys.path.insert(0, {str(ROOT)!r})
from privacy.gate.jailed.jail import Bind, Jail, spawn
out = os.open("/dev/null", os.O_RDWR)
prefix = Bind(source={sys.base_prefix!r}, inside={sys.base_prefix!r})
argv = ({PYTHON!r}, "-I", "-S", "-c", "import time; time.sleep(60)")
jail = Jail(executable={PYTHON!r}, argv=argv, environ={{}}, read_only=(prefix,), user=({USER}, {USER}))
print(spawn(jail, stdout=out, stderr=out).pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([PYTHON, "-I", "-S", "-c", script], stdout=subprocess.PIPE, text=True) as gate:
        assert gate.stdout is not None
        pid = int(gate.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        gate.kill()
    _until(lambda: not Path(f"/proc/{pid}/exe").exists())


# the simulator's profile


def test_of_the_machines_terminals_none_is_seen(start: Start) -> None:
    master, slave = os.openpty()
    code = "import os; print(sorted(os.listdir('/dev')), os.listdir('/dev/pts'))"
    assert start(code, lambda plain: replace(plain, terminals=True)).said().strip() == (
        "['null', 'ptmx', 'pts', 'random', 'urandom', 'zero'] ['ptmx']"
    )
    os.close(master)
    os.close(slave)


def test_a_stick_made_inside_can_be_opened_outside(start: Start) -> None:
    code = """
import os, time
master, slave = os.openpty()
print(os.ttyname(slave), flush=True)
os.write(1, os.read(master, 99))
time.sleep(60)
"""
    cell = start(code, lambda plain: replace(plain, terminals=True))
    inside = cell.line()
    stick = os.open(f"/proc/{cell.jailed.pid}/root{inside}", os.O_RDWR | os.O_NOCTTY)
    os.write(stick, b"As1234\n")
    assert cell.line() == "As1234"
    os.close(stick)


# what goes wrong


def test_a_missing_folder_is_named(start: Start) -> None:
    with pytest.raises(JailError, match="bind /nowhere: No such file"):
        start("", lambda plain: replace(plain, writable=(Bind(source="/nowhere", inside="/state"),)))


def test_a_program_that_is_not_inside_is_named(start: Start) -> None:
    with pytest.raises(JailError, match="/opt/program does not start inside: No such file"):
        start("", lambda plain: replace(plain, executable="/opt/program"))


def test_any_fault_after_the_start_of_building_counts_as_not_started(start: Start) -> None:
    with pytest.raises(JailError, match="nothing is started"):
        start("", lambda plain: replace(plain, argv=("a\0b",)))


def test_root_without_powers_is_told_what_it_lacks() -> None:
    script = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from privacy.gate.jailed.jail import Jail, JailError, spawn
out = os.open("/dev/null", os.O_RDWR)
try:
    jail = Jail(executable="/bin/true", argv=("true",), environ={{}}, user=({USER}, {USER}))
    spawn(jail, stdout=out, stderr=out)
except JailError as error:
    print(error)
"""
    weak = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]
    command = [*weak, PYTHON, "-I", "-S", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "allow CAP_SYS_ADMIN" in done.stdout, done


def test_what_forbids_a_jail_is_named_with_its_command(tmp_path: Path) -> None:
    code = tmp_path / "privacy"
    shutil.copytree(ROOT / "privacy", code, ignore=shutil.ignore_patterns("data", "__pycache__"))
    python = python_for(ORDINARY_USER)
    script = f"""
import ctypes, os, sys
sys.path.insert(0, {str(tmp_path)!r})
from privacy.gate.jailed.jail import Jail, JailError, spawn
ids = os.getuid(), os.getgid()
assert ctypes.CDLL(None).unshare(0x10000000) == 0
open("/proc/self/setgroups", "w").write("deny")
open("/proc/self/uid_map", "w").write(f"{{ids[0]}} {{ids[0]}} 1")
open("/proc/self/gid_map", "w").write(f"{{ids[1]}} {{ids[1]}} 1")
open("/proc/sys/user/max_user_namespaces", "w").write("0")
out = os.open("/dev/null", os.O_RDWR)
try:
    spawn(Jail(executable="/bin/true", argv=("true",), environ={{}}), stdout=out, stderr=out)
except JailError as error:
    print(error)
"""
    _open_to_all(tmp_path)
    command = [python, "-I", "-S", "-c", script]
    done = subprocess.run(
        command,
        user=ORDINARY_USER,
        group=ORDINARY_USER,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "sysctl -w user.max_user_namespaces" in done.stdout, done
    assert done.stdout.count("\n") == 1


def _namespace(pid: int, kind: str) -> str:
    try:
        return str(Path(f"/proc/{pid}/ns/{kind}").readlink())
    except OSError:
        return "gone"


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _children() -> list[int]:
    return [pid for pid in _pids() if _status(pid).get("PPid", "").strip() == str(os.getpid())]


def _status(pid: int) -> dict[str, str]:
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return {}
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def _open_to_all(path: Path) -> None:
    for folder in (path, *path.parents):
        if str(folder).startswith("/tmp/"):
            folder.chmod(folder.stat().st_mode | 0o055)
