"""A real Mosquitto by the configuration that ships, with the test's own certificate, ports and files."""

import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from hub.remote.mosquitto import password_line
from tests.lab.outside import authority, enter
from tests.paths import ROOT

HOST = "localhost"
ADMIN, ADMIN_PASSWORD = "admin", "the relay's owner, who sees all"
START_LIMIT_S = 60.0
PROGRAM = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


@dataclass(kw_only=True)
class Mosquitto:
    """folder: its files; port, wss_port: as set; namespace: where it runs, "" for the test's own network."""

    folder: Path
    ca_file: Path
    port: int
    wss_port: int
    namespace: str = ""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        around = ["ip", "netns", "exec", self.namespace] if self.namespace else []
        with (self.folder / "log").open("ab") as log:
            command = [*around, PROGRAM, "-c", str(self.folder / "mosquitto.conf")]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_LIMIT_S
        waiting = [self.port, self.wss_port]
        while time.monotonic() < deadline:
            if self._answers(waiting[0]):
                waiting.pop(0)
            if not waiting:
                return
            assert self.process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        raise AssertionError("the broker does not answer")

    def _answers(self, port: int) -> bool:
        def look() -> bool:
            if self.namespace:
                enter(self.namespace)
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
                return True
            return False

        with ThreadPoolExecutor(1) as thread:  # a thread of its own may be moved into the namespace
            return thread.submit(look).result()

    def stop(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None

    def kill(self) -> None:
        """Without a word to anybody."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(60)
        self.process = None

    def learn(self, passwords: Sequence[str], acl: Sequence[str]) -> None:
        """Lines as ``homebase relay add`` prints them."""
        for name, lines in (("passwords", passwords), ("acl", acl)):
            with (self.folder / name).open("a") as file:
                file.write("".join(f"{line}\n" for line in lines))
        if self.process is not None:
            self.process.send_signal(signal.SIGHUP)
            time.sleep(0.2)

    def add_user(self, user: str, password: str, *acl: str) -> None:
        """One more user of the broker."""
        salt = hashlib.sha256(user.encode()).digest()[:12]
        self.learn([password_line(user, password, salt)], [f"user {user}", *acl])

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()


@contextlib.contextmanager
def mosquitto(folder: Path, *, host: str = HOST, namespace: str = "") -> Iterator[Mosquitto]:
    """A broker until the block ends; its owner reads everything (``ADMIN``)."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    ca_file, _ = authority(folder, host)
    port, wss_port = free_port(), free_port()
    broker = Mosquitto(folder=folder, ca_file=ca_file, port=port, wss_port=wss_port, namespace=namespace)
    text = (ROOT / "config/relay/mosquitto.conf").read_text()
    for old, new in (
        ("/etc/homebase-relay/chain.pem", str(folder / "server.pem")),
        ("/etc/homebase-relay/key.pem", str(folder / "server.pem")),
        ("/etc/homebase-relay", str(folder)),
        ("listener 8883", f"listener {port}"),
        ("listener 8884", f"listener {wss_port}"),
    ):
        assert old in text
        text = text.replace(old, new)
    (folder / "mosquitto.conf").write_text(text + "user root\n" * (os.geteuid() == 0))
    for name in ("passwords", "acl"):
        (folder / name).touch(0o600)
    broker.add_user(ADMIN, ADMIN_PASSWORD, "topic readwrite #")
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def free_port() -> int:
    """A port of loopback that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
