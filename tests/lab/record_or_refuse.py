"""Record or refuse, with the disk failing at each call in turn: ``python -m tests.lab.record_or_refuse``.

For each kind of failure a gate agrees, delivers, opens a tunnel and withdraws while its first, second, third
call fails, once or from then on. Outside, a recorder counts connections and questions; afterwards the book
must know each of them, no open transfer may be left, and nothing withdrawn may come back. --points N takes
so many calls of each kind, evenly; all without it. Prints JSON; ends with 1 when something left unrecorded.
"""

import argparse
import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from privacy import recipients
from privacy.clockwork import Vouched
from privacy.gate.desk import Desk
from privacy.gate.storage import book
from privacy.gate.storage.store import Store
from privacy.ledger import content_of
from tests.crash.fault import FOREVER, Calls, Faults, build_shim
from tests.lab.failing_gate import DIAGNOSIS, Case, Told
from tests.lab.far_side import FarSide
from tests.lab.gate_at_work import MovableClock
from tests.lab.outside import RECEIVER, NameServer, Receiver, Recorder, authority, network
from tests.lab.tunnel_lab import CLOUD, HOST, built_register, row
from tests.paths import ROOT
from tests.privacy.house import SUPPORT_KEY

SUPPORT, PORT = "support.example.org", 4443
FAILURES = {
    "no sync": (Calls.SYNC, errno.EIO),
    "full": (Calls.WRITE | Calls.ALLOCATE, errno.ENOSPC),
    "write error": (Calls.WRITE, errno.EIO),
    "read-only": (Calls.ALL, errno.EROFS),
}
NEVER = 1 << 61


class Unrecorded(Exception):
    """Something left that the book does not know, or something closed is open again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What left: connections by port, and questions for names."""

    connections: Counter[int]
    questions: int


