"""The gate's stand-in: in the home's network, with all that a careless parent has, it runs the hostile code.

Run as ``runner.py ORDER``. Without the jail it just starts it (the control); with it, by
privacy.gate.jailed.jail.spawn. Prints what the hostile code printed.
"""

import ctypes
import fcntl
import json
import os
import socket
import subprocess
import sys
import termios
from pathlib import Path

NEW_NETWORK, NEW_MOUNTS, NEW_NAMES = 0x40000000, 0x00020000, 0x04000000
PRIVATE, RECURSIVE, BIND, REMOUNT, READ_ONLY = 1 << 18, 1 << 14, 4096, 32, 1

libc = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    order = json.loads(Path(sys.argv[1]).read_text())
    machine = os.open("/proc/self/ns/net", os.O_RDONLY)
    _enter(order)
    os.setsid()
    terminal = os.open(order["terminal"], os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    listener = socket.create_server(("0.0.0.0", 0))
    connection = socket.create_connection((order["plan"]["sinks"][0], 443))
    print(f"own connection: {connection.getsockname()[1]}", flush=True)
    folder = os.open(Path(order["plan"]["paths"]["home_rc"]).parent, os.O_RDONLY)
    for fd in (listener.fileno(), connection.fileno(), folder, machine, terminal):
        os.set_inheritable(fd, True)
    if os.geteuid() != order["user"]:
        os.setgroups([])
        os.setresgid(*[order["user"]] * 3)
        os.setresuid(*[order["user"]] * 3)
    os.environ["HTTP_PROXY"] = f"http://{order['plan']['sinks'][0]}:3128"
    if order["jailed"]:
        _run_jailed(order)
    else:
        os.environ["ATTACK"] = json.dumps(order["plan"])
        here = str(Path(__file__).with_name("hostile.py"))
        subprocess.run([sys.executable, "-I", "-S", here], close_fds=False, stderr=sys.stdout, check=False)


def _enter(order: dict[str, object]) -> None:
    """The home's network with its resolver, and mounts of our own to spoil."""
    network = os.open(f"/proc/{order['home']}/ns/net", os.O_RDONLY)
    _must(libc.setns(network, NEW_NETWORK))
    os.close(network)
    _must(libc.unshare(NEW_MOUNTS | NEW_NAMES))
    _must(libc.mount(None, b"/", None, PRIVATE | RECURSIVE, None))
    house = str(order["house"])
    _must(libc.mount(f"{house}/resolv.conf".encode(), b"/etc/resolv.conf", None, BIND, None))
    _must(libc.mount(b"none", f"{house}/cover".encode(), b"tmpfs", 0, None))
    frozen = f"{house}/read_only".encode()
    _must(libc.mount(frozen, frozen, None, BIND, None))
    _must(libc.mount(None, frozen, None, BIND | REMOUNT | READ_ONLY, None))


def _must(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _run_jailed(order: dict[str, object]) -> None:
    house = str(order["house"])
    sys.path.insert(0, f"{house}/code")
    from privacy.gate.jailed.jail import Bind, Jail, spawn

    read_only = [(house + "/code", house + "/code"), (house + "/site", house + "/site")]
    read_only += [(house + "/read_only", house + "/read_only"), (str(Path(__file__).parent), "/attacks")]
    read_only += [(house + "/run/hub", "/run/homebase")]
    if not sys.base_prefix.startswith("/usr"):
        read_only.append((sys.base_prefix, sys.base_prefix))
    user = order["jail_user"]
    interpreter = str(Path("/proc/self/exe").readlink())
    read, write = os.pipe()
    jailed = spawn(
        Jail(
            executable=interpreter,
            argv=(interpreter, "-I", "-S", "/attacks/hostile.py"),
            environ={"ATTACK": json.dumps(order["plan"])},
            read_only=tuple(Bind(source=source, inside=inside) for source, inside in read_only),
            writable=(
                Bind(source=house + "/state/hub", inside="/state"),
                Bind(source=house + "/run/ring", inside="/run/homebase-ring"),
            ),
            user=(user, user) if isinstance(user, int) else None,
            terminals=bool(order["terminals"]),
            hidden=(house + "/state/gate", house + "/run/console"),
        ),
        stdout=write,
        stderr=write,
    )
    os.close(write)
    while data := os.read(read, 65536):
        sys.stdout.buffer.write(data)
    sys.stdout.flush()
    jailed.wait()


if __name__ == "__main__":
    main()
