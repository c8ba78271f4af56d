"""Attacks that take power over the gate, the owner's terminal, or the jail's own walls."""

import contextlib
import ctypes
import fcntl
import mmap
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path

from tests.lab.hostile import Plan, UnsupportedError, attack, libc, syscall

X86 = os.uname().machine == "x86_64"
NEW_USER, NEW_MOUNTS = 0x10000000, 0x00020000
REMOUNT_WRITABLE = 32 | 4096  # MS_REMOUNT | MS_BIND


def _mount_points() -> list[str]:
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line.split()[4] for line in lines]


def _checked(result: int, what: str) -> bool:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)
    return True


# walls


@attack("claim", as_user=False)
def attack_unmount_the_cover(plan: Plan, token: bytes) -> bool:
    """Take off what lies over a folder, and read what is below."""
    points = [plan.paths["cover"]] if not plan.inside else _mount_points()[1:]
    if not any(libc.umount2(point.encode(), 2) == 0 for point in points):
        raise OSError(ctypes.get_errno(), "umount2")
    return plan.inside or (Path(plan.paths["cover"]) / "below").read_bytes() != token


@attack("file read_only", as_user=False)
def attack_remount_writable(plan: Plan, token: bytes) -> None:
    points = [str(Path(plan.paths["read_only"]).parent)] if not plan.inside else _mount_points()
    for point in points:
        libc.mount(None, point.encode(), None, REMOUNT_WRITABLE, None)
    Path(plan.paths["read_only"]).write_bytes(token)


@attack("claim", as_user=False)
def attack_mount_over(plan: Plan, token: bytes) -> bool:
    del token
    return _checked(libc.mount(b"none", plan.paths["state"].encode(), b"tmpfs", 0, None), "mount")


@attack("claim")
def attack_nested_by_unshare(plan: Plan, token: bytes) -> bool:
    del plan, token
    return _checked(libc.unshare(NEW_USER | NEW_MOUNTS), "unshare")


