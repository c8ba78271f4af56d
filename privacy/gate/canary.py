"""The canary: tries to leave the jail at every start, from inside, as the program that is about to run would.

All that it tries must fail. Addresses are those set aside for documentation (RFC 5737, 3849), the name is
one that can not exist (RFC 6761): should it ever get out, it reaches nobody.
"""

import errno
import os
import socket
from pathlib import Path
from typing import Final

TARGETS: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
NAME: Final = b"canary.homebase.invalid"  # bytes: text would load a codec that a jail without Python has not
UNREACHABLE: Final = {
    errno.ENETUNREACH,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EHOSTUNREACH,
    errno.EPERM,
}


def sing() -> str | None:
    """Try every way; return what was possible, in words, or None when nothing was."""
    return _powers() or _interfaces() or _packets() or _names()


def _interfaces() -> str | None:
    lines = Path("/proc/self/net/dev").read_text().splitlines()[2:]
    others = {line.partition(":")[0].strip() for line in lines} - {"lo"}
    return f"interface {', '.join(sorted(others))}" if others else None


def _packets() -> str | None:
    for family, host in TARGETS:
        for kind, how in ((socket.SOCK_STREAM, "TCP"), (socket.SOCK_DGRAM, "UDP")):
            try:
                with socket.socket(family, kind) as out:
                    out.setblocking(False)
                    out.connect((host, 9))
            except OSError as error:
                if error.errno not in UNREACHABLE:
                    return f"{how} to {host}: {error.strerror}"
            else:
                return f"{how} to {host}"
    return None


def _names() -> str | None:
    try:
        found = socket.getaddrinfo(NAME, 443)
    except OSError:
        return None
    return f"name {NAME.decode()} is {found[0][4][0]}"


def _powers() -> str | None:
    status = dict(
        line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line
    )
    if os.geteuid() == 0 or os.getegid() == 0:
        return "user is root"
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        if int(status[name], 16):
            return f"{name} is {status[name]}"
    if status["NoNewPrivs"] != "1" or status["Seccomp"] != "2":
        return "no filter"
    return None
