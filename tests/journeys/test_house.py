"""A house is started, looked at from outside, hurt and stopped, as its owner would."""

import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from hub.daemon import speech
from hub.daemon.__main__ import main

from .houses import RunningHouse, command_line, demo_house, family, homebase, namespace, run_homebase, status

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


@pytest.mark.obligation("Q6.3-c")
def test_one_door_of_all_processes_only_the_gate_is_in_the_machines_network(house: RunningHouse) -> None:
    gate, hub, simulator = (
        house.process.pid,
        house.child("homebase hub"),
        house.child("homebase simulator"),
    )
    assert command_line(gate) == "homebase gate"
    assert Path(f"/proc/{gate}/comm").read_text().strip() == "homebase gate"

    # everything that belongs to the house, by descent
    outside = [pid for pid in family(gate) if namespace(pid, "net") == namespace("self", "net")]
    assert outside == [gate]
    assert {hub, simulator} <= set(family(gate))

    for jailed in (hub, simulator):
        for kind in ("net", "user", "mnt", "pid", "ipc", "uts", "cgroup"):
            assert namespace(jailed, kind) != namespace("self", kind), kind
        found = status(jailed)
        assert [int(found[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")] == [
            0
        ] * 5
        assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
        if os.geteuid() == 0:
            assert found["Uid"].split()[0] not in {"0", str(os.getuid())}
    if os.geteuid() == 0:
        assert status(hub)["Uid"] != status(simulator)["Uid"]
        # what the hub sees of the machine: nothing of the gate's
        root = Path(f"/proc/{hub}/root")
        assert sorted(path.name for path in (root / "run/homebase").iterdir()) == [
            "control.sock",
            "stream.sock",
            "tunnel.sock",
        ]
        assert not (root / str(house.state / "gate").lstrip("/")).exists()
        assert (house.state / "gate").exists()

    # the door works
    assert json.loads(house.get("/api/v1/health")[1])["status"] == "ok"
    assert house.get("/api/v1/devices")[0] == 401
    assert house.get("/gate/v1/status")[0] == 401
    assert house.token is not None


def test_the_command_line_asks_the_running_home_as_its_owner(house: RunningHouse) -> None:
    # given a switch that has been taught in
    deadline, listing = time.monotonic() + 120, ""
    while "HM-LC-Sw" not in listing and time.monotonic() < deadline:
        _, listing, _ = house.command("devices", "--json")
    switch = next(device for device in map(json.loads, listing.splitlines()) if "HM-LC-Sw" in device["model"])
    channel = next(at["index"] for at in switch["channels"] if "STATE" in at["parameters"])
    state = f"{switch['address']}:{channel}.STATE"
    watching = homebase(
        "watch",
        "--all",
        "--json",
        "--state",
        str(house.state),
        runtime=house.run.parent,
        stdout=subprocess.PIPE,
    )
    assert watching.stdout is not None
    seen = json.loads(watching.stdout.readline())  # the values as they are: from here on it sees every change
    # when it is turned on
    code, said, errors = house.command("set", state, "on")
    # then it confirms, and whoever watches sees it
    assert (code, errors) == (0, "")
    assert said.startswith(f"{state} = true")
    while (seen["id"], seen["value"]) != (state, True):
        seen = json.loads(watching.stdout.readline())
    watching.send_signal(signal.SIGINT)
    assert watching.wait(60) == 130
    watching.stdout.close()
    # and nonsense is refused in one line
    code, _, errors = house.command("set", "bidcos:NOBODY:1.STATE", "on")
    assert code == 2
    assert errors.count("\n") == 1


LOOKS = (
    *("devices", "notify list --all", "notify ways", "notify sent", "notify test", "notify person list"),
    *("account show", "account license show", "rights status", "rights holdings", "rights complain"),
    *("backup list", "backup history", "backup now", "ledger list", "ledger verify", "consent list"),
    *("consent clock", "relay list", "phone list", "phone waiting", "phone confirm", "radio airtime"),
    *("radio rssi", "radio keys list", "disclosure list", "telemetry show", "monitor show"),
    *("history cloud show", "update show", "notice", "link list bidcos:SIM0000001", "relay add nowhere"),
    *("paramset describe bidcos:SIM0000001:1", "week show bidcos:SIM0000005:4", "rights object nothing"),
    *("set bidcos:SIM0000001:1.STATE 7", "account contact add 5", "consent give remote.access --standing"),
)


def test_each_command_speaks_the_language_that_is_asked_for(
    house: RunningHouse, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [one for one, german in speech.german().items() if " " in one.strip() and german != one]
    english = [one for one in told if "{" not in one and not one.startswith("homebase ")]
    mixed: dict[str, list[str]] = {}
    for look in LOOKS:
        said = {}
        for language in ("en", "de"):
            main([*look.split(), "--run", str(house.run), "--lang", language])
            said[language] = "".join(capsys.readouterr())
        assert said["de"] != said["en"], look
        assert "Traceback" not in said["de"], said["de"]
        if found := [one for one in english if one in said["de"]]:
            mixed[look] = found
    assert mixed == {}


def test_the_account_lies_in_two_halves_and_is_shown_as_one(house: RunningHouse) -> None:
    def account(*words: str) -> tuple[int, str, str]:
        return house.command("account", *words)

    code, said, errors = account(
        "set", "--name", "Ada Lovelace", "--email", "ada@example.org", "--serial", "HB1"
    )
    assert (code, errors) == (0, "")
    account("contact", "add", "+4915112345678", "--label", "Ada")
    shown = json.loads(account("show", "--json")[1])
    assert (shown["name"], shown["missing"], shown["email"]["confirmed"]) == ("Ada Lovelace", [], None)
    assert shown["sms_numbers"] == [{"number": "+4915112345678", "label": "Ada"}]
    assert shown["installation"]["home_base_id"].startswith("HB-")
    assert "ada@example.org, not confirmed; homebase account confirm sends a link" in said
    for words, code, line in (
        (("confirm",), 2, "homebase.toml names no mail server"),
        (("confirm", "AAAAA-AAAAA-AAAAA-AAAAA"), 2, "wrong, used, or older than 24 hours"),
        (("set", "--timezone", "Mars"), 2, "for example Europe/Berlin"),
        (("license", "set", "/dev/null"), 2, "allowed is at least 1 characters"),
    ):
        refused = account(*words)
        assert (refused[0], refused[2].count("\n")) == (code, 1)
        assert line in refused[2]


@pytest.mark.obligation("Q4-c")
def test_what_an_authority_gets_is_in_the_ledger_before_it_is_in_the_folder(
    house: RunningHouse, tmp_path: Path
) -> None:
    def disclosure(*words: str) -> tuple[int, str, str]:
        return house.command("disclosure", *words)

    folder = tmp_path / "handed over"
    demand = ("--authority", "Amtsgericht Bonn", "--law", "§ 100j StPO", "--reference", "12 Js 34/26")
    assert "nothing was disclosed" in disclosure("list")[1]
    code, _, errors = disclosure("make", str(folder), *demand, "--holding", "hub.diary", "--yes")
    assert (code, "allowed is gate." in errors) == (2, True)
    code, _, errors = disclosure("make", str(folder), *demand, "--holding", "hub.rooms")
    assert (code, "add --yes" in errors, folder.exists()) == (2, True, False)
    code, _, errors = disclosure("make", str(folder), *demand, "--holding", "gate.entries", "--yes")
    assert (code, errors) == (0, "")
    assert {path.name for path in (folder / "data").iterdir()} == {"gate.entries.json", "gate.entries.csv"}
    # the copy of the ledger itself holds the entry that came before it
    handed = json.loads((folder / "data" / "gate.entries.json").read_text())
    assert "Amtsgericht Bonn" in handed[-1]["content"]
    begun, made = json.loads(disclosure("list", "--json")[1])["disclosures"]
    assert begun["data"]["holdings"] == ["gate.entries"]
    digest = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    assert (made["data"]["of"], made["data"]["sha256"]) == (begun["seq"], digest)
    assert "§ 100j StPO" in disclosure("list")[1]


def test_a_second_start_and_a_taken_port_say_what_to_do(house: RunningHouse) -> None:
    code, said, errors = run_homebase(
        "demo", "--port", "0", "--state", str(house.state), runtime=house.run.parent
    )
    assert (code, said) == (73, "")
    assert f"(process {house.process.pid})" in errors
    assert "--state" in errors
    other = str(house.state.parent / "other")
    code, said, errors = run_homebase(
        "demo", "--port", str(house.port), "--state", other, runtime=house.run.parent
    )
    assert (code, said) == (74, "")
    assert "--port N" in errors
    assert house.get("/api/v1/health")[0] == 200
    assert errors.count("\n") == 1


def test_a_killed_hub_is_started_again_and_the_token_stays(house: RunningHouse) -> None:
    hub = house.child("homebase hub")
    os.kill(hub, signal.SIGKILL)
    deadline = time.monotonic() + 120
    while house.get("/api/v1/health")[0] != 200 or house.child("homebase hub") == hub:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "child.ended program='hub' code=-9 again_in_s=1.0" in house.errors.read_text()


def test_a_dead_gate_ends_everything(tmp_path: Path) -> None:
    with demo_house(tmp_path) as house:
        jailed = [house.child("homebase hub"), house.child("homebase simulator")]
        os.kill(house.process.pid, signal.SIGKILL)
        house.process.wait()
        deadline = time.monotonic() + 30
        while any(Path(f"/proc/{pid}").exists() and status(pid)["State"][0] != "Z" for pid in jailed):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_interrupted_it_ends_with_130_and_leaves_no_runtime_folder(tmp_path: Path) -> None:
    with demo_house(tmp_path) as house:
        started = time.monotonic()
        house.process.send_signal(signal.SIGINT)
        assert house.process.wait(60) == 130
        assert time.monotonic() - started < 30
        assert not house.run.exists()


def test_bad_configuration_is_told_whole(tmp_path: Path) -> None:
    config = tmp_path / "homebase.toml"
    config.write_text('[gate]\nport = 70000\ncolour = "red"\n[radio]\nport = "ttyACM0"\n')
    code, said, errors = run_homebase(
        "demo", "--config", str(config), "--state", str(tmp_path / "s"), runtime=tmp_path
    )
    assert (code, said, errors.count("\n")) == (65, "", 1)
    for part in (
        "gate.port = 70000",
        "0 to 65535",
        "gate.colour = 'red'",
        "radio.port = 'ttyACM0'",
        "absolute path",
    ):
        assert part in errors
    assert not (tmp_path / "s").exists()


def test_bad_configuration_of_the_hub_ends_the_gate_with_its_line(tmp_path: Path) -> None:
    config = tmp_path / "homebase.toml"
    config.write_text("[history]\nraw_days = 0\n")
    code, said, errors = run_homebase(
        "demo", "--config", str(config), "--port", "0", "--state", str(tmp_path / "s"), runtime=tmp_path
    )
    assert (code, said) == (65, "")
    assert "history.raw_days = 0" in errors


def test_an_unwritable_state_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for state in (tmp_path / "file" / "state", Path("/proc/homebase")):
        code, said, errors = run_homebase("demo", "--port", "0", "--state", str(state), runtime=tmp_path)
        assert (code, said, errors.count("\n")) == (73, "", 1)
        assert "--state" in errors
