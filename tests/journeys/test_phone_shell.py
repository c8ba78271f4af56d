"""A phone is paired by its code, switches a lamp, follows it, and is removed: the client for the shell."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from .houses import RunningHouse
from .pairing import console, the_waiting
from .shell_phone import shell_phone

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
WAIT_S = 60.0


def ended(process: subprocess.Popen[str], text: str | None = None) -> tuple[int, str, str]:
    try:
        output, errors = process.communicate(text, timeout=WAIT_S)
    finally:
        process.kill()
    return process.returncode, output, errors


@contextlib.contextmanager
def pairing(house: RunningHouse, keys: Path, text: str) -> Iterator[subprocess.Popen[str]]:
    """A phone that has read the code and waits."""
    process = shell_phone("pair", "--name", "my phone", keys=keys, stdin=subprocess.PIPE)
    assert process.stdin is not None
    try:
        process.stdin.write(text + "\n")
        process.stdin.flush()
        yield process
    finally:
        process.kill()
        process.communicate()


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
        # and the same two keys as at home
        marks = code["fingerprints"]
        assert isinstance(marks, dict)
        _, *told = (process.stdout.readline().split() for _ in range(3))
        assert told == [[name, "key", *str(marks[name]).split()] for name in ("hub", "gate")]
        if role == "owner":  # it enrols its key with the gate
            assert process.wait(WAIT_S) == 0
    return str(admitted["id"])


def lamp(house: RunningHouse, keys: Path) -> str:
    """The demo's switch, as the phone sees it."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        code, output, errors = ended(shell_phone("devices", "--json", keys=keys))
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
    code, output, errors = ended(shell_phone("consents", "--json", keys=keys))
    assert code == 0, errors
    standing = json.loads(output)
    assert standing["grants"] == []
    assert [row["may_grant"] for row in standing["keys"]] == [True]
    code, _, errors = ended(shell_phone("grant", "nothing", "--recipient", "nobody", keys=keys))
    assert code == 2
    assert "allowed is" in errors
    # a later phone's code holds no claim: it offers its key, and the first one names it by its words
    second = keys.with_name("second.json")
    paired(house, second)
    offering = shell_phone("offer", "--json", keys=second)
    assert offering.stdout is not None
    words = json.loads(offering.stdout.readline())["words"]
    code, _, errors = ended(shell_phone("name", *words[::-1], keys=keys))
    assert code == 2
    assert "no phone offers a key with these words" in errors
    code, output, errors = ended(shell_phone("name", *words, keys=keys))
    assert code == 0, errors
    assert "may agree for this home; the gate signed that" in output
    code, output, errors = ended(offering)
    assert code == 0, errors
    assert json.loads(output) == {"may_agree": True}
    rows = console(house, "list")["phones"]
    assert isinstance(rows, list)
    assert [row["may_agree"] for row in rows] == [True, True]
    state = lamp(house, keys)
    watching = shell_phone("watch", "--json", keys=keys)
    assert watching.stdout is not None
    snapshot = json.loads(watching.stdout.readline())
    assert "id" in snapshot
    # when another command line at home switches the lamp, the phone sees it
    house.ok("set", state, "on")
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
    code, _, errors = ended(shell_phone("devices", keys=keys))
    assert code != 0
    assert "no answer" in errors or "hung up" in errors


def test_a_guest_switches_the_lamp_and_what_is_refused_is_said(house: RunningHouse, tmp_path: Path) -> None:
    keys = tmp_path / "phone.json"
    paired(house, keys, role="guest")
    state = lamp(house, keys)
    code, output, errors = ended(shell_phone("set", state, "on", keys=keys))
    assert code == 0, errors
    assert output.startswith(f"{state} = true (confirmed)")
    code, _, errors = ended(shell_phone("set", "nothing:at:1.ALL", "on", keys=keys))
    assert code == 2
    assert "The home has no device nothing:at" in errors


def test_a_code_that_was_used_pairs_nobody_and_the_thief_is_noticed(
    house: RunningHouse, tmp_path: Path
) -> None:
    code = console(house, "code")
    with pairing(house, tmp_path / "right.json", str(code["text"])) as right:
        row = the_waiting(house)
        # when somebody else shows the same code
        thief = shell_phone("pair", keys=tmp_path / "thief.json", stdin=subprocess.PIPE)
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
