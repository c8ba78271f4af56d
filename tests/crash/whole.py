"""Kills of the real house: ``python -m tests.crash.whole --points 1000 [--victim hub|gate|both]``.

``homebase demo`` runs with its gate, jailed hub and simulator; a client outside logs every acknowledged
setting; at random instants (while starting, too) gate, hub or both get SIGKILL. After each the house must
come back by itself (the hub) or by the next start (the gate), know each acknowledged setting or a newer one,
and its ledger must verify. About two seconds per point.
"""

import argparse
import http.client
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

from privacy import console
from tests.journeys.houses import children, command_line, homebase

VICTIMS = ("hub", "gate", "both")
LIFE_S = 0.6  # between two kills the house lives at most so long after it answers
EARLY = 0.25  # share of kills while it is still starting
BACK_S = 90.0  # the gate's longest pause before it starts the hub again is 60 s
START_S = 180.0  # without a word: it hangs; a jail alone may take the gate's own 60 s on a loaded machine
ANSWER_S = 30.0
PASSWORD = "correct horse battery"
ROOMS = ("one", "two")
Unanswered = (OSError, http.client.HTTPException, json.JSONDecodeError)


class Lost(Exception):
    """The house did not come back, forgot something acknowledged, or its ledger does not verify."""


class House:
    """The house and its client."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runtime = folder / "run"
        self._runtime.mkdir(mode=0o700)
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self._token = ""
        self._setup = ""
        self._count = 0
        self._rooms: dict[int, int] = {}  # id → newest acknowledged number
        self.acknowledged = 0
        self.verified = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self.kill("both")

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the gate; it prints where it listens when the hub answers."""
        with (self._folder / "errors").open("a") as errors:
            arguments = ("demo", "--port", "0", "--state", str(self._folder / "state"))
            self._process = homebase(*arguments, runtime=self._runtime, stdout=subprocess.PIPE, stderr=errors)

    def ready(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], START_S)[0]:
            raise Lost(f"it says nothing for {START_S:g} s; see {self._folder / 'errors'}")
        line = self._process.stdout.readline().strip()
        if not line.startswith("homebase ready: "):
            raise Lost(f"it does not start: {line!r}; see {self._folder / 'errors'}")
        address, _, self._setup = line.partition("#setup=")
        self._port = int(address.rstrip("/").rpartition(":")[2])

    def settle_in(self) -> None:
        """First time: claim the home and make rooms."""
        body = {"token": self._setup, "password": PASSWORD}
        self._token = self._ask("POST", "/api/v1/setup", body)["token"]
        for name in ROOMS:
            self._rooms[int(self._ask("POST", "/api/v1/rooms", {"name": name})["id"])] = 0

    def live(self, seconds: float) -> None:
        """Rename rooms to growing numbers, and note what was acknowledged."""
        end_s = time.monotonic() + seconds
        while (left_s := end_s - time.monotonic()) > 0:
            self._count += 1
            room = list(self._rooms)[self._count % len(self._rooms)]
            try:
                self._ask("PATCH", f"/api/v1/rooms/{room}", {"name": f"Room {self._count}"})
            except Unanswered:
                time.sleep(min(0.01, left_s))
            else:
                self._rooms[room] = self._count
                self.acknowledged += 1

    def kill(self, victim: str) -> None:
        assert self._process is not None
        hubs = [pid for pid in children(self._process.pid) if command_line(pid) == "homebase hub"]
        if victim in ("hub", "both"):
            for pid in hubs:
                os.kill(pid, signal.SIGKILL)
        if victim in ("gate", "both"):
            self._process.kill()
            self._process.wait()
            if self._process.stdout is not None:
                self._process.stdout.close()

    def check(self) -> None:
        """Wait until it answers; compare."""
        have = {int(room["id"]): room["name"] for room in self._rooms_when_back()}
        for room, number in self._rooms.items():
            told = have.get(room, "")
            if number and (not told.startswith("Room ") or int(told.removeprefix("Room ")) < number):
                raise Lost(f"room {room}: {told!r} < {number}")
        (socket,) = self._runtime.glob("homebase-*/console/console.sock")
        try:
            verified = console.ask(socket, "ledger.verify")
        except console.ConsoleDeclined as declined:
            if declined.code == "unknown_question":  # a gate without a ledger: "ledger verified" stays 0
                return
            raise
        if verified["findings"]:
            raise Lost(f"the ledger does not verify: {verified}")
        self.verified += 1

    def _rooms_when_back(self) -> list[dict[str, Any]]:
        end_s = time.monotonic() + BACK_S
        while True:
            try:
                return list(self._ask("GET", "/api/v1/rooms")["rooms"])
            except Unanswered as error:
                if time.monotonic() > end_s:
                    raise Lost(f"it does not come back: {error}") from error
                time.sleep(0.05)

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_S)
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        if answer.status >= 500:
            raise http.client.HTTPException(answer.status)  # the hub is not there: not acknowledged
        if answer.status >= 400:
            raise Lost(f"{method} {path}: {answer.status} {data[:200]!r}")
        return json.loads(data)


def kills(points: int, victims: tuple[str, ...], folder: Path, chance: random.Random) -> dict[str, int]:
    """Return how many settings were acknowledged and how often the ledger was verified."""
    with House(folder) as house:
        house.start()
        house.ready()
        house.settle_in()
        for _ in range(points):
            if not house.running:
                house.start()
                if chance.random() < EARLY:
                    time.sleep(chance.uniform(0.0, 1.0))
                    house.kill("both")
                    house.start()
                house.ready()
            house.check()
            house.live(chance.uniform(0.0, LIFE_S))
            house.kill(chance.choice(victims))
        if not house.running:
            house.start()
            house.ready()
        house.check()
        return {"acknowledged": house.acknowledged, "ledger verified": house.verified}


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.crash.whole", description=__doc__)
    arguments.add_argument("--points", type=int, default=1000)
    arguments.add_argument("--victim", choices=VICTIMS, help="one of the three at random when not given")
    arguments.add_argument("--seed", type=int, default=None)
    arguments.add_argument("--folder", type=Path, default=None, help="where the house's folder is made")
    chosen = arguments.parse_args()
    seed = chosen.seed if chosen.seed is not None else random.SystemRandom().randrange(1 << 32)
    folder = Path(tempfile.mkdtemp(prefix="hb-", dir=chosen.folder))
    victims = (chosen.victim,) if chosen.victim else VICTIMS
    report: dict[str, object] = {"house": "whole", "kind": "kill", "points": chosen.points, "seed": seed}
    begin = time.monotonic()
    try:
        report |= kills(chosen.points, victims, folder, random.Random(seed))
        shutil.rmtree(folder)
    except Lost as lost:
        report |= {"lost": str(lost), "folder": str(folder)}
    report["seconds"] = round(time.monotonic() - begin, 1)
    print(json.dumps(report), flush=True)
    return 1 if "lost" in report else 0


if __name__ == "__main__":
    sys.exit(main())
