"""The whole house in a network of its own: gate, jailed hub, command line, and a receiver on the far side."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.houses import demo_house, homebase, run_homebase
from tests.lab.outside import RESOLVER, NameServer, Receiver, Recorder, around, authority, network
from tests.needs import NETWORKS
from tests.privacy import age_file
from tests.privacy.house import SUPPORT_KEY, SUPPORT_SECRET

pytestmark = [
    pytest.mark.lab,
    pytest.mark.journey,
    NETWORKS,
]

HOST = "support.example.org"
CONFIG = """
[[recipient]]
name = "support"
role = "processor"
host = "{host}"
country = "DE"
path = "/diagnosis"
activities = ["diagnosis.remote"]
keys = ["{key}"]
ca_file = "{ca_file}"
"""


@dataclass(slots=True, kw_only=True)
class LabHouse:
    state: Path
    runtime: Path
    receiver: Receiver
    names: NameServer
    recorder: Recorder

    def command(self, *words: str) -> tuple[int, str, str]:
        return run_homebase(*words, "--state", str(self.state), runtime=self.runtime)

    def ok(self, *words: str) -> str:
        code, output, errors = self.command(*words)
        assert code == 0, errors
        return output


@pytest.fixture
def lab_house(tmp_path: Path) -> Iterator[LabHouse]:
    state, resolver = tmp_path / "state", tmp_path / "resolv.conf"
    state.mkdir(mode=0o700)
    ca_file, context = authority(tmp_path / "ca", HOST)
    (state / "homebase.toml").write_text(CONFIG.format(host=HOST, ca_file=ca_file, key=SUPPORT_KEY))
    resolver.write_text(f"nameserver {RESOLVER}\n")
    with ExitStack() as running:
        inside, outside = running.enter_context(network())
        recorder, names = Recorder(outside), NameServer(outside, {HOST: ["9.9.9.1"]})
        receiver = Receiver(outside, context)
        for part in (receiver, names, recorder):
            running.callback(part.close)
        running.enter_context(demo_house(tmp_path, around=around(inside, resolver)))
        yield LabHouse(state=state, runtime=tmp_path / "r", receiver=receiver, names=names, recorder=recorder)


@pytest.mark.timeout(180)
@pytest.mark.obligation("Q6.6-b")
@pytest.mark.obligation("Q6.6-f")
def test_the_owner_sees_agrees_and_exactly_that_arrives(lab_house: LabHouse) -> None:
    give = ("consent", "give", "diagnosis.remote", "--ticket", "T-123", "--once")

    # started, looked at, previewed: nothing of the house is on the wire
    end = time.monotonic() + 60
    while "HM-" not in lab_house.ok("devices"):
        assert time.monotonic() < end, "the demo taught in no device"
        time.sleep(0.5)
    shown = json.loads(lab_house.ok("consent", "preview", "diagnosis.remote", "--ticket", "T-123", "--json"))
    code, output, errors = lab_house.command(*give)
    assert code == 2, output
    assert "add --yes" in errors
    assert lab_house.recorder.taken() == []

    printed = lab_house.ok(*give, "--preview", shown["preview"], "--yes")
    (arrived,) = lab_house.receiver.arrived
    opened = age_file.decrypt(arrived.body, SUPPORT_SECRET)
    assert opened == shown["text"].encode()
    assert f"encrypted to {SUPPORT_KEY}" in printed
    assert shown["text"] in printed
    assert "delivered, receipt R-1" in printed
    bundle = json.loads(opened)
    assert {device["model"] for device in bundle["groups"]["devices"]}
    assert "SIM0" not in shown["text"]  # no serial number of the simulated devices

    # once is once; the next one needs a yes of its own
    lab_house.recorder.taken()
    code, _, errors = lab_house.command(*give, "--preview", shown["preview"], "--yes")
    assert (code, "no_preview" in errors) == (77, True)
    assert lab_house.recorder.taken() == []

    # a consent that lasts needs a clock that the owner confirms, and ends by a withdrawal
    lab_house.ok("consent", "clock", "--confirm")
    lasting = ("consent", "give", "diagnosis.remote", "--ticket", "T-124", "--groups", "errors", "--yes")
    code, _, errors = lab_house.command(*lasting, "--for", "15d")
    assert (code, "term_too_long" in errors) == (77, True)
    assert "allowed until" in lab_house.ok(*lasting, "--for", "14d")
    lasting_one = age_file.decrypt(lab_house.receiver.arrived[1].body, SUPPORT_SECRET)
    assert json.loads(lasting_one)["groups"].keys() == {"errors"}
    assert "withdrawn: 1 consents ended" in lab_house.ok("consent", "withdraw", "diagnosis.remote")
    lab_house.recorder.taken()
    code, _, errors = lab_house.command("consent", "send", "diagnosis.remote")
    assert (code, "no_consent" in errors) == (77, True)
    assert lab_house.recorder.taken() == []

    # a transfer that waits for its receiver is cut by the command
    lab_house.receiver.mode = "slow"
    one = ("consent", "give", "diagnosis.remote", "--ticket", "T-125", "--once", "--yes")
    waiting = homebase(
        *one,
        "--state",
        str(lab_house.state),
        runtime=lab_house.runtime,
        stdout=subprocess.PIPE,
        locale="C.UTF-8",
    )
    end = time.monotonic() + 20
    while not json.loads(lab_house.ok("consent", "list", "--json"))["running"]:
        assert time.monotonic() < end
    assert "1 transfers cut" in lab_house.ok("consent", "withdraw", "diagnosis.remote")
    assert "cut: The consent is withdrawn." in waiting.communicate(timeout=30)[0]
    lab_house.receiver.go_on.set()
    assert len(lab_house.receiver.arrived) == 2

    kinds = [json.loads(line)["kind"] for line in lab_house.ok("ledger", "list", "--json").splitlines()]
    assert (kinds.count("transfer_begin"), kinds.count("lookup"), kinds.count("grant")) == (3, 3, 3)
    assert (kinds.count("transfer_end"), kinds.count("cut"), kinds.count("withdrawal")) == (2, 1, 2)
    assert "canary" in kinds
    assert ": sound" in lab_house.ok("ledger", "verify")
    exported = lab_house.ok("ledger", "export").splitlines()
    assert "checkpoint" in json.loads(exported[-1])
    assert len(exported) == len(kinds) + 1
