"""The outside world for one gate: public addresses in a namespace, a name server, a receiver, a recorder.

Nothing of it is routed anywhere: 9.9.9.0/24 lives on a pair of virtual interfaces between two namespaces.
"""

import ctypes
import json
import os
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

GATE, RECEIVER, RESOLVER = "9.9.9.2", "9.9.9.1", "9.9.9.53"
_NEWNET, _NEWNS = 0x40000000, 0x00020000
_TIMESTAMPNS, _RCVBUFFORCE = 35, 33  # asm-generic/socket.h; not named by the socket module
_SOL_PACKET, _PACKET_STATISTICS = 263, 6  # packet(7); not named by the socket module
_REC, _PRIVATE, _BIND = 16384, 1 << 18, 4096
libc = ctypes.CDLL(None, use_errno=True)


def checked(result: int) -> None:
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def listening(port: int) -> socket.socket:
    """A server's socket at the receiver's address; called in its namespace."""
    return socket.create_server((RECEIVER, port), backlog=8)


def enter(namespace: str) -> None:
    """Move the calling thread into a network namespace; sockets that it makes stay there."""
    with open(f"/run/netns/{namespace}") as handle:  # noqa: PTH123 - a handle, not a path's content
        checked(libc.setns(handle.fileno(), _NEWNET))


def around(namespace: str, names: Path) -> tuple[str, ...]:
    """A command that starts another one in ``namespace``, with ``names`` in the place of /etc/resolv.conf."""
    script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"'
    return ("ip", "netns", "exec", namespace, "sh", "-c", script, str(names))


def use_resolver(configuration: Path) -> None:
    """Give the calling thread a view of the disk in which /etc/resolv.conf is ``configuration``."""
    checked(libc.unshare(_NEWNS))
    checked(libc.mount(None, b"/", None, _REC | _PRIVATE, None))
    checked(libc.mount(str(configuration).encode(), b"/etc/resolv.conf", None, _BIND, None))


def made_in(namespace: str, make: Callable[[], socket.socket]) -> socket.socket:
    """A socket of that namespace, for use from anywhere."""
    made: list[socket.socket] = []

    def run() -> None:
        enter(namespace)
        made.append(make())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return made[0]


