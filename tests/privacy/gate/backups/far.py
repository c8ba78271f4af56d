"""A far target on this machine: the real client, TLS, the real server."""

import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

from privacy.gate.backups.http_auth import Account
from privacy.gate.backups.s3 import S3, Bucket
from privacy.gate.backups.sigv4 import Signer
from privacy.gate.backups.target import NOTHING, Source, Taken, Target
from privacy.gate.backups.webdav import WebDav
from privacy.gate.network import tls_line
from privacy.gate.network.http_line import HttpLine
from tests import far_servers
from tests.far_servers import Front, Meddle
from tests.lab.outside import authority

HOST = "backup.example.org"
NAME, OTHER = "2026-11-28-1a2b3c.age", "2026-11-29-4d5e6f.age"
KINDS = ("webdav", "s3")


@contextmanager
def client(
    kind: str,
    port: int,
    ca_file: Path,
    *,
    password: str = "",
    path: str = "",
    key: str = far_servers.KEY,
    region: str = "us-east-1",
) -> Iterator[Target]:
    """A connection to a far target, as the gate would make one."""
    address = IPv4Address("127.0.0.1")
    to = tls_line.Target(host=HOST, address=address, port=port, path="/", ca_file=str(ca_file))
    line = HttpLine(to, lambda _: None)
    try:
        if kind == "webdav":
            account = Account(user=far_servers.USER, password=password or far_servers.PASSWORD)
            yield WebDav(line, path or "/copies%20of%20ada/", account, os.urandom)
        else:
            signer = Signer(key=key, secret=password or far_servers.SECRET, region=region)
            bucket = Bucket(path=path or f"/{far_servers.BUCKET}", prefix="home/")
            yield S3(line, bucket, signer, lambda: datetime.now(UTC))
    finally:
        line.close()


class Place:
    """One far target. front: where its connections break; folder: what the server keeps."""

    def __init__(self, kind: str, front: Front, port: int, ca_file: Path, folder: Path) -> None:
        self.kind, self.front, self.port, self.ca_file, self.folder = kind, front, port, ca_file, folder
        self.landed: list[int] = []
        self.taken = NOTHING  # what is remembered of a copy on its way

    def open(self, **more: str) -> AbstractContextManager[Target]:
        """A connection to it. more: as ``client``."""
        return client(self.kind, self.port, self.ca_file, **more)

    async def land(self, done: int, taken: Taken = NOTHING) -> None:
        self.landed.append(done)
        self.taken = taken


@contextmanager
def place(
    kind: str, tmp_path: Path, *, digest: bool = False, quota: int | None = None, meddle: Meddle = bytes
) -> Iterator[Place]:
    """kind: of KINDS, or "opaque": S3 whose ETags are no hashes. The rest as far_servers."""
    ca_file, context = authority(tmp_path / "ca", HOST)
    folder = tmp_path / "server"
    folder.mkdir()
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = (
        far_servers.webdav(folder, digest=digest, quota=quota)
        if kind == "webdav"
        else far_servers.s3(folder, opaque=kind == "opaque", meddle=meddle)
    )
    with server as behind:
        front = Front(listening, context, behind)
        try:
            yield Place(kind, front, port, ca_file, folder)
        finally:
            front.close()


def source(tmp_path: Path, data: bytes) -> Source:
    path = tmp_path / "copy.age"
    path.write_bytes(data)
    return Source(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())


async def read(target: Target, name: str, offset: int = 0) -> bytes:
    return b"".join([piece async for piece in target.read(name, offset)])