@attack("claim")
def attack_nested_by_clone(plan: Plan, token: bytes) -> bool:
    del plan, token
    pid = syscall(56 if X86 else 220, NEW_USER | signal.SIGCHLD, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


@attack("claim")
def attack_nested_by_clone3(plan: Plan, token: bytes) -> bool:
    del plan, token
    request = b"".join(n.to_bytes(8, "little") for n in (NEW_USER, 0, 0, 0, signal.SIGCHLD, 0, 0, 0))
    pid = syscall(435, request, len(request))
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return True


@attack("claim")
def attack_other_abi(plan: Plan, token: bytes) -> bool:
    """The 32-bit way into the kernel has other numbers than the filter looks at."""
    del plan, token
    if not X86:
        raise UnsupportedError("x86_64 only")
    code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    code.write(bytes.fromhex("b814000000cd80c3"))  # mov eax, getpid; int 0x80; ret
    getpid = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
    return bool(getpid() == os.getpid())


@attack("claim")
def attack_user_fault_handling(plan: Plan, token: bytes) -> bool:
    del plan, token
    return syscall(323 if X86 else 282, 1) >= 0  # UFFD_USER_MODE_ONLY


@attack("claim")
def attack_keyring(plan: Plan, token: bytes) -> bool:
    del plan
    return syscall(248 if X86 else 217, b"user", b"lab", token, len(token), -2) >= 0  # process keyring


@attack("claim", as_user=False)
def attack_kernel_program(plan: Plan, token: bytes) -> bool:
    """bpf: create a map."""
    del plan, token
    request = b"".join(n.to_bytes(4, "little") for n in (2, 4, 4, 1)) + bytes(56)
    return syscall(321 if X86 else 280, 0, request, len(request)) >= 0


@attack("claim", as_user=False)
def attack_performance_counters(plan: Plan, token: bytes) -> bool:
    del plan, token
    request = (1).to_bytes(4, "little") + (112).to_bytes(4, "little") + bytes(104)
    return syscall(298 if X86 else 241, request, 0, -1, -1, 0) >= 0


@attack("claim", as_user=False)
def attack_core_pattern(plan: Plan, token: bytes) -> bool:
    """What root writes here runs as root outside all jails; here it is written back unchanged."""
    del plan, token
    pattern = Path("/proc/sys/kernel/core_pattern")
    pattern.write_text(pattern.read_text())
    return True


@attack("claim", as_user=False)
def attack_being_root(plan: Plan, token: bytes) -> bool:
    """Started as root: still root, or able to be."""
    del plan, token
    with contextlib.suppress(OSError):
        os.setuid(0)
    status = Path("/proc/self/status").read_text()
    powers = [int(line.split()[1], 16) for line in status.splitlines() if line.startswith("Cap")]
    return os.getuid() == 0 or any(powers)


# the gate


def _everybody(plan: Plan, name: str) -> list[int]:
    """The victim by its number; from inside also whoever else can be seen."""
    others = (
        [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()] if plan.inside else []
    )
    return [plan.pids[name], *(pid for pid in others if pid not in {os.getpid(), 1})]


def _any_of(pids: list[int], harm: Callable[[int], object]) -> bool:
    done = False
    for pid in pids:
        with contextlib.suppress(OSError):
            harm(pid)
            done = True
    return done


@attack("stopped")
def attack_stop_the_gate(plan: Plan, token: bytes) -> None:
    del token
    _any_of(_everybody(plan, "stop"), lambda pid: os.kill(pid, signal.SIGSTOP))


@attack("killed")
def attack_kill_the_gate(plan: Plan, token: bytes) -> None:
    del token
    _any_of(_everybody(plan, "kill"), lambda pid: os.kill(pid, signal.SIGKILL))


@attack("limited")
def attack_limit_the_gate(plan: Plan, token: bytes) -> None:
    """No more descriptors: it could not record a withdrawal."""
    del token
    _any_of(_everybody(plan, "limit"), lambda pid: resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, 0)))


@attack("claim")
def attack_trace_the_gate(plan: Plan, token: bytes) -> bool:
    del token
    return _any_of(_everybody(plan, "trace"), lambda pid: syscall(101 if X86 else 117, 16, pid, 0, 0))


@attack("claim")
def attack_trace_at_all(plan: Plan, token: bytes) -> bool:
    del plan, token
    return syscall(101 if X86 else 117, 0, 0, 0, 0) == 0  # PTRACE_TRACEME


@attack("claim")
def attack_memory_of_the_gate(plan: Plan, token: bytes) -> bool:
    del token
    pid = plan.pids["memory"]
    first = Path(f"/proc/{pid}/maps").read_text().split("-")[0]
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        memory.seek(int(first, 16))
        return len(memory.read(16)) == 16


@attack("claim")
def attack_descriptor_of_the_gate(plan: Plan, token: bytes) -> bool:
    del token
    return syscall(438, os.pidfd_open(plan.pids["descriptor"]), 0, 0) >= 0


# the owner's terminal


@attack("typed")
def attack_type_into_the_terminal(plan: Plan, token: bytes) -> None:
    del plan
    terminals = []
    for name in ("/dev/tty", *(f"/dev/pts/{n}" for n in range(8))):
        with contextlib.suppress(OSError):
            terminals.append(os.open(name, os.O_RDWR))
    for fd in (0, 1, 2, *terminals):
        for key in token + b"\n":
            with contextlib.suppress(OSError):
                fcntl.ioctl(fd, 0x5412, bytes([key]))  # TIOCSTI


@attack("shown")
def attack_write_to_the_terminal(plan: Plan, token: bytes) -> None:
    """Escape sequences could make the terminal answer with keystrokes."""
    with Path(plan.paths["terminal"]).open("wb", buffering=0) as terminal:
        terminal.write(token + b"\n")
