"""Is the other end of an AF_UNIX connection in a jail? Asked of the kernel; the peer has no say in it.

Sources: socket(7) SO_PEERCRED; linux/socket.h SO_NETNS_COOKIE (since 5.14): an accepted AF_UNIX socket
carries the network namespace of the one that connected.
"""

import os
import socket
import struct
from pathlib import Path
from typing import Final

NETNS_COOKIE: Final = 71
_CREDENTIALS: Final = struct.Struct("=iII")


def who(connection: socket.socket) -> tuple[int, int, int]:
    """(pid, uid, gid) of the process that connected; pid 0 when it can't be seen from here."""
    pid, uid, gid = _CREDENTIALS.unpack(
        connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    )
    return pid, uid, gid


def why_not_jailed(
    connection: socket.socket, pid: int | None = None, *, user: int | None = None
) -> str | None:
    """Why an accepted connection is not from a jail, or None when it is. Doubt counts against it.

    pid: if given, the only process it may come from.
    user: the hub's own, where systemd starts it. The gate's unit can't look at another user's /proc; there
    that user stands for the user namespace, being neither ours nor root. None in one-user mode, where the hub
    shows our own uid: then only the namespace itself counts.
    """
    peer, uid, _ = who(connection)
    if pid is not None and peer != pid:
        return f"not jailed: process {peer} is not the one that was started"
    try:
        if _network(connection) == _own_network():
            return "not jailed: same network namespace"
        if user is not None and (uid != user or uid in {0, os.geteuid()}):
            return f"not jailed: user {uid} is not the hub's"
        if not _is_apart(peer, may_be_hidden=user is not None):
            return "not jailed: same user namespace"
    except OSError as error:
        return f"not jailed: cannot tell ({error.strerror}); needs Linux 5.14 or newer"
    return None


def is_in_other_user_namespace(pid: int) -> bool:
    """Whether the process has a user namespace other than ours.

    Raises:
        OSError: it is gone, or may not be looked at.
    """
    other, own = (Path(f"/proc/{who}/ns/user").stat() for who in (pid or "none", "self"))
    return (other.st_dev, other.st_ino) != (own.st_dev, own.st_ino)


def _is_apart(pid: int, *, may_be_hidden: bool) -> bool:
    try:
        return is_in_other_user_namespace(pid)
    except (PermissionError, FileNotFoundError):  # another user's; not there at all by ProtectProc=
        if may_be_hidden:
            return True
        raise


def _network(connection: socket.socket) -> int:
    return int.from_bytes(connection.getsockopt(socket.SOL_SOCKET, NETNS_COOKIE, 8), "little")


def _own_network() -> int:
    left, right = socket.socketpair()
    with left, right:
        return _network(left)
