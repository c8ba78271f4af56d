"""The command's frame: help, usage errors, exit codes; each error one line with a way out."""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.daemon import __main__ as frame
from hub.daemon.command_line import COMMANDS, CommandFailed
from hub.daemon.commands import doctor
from hub.daemon.commands.devices import age, values_of
from hub.daemon.commands.set import value_of
from hub.daemon.commands.start import become_gate, between
from hub.daemon.home import ask_home, problem_failure
from tests.hub.home_in_a_box import running_home
from tests.paths import ROOT


def homebase(*arguments: str, folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "LC_ALL": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(folder),
        "XDG_STATE_HOME": str(folder),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "hub.daemon", *arguments]
    return subprocess.run(
        command,
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        input=stdin,
    )


def test_the_commands_are_those_of_the_manual() -> None:
    names = "run demo gate hub simulator devices set watch pair replace paramset link week notify radio"
    names += " decode notice consent rights account ticket disclosure monitor telemetry history phone"
    names += " recipient relay backup update app ledger support doctor"
    assert [command.name for command in COMMANDS] == names.split()


def test_help_names_every_command_and_every_exit_code(tmp_path: Path) -> None:
    for arguments in ((), ("--help",), ("-h",)):
        done = homebase(*arguments, folder=tmp_path)
        assert done.returncode == 0
        for command in COMMANDS:
            assert re.search(rf"^  {command.name} +{re.escape(command.summary)}$", done.stdout, re.MULTILINE)
        for code in (0, 2, 65, 69, 70, 73, 74, 77, 130):
            assert re.search(rf"\b{code}\b", done.stdout)


