"""The whole house and its phone in two networks, a Mosquitto between them, and a recorder on the wire."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hub.remote.qr import RelayWay, decode
from tests.journeys.houses import RunningHouse, demo_house, run_homebase
from tests.journeys.phones import Simulator, receiver_of
from tests.lab.outside import RECEIVER, RESOLVER, NameServer, Recorder, around, network
from tests.mosquitto import Mosquitto, mosquitto
from tests.needs import NETWORKS
from tests.paths import ROOT

pytestmark = [pytest.mark.lab, pytest.mark.journey, NETWORKS, pytest.mark.timeout(400)]

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
    """The house in its network, the relay and the phone in the other one."""

    house: RunningHouse
    broker: Mosquitto
    names: NameServer
    recorder: Recorder
    around: tuple[str, ...]
    keys: Path

    def command(self, *words: str) -> tuple[int, str, str]:
        return run_homebase(*words, "--state", str(self.house.state), runtime=self.house.run.parent)

    def ok(self, *words: str) -> str:
        code, output, errors = self.command(*words)
        assert code == 0, errors
        return output

    def state(self) -> tuple[str, str]:
        (row,) = json.loads(self.ok("relay", "list", "--json"))["relays"]
        return row["state"], row["reason"]

    def waiting(self) -> list[Any]:
        return list(json.loads(self.ok("phone", "waiting", "--json"))["waiting"])

    def phone(self, *verb: str, stdin: int | None = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """``homebase phone …`` far from home: it knows its keys, and the certificate of the relay."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.keys.parent),
            "SSL_CERT_FILE": str(self.broker.ca_file),
        }
        words = [sys.executable, "-m", "hub.daemon", "phone", *verb, "--keys", str(self.keys)]
        return subprocess.Popen(
            [*self.around, *words],
            env=environment,
            cwd="/",
            text=True,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def asked(self, *verb: str) -> tuple[int, str, str]:
        process = self.phone(*verb)
        output, errors = process.communicate(timeout=WAIT_S)
        return process.returncode, output, errors


def until(true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + WAIT_S
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Far]:
    state, resolver = tmp_path / "state", tmp_path / "resolv.conf"
    state.mkdir(mode=0o700)
    resolver.write_text(f"nameserver {RESOLVER}\n")
    with ExitStack() as running:
        inside, outside = running.enter_context(network())
        recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
        for part in (names, recorder):
            running.callback(part.close)
        broker = running.enter_context(mosquitto(tmp_path / "broker", host=HOST, namespace=outside))
        configuration = CONFIG.format(host=HOST, port=broker.port, ca_file=broker.ca_file)
        (state / "homebase.toml").write_text(configuration)
        house = running.enter_context(demo_house(tmp_path, "--devices", "1", around=around(inside, resolver)))
        yield Far(
            house=house,
            broker=broker,
            names=names,
            recorder=recorder,
            around=around(outside, resolver),
            keys=tmp_path / "phone" / "keys.json",
        )


def switch(far: Far) -> str:
    """The demo's switch."""
    found: list[str] = []

    def look() -> bool:
        code, output, errors = far.asked("devices", "--json")
        assert code == 0, errors
        for device in json.loads(output)["devices"]:
            for channel in device["channels"]:
                if "STATE" in channel["parameters"]:
                    found.append(f"{device['address']}:{channel['index']}.STATE")
        return bool(found)

    until(look, "no switch was taught in")
    return found[0]


@pytest.mark.obligation("Q6.4-b")
def test_a_phone_far_away_switches_a_light_and_a_withdrawal_shuts_it_out(far: Far) -> None:
    # given a route at the relay, its users there, and nobody's yes
    assert "Nothing connects before you allow it" in far.ok(
        "relay", "add", "relay", "--websocket", str(far.broker.wss_port), "--into", str(far.broker.folder)
    )
    far.broker.learn([], [])
    code = json.loads(far.ok("phone", "code", "--json"))
    until(lambda: far.state() == ("refused", "no_consent"), "the gate asked for no consent")
    assert "nobody allowed it yet" in far.ok("relay", "list")
    assert far.recorder.taken() == []

    # when the owner says yes, the hub is at the relay
    printed = far.ok("consent", "give", "remote.access", "--standing", "--recipient", "relay", "--yes")
    assert HOST in printed
    until(lambda: far.state() == ("connected", ""), f"not connected: {far.state()} {far.broker.log}")
    assert set(far.names.asked) == {HOST}

    # and a phone that reaches it by the relay alone is paired: both show the same words
    way = next(one for one in decode(code["text"]).ways if isinstance(one, RelayWay))
    assert (way.host, way.tls_port, way.wss_port) == (HOST, far.broker.port, far.broker.wss_port)
    pairing = far.phone("pair", "--name", "far away", stdin=subprocess.PIPE)
    assert pairing.stdin is not None
    assert pairing.stdout is not None
    pairing.stdin.write(code["text"] + "\n")
    pairing.stdin.flush()
    until(far.waiting, "nobody waits")
    (row,) = far.waiting()
    assert " ".join(row["words"]) in pairing.stdout.readline()
    far.ok("phone", "admit", row["pairing"], "--role", "owner")
    assert "Paired as owner" in pairing.communicate(timeout=WAIT_S)[0]

    # it switches a light: seen on the stick's line
    state, simulator = switch(far), Simulator(far.house)
    serial = state.partition(":")[2].partition(":")[0]
    lamp = simulator.device(serial)
    simulator.ask("record", on=True)
    code_, output, errors = far.asked("set", state, "on")
    assert code_ == 0, errors
    assert "= true" in output
    assert simulator.device(serial)["state"]["on"] == [True]
    assert [line for line in simulator.lines(to_host=False) if receiver_of(line) == lamp["address"]]

    # every packet went to the relay, and none of it is readable
    packets = far.recorder.taken()
    assert {(packet.to, packet.port) for packet in packets if packet.protocol == "tcp"} == {
        (RECEIVER, far.broker.port)
    }
    sent = b"".join(packet.payload for packet in packets)
    assert len(sent) > 2000
    assert b"STATE" not in sent
    assert b"hb1" not in sent

    # when the owner takes it back, a phone that follows is cut off at once, and gets in no more
    watching = far.phone("watch", "--json")
    assert watching.stdout is not None
    assert "id" in json.loads(watching.stdout.readline())
    assert "1 transfers cut, 0 bytes after the decision" in far.ok("consent", "withdraw", "remote.access")
    assert "lost" in watching.communicate(timeout=WAIT_S)[1]
    code_, _, errors = far.asked("devices")
    assert code_ != 0
    assert "no answer" in errors or "left the relay" in errors
    far.recorder.taken()
    until(lambda: far.state() == ("refused", "withdrawn"), "the gate was not asked again")
    assert far.recorder.taken() == []

    # all of it is in the ledger
    kinds = [json.loads(line)["kind"] for line in far.ok("ledger", "list", "--json").splitlines()]
    assert (kinds.count("grant"), kinds.count("withdrawal"), kinds.count("cut")) == (1, 1, 1)
    assert kinds.count("transfer_begin") >= 1
    assert ": sound" in far.ok("ledger", "verify")
