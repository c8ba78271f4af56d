"""The system call filter of a jail, as data and as the BPF program the kernel runs. Pure but for ``install``.

A list of refusals, not of permissions: the interpreter and its libraries use calls that differ by version,
and the jail's other walls (namespaces, no capabilities) stand without it. What is refused here is what
reaches around those walls (other socket families, io_uring), what would build new ones (namespaces, mounts),
or is a rich source of kernel faults that the hub never needs.
Source: seccomp(2), linux/filter.h, linux/seccomp.h.
"""

import ctypes
import struct
from typing import Final, NamedTuple

from privacy.gate.machine.syscalls import Architecture, prctl

REFUSED: Final = (
    "acct", "add_key", "bpf", "chroot", "clock_settime", "delete_module", "fanotify_init", "finit_module",
    "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "io_uring_enter", "io_uring_register",
    "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie",
    "migrate_pages", "modify_ldt", "mount", "mount_setattr", "move_mount", "move_pages", "name_to_handle_at",
    "open_by_handle_at", "open_tree", "open_tree_attr", "perf_event_open", "personality", "pidfd_getfd",
    "pivot_root", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl",
    "quotactl_fd", "reboot", "request_key", "setdomainname", "sethostname", "setns", "settimeofday",
    "swapoff", "swapon", "syslog", "umount2", "unshare", "userfaultfd", "vhangup",
)  # fmt: skip
# what a program that has all it needs does no more: opens, changes and runs files, signals and limits others
ALONE: Final = (
    "chmod", "chown", "creat", "execve", "execveat", "fchmod", "fchmodat", "fchmodat2", "fchown", "fchownat",
    "fremovexattr", "fsetxattr", "ftruncate", "futimesat", "kill", "lchown", "link", "linkat", "lremovexattr",
    "lsetxattr", "mkdir", "mkdirat", "mknod", "mknodat", "open", "openat", "openat2", "pidfd_send_signal",
    "prlimit64", "removexattr", "removexattrat", "rename", "renameat", "renameat2", "rmdir",
    "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setxattr", "setxattrat", "symlink", "symlinkat", "tgkill",
    "tkill", "truncate", "unlink", "unlinkat", "utime", "utimensat", "utimes",
)  # fmt: skip
FAMILIES: Final = (1, 2, 10)  # AF_UNIX, AF_INET, AF_INET6; the last two reach the jail's own loopback
TERMINAL_REQUESTS: Final = (
    0x5412,
    0x541C,
    0x5423,
)  # TIOCSTI, TIOCLINUX type into terminals; TIOCSETD: disciplines
NEW_NAMESPACES: Final = 0x7E020000  # CLONE_NEWUSER, NEWPID, NEWNET, NEWIPC, NEWUTS, NEWCGROUP, NEWNS

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000  # SECCOMP_RET_ALLOW, SECCOMP_RET_KILL_PROCESS
NOT_PERMITTED, NOT_IMPLEMENTED = 0x50001, 0x50026  # SECCOMP_RET_ERRNO with EPERM, ENOSYS
NUMBER, ARCH, FIRST, SECOND = (
    0,
    4,
    16,
    24,
)  # offsets in struct seccomp_data; low halves of the first two arguments
BPF_LIMIT: Final = 4096  # BPF_MAXINSNS


class Step(NamedTuple):
    """One instruction: ``on_true`` and ``on_false`` are how many following ones to skip."""

    code: int
    on_true: int
    on_false: int
    value: int


def program(
    arch: Architecture, families: tuple[int, ...] = FAMILIES, refused: tuple[str, ...] = REFUSED
) -> tuple[Step, ...]:
    """The filter for ``arch``: foreign architectures and ABIs die, refused calls fail with EPERM.

    families: of sockets that may be made.
    """
    steps = [
        Step(LOAD, 0, 0, ARCH),
        Step(EQUAL, 1, 0, arch.audit),
        Step(RETURN, 0, 0, KILL),
        Step(LOAD, 0, 0, NUMBER),
    ]
    if arch.foreign_bit is not None:
        steps += [Step(AT_LEAST, 0, 1, arch.foreign_bit), Step(RETURN, 0, 0, KILL)]
    for name in refused:
        steps += _refuse(arch.number(name), NOT_PERMITTED)
    # clone3 passes its flags by pointer, which no filter can read; libc falls back to clone
    steps += _refuse(arch.number("clone3"), NOT_IMPLEMENTED)
    steps += _argument(arch.number("clone"), FIRST, [Step(ANY_BIT, 0, 1, NEW_NAMESPACES), *_deny()])
    steps += _argument(arch.number("ioctl"), SECOND, _none_of(TERMINAL_REQUESTS))
    for name in ("socket", "socketpair"):
        steps += _argument(arch.number(name), FIRST, _one_of(families))
    return (*steps, Step(RETURN, 0, 0, ALLOW))


def encode(steps: tuple[Step, ...]) -> bytes:
    """The program as the kernel reads it: struct sock_filter, one after the other."""
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(
    arch: Architecture, families: tuple[int, ...] = FAMILIES, refused: tuple[str, ...] = REFUSED
) -> None:
    """Put the filter on this process and all that it starts, for good; ``no_new_privs`` must be set.

    Raises:
        OSError: the kernel was built without seccomp filters.
    """
    steps = program(arch, families, refused)
    code = ctypes.create_string_buffer(encode(steps))
    header = _Program(len(steps), ctypes.addressof(code))
    prctl(22, 2, ctypes.addressof(header))  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER


def _deny() -> list[Step]:
    return [Step(RETURN, 0, 0, NOT_PERMITTED)]


def _refuse(number: int | None, answer: int) -> list[Step]:
    if number is None:
        return []
    return [Step(EQUAL, 0, 1, number), Step(RETURN, 0, 0, answer)]


def _argument(number: int | None, offset: int, judge: list[Step]) -> list[Step]:
    """Run ``judge`` over one argument of the call ``number``; what it lets pass is allowed."""
    assert number is not None
    body = [Step(LOAD, 0, 0, offset), *judge, Step(RETURN, 0, 0, ALLOW)]
    return [Step(EQUAL, 0, len(body), number), *body]


def _none_of(values: tuple[int, ...]) -> list[Step]:
    return [step for value in values for step in (Step(EQUAL, 0, 1, value), *_deny())]


def _one_of(values: tuple[int, ...]) -> list[Step]:
    left = range(len(values), 0, -1)
    return [*(Step(EQUAL, n, 0, value) for n, value in zip(left, values, strict=True)), *_deny()]
