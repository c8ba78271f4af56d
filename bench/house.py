"""The whole house for benches: gate, jailed hub, simulator, as ``homebase demo`` starts them."""

import http.client
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT_S = 60.0
PASSWORD = "correct horse battery"
NAMES = {"gate": b"homebase gate", "hub": b"homebase hub", "simulator": b"homebase simulator"}


@dataclass(kw_only=True)
class House:
    """One running house. arguments: of ``homebase``; folder: holds its state and runtime folders."""

    arguments: tuple[str, ...]
    folder: Path
    port: int = 0
    setup_token: str = ""
    token: str = ""
    ready_s: float = 0.0
    health_s: float = 0.0

    def __enter__(self) -> Self:
        state, run = self.folder / "state", self.folder / "run"
        run.mkdir(mode=0o700, exist_ok=True)
        command = [sys.executable, "-m", "hub.daemon", *self.arguments]
        places = ["--port", "0", "--state", str(state), "--run", str(run / "home")]
        began = time.perf_counter()
        log = self.folder / "log"  # of the last start, to see why when it fails
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [*command, *places], stdout=subprocess.PIPE, stderr=errors, cwd=ROOT, text=True
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("homebase ready: "):
                self.ready_s = time.perf_counter() - began
                address, _, self.setup_token = line.strip().partition("#setup=")
                self.port = int(address.rstrip("/").rpartition(":")[2])
                self.ask("GET", "/api/v1/health")
                self.health_s = time.perf_counter() - began
                return self
        raise RuntimeError(f"the house did not start: {log.read_text('utf-8', 'replace')[-500:]}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """One request on a connection of its own; the answer's JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:200]!r}")
        return json.loads(data) if data else None

    def log_in(self) -> None:
        """Set the home up, or log in where that was done."""
        if self.setup_token:
            body = {"token": self.setup_token, "password": PASSWORD}
            self.token = self.ask("POST", "/api/v1/setup", body)["token"]
        else:
            self.token = self.ask("POST", "/api/v1/login", {"password": PASSWORD})["token"]

    def wait_for_radio(self, limit_s: float = 20.0) -> None:
        """Until the stick is ready."""
        end = time.perf_counter() + limit_s
        while self.ask("GET", "/api/v1/drivers")["drivers"][0]["state"] != "ready":
            if time.perf_counter() > end:
                raise RuntimeError(f"the stick was not ready within {limit_s:.0f} s")
            time.sleep(0.1)

    def wait_for_devices(self, count: int, limit_s: float) -> None:
        """Until that many devices are paired."""
        end = time.perf_counter() + limit_s
        while len(self.ask("GET", "/api/v1/devices")["devices"]) < count:
            if time.perf_counter() > end:
                raise RuntimeError(f"{count} devices were not paired within {limit_s:.0f} s")
            time.sleep(0.2)

    def process(self, name: str) -> int:
        """The id of one of the house's processes: gate, hub or simulator."""
        mine = {self._process.pid, *_descendants(self._process.pid)}
        for pid in mine:
            try:
                if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(NAMES[name]):
                    return pid
            except OSError:
                continue
        raise RuntimeError(f"no process {NAMES[name].decode()!r} among {sorted(mine)}")


def cpu_s(pid: int) -> float:
    """Processor time of one process so far, in steps of 10 ms."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def pss_kib(pid: int) -> int:
    """The proportional share of memory of one process; of others than one's own only root may know it."""
    return _rollup_kib(pid)["Pss"]


def own_kib(pid: int) -> int:
    """What no other process has a part in: unlike the proportional share, the same whoever runs beside."""
    rollup = _rollup_kib(pid)
    return rollup["Private_Clean"] + rollup["Private_Dirty"]


def _rollup_kib(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()[1:]
    return {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}


def _descendants(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text("ascii", "replace")
            except OSError:
                continue
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found += [int(entry.name), *_descendants(int(entry.name))]
    return found
