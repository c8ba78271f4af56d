"""System calls that Python has no name for: their numbers on both architectures, and one way to make them.

Numbers: Linux, arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h (aarch64).
"""

import ctypes
import os
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

# name: (x86_64, aarch64); None where an architecture does not have it
NUMBERS: Final = MappingProxyType(
    {
        "acct": (163, 89),
        "add_key": (248, 217),
        "bpf": (321, 280),
        "capset": (126, 91),
        "chmod": (90, None),
        "chown": (92, None),
        "chroot": (161, 51),
        "clock_settime": (227, 112),
        "clone": (56, 220),
        "clone3": (435, 435),
        "close_range": (436, 436),
        "creat": (85, None),
        "delete_module": (176, 106),
        "execve": (59, 221),
        "execveat": (322, 281),
        "fanotify_init": (300, 262),
        "fchmod": (91, 52),
        "fchmodat": (268, 53),
        "fchmodat2": (452, 452),
        "fchown": (93, 55),
        "fchownat": (260, 54),
        "finit_module": (313, 273),
        "fremovexattr": (199, 16),
        "fsconfig": (431, 431),
        "fsetxattr": (190, 7),
        "fsmount": (432, 432),
        "fsopen": (430, 430),
        "fspick": (433, 433),
        "ftruncate": (77, 46),
        "futimesat": (261, None),
        "init_module": (175, 105),
        "io_uring_enter": (426, 426),
        "io_uring_register": (427, 427),
        "io_uring_setup": (425, 425),
        "ioctl": (16, 29),
        "ioperm": (173, None),
        "iopl": (172, None),
        "kcmp": (312, 272),
        "kexec_file_load": (320, 294),
        "kexec_load": (246, 104),
        "keyctl": (250, 219),
        "kill": (62, 129),
        "lchown": (94, None),
        "link": (86, None),
        "linkat": (265, 37),
        "lookup_dcookie": (212, 18),
        "lremovexattr": (198, 15),
        "lsetxattr": (189, 6),
        "migrate_pages": (256, 238),
        "mkdir": (83, None),
        "mkdirat": (258, 34),
        "mknod": (133, None),
        "mknodat": (259, 33),
        "modify_ldt": (154, None),
        "mount": (165, 40),
        "mount_setattr": (442, 442),
        "move_mount": (429, 429),
        "move_pages": (279, 239),
        "name_to_handle_at": (303, 264),
        "open": (2, None),
        "open_by_handle_at": (304, 265),
        "open_tree": (428, 428),
        "open_tree_attr": (467, 467),
        "openat": (257, 56),
        "openat2": (437, 437),
        "perf_event_open": (298, 241),
        "personality": (135, 92),
        "pidfd_getfd": (438, 438),
        "pidfd_send_signal": (424, 424),
        "pivot_root": (155, 41),
        "prlimit64": (302, 261),
        "process_madvise": (440, 440),
        "process_vm_readv": (310, 270),
        "process_vm_writev": (311, 271),
        "ptrace": (101, 117),
        "quotactl": (179, 60),
        "quotactl_fd": (443, 443),
        "reboot": (169, 142),
        "removexattr": (197, 14),
        "removexattrat": (466, 466),
        "rename": (82, None),
        "renameat": (264, 38),
        "renameat2": (316, 276),
        "request_key": (249, 218),
        "rmdir": (84, None),
        "rt_sigqueueinfo": (129, 138),
        "rt_tgsigqueueinfo": (297, 240),
        "setdomainname": (171, 162),
        "sethostname": (170, 161),
        "setns": (308, 268),
        "settimeofday": (164, 170),
        "setxattr": (188, 5),
        "setxattrat": (463, 463),
        "socket": (41, 198),
        "socketpair": (53, 199),
        "swapoff": (168, 225),
        "swapon": (167, 224),
        "symlink": (88, None),
        "symlinkat": (266, 36),
        "syslog": (103, 116),
        "tgkill": (234, 131),
        "tkill": (200, 130),
        "truncate": (76, 45),
        "umount2": (166, 39),
        "unlink": (87, None),
        "unlinkat": (263, 35),
        "unshare": (272, 97),
        "userfaultfd": (323, 282),
        "utime": (132, None),
        "utimensat": (280, 88),
        "utimes": (235, None),
        "vhangup": (153, 58),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Architecture:
    """A processor the jail knows.

    column: its place in ``NUMBERS``.
    audit: how the kernel names it to a seccomp filter (AUDIT_ARCH_*, linux/audit.h).
    foreign_bit: calls from this number on belong to another ABI (x32); None where there is no such ABI.
    """

    name: str
    column: int
    audit: int
    foreign_bit: int | None

    def number(self, call: str) -> int | None:
        """The call's number here, or None where this architecture does not have it."""
        return NUMBERS[call][self.column]


ARCHITECTURES: Final = MappingProxyType(
    {
        "x86_64": Architecture(name="x86_64", column=0, audit=0xC000003E, foreign_bit=0x40000000),
        "aarch64": Architecture(name="aarch64", column=1, audit=0xC00000B7, foreign_bit=None),
    }
)


def architecture() -> Architecture:
    """The machine this process runs on.

    Raises:
        OSError: for any other than x86_64 and aarch64, or a 32-bit Python on them: no filter exists for it.
    """
    machine = os.uname().machine
    known = ARCHITECTURES.get(machine)
    if known is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise OSError(
            0,
            f"no system call filter for {machine} with {ctypes.sizeof(ctypes.c_void_p) * 8}-bit Python; "
            "known are x86_64 and aarch64: use a 64-bit system",
        )
    return known


_libc = ctypes.PyDLL(
    None, use_errno=True
)  # keeps the interpreter lock: clone must return with it held, twice
_libc.syscall.restype = ctypes.c_long


def call(name: str, *arguments: int | bytes | None) -> int:
    """Make the system call ``name``; bytes are passed as a pointer to them.

    Raises:
        OSError: with the kernel's errno and the call's name.
    """
    number = architecture().number(name)
    if number is None:
        raise OSError(38, f"{name}: not on this architecture")
    passed = [ctypes.c_long(a) if isinstance(a, int) else ctypes.c_char_p(a) for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(number), *passed))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def prctl(option: int, *arguments: int) -> int:
    """Set or get a property of this process (linux/prctl.h).

    Raises:
        OSError: with the kernel's errno and the option's number.
    """
    padded = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    result = int(_libc.prctl(option, *padded))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl {option}: {os.strerror(error)}")
    return result
