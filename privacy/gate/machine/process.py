"""The gate as a process among others: what it tells the service manager, and who may look into it."""

import ctypes
import socket
from contextlib import suppress

from privacy.system import environment

_PR_SET_DUMPABLE = 4  # prctl(2)


def tell_systemd(state: str) -> None:
    """Tell the service manager, where there is one: ``READY=1``. Source: sd_notify(3)."""
    address = environment().get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out, suppress(OSError):  # it will ask by itself
        out.sendto(state.encode(), "\0" + address[1:] if address.startswith("@") else address)


def close_to_others() -> None:
    """Let no other process of this user read or trace this one: no core file, /proc entries are root's."""
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
