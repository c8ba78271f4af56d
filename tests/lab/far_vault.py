"""A gate in the home's namespace and a real server for copies in the world's, every packet recorded."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from privacy.gate.backups import far_verbs
from privacy.gate.backups.far_target import FarTarget
from privacy.gate.backups.target import NOTHING, Source, Taken, TargetError
from privacy.gate.console import tunnel_consents
from tests import far_servers
from tests.far_servers import Front
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Recorder, authority, listening, made_in
from tests.privacy import house

HOST, BACKUP = "copies.example.org", "backup.cloud"
NAME = "homebase-20261128t203000z-0123456789abcdef.age"
DATA = os.urandom(300_000)
LOGIN = {
    "webdav": (far_servers.USER, far_servers.PASSWORD),
    "s3": (far_servers.KEY, far_servers.SECRET),
}


@dataclass(slots=True, kw_only=True)
class Lab:
    kind: str
    gate: GateAtWork
    front: Front
    recorder: Recorder
    names: NameServer
    folder: Path  # what the server keeps
    source: Source
    inside: str  # the home's namespace
    rows: list[dict[str, object]]

    def __post_init__(self) -> None:
        self.gate.door.far.door.keys = lambda _: (house.SUPPORT_KEY,)

    @contextmanager
    def another(self, folder: Path) -> Iterator["Lab"]:
        """A blank gate in the place of this one, which ends; the same servers."""
        self.gate.stop()
        folder.mkdir()
        with GateAtWork(folder, self.inside, self.rows) as gate:
            yield replace(self, gate=gate)

    @property
    def target(self) -> FarTarget:
        return FarTarget(self.gate.door.far.door, "vault")

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        door = self.gate.door
        handler = {**tunnel_consents.table(door), **far_verbs.table(door.desk, door.far.door)}[verb]
        return self.gate.answered(handler, fields)

    def log_in(self, user: str = "", password: str = "") -> None:
        known = LOGIN[self.kind]
        self.ask("recipient.access", recipient="vault", user=user or known[0], password=password or known[1])

    def allow(self) -> dict[str, Any]:
        told = self.ask("consent.about", activity=BACKUP)
        self.ask("consent.allow", activity=BACKUP)
        return told

    def put(self) -> list[int]:
        landed: list[int] = []

        async def land(done: int, taken: Taken = NOTHING) -> None:
            landed.append(done)

        self.gate.call(self.target.put(NAME, self.source, land))
        return landed

    def copies(self) -> list[tuple[str, int]]:
        found = self.gate.call(self.target.copies())
        return [(copy.name, copy.size) for copy in found]

    def fetched(self) -> bytes:
        async def read() -> bytes:
            return b"".join([piece async for piece in self.target.read(NAME)])

        return self.gate.call(read())

    def refused(self, work: Callable[[], object]) -> TargetError:
        with pytest.raises(TargetError) as error:
            work()
        return error.value

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return [one["data"] for one in self.gate.ask("ledger.list")["entries"] if one["kind"] == kind]

    def kept(self) -> bytes:
        """What lies at the server under the name of the copy, and nothing beside it."""
        files = [
            path
            for path in self.folder.rglob("*")
            if path.is_file() and NAME in (path.name, path.parent.name)
        ]
        return b"".join(path.read_bytes() for path in sorted(files))


@contextmanager
def vault(
    kind: str, wire: tuple[str, str], tmp_path: Path, more: Sequence[dict[str, object]] = ()
) -> Iterator[Lab]:
    """A gate at work and a far target, until the block ends. more: recipients beside it."""
    inside, outside = wire
    for name in ("gate", "server"):
        (tmp_path / name).mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    row: dict[str, object] = {
        "name": "vault",
        "role": "own",
        "host": HOST,
        "country": "DE",
        "activities": [BACKUP],
        "transport": kind,
        "path": "/home/",
        "ca_file": str(ca_file),
        **({"bucket": far_servers.BUCKET} if kind == "s3" else {}),
    }
    path = tmp_path / "copy.age"
    path.write_bytes(DATA)
    source = Source(path=path, size=len(DATA), sha256=hashlib.sha256(DATA).hexdigest())
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    server = getattr(far_servers, kind)(tmp_path / "server")
    with server as behind:
        front = Front(made_in(outside, lambda: listening(443)), context, behind)
        try:
            with GateAtWork(tmp_path / "gate", inside, [row, *more]) as gate:
                yield Lab(
                    kind=kind,
                    gate=gate,
                    front=front,
                    recorder=recorder,
                    names=names,
                    folder=tmp_path / "server",
                    source=source,
                    inside=inside,
                    rows=[row, *more],
                )
        finally:
            front.close()
            names.close()
            recorder.close()
