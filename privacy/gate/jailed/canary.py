"""The canary: tries to leave the jail at every start, from inside, as the program that is about to run would.

All that it tries must fail. Addresses are those set aside for documentation (RFC 5737, 3849), the name is
one that can not exist (RFC 6761): should it ever get out, it reaches nobody.
"""

import errno
import fcntl
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Final

TARGETS: Final = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
NAME: Final = b"canary.homebase.invalid"  # bytes: text would load a codec that a jail without Python has not
# what no jail shows
MACHINE: Final = ("/etc/shadow", "/var/log", "/var/lib/homebase/gate", "/run/homebase/console")
UNREACHABLE: Final = {
    errno.ENETUNREACH,
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EHOSTUNREACH,
    errno.EPERM,
}


def sing() -> str | None:
    """Try every way; return what was possible, in words, or None when nothing was."""
    return _powers() or _view() or _interfaces() or _packets() or _names()


def _view(machine: tuple[str, ...] = MACHINE) -> str | None:
    # a unit's own root is easily lost: ProtectSystem=strict beside TemporaryFileSystem=/ silently undoes it
    return next((f"it sees {path}" for path in machine if os.path.lexists(path)), None)


def _interfaces() -> str | None:
    lines = Path("/proc/self/net/dev").read_text().splitlines()[2:]
    names = {line.partition(":")[0].strip() for line in lines} - {"lo"}
    # kernels with tunnel modules put sit0, tunl0 … into every namespace: down, and nobody here can raise them
    others = sorted(name for name in names if _is_up(name))
    return f"interface {', '.join(others)}" if others else None


def _is_up(interface: str) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as any_socket:
        answer = fcntl.ioctl(any_socket, 0x8913, struct.pack("16s16x", interface.encode()))  # SIOCGIFFLAGS
    return bool(struct.unpack_from("=H", answer, 16)[0] & 1)  # IFF_UP


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


def main() -> int:
    """For a jail that systemd built, before the hub starts in it: 0, or 77 and one line."""
    if leak := sing():
        sys.stderr.write(f"homebase: not jailed ({leak}): start the hub by its unit or by the gate\n")
    return 77 if leak else 0


if __name__ == "__main__":
    sys.exit(main())
