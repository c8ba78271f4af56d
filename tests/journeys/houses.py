"""Starts the whole house as a user would, and looks at it from outside."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.paths import ROOT

START_LIMIT_S = 60.0


@dataclass
class RunningHouse:
    """A started ``homebase``: its process (which is the gate), its first line, where things are."""

    process: subprocess.Popen[str]
    ready: str
    state: Path
    run: Path
    errors: Path

    @property
    def port(self) -> int:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.ready)
        assert found is not None
        return int(found[1])

    @property
    def token(self) -> str | None:
        found = re.search(r"#setup=(\S+)$", self.ready)
        return found[1] if found else None

    def command(self, *words: str) -> tuple[int, str, str]:
        """``homebase …`` of this home, to its end: code, output, errors."""
        return run_homebase(*words, "--state", str(self.state), runtime=self.run.parent)

    def ok(self, *words: str) -> str:
        """What it printed; it did what was asked."""
        code, output, errors = self.command(*words)
        assert code == 0, errors
        return output

    def refused(self, *words: str) -> str:
        """What it said; it did not do it."""
        code, _, errors = self.command(*words)
        assert code != 0
        return errors

    def child(self, title: str) -> int:
        """The process of that name among the gate's children."""
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            for pid in children(self.process.pid):
                if command_line(pid) == title:
                    return pid
            time.sleep(0.05)
        raise AssertionError(f"no {title} among {[command_line(pid) for pid in children(self.process.pid)]}")

    def get(self, target: str, *headers: str) -> tuple[int, bytes]:
        """One request by the front; read by simple means."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as browser:
            lines = [f"GET {target} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Connection: close", *headers]
            browser.sendall("\r\n".join([*lines, "", ""]).encode())
            answer = b"".join(iter(lambda: browser.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        return int(head.split()[1]), body

    def ask(self, method: str, target: str, token: str) -> bytes:
        """One request by the front as somebody who is logged in; the answer's body."""
        front = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            front.request(method, target, headers={"Authorization": f"Bearer {token}"})
            answer = front.getresponse()
            body = answer.read()
        finally:
            front.close()
        assert answer.status < 300, (method, target, answer.status, body)
        return body


# a network namespace with loopback only: nothing that a house tries there reaches anybody (needs root)
ALONE = ("unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"')


def homebase(
    *arguments: str,
    runtime: Path,
    stdout: int | None = None,
    stderr: int | IO[str] | None = None,
    around: tuple[str, ...] = (),
    locale: str = "de_DE.UTF-8",
) -> subprocess.Popen[str]:
    """Start the command with a runtime folder of its own. around: a command that starts it, such as ALONE.

    locale: of whose home it is: its rooms and devices have German names.
    """
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(runtime), "PYTHONPATH": str(ROOT)}
    environment |= {"LC_ALL": locale}
    command = [*around, sys.executable, "-m", "hub.daemon", *arguments]
    return subprocess.Popen(command, env=environment, cwd="/", text=True, stdout=stdout, stderr=stderr)


def run_homebase(*arguments: str, runtime: Path, limit_s: float = 60.0) -> tuple[int, str, str]:
    """Run the command to its end, in English unless it is asked for German."""
    pipe = subprocess.PIPE
    process = homebase(*arguments, runtime=runtime, stdout=pipe, stderr=pipe, locale="C.UTF-8")
    try:
        output, errors = process.communicate(timeout=limit_s)
    finally:
        process.kill()
    return process.returncode, output, errors


@contextmanager
def demo_house(folder: Path, *arguments: str, around: tuple[str, ...] = ()) -> Iterator[RunningHouse]:
    """``homebase demo`` until the block ends; killed if it does not stop then."""
    state, runtime, errors = folder / "state", folder / "r", folder / "errors"
    runtime.mkdir(mode=0o700, exist_ok=True)
    with errors.open("a") as writing:
        process = homebase(
            "demo", "--port", "0", "--state", str(state), *arguments,
            runtime=runtime, stdout=subprocess.PIPE, stderr=writing, around=around,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().strip()
        assert ready.startswith("homebase ready: "), f"{ready!r}, and: {errors.read_text()}"
        (run,) = runtime.glob("homebase-*")
        yield RunningHouse(process=process, ready=ready, state=state, run=run, errors=errors)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
        assert process.stdout.read() == "", "more than the ready line on standard output"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def children(pid: int) -> list[int]:
    """Child processes of ``pid``, whichever of its threads began them."""
    threads = sorted(Path(f"/proc/{pid}/task").iterdir(), key=lambda thread: int(thread.name))
    return [int(child) for thread in threads for child in (thread / "children").read_text().split()]


def family(pid: int) -> list[int]:
    """``pid`` and all that descend from it."""
    return [pid, *(one for child in children(pid) for one in family(child))]


def command_line(pid: int) -> str:
    """As ps shows it."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


def namespace(pid: int | str, kind: str) -> str:
    """The namespace's number."""
    return str(Path(f"/proc/{pid}/ns/{kind}").readlink())


def status(pid: int) -> dict[str, str]:
    """/proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}
