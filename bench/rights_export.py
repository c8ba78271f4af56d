"""``homebase rights export`` of a home with 1,000,000 ledger entries and a year of history: time and memory.

The real house: gate, jailed hub, command. 20 devices with 4 measured datapoints each: 30 days of values, one
every 5 s, and 15-minute means of the 335 days before. Memory: the highest of each process meanwhile.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

from bench.home import START, datapoint_ids
from bench.house import ROOT, House, cpu_s
from bench.result import Figure, Result
from hub.core.history_tables import DAY_MS, SERIES_BITS, Batch, SeriesRow, key_of, write_batch
from hub.core.means import SLOT_MS, SLOTS_PER_DAY, Bucket, pack
from hub.core.store import Store
from privacy.gate.storage.store import Store as GateStore
from privacy.places import runtime_folder

ENTRIES, DEVICES, RAW_DAYS, MEAN_DAYS, STEP_S = 1_000_000, 20, 30, 335, 5
CONTENT = (
    '{{"at":"2026-01-01T00:00:00.000Z","data":{{"activity":"diagnosis.remote","attempt":1,"bytes":4711,'
    '"country":"DE","grant":7,"recipient":"support","sha256":"{sha}","ticket":"T-{seq}","transfer":"{seq:016x}"'
    '}},"kind":"transfer_begin","seq":{seq}}}'
)


def fill_gate(folder: Path, count: int) -> None:
    """Entries as they look; their tree is not needed to show them."""
    store = GateStore.open(folder, os.urandom)
    chance = random.Random(1)
    for first in range(100, 100 + count, 50_000):
        numbers = range(first, min(first + 50_000, 100 + count))
        rows = [
            (seq, 1_767_225_600_000 + seq, chance.randbytes(32), _content(seq, chance), chance.randbytes(32))
            for seq in numbers
        ]

        def job(tx: object, rows: Sequence[tuple[object, ...]] = rows) -> None:
            many = tx.executemany  # type: ignore[attr-defined]  # of sqlcipher3, behind the port
            many("INSERT INTO entries VALUES (?, ?, ?, ?)", [row[:4] for row in rows])
            many("INSERT INTO salts VALUES (?, ?)", [(row[0], row[4]) for row in rows])

        store.write(job)
    store.close()


def _content(seq: int, chance: random.Random) -> bytes:
    return CONTENT.format(seq=seq, sha=chance.randbytes(32).hex()).encode()


async def fill_hub(folder: Path, part: float) -> None:
    """A year of history, or a part of it."""
    chance = random.Random(2)
    known = datapoint_ids(DEVICES)
    series = [
        SeriesRow(id=place, datapoint=str(point), kind="float", unit=unit, category=category.value)
        for place, (point, unit, _, _, category) in enumerate(known, start=1000)
    ]
    async with Store(folder, os.urandom) as store:
        await store.write(lambda c: write_batch(c, Batch(series=series)))
        mean_days = round(MEAN_DAYS * part)
        first_day = int(START.timestamp() * 1000) // DAY_MS - mean_days
        slots = pack((slot, Bucket.of(3, SLOT_MS, 20.5, 20.0, 21.0)) for slot in range(SLOTS_PER_DAY))
        days = [
            (day << SERIES_BITS | row.id, slots)
            for day in range(first_day, first_day + mean_days)
            for row in series
        ]
        await store.write(
            lambda c: c.exec_driver_sql("INSERT INTO history_days (key, slots) VALUES (?, ?)", days)
        )
        at = START
        while at < START + timedelta(days=RAW_DAYS * part):
            rows = []
            for _ in range(50_000):
                rows.append(
                    (key_of(int(at.timestamp() * 1000), chance.choice(series).id), chance.uniform(15, 25))
                )
                at += timedelta(seconds=STEP_S)
            keep = partial(write_batch, batch=Batch(rows=list(rows)))
            await store.write(keep)


def highest_mib(pid: int) -> float:
    """The most memory that a process held."""
    for line in Path(f"/proc/{pid}/status").read_text("ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def measure(folder: Path, part: float) -> tuple[float, dict[str, float], dict[str, float], int]:
    """Seconds, processor seconds and MiB by process, bytes of the export."""
    arguments = ("demo", "--devices", "1")
    with House(arguments=arguments, folder=folder):
        pass  # makes stores and keys, each of its own user
    fill_gate(folder / "state/gate", round(ENTRIES * part))
    asyncio.run(fill_hub(folder / "state/hub", part))
    out = folder / "out"
    with House(arguments=arguments, folder=folder) as house:
        command = [
            sys.executable,
            "-c",
            _CLIENT,
            "rights",
            "export",
            str(out),
            "--state",
            str(folder / "state"),
        ]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_RUNTIME_DIR": str(folder / "run")}
        runtime_folder(folder / "state", environment).symlink_to(folder / "run/home")  # where commands look
        halves = {name: house.process(name) for name in ("gate", "hub")}
        before_s = {name: cpu_s(pid) for name, pid in halves.items()}
        began = time.perf_counter()
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=True)
        took = time.perf_counter() - began
        worked = {name: cpu_s(pid) - before_s[name] for name, pid in halves.items()}
        memory = {name: highest_mib(pid) for name, pid in halves.items()}
    memory["command"], worked["command"] = map(float, run.stderr.split()[-2:])
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return took, worked, memory, size


_CLIENT = """
import resource, sys
from hub.daemon.command_line import parse
code = parse(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_maxrss / 1024, used.ru_utime + used.ru_stime, file=sys.stderr)
sys.exit(code)
"""


def main() -> None:
    """Run once and print the result."""
    parser = argparse.ArgumentParser(prog="bench.rights_export", description=__doc__)
    parser.add_argument("--part", type=float, default=1.0, help="of entries and history: 0.1 is a tenth")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hb") as name:
        took, worked, memory, size = measure(Path(name), options.part)
    figures = {
        "time": Figure(took, "s", at_most=60.0 * options.part),
        "processor time": Figure(sum(worked.values()), "s"),
        **{f"processor time, {name}": Figure(seconds, "s") for name, seconds in worked.items()},
        **{f"most memory, {name}": Figure(mib, "MiB", at_most=150.0) for name, mib in memory.items()},
        "written": Figure(size / (1 << 20), "MiB"),
    }
    conditions: dict[str, str | float] = {
        "ledger entries": round(ENTRIES * options.part),
        "devices": DEVICES,
        "part": options.part,
    }
    Result(name="rights_export", figures=figures, conditions=conditions, samples={"s": [took]}).print()


if __name__ == "__main__":
    main()
