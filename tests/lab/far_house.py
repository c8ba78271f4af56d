"""A house in its own network; a real Mosquitto and a phone in another one; a recorder on the wire between."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.journeys.houses import RunningHouse, demo_house
from tests.journeys.shell_phone import shell_phone
from tests.mosquitto import Mosquitto, mosquitto

from .outside import RECEIVER, RESOLVER, NameServer, Recorder, around, network

HOST = "relay.example.org"
WAIT_S = 90.0
CONFIG = """
[[recipient]]
name = "relay"
role = "own"
host = "{host}"
port = {port}
country = "DE"
transport = "mqtts"
activities = ["remote.access"]
ca_file = "{ca_file}"
"""


@dataclass(slots=True, kw_only=True)
class Far:
    """The house in its network, the relay and the phone in the other one. around: starts a command there."""

    house: RunningHouse
    inside: str
    outside: str
    broker: Mosquitto
    names: NameServer
    recorder: Recorder
    around: tuple[str, ...]
    keys: Path

    def state(self) -> tuple[str, str]:
        (row,) = json.loads(self.house.ok("relay", "list", "--json"))["relays"]
        return row["state"], row["reason"]

    def offer(self) -> None:
        """Set a route up at the relay, and its users; nobody said yes to it yet."""
        said = self.house.ok(
            "relay",
            "add",
            "relay",
            "--websocket",
            str(self.broker.wss_port),
            "--into",
            str(self.broker.folder),
        )
        assert "Nothing connects before you allow it" in said
        self.broker.learn([], [])

    def allow(self) -> str:
        """The owner's yes; returns what was printed."""
        return self.house.ok(
            "consent", "give", "remote.access", "--standing", "--recipient", "relay", "--yes"
        )

    def wait_until_connected(self) -> None:
        """The hub is at the relay; it goes there for a phone, or for a code that waits."""
        until(lambda: self.state() == ("connected", ""), f"not connected: {self.state()} {self.broker.log}")

    def waiting(self) -> list[Any]:
        return list(json.loads(self.house.ok("phone", "waiting", "--json"))["waiting"])

    def phone(self, *verb: str, stdin: int | None = subprocess.DEVNULL) -> "subprocess.Popen[str]":
        """``homebase phone …`` far from home: it knows the certificate of the relay, too."""
        trusts = {"SSL_CERT_FILE": str(self.broker.ca_file)}
        return shell_phone(*verb, keys=self.keys, stdin=stdin, around=self.around, environment=trusts)

    def asked(self, *verb: str) -> tuple[int, str, str]:
        process = self.phone(*verb)
        output, errors = process.communicate(timeout=WAIT_S)
        return process.returncode, output, errors


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@contextmanager
def far_house(folder: Path, recipients: str = "") -> Iterator[Far]:
    """Until the block ends. recipients: of the configuration, beside the relay."""
    state, resolver = folder / "state", folder / "resolv.conf"
    state.mkdir(mode=0o700)
    resolver.write_text(f"nameserver {RESOLVER}\n")
    with ExitStack() as running:
        inside, outside = running.enter_context(network())
        recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
        for part in (names, recorder):
            running.callback(part.close)
        broker = running.enter_context(mosquitto(folder / "broker", host=HOST, namespace=outside))
        configuration = CONFIG.format(host=HOST, port=broker.port, ca_file=broker.ca_file)
        (state / "homebase.toml").write_text(configuration + recipients)
        house = running.enter_context(demo_house(folder, "--devices", "1", around=around(inside, resolver)))
        yield Far(
            house=house,
            inside=inside,
            outside=outside,
            broker=broker,
            names=names,
            recorder=recorder,
            around=around(outside, resolver),
            keys=folder / "phone" / "keys.json",
        )
