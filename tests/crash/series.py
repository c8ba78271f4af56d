"""Many kills and power cuts: ``python -m tests.crash.series --points 1000 [--kind kill] [--house gate]``.

kill: SIGKILL at random instants, of one home again and again. power: one run under the shim, then the disk as
it was at random points of its journal. After each the store must open, verify, and know every acknowledged
number or a newer one. Prints JSON; ends with 1, and names the folder it keeps, when something was lost.
"""

import argparse
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from tests.crash.child import Child
from tests.crash.client import Client
from tests.crash.disk import Cut, Disk, Record, read_journal
from tests.crash.fault import build_shim
from tests.crash.house import HOUSES, house_named

LIFE_S = 0.03  # a child is killed at most so long after its start, or after it is ready
LONGER_S = {
    "phones": 0.3,
    "account": 0.1,
    "replacing": 0.3,
    "ordering": 0.3,
    "terms": 0.1,
}  # where one request is several writes
SPARED = 0.7  # share of children that live until they are ready
LIVES = 20  # kills of one home, then a new one: first starts and upgrades are killed too
START_S = 90.0  # on a busy machine; of "terms" each start is thirteen
SESSIONS = (60, 40, 60)  # requests per process life under the shim; the second ends by SIGKILL


class Lost(Exception):
    """A house did not open, did not verify, or forgot something acknowledged."""


def check(client: Client, told: list[str], where: str, *, power_cut: bool) -> None:
    failed = [line for line in told if line.startswith("failed")]
    if failed or "ready" not in told:
        raise Lost(f"{where}: does not open: {failed or told[-1:]}")
    if lost := client.missing(told, power_cut=power_cut):
        raise Lost(f"{where}: {lost}")


def started(child: Child) -> list[str]:
    """All that a starting house tells up to ``ready``, or until it fails."""
    told: list[str] = []
    end_s = time.monotonic() + START_S
    while not any(line == "ready" or line.startswith("failed") for line in told):
        lines = child.lines(end_s - time.monotonic())
        if not lines:
            break
        told += lines
    return told


def kills(house: str, points: int, folder: Path, chance: random.Random) -> dict[str, int]:
    """Kill one home again and again, and begin a new one now and then: first starts are killed too."""
    heard = early = 0
    for first in range(0, points, LIVES):
        home = _fresh(folder / f"home-{first}")
        client = Client(house_named(house).keys())
        for point in range(first, min(first + LIVES, points)):
            with Child(house, home / "state", home / "run") as child:
                if chance.random() < SPARED:
                    check(client, started(child), f"after kill {point}", power_cut=False)
                    child.ask(*client.next_request())
                else:
                    early += 1
                heard += _live(child, client, chance.uniform(0.0, LONGER_S.get(house, LIFE_S)))
                for line in child.kill():  # told before it died: it counts
                    client.hear(line)
        with Child(house, home / "state", home / "run") as child:
            check(client, started(child), "after the last kill", power_cut=False)
    return {"acknowledged": heard, "killed while starting": early}


def _live(child: Child, client: Client, seconds: float) -> int:
    heard = 0
    end_s = time.monotonic() + seconds
    while (left_s := end_s - time.monotonic()) > 0:
        for line in child.lines(left_s) or []:
            client.hear(line)
            if line.startswith("ok"):
                heard += 1
                child.ask(*client.next_request())
    return heard


def power_cuts(house: str, points: int, folder: Path, chance: random.Random) -> dict[str, int]:
    """Play power cuts at random points of one run's journal, half of them with torn writes."""
    _fresh(folder)
    client = Client(house_named(house).keys())
    records = _journal(house, folder, client)
    disk, heard = Disk(), Client(client.keys)
    chosen = sorted(chance.randrange(1, len(records) + 1) for _ in range(points))
    done = 0
    told = ""
    for point in chosen:
        for record in records[done:point]:
            disk.apply(record)
            if record.op == "A":
                *lines, told = (told + record.data.decode()).split("\n")
                for line in lines:
                    heard.hear(line)
        done = max(done, point)
        cut = chance.choice(tuple(Cut))
        _lay_out(disk.after(cut, chance), folder)
        with Child(house, folder / "cut" / "state", folder / "cut" / "run") as child:
            check(heard, started(child), f"at record {point} ({cut.value})", power_cut=True)
    return {"journal": len(records), "acknowledged": sum(SESSIONS)}


def _journal(house: str, folder: Path, client: Client) -> list[Record]:
    shim, journal = build_shim(folder), folder / "journal"
    environment = os.environ | {
        "LD_PRELOAD": str(shim),
        "CRASH_FOLDER": str(folder / "state"),
        "CRASH_JOURNAL": str(journal),
    }
    serve = [sys.executable, "-m", "tests.crash.serve", house, str(folder / "state"), str(folder / "run")]
    for session, requests in enumerate(SESSIONS):
        with subprocess.Popen(
            serve, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        ) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            while process.stdout.readline() not in ("ready\n", ""):
                pass
            for _ in range(requests):
                key, number = client.next_request()
                process.stdin.write(f"{key} {number}\n")
                client.hear(process.stdout.readline().rstrip("\n"))
            if session == 1:
                process.kill()
            process.stdin.close()
    return read_journal(journal)


def _fresh(folder: Path) -> Path:
    for name in ("state", "run"):
        (folder / name).mkdir(mode=0o700, parents=True)
    return folder


def _lay_out(files: dict[str, bytes], folder: Path) -> None:
    shutil.rmtree(folder / "cut", ignore_errors=True)
    (folder / "cut" / "run").mkdir(parents=True)
    (folder / "cut" / "state").mkdir(mode=0o700)
    for path, content in files.items():
        place = folder / "cut" / "state" / Path(path).relative_to(folder / "state")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


RUNS = {"kill": kills, "power": power_cuts}


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.crash.series", description=__doc__)
    arguments.add_argument("--points", type=int, default=1000, help="of each kind")
    arguments.add_argument("--kind", choices=("kill", "power", "both"), default="both")
    arguments.add_argument("--house", choices=tuple(HOUSES), help="all but the controls when not given")
    arguments.add_argument("--seed", type=int, default=None, help="to repeat a power cut that lost something")
    # in memory where there is some: a kill and the model of a disk do not need a real one
    memory = Path("/dev/shm")
    arguments.add_argument("--folder", type=Path, default=memory if memory.is_dir() else None)
    chosen = arguments.parse_args()
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1 << 32)
    logging.disable()  # upgrades warn; here they are many
    failed = False
    for house in (
        [chosen.house]
        if chosen.house
        else ["hub", "gate", "phones", "account", "upgrading", "replacing", "ordering", "terms"]
    ):
        for kind in ("kill", "power") if chosen.kind == "both" else (chosen.kind,):
            report: dict[str, object] = {"house": house, "kind": kind, "points": chosen.points, "seed": seed}
            folder = Path(tempfile.mkdtemp(prefix="homebase-crash-", dir=chosen.folder))
            begin = time.monotonic()
            try:
                report |= RUNS[kind](house, chosen.points, folder, random.Random(seed))
                shutil.rmtree(folder)
            except Lost as lost:
                failed = True
                report |= {"lost": str(lost), "folder": str(folder)}
            report["seconds"] = round(time.monotonic() - begin, 1)
            print(msgspec.json.encode(report).decode(), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
