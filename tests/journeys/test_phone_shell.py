"""A phone is paired by its code, switches a lamp, follows it, and is removed: the client for the shell."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paths import ROOT

from .houses import RunningHouse, demo_house, run_homebase

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
WAIT_S = 60.0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with demo_house(tmp_path_factory.mktemp("phone"), "--devices", "1") as running:
        yield running


def console(house: RunningHouse, *verb: str) -> dict[str, object]:
    """``homebase phone …`` at home."""
    code, output, errors = run_homebase(
        "phone", *verb, "--json", "--state", str(house.state), runtime=house.run.parent
    )
    assert code == 0, errors
    told = json.loads(output)
    assert isinstance(told, dict)
    return told


def phone(
    house: RunningHouse, *verb: str, keys: Path, stdin: int | None = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    """``homebase phone …`` as a phone: it knows its keys' file and nothing of this home's state."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(keys.parent)}
    command = [sys.executable, "-m", "hub.daemon", "phone", *verb, "--keys", str(keys)]
    return subprocess.Popen(
        command,
        env=environment,
        cwd="/",
        text=True,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(process: subprocess.Popen[str], text: str | None = None) -> tuple[int, str, str]:
    try:
        output, errors = process.communicate(text, timeout=WAIT_S)
    finally:
        process.kill()
    return process.returncode, output, errors


@contextlib.contextmanager
def pairing(house: RunningHouse, keys: Path, text: str) -> Iterator[subprocess.Popen[str]]:
    """A phone that has read the code and waits."""
    process = phone(house, "pair", "--name", "my phone", keys=keys, stdin=subprocess.PIPE)
    assert process.stdin is not None
    try:
        process.stdin.write(text + "\n")
        process.stdin.flush()
        yield process
    finally:
        process.kill()
        process.communicate()


def the_waiting(house: RunningHouse) -> dict[str, object]:
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        rows = console(house, "waiting")["waiting"]
        assert isinstance(rows, list)
        if rows:
            assert len(rows) == 1
            return dict(rows[0])
    raise AssertionError("no phone waits")


def paired(house: RunningHouse, keys: Path, role: str = "owner") -> str:
    """Pair a phone; its key."""
    code = console(house, "code")
    with pairing(house, keys, str(code["text"])) as process:
        row = the_waiting(house)
        assert process.stdout is not None
        shown = process.stdout.readline()
        # both sides show the same six words, and it is pending, without rights
        words = row["words"]
        assert isinstance(words, list)
        assert shown.strip().endswith(" ".join(words))
        assert len(words) == 6
        admitted = console(house, "admit", str(row["pairing"]), "--role", role)
        assert "Paired as" in process.stdout.readline()
        if role == "owner":  # it enrols its key with the gate
            assert process.wait(WAIT_S) == 0
    return str(admitted["id"])


def lamp(house: RunningHouse, keys: Path) -> str:
    """The demo's switch, as the phone sees it."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        code, output, errors = ended(phone(house, "devices", "--json", keys=keys))
        assert code == 0, errors
        for device in json.loads(output)["devices"]:
            for channel in device["channels"]:
                if "STATE" in channel["parameters"]:
                    return f"{device['address']}:{channel['index']}.STATE"
    raise AssertionError("no switch was taught in")


def test_a_phone_is_paired_switches_follows_and_is_removed(house: RunningHouse, tmp_path: Path) -> None:
    keys = tmp_path / "keys" / "phone.json"
    # given a phone that was paired by its code
    key = paired(house, keys)
    assert keys.stat().st_mode & 0o777 == 0o600
    # the first phone's code holds the claim: the gate says under its signature that this one may agree
    code, output, errors = ended(phone(house, "consents", "--json", keys=keys))
    assert code == 0, errors
    standing = json.loads(output)
    assert standing["grants"] == []
    assert [row["may_grant"] for row in standing["keys"]] == [True]
    code, _, errors = ended(phone(house, "grant", "nothing", "--recipient", "nobody", keys=keys))
    assert code == 2
    assert "allowed is" in errors
    state = lamp(house, keys)
    watching = phone(house, "watch", "--json", keys=keys)
    assert watching.stdout is not None
    snapshot = json.loads(watching.stdout.readline())
    assert "id" in snapshot
    # when another command line at home switches the lamp, the phone sees it
    code, _, errors = run_homebase("set", state, "on", "--state", str(house.state), runtime=house.run.parent)
    assert code == 0, errors
    while True:
        change = json.loads(watching.stdout.readline())
        if change["id"] == state and change["value"] is True:
            break
    # when it is removed, its session ends within a second
    begin = time.monotonic()
    console(house, "remove", key)
    _, errors = watching.communicate(timeout=WAIT_S)
    # the command itself takes most of this: a Python starts, asks, and ends
    assert time.monotonic() - begin < 30.0
    assert "this phone was removed at home" in errors
    # and it gets no answer any more
    code, _, errors = ended(phone(house, "devices", keys=keys))
    assert code != 0
    assert "no answer" in errors or "hung up" in errors


def test_a_guest_switches_the_lamp_and_what_is_refused_is_said(house: RunningHouse, tmp_path: Path) -> None:
    keys = tmp_path / "phone.json"
    paired(house, keys, role="guest")
    state = lamp(house, keys)
    code, output, errors = ended(phone(house, "set", state, "on", keys=keys))
    assert code == 0, errors
    assert output.startswith(f"{state} = true (confirmed)")
    code, _, errors = ended(phone(house, "set", "nothing:at:1.ALL", "on", keys=keys))
    assert code == 2
    assert "The home has no device nothing:at" in errors


def test_a_code_that_was_used_pairs_nobody_and_the_thief_is_noticed(
    house: RunningHouse, tmp_path: Path
) -> None:
    code = console(house, "code")
    with pairing(house, tmp_path / "right.json", str(code["text"])) as right:
        row = the_waiting(house)
        # when somebody else shows the same code
        thief = phone(house, "pair", keys=tmp_path / "thief.json", stdin=subprocess.PIPE)
        exit_code, _, errors = ended(thief, str(code["text"]) + "\n")
        assert exit_code != 0
        assert "no answer" in errors or "hung up" in errors  # whichever of both ends gives up first
        assert not (tmp_path / "thief.json").exists()
        # then the right one is out as well, and it is said at home
        _, errors = right.communicate(timeout=WAIT_S)
        assert "the pairing was ended at home" in errors
    told = console(house, "waiting")
    assert told["waiting"] == []
    assert told["ended"] == [{"pairing": row["pairing"], "why": "shown_twice"}]
    assert not (tmp_path / "right.json").exists()