@contextmanager
def network() -> Iterator[tuple[str, str]]:
    """Two namespaces and a wire; yields the names (gate's, outside's)."""
    inside, outside = f"hb-in-{os.getpid()}", f"hb-out-{os.getpid()}"

    def ip(*words: str) -> None:
        subprocess.run(["ip", *words], check=True, capture_output=True)

    with ExitStack() as stack:
        for name in (inside, outside):
            ip("netns", "add", name)
            stack.callback(subprocess.run, ["ip", "netns", "delete", name], check=False)
            quiet = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up"
            ip("netns", "exec", name, "sh", "-c", quiet)
        ip("link", "add", "wire", "netns", inside, "type", "veth", "peer", "name", "wire", "netns", outside)
        for name, addresses in ((inside, [GATE]), (outside, [RECEIVER, RESOLVER])):
            for address in addresses:
                ip("-n", name, "address", "add", f"{address}/24", "dev", "wire")
            ip("-n", name, "link", "set", "wire", "up")
        yield inside, outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One packet that the gate sent. at_s: Unix time by the kernel; size: of the payload; syn: opens TCP.

    source: the gate's own port.
    """

    at_s: float
    protocol: str
    to: str
    port: int
    source: int
    size: int
    syn: bool
    payload: bytes


class Listening:
    """A socket of the outside with a thread that reads it until ``close``."""

    def __init__(self, namespace: str, make: Callable[[], socket.socket]) -> None:
        self._socket = made_in(namespace, make)
        self._socket.settimeout(0.1)
        self._over = False
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def close(self) -> None:
        self._over = True
        self._thread.join()
        self._socket.close()

    def take(self) -> None:
        """Read once; a timeout is normal."""
        raise NotImplementedError

    def _run(self) -> None:
        while not self._over:
            with suppress(TimeoutError):
                self.take()


class Recorder(Listening):
    """Sees every packet of the gate at the far end of the wire."""

    def __init__(self, namespace: str) -> None:
        self._packets: list[Packet] = []
        super().__init__(namespace, self._open)

    def taken(self) -> list[Packet]:
        """All packets since the last call."""
        time.sleep(0.05)  # what was sent before this call is through the wire then
        packets, self._packets = self._packets, []
        return packets

    def lost(self) -> int:
        """Packets that came too fast to be taken, since the last call."""
        counts = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        return int(struct.unpack("II", counts)[1])

    def _open(self) -> socket.socket:
        taken = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
        taken.setsockopt(socket.SOL_SOCKET, _TIMESTAMPNS, 1)
        taken.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, 64 << 20)  # or a busy machine loses packets
        taken.bind(("wire", 0x0800))
        return taken

    def take(self) -> None:
        frame, controls, _, _ = self._socket.recvmsg(65536, 64)
        seconds, nanoseconds = struct.unpack("qq", controls[0][2][:16])
        packet = _packet(frame[14:], seconds + nanoseconds / 1e9)
        if packet is not None:
            self._packets.append(packet)


def _packet(data: bytes, at_s: float) -> Packet | None:
    head = (data[0] & 15) * 4
    total = int.from_bytes(data[2:4], "big") or len(data)
    if socket.inet_ntoa(data[12:16]) != GATE:
        return None
    body = data[head:total]
    port = int.from_bytes(body[2:4], "big")
    tcp = data[9] == socket.IPPROTO_TCP
    payload = body[(body[12] >> 4) * 4 :] if tcp else body[8:]
    return Packet(
        at_s=at_s,
        protocol="tcp" if tcp else "udp",
        to=socket.inet_ntoa(data[16:20]),
        port=port,
        source=int.from_bytes(body[:2], "big"),
        size=len(payload),
        syn=tcp and body[13] & 0x12 == 0x02,
        payload=payload,
    )


class NameServer(Listening):
    """Answers A and AAAA questions from a table; remembers every question."""

    def __init__(self, namespace: str, names: dict[str, list[str]]) -> None:
        self.names = names
        self.asked: list[str] = []
        self.cut_off = False
        self._namespace = namespace
        self._by_tcp: list[socket.socket] = []
        super().__init__(namespace, self._open)

    def _open(self) -> socket.socket:
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        # room for every question of a burst: one that the kernel drops would be missing among those asked
        server.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, 8 << 20)
        server.bind((RESOLVER, 53))
        return server

    def answer_by_tcp(self) -> None:
        """Answer by TCP as well, until ``close``."""
        listening = made_in(self._namespace, lambda: socket.create_server((RESOLVER, 53)))
        self._by_tcp.append(listening)
        threading.Thread(target=self._serve_tcp, args=(listening,)).start()

    def close(self) -> None:
        for listening in self._by_tcp:
            listening.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept
            listening.close()
        super().close()

    def _serve_tcp(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection:
                    question = connection.recv(512)[2:]
                    answer = self._answer(question)
                    connection.sendall(len(answer).to_bytes(2, "big") + answer)

    def take(self) -> None:
        question, peer = self._socket.recvfrom(512)
        answer = self._answer(question)
        if self.cut_off:
            answer = (
                answer[:2] + bytes([answer[2] | 2]) + answer[3:6] + bytes(2) + answer[8:12] + question[12:]
            )
        self._socket.sendto(answer, peer)

    def _answer(self, question: bytes) -> bytes:
        labels, place = [], 12
        while question[place]:
            labels.append(question[place + 1 : place + 1 + question[place]].decode())
            place += question[place] + 1
        name, kind = ".".join(labels), int.from_bytes(question[place + 1 : place + 3], "big")
        self.asked.append(name)
        known = [ip_address(text) for text in self.names.get(name, [])]
        addresses = [address for address in known if kind == (1 if address.version == 4 else 28)]
        code = 0 if name in self.names else 3
        head = (
            question[:2] + bytes([0x81, 0x80 | code]) + b"\0\1" + len(addresses).to_bytes(2, "big") + bytes(4)
        )
        rows = b"".join(
            b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(address.packed)) + address.packed
            for address in addresses
        )
        return head + question[12 : place + 5] + rows


@dataclass(slots=True, kw_only=True)
class Arrived:
    """One request at the receiver."""

    headers: dict[str, str]
    body: bytes
    path: str = "/"


class Receiver(Listening):
    """An HTTPS receiver. mode: ok, plain, mute (until go_on), slow, trickle, or a key of its answers."""

    def __init__(
        self, namespace: str, context: ssl.SSLContext, port: int = 443, address: str = RECEIVER
    ) -> None:
        self.context, self.mode = context, "ok"
        self.says: dict[str, str] = {}  # beside the receipt
        self.errors_from: int | None = None  # this request and all after it are answered 503, and not kept
        self.arrived: list[Arrived] = []
        self.plain_bytes = b""
        self.ended: list[str] = []
        self.go_on = threading.Event()
        self._address = address, port
        self._serving: list[threading.Thread] = []
        super().__init__(namespace, self._open)

    def close(self) -> None:
        self.go_on.set()
        super().close()
        for thread in self._serving:
            thread.join()

    def _open(self) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listening.bind(self._address)
        listening.listen(8)
        return listening

    def take(self) -> None:
        connection, _ = self._socket.accept()
        connection.settimeout(10)
        thread = threading.Thread(target=self._serve, args=(connection,))
        self._serving.append(thread)
        thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self.mode == "plain":
                self.plain_bytes += connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            else:
                if self.mode == "mute":
                    self.go_on.wait(30)
                with self.context.wrap_socket(connection, server_side=True) as stream:
                    self._answer(stream)
            self.ended.append("closed")
        except OSError as error:
            self.ended.append(type(error).__name__)
        finally:
            connection.close()

    def _answer(self, stream: ssl.SSLSocket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = stream.recv(1024)
            if not piece:
                return
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in lines[1:])}
        if self.mode == "slow":
            self.go_on.wait(30)
        while len(body) < int(headers.get("content-length", 0)):
            if self.mode == "trickle":
                self.go_on.wait(0.01)
            piece = stream.recv(1024 if self.mode == "trickle" else 16384)
            if not piece:
                return
            body += piece
        refused = self.errors_from is not None and len(self.arrived) + 1 >= self.errors_from
        if not refused:
            self.arrived.append(Arrived(headers=headers, body=body, path=lines[0].split()[1]))
        answers = {
            "error": (503, {}),
            "refused": (422, {}),
            "unfit": (422, {"refused": "not_a_diagnosis"}),
            "gone": (410, {}),
            "forbidden": (403, {}),
            "no_receipt": (200, {"thanks": "yes"}),
            "redirect": (307, {}),
        }
        received = (201, {"receipt": f"R-{len(self.arrived)}", **self.says})
        if headers.get("homebase-activity") == "deletion.request":
            received[1].update({"transfer": json.loads(body)["transfer"], "state": "deleted"} | self.says)
        status, content = answers.get("error" if refused else self.mode, received)
        text = json.dumps(content)
        more = "Location: https://elsewhere.example.org/\r\n" if status == 307 else ""
        stream.sendall(f"HTTP/1.1 {status} X\r\n{more}Content-Length: {len(text)}\r\n\r\n{text}".encode())


def authority(folder: Path, *hosts: str, ends: timedelta = timedelta(days=30)) -> tuple[Path, ssl.SSLContext]:
    """A CA's certificate as PEM, and the server side for ``hosts`` under it. ends: from now."""
    now = datetime.now(UTC)

    def name(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def signed(subject: str, public: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(name(subject))
            .issuer_name(name("Lab CA"))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + ends)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False
            )
        return builder.sign(ca_key, hashes.SHA256())

    folder.mkdir(parents=True, exist_ok=True)
    ca_file, chain = folder / "ca.pem", folder / "server.pem"
    ca_file.write_bytes(
        signed("Lab CA", ca_key.public_key(), ca=True).public_bytes(serialization.Encoding.PEM)
    )
    chain.write_bytes(
        signed(hosts[0], key.public_key(), ca=False).public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return ca_file, context