class Series:
    """The outside, and a gate's process in front of it."""

    def __init__(self, folder: Path, wire: tuple[str, str], stack: ExitStack) -> None:
        self._folder, self._count = folder, 0
        ca_file, context = authority(folder / "ca", SUPPORT)
        self._recorder = Recorder(wire[1])
        self._names = NameServer(wire[1], {SUPPORT: [RECEIVER], HOST: [RECEIVER]})
        for part in (
            self._recorder,
            self._names,
            Receiver(wire[1], context),
            FarSide(wire[1], PORT, mode="echo"),
        ):
            stack.callback(part.close)
        self._rows = [
            row("support", SUPPORT, DIAGNOSIS, role="processor", ca_file=str(ca_file), keys=[SUPPORT_KEY]),
            row("cloud", HOST, CLOUD, port=PORT),
        ]
        faults = Faults(folder / "fault")
        self._gate = subprocess.Popen(
            [sys.executable, "-m", "tests.lab.failing_gate", wire[0]],
            env={**os.environ, **faults.environment(build_shim(folder), folder / "disk")},
            cwd=ROOT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        stack.callback(self._end)

    def run(self, failure: str, first: int, many: int, *, lies: bool = False) -> int:
        """One life; how many calls of that kind it made.

        Raises:
            Unrecorded: the book does not know what left, or something came back.
        """
        calls, error = FAILURES[failure]
        self._count += 1
        folder, memory = self._folder / "disk" / str(self._count), self._folder / f"memory-{self._count}"
        for name in ("gate", "s"):
            (folder / name).mkdir(parents=True, mode=0o700)
        case = Case(str(folder), str(memory), self._rows, int(calls), error, first, many, lies)
        told = self._asked(case)
        where = f"{failure} at call {first}" + ("" if many == 1 else " and after")
        if told is None:
            raise Unrecorded(f"{where}: the gate crashed")
        left = self._left()
        wrong = self._compared(folder, memory, left)
        if wrong:
            raise Unrecorded(f"{where}: {wrong}; {told.said}; {left}")
        shutil.rmtree(folder)
        return told.seen

    def _asked(self, case: Case) -> Told | None:
        assert self._gate.stdin is not None
        assert self._gate.stdout is not None
        self._gate.stdin.write(msgspec.json.encode(case).decode() + "\n")
        self._gate.stdin.flush()
        return msgspec.json.decode(self._gate.stdout.readline(), type=Told | None)

    def _left(self) -> Seen:
        packets = self._recorder.taken()
        asked, self._names.asked[:] = len(self._names.asked), []
        opened = Counter(port for _, port in {(one.source, one.port) for one in packets if one.syn})
        return Seen(connections=opened, questions=asked)

    def _compared(self, folder: Path, memory: Path, left: Seen) -> str:
        """What is wrong, after a restart on a disk that is well again; "" nothing is."""
        with _restarted(folder, memory, self._rows) as (store, desk):
            store.write(lambda tx: book.sign(tx, desk.origin, desk.seed, desk.time.instant().at))
            if findings := store.read(lambda tx: book.check(tx, desk.origin, desk.public_key)):
                return f"the ledger: {findings[:2]}"
            entries = [
                entry
                for stored in store.read(lambda tx: list(book.walk(tx)))
                if (entry := content_of(stored))
            ]
            living = [grant.activity for grant in desk.standing.live()]
        of: dict[str, list[Any]] = {}
        for entry in entries:
            of.setdefault(str(entry["kind"]), []).append(entry["data"])
        begun = Counter(int(data["port"]) for data in of.get("transfer_begin", []))
        if left.connections - begun:
            return f"connections without an entry: {left.connections - begun}"
        if left.questions > 2 * len(of.get("lookup", [])):
            return f"{left.questions} questions for {len(of.get('lookup', []))} entries"
        ends = len(of.get("transfer_end", [])) + len(of.get("cut", []))
        if begun.total() != ends:
            return f"{begun.total()} began, {ends} ended"
        return f"withdrawn, and live again: {living}" if living else ""

    def _end(self) -> None:
        if self._gate.stdin is not None:
            self._gate.stdin.close()
        if self._gate.stdout is not None:
            self._gate.stdout.close()
        self._gate.wait(30)


@contextmanager
def _restarted(folder: Path, memory: Path, rows: list[dict[str, Any]]) -> Iterator[tuple[Store, Desk]]:
    register = built_register()
    known, _ = recipients.read(rows, register)
    store = Store.open(folder / "gate", os.urandom, memory)
    vouches = lambda: Vouched.SYNCHRONISED  # noqa: E731 - as short as that
    desk = Desk.open(store, register, known, MovableClock(), os.urandom, "0.1.0", vouches=vouches)
    try:
        yield store, desk
    finally:
        desk.store.close()


@contextmanager
def series() -> Iterator[Series]:
    """Everything that a run needs, in network namespaces of its own."""
    folder = Path(tempfile.mkdtemp(prefix="hbr-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        wire = stack.enter_context(network())
        yield Series(folder, wire, stack)


def points_of(count: int, points: int | None) -> list[int]:
    """So many numbers below ``count``, evenly; all without."""
    if points is None or points >= count:
        return list(range(count))
    return sorted({number * count // points for number in range(points)})


def main() -> int:
    """Run and tell."""
    arguments = argparse.ArgumentParser(prog="python -m tests.lab.record_or_refuse", description=__doc__)
    arguments.add_argument("--points", type=int, help="calls of each kind of failure; all when not given")
    chosen, failed = arguments.parse_args(), False
    with series() as lives:
        for failure in FAILURES:
            begin, count = time.monotonic(), 0
            report: dict[str, object] = {"failure": failure}
            try:
                calls = lives.run(failure, NEVER, 1)
                for first in points_of(calls, chosen.points):
                    for many in (1, FOREVER):
                        lives.run(failure, first, many)
                        count += 1
                report["calls"] = calls
            except Unrecorded as error:
                failed, report["unrecorded"] = True, str(error)
            print(
                json.dumps(report | {"lives": count, "seconds": round(time.monotonic() - begin, 1)}),
                flush=True,
            )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
