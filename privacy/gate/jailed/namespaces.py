"""Namespaces, ids and capabilities of a jail: born into new ones, then stripped of every power over them.

Started as root, the first set of namespaces belongs to the machine's root and the program gets a user
namespace that root owns; unprivileged, both user namespaces belong to the caller. The second one locks what
the first has mounted. Source: namespaces(7), user_namespaces(7), capabilities(7).
"""

import fcntl
import os
import resource
import socket
import struct
from pathlib import Path
from typing import Final

from privacy.gate.machine.syscalls import call, prctl

NEW_MOUNTS: Final = 0x00020000
NEW_USER: Final = 0x10000000
NEW_OTHERS: Final = (
    0x02000000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000
)  # cgroup, uts, ipc, pid, net
CLONE_PARENT: Final = 0x00008000
SIGCHLD: Final = 17
CAPABILITIES: Final = 64  # as many as the kernel's interface can hold

# switch, value that closes it, the command that opens it
SWITCHES: Final = (
    ("/proc/sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=16384"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
    (
        "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
        "1",
        "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
    ),
)


def bear(*, as_root: bool) -> int:
    """Clone this process into new namespaces as a child of *its parent*; return the pid, 0 in the child.

    The caller may end at once: nobody has to stay to hold the new pid namespace.

    Raises:
        OSError: with the way out.
    """
    flags = CLONE_PARENT | NEW_MOUNTS | NEW_OTHERS | SIGCHLD
    try:
        return call("clone", flags if as_root else flags | NEW_USER, 0, 0, 0, 0)
    except OSError as error:
        raise OSError(error.errno, f"no new namespaces ({error.strerror}); {way_out()}") from error


def way_out() -> str:
    """Which switch of this machine forbids a jail, and the command that changes it."""
    if os.geteuid() == 0:
        return "allow CAP_SYS_ADMIN and mounts to this container or unit, or start as an ordinary user"
    for path, closed, command in SWITCHES:
        try:
            if Path(path).read_text().strip() == closed:
                name = path.removeprefix("/proc/sys/")
                return f"{name} is {closed}: run `{command}` as root, or start as root"
        except OSError:
            continue
    return "a container or security module forbids it: allow user namespaces and mounts, or start as root"


def map_ids(process: Path, uid: int, gid: int) -> None:
    """Let the user namespace of ``process`` (its folder in /proc) know one user and one group."""
    (process / "setgroups").write_text("deny")
    (process / "uid_map").write_text(f"{uid} {uid} 1")
    (process / "gid_map").write_text(f"{gid} {gid} 1")


def name_machine() -> None:
    """The jail's own host name, and its loopback up: the only interface there is."""
    socket.sethostname("homebase")
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def forget_keys() -> None:
    """Leave the session keyring of whoever started us; a kernel without keyrings has none to leave."""
    try:
        call("keyctl", 1, 0)  # KEYCTL_JOIN_SESSION_KEYRING, anonymous
    except OSError:
        return


def drop_powers() -> None:
    """No capability now, by exec or by a file; no new privileges. Call as the final user."""
    for capability in range(CAPABILITIES):
        try:
            prctl(24, capability)  # PR_CAPBSET_DROP
        except OSError:
            break  # the kernel knows no more of them
    prctl(47, 4)  # PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL
    prctl(38, 1)  # PR_SET_NO_NEW_PRIVS
    header = struct.pack("=Ii", 0x20080522, 0)  # _LINUX_CAPABILITY_VERSION_3, this thread
    call("capset", header, bytes(24))


def limit(open_files: int, processes: int) -> None:
    """Bound what a runaway or hostile program can use up; no core dumps, which would hold keys."""
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, open_files),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_MEMLOCK, 64 * 1024),
    ):
        hard = resource.getrlimit(what)[1]
        bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (bound, bound))


def keep_only(descriptors: set[int]) -> None:
    """Close every descriptor but these."""
    first = 0
    for kept in [*sorted(descriptors), 2**32 - 1]:
        if kept > first:
            call("close_range", first, kept - 1, 0)
        first = kept + 1


def die_with_parent() -> None:
    """End by SIGKILL when the thread that started us ends."""
    prctl(1, 9)  # PR_SET_PDEATHSIG


def become(uid: int, gid: int) -> None:
    """Be this user and group for good; groups were emptied before."""
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