@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
def test_each_command_explains_itself(name: str, tmp_path: Path) -> None:
    done = homebase(name, "--help", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: homebase {name}")
    assert "exit codes" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("run", "--port", "70000"),
        ("demo", "--devices", "0"),
        ("set", "x"),
        ("demo", "--speed", "nan"),
        ("watch", "--nonsense"),
        ("decode", "--nonsense"),
        ("decode", "--key-file", "no such file"),
        ("hub", "--nonsense"),
        ("simulator", "--nonsense"),
        ("ledger", "show", "-1"),
        ("ledger", "show", "999999999999999999999999"),
        ("ledger", "prove"),
        ("set", "foo", "on"),
    ],
)
def test_wrong_usage_is_one_line_and_2(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = homebase(*arguments, folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert re.search("--help|allowed|--all", done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [("devices",), ("set", "bidcos:A:1.STATE", "on"), ("watch",), ("ledger", "list"), ("consent", "list")],
)
def test_without_a_running_home_the_way_out_is_named(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = homebase(*arguments, "--state", str(tmp_path / "none"), folder=tmp_path)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (69, "", 1)
    assert "homebase run" in done.stderr


async def test_a_home_with_sockets_elsewhere_is_found_by_the_option_and_by_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, state = tmp_path / "my sockets", tmp_path / "state"
    async with running_home(tmp_path) as home, home.front.console(run / "console"):

        async def listed(*arguments: str) -> subprocess.CompletedProcess[str]:
            return await asyncio.to_thread(homebase, "devices", "--json", *arguments, folder=tmp_path)

        # control: nobody says where it is, or its data's folder alone
        for unfound in ((), ("--state", str(state))):
            missed = await listed(*unfound)
            assert (missed.returncode, missed.stdout, missed.stderr.count("\n")) == (69, "", 1)
            assert "--run" in missed.stderr
        # named, it is found
        assert (await listed("--run", str(run))).returncode == 0
        monkeypatch.setenv("HOMEBASE_RUN", str(run))
        assert (await listed()).returncode == 0
        # what is named in the command counts more than the variable
        assert (await listed("--state", str(state))).returncode == 69
    monkeypatch.setenv("HOMEBASE_RUN", str(tmp_path / "none"))
    gone = await listed()
    assert gone.stderr.startswith(f"homebase: HOMEBASE_RUN={tmp_path}/none: no home runs there; ")
    assert "unset HOMEBASE_RUN" in gone.stderr
    both = await listed("--run", str(run), "--state", str(state))
    assert (both.returncode, both.stderr.count("\n")) == (2, 1)


@pytest.mark.parametrize(
    ("options", "variable", "said"),
    [
        ({}, "", ""),
        ({"state": Path("/srv/my home")}, "", "--state '/srv/my home'"),
        ({"run": Path("/r"), "state": Path("/s")}, "/other", "--run /r"),
        ({}, "/other", "--run /other"),
    ],
)
def test_commands_that_a_home_shows_name_it_as_it_is_found(
    options: dict[str, Path], variable: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Became(Exception):
        pass

    def execv(_: str, command: list[str]) -> None:
        raise Became(command[-1])

    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("HOMEBASE_RUN", variable)
    asked = {"port": 0, "lan": None, "state": None, "run": None, "config": None} | options
    with pytest.raises(Became) as became:
        become_gate("demo", argparse.Namespace(**asked))
    handed = json.loads(str(became.value))
    assert handed["named_home"] == said
    assert not said.startswith("--run") or handed["run"] == said.removeprefix("--run ")


def test_a_socket_nobody_listens_at_is_no_running_home(tmp_path: Path) -> None:
    import socket

    from privacy.places import runtime_folder

    run = runtime_folder(tmp_path / "state", {"XDG_RUNTIME_DIR": str(tmp_path)})
    (run / "console").mkdir(parents=True)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(run / "console/home.sock"))
    done = homebase("devices", "--state", str(tmp_path / "state"), folder=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (69, 1)


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    script = f"{sys.executable} -m hub.daemon --help | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert "Traceback" not in done.stderr


def test_a_full_disk_under_the_output_is_one_line_and_73() -> None:
    script = f"echo 0A1480021FB74A63196300 | {sys.executable} -m hub.daemon decode > /dev/full"
    done = subprocess.run(
        ["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr.count("\n")) == (73, 1)
    assert "No space left" in done.stderr


async def test_the_commands_speak_english_in_a_german_home(tmp_path: Path) -> None:
    async with running_home(tmp_path, language="de"):
        with pytest.raises(CommandFailed) as failed:
            await asyncio.to_thread(ask_home, tmp_path / "front.sock", "GET", "/api/v1/devices")
    assert "log in" in str(failed.value).lower()


def test_commands_load_nothing_heavy_before_they_need_it(tmp_path: Path) -> None:
    look = "import sys; from hub.daemon.__main__ import main; sys.argv = ['homebase', '--version']\n"
    look += "try: main()\nexcept SystemExit: pass\n"
    look += (
        "print(sorted({'aiohttp', 'sqlalchemy', 'msgspec', 'asyncio', 'cryptography'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", look], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.splitlines() == ["homebase 0.1.0", "[]"]


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("on", True),
        ("OFF", False),
        ("true", True),
        ("3", 3),
        ("0.5", 0.5),
        ("-1", -1),
        ("MANU-MODE", "MANU-MODE"),
        ("nan", "nan"),
        ("1e999", "1e999"),
    ],
)
def test_words_mean_values(word: str, value: object) -> None:
    assert value_of(word) == value
    assert type(value_of(word)) is type(value)


def test_a_problem_becomes_one_line_and_a_code() -> None:
    failure = problem_failure(
        422,
        {
            "detail": "too warm",
            "field": "value",
            "value": 99,
            "allowed": "4.5 to 30.5",
            "way_out": "ask for less",
        },
    )
    assert str(failure) == "value = 99: too warm; allowed is 4.5 to 30.5; ask for less"
    told_once = {"detail": "value: allowed is 0 to 1.", "field": "value", "value": 7, "allowed": "0 to 1"}
    assert str(problem_failure(422, told_once)) == "value = 7: allowed is 0 to 1"
    in_the_way_out = {"detail": "no frame.", "allowed": "hex digits", "way_out": "Write hex digits."}
    assert str(problem_failure(422, in_the_way_out)) == "no frame; write hex digits"
    switch = {
        "detail": "allowed is true or false",
        "field": "value",
        "value": "maybe",
        "allowed": "true or false",
    }
    assert str(problem_failure(422, switch)) == "value = 'maybe': allowed is on or off"
    assert [problem_failure(status, {}).code for status in (404, 422, 401, 403, 503, 502, 504)] == [
        2,
        2,
        77,
        77,
        69,
        74,
        74,
    ]


WAYS_OUT = [
    told["way_out"].replace("{{", "{").replace("}}", "}")
    for told in tomllib.loads((ROOT / "hub/api/texts/en.toml").read_text()).values()
    if "GET " in told.get("way_out", "")
]


@pytest.mark.parametrize("way_out", WAYS_OUT)
def test_a_way_out_by_the_interface_is_told_as_a_command(way_out: str) -> None:
    said = str(problem_failure(404, {"detail": "no", "way_out": way_out}))
    assert "GET " not in said
    assert "/api/v1" not in said
    assert "homebase " in said or "the app" in said


def test_numbers_have_ranges() -> None:
    import argparse

    port = between(int, 0, 65535)
    assert port("8480") == 8480
    for text in ("-1", "65536", "x", "1.5", ""):
        with pytest.raises(argparse.ArgumentTypeError, match="0 to 65535"):
            port(text)


def test_devices_are_listed_with_their_main_values_and_ages() -> None:
    now = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
    rows = [
        {"id": "bidcos:A:1.STATE", "value": True, "unit": None, "at": "2026-03-01T11:59:48.000Z"},
        {"id": "bidcos:A:2.POWER", "value": 12.5, "unit": "W", "at": "2026-03-01T09:00:00.000Z"},
        {"id": "bidcos:A:1.WORKING", "value": False, "unit": None, "at": "2026-03-01T11:59:48.000Z"},
        {"id": "bidcos:B:1.LEVEL", "value": 0.5, "unit": "", "at": "2026-03-01T12:00:05.000Z"},
    ]
    assert values_of(rows, now) == {
        "bidcos:A": "1.STATE on (12 s), 2.POWER 12.5 W (3 h)",
        "bidcos:B": "1.LEVEL 0.5 (0 s)",
    }


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2026-03-01T11:58:01.000Z", "119 s"),
        ("2026-03-01T11:58:00.000Z", "2 min"),
        ("2026-03-01T10:00:00.000Z", "2 h"),
        ("2026-02-27T12:00:00.000Z", "2 days"),
    ],
)
def test_an_age_is_told_in_its_largest_unit(at: str, text: str) -> None:
    assert age(at, datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)) == text


def test_what_a_hostile_home_says_can_not_drive_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: list[str]) -> int:
        raise problem_failure(500, {"detail": "\x1b[2J\x9b1mconsent given", "way_out": "a\nb"})

    monkeypatch.setattr(frame, "parse", fail)
    assert frame.main(["devices"]) == 74
    said = capsys.readouterr().err
    assert said.startswith("homebase: ")
    assert said.removesuffix("\n").isprintable()


def test_doctor_says_so_when_the_folder_is_somebody_elses(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        with pytest.raises(CommandFailed) as failed:
            doctor.run(argparse.Namespace(state=closed / "home", config=None, json=False))
    finally:
        os.seteuid(before)
    assert failed.value.code == 77
    assert str(failed.value).endswith("ask as its owner, or with sudo")
