"""What the doctor says about the home's network: certificate, interfaces, who listens, a firewall."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from privacy.gate.doctor.doctor import network
from privacy.gate.doctor.doctor_finding import Finding
from privacy.gate.doctor.doctor_lan import drops, in_home_network
from privacy.gate.lan.identity import identity_in
from privacy.gate.lan.settings import LanSettings

NOW = datetime.now(UTC)
HOLDS = """import fcntl, os, sys
lock = open(sys.argv[1], "w+")
fcntl.flock(lock, fcntl.LOCK_EX)
print(os.getpid(), file=lock, flush=True)
print("held", flush=True)
sys.stdin.read()"""
Rules = list[Mapping[str, Mapping[str, object]]]


def found(settings: LanSettings, state: Path, *, runs: bool = False) -> dict[str, Finding]:
    return {finding.name: finding for finding in in_home_network(settings, state, runs=runs)}


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "gate").mkdir()
    return tmp_path


def test_a_home_that_never_was_in_a_network_has_nothing_to_say(state: Path) -> None:
    assert list(network(state, state / "homebase.toml")) == []


def test_the_fingerprint_is_said_with_where_to_compare_it(state: Path) -> None:
    identity = identity_in(state / "gate", "", NOW, os.urandom)
    (finding, _) = network(state, state / "homebase.toml")
    assert (finding.name, finding.level) == ("certificate", "ok")
    assert identity.fingerprint in finding.text
    assert finding.way_out.endswith(f"https://{identity.names[0]}:8443/gate/trust")


def test_certificates_that_end_soon_are_a_warning(state: Path) -> None:
    long_ago = NOW - timedelta(days=3690)
    with pytest.MonkeyPatch.context() as early:
        early.setattr("privacy.gate.lan.identity.EARLIEST", long_ago - timedelta(days=1))
        identity_in(state / "gate", "", long_ago, os.urandom)
    finding = found(LanSettings(on=True), state)["certificate"]
    assert finding.level == "warn"
    assert "trust anew" in finding.way_out


def test_a_damaged_file_and_a_missing_one_of_the_owner_are_failures(state: Path) -> None:
    (state / "gate/lan.json").write_text("{}")
    finding = found(LanSettings(on=True), state)["certificate"]
    assert (finding.level, finding.code) == ("fail", 65)
    assert "remove it" in finding.way_out
    own = LanSettings(on=True, certificate=state / "cert.pem", key=state / "key.pem")
    finding = found(own, state)["certificate"]
    assert finding.level == "fail"
    assert "No such file" in finding.text


def test_no_interface_is_a_failure(state: Path) -> None:
    finding = found(LanSettings(on=True, interfaces=("gone0",)), state)["network"]
    assert (finding.level, finding.code) == ("fail", 74)


@pytest.mark.parametrize(("runs", "level"), [(True, "warn"), (False, "ok")])
def test_who_listens_is_seen(state: Path, runs: bool, level: str) -> None:
    with socket.create_server(("0.0.0.0", 0)) as listening:
        port = listening.getsockname()[1]
        finding = found(LanSettings(on=True, interfaces=("lo",), port=port), state, runs=runs)["network"]
        assert finding.level == "ok"
        assert finding.text.startswith("lo (127.0.0.1")
        assert finding.text.endswith(f" listens on port {port}")
    finding = found(LanSettings(on=True, interfaces=("lo",), port=port), state, runs=runs)["network"]
    assert finding.level == level


def rules(policy: str, *expressions: object) -> Rules:
    chain = {"family": "inet", "name": "input", "hook": "input", "policy": policy}
    return [{"metainfo": {}}, {"chain": chain}, *({"rule": {"expr": one}} for one in expressions)]


def match(right: object) -> object:
    left = {"payload": {"protocol": "tcp", "field": "dport"}}
    return [{"match": {"op": "==", "left": left, "right": right}}, {"accept": None}]


@pytest.mark.parametrize(
    ("there", "dropped"),
    [
        (rules("accept"), False),
        (rules("drop"), True),
        (rules("drop", match(22)), True),
        (rules("drop", match(8443)), False),
        (rules("drop", match({"set": [22, 8443]})), False),
        (rules("drop", match({"range": [8000, 9000]})), False),
        (rules("drop", match({"range": [80, 90]})), True),
        ([], False),
    ],
)
def test_a_firewall_that_drops_is_seen(there: Rules, dropped: bool) -> None:
    assert drops(there, 8443) is dropped


@pytest.mark.parametrize(("words", "said"), [("{}", "not open"), ("nothing of a home", "is not to be seen")])
def test_a_home_whose_command_line_cant_be_read_is_not_said_to_be_closed(
    state: Path, words: str, said: str
) -> None:
    # given a home without [lan], which runs; of {"lan": null} nobody doubts that it was started without --lan
    identity_in(state / "gate", "", NOW, os.urandom)
    (state / "homebase.toml").write_text("")
    told = json.dumps({"lan": None}) if words == "{}" else words
    command = [sys.executable, "-c", HOLDS, str(state / "gate/lock"), told]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as home:
        assert home.stdout is not None
        home.stdout.readline()
        findings = {finding.name: finding for finding in network(state, state / "homebase.toml")}
        home.communicate()
    assert said in findings["network"].text
    assert (findings["network"].way_out != "") is (said == "is not to be seen")


@pytest.mark.parametrize(
    ("lan", "said"), [(True, "nothing listens"), (None, "not open"), (False, "not open")]
)
def test_how_the_running_home_was_started_counts_more_than_its_settings(
    state: Path, lan: bool | None, said: str
) -> None:
    identity_in(state / "gate", "", NOW, os.urandom)
    config = state / "homebase.toml"
    config.write_text('[lan]\ninterfaces = ["lo"]\nport = 1\n')
    words = [sys.executable, "-c", HOLDS, str(state / "gate/lock"), json.dumps({"lan": lan})]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as home:
        assert home.stdout is not None
        home.stdout.readline()
        findings = {finding.name: finding for finding in network(state, config)}
        home.communicate()
    assert said in findings["network"].text
