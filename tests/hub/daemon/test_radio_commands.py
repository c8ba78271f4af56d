"""Commands for radio, parameters, links, week programs, teach-in and replacement, against a running hub."""

import asyncio
import contextlib
import io
import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.contract import (
    AddPeering,
    AirtimeEntry,
    AirtimeReport,
    CheckKeySheet,
    CommandRefused,
    DeviceAddress,
    DeviceAppeared,
    DeviceKey,
    GetAirtime,
    GetKeySheet,
    GetParamset,
    GetWeekProgram,
    KeyReport,
    KeySheet,
    KeyState,
    ListFrames,
    ListKeys,
    ListPeerings,
    ListSignals,
    PairingProgress,
    PairingStage,
    ParameterChange,
    Paramset,
    ParamsetChange,
    Peering,
    PeeringPartners,
    Period,
    PutParamset,
    PutWeekProgram,
    RadioFrame,
    ReplaceDevice,
    Replacement,
    SendFrame,
    SetSystemKey,
    Signal,
    SignalSample,
    StartPairing,
    StopPairing,
    Urgency,
    WeekProgram,
    Written,
)
from hub.daemon import __main__ as frame
from hub.daemon.command_line import CommandFailed
from hub.daemon.commands.frame_meaning import Explainer
from hub.daemon.commands.radio import bars
from hub.daemon.commands.radio_keys import qr_lines, secret_in, word_lines
from hub.daemon.commands.verbs import by_device
from hub.daemon.commands.week import changes_of, day_of, line_of
from privacy.places import runtime_folder
from tests.hub.home_in_a_box import Home, running_home
from tests.hub.lamp import LAMP, describe
from tests.hub.operations.test_device_memory import DESCRIPTIONS

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANNEL, BUTTON = str(LAMP.channel(1)), str(LAMP.channel(0))
CANARY = "CANARY-passphrase-7391"
Said = tuple[int, str, str]
Run = Callable[..., Awaitable[Said]]


@pytest.fixture
async def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Home, Run]]:
    """A running hub and ``homebase`` for it."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    console = runtime_folder(tmp_path, {"XDG_RUNTIME_DIR": str(tmp_path)}) / "console"

    async def homebase(*arguments: str) -> Said:
        out, error = io.StringIO(), io.StringIO()

        def run() -> int:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
                return frame.main([*arguments, "--state", str(tmp_path)])

        code = await asyncio.to_thread(run)
        return code, out.getvalue(), error.getvalue()

    async with running_home(tmp_path) as home, home.front.console(console):
        yield home, homebase


Box = tuple[Home, Run]


async def test_parameters_are_shown_described_and_changed(box: Box) -> None:
    home, homebase = box
    name = "TRANSMIT_TRY_MAX"
    told = Paramset(
        channel=LAMP.channel(1),
        paramset="MASTER",
        values={name: 6},
        descriptions=DESCRIPTIONS,
        read_at=None,
        pending={name: 3},
    )
    home.lamp.answers = {
        GetParamset: told,
        PutParamset: ParamsetChange(
            changes=(ParameterChange(name=name, old=6, new=3),), written=Written.PENDING
        ),
    }
    _, shown, _ = await homebase("paramset", "get", CHANNEL)
    assert f"{name}  6      -> 3" in shown
    assert "assumed as from the factory" in shown
    home.lamp.answers[GetParamset] = replace(told, reading=True)
    _, shown, _ = await homebase("paramset", "get", CHANNEL, "--refresh")
    assert "it is read when the device wakes" in shown
    _, described, _ = await homebase("paramset", "describe", CHANNEL)
    assert "INTEGER  1..10" in described
    code, changed, _ = await homebase("paramset", "set", CHANNEL, f"{name}=3", "--dry-run")
    assert (code, changed.splitlines()[0]) == (0, f"{name}: 6 -> 3")
    assert "waits until the device wakes" in changed
    assert home.lamp.asked[-1] == PutParamset(
        channel=LAMP.channel(1), paramset="MASTER", values={name: 3}, dry_run=True
    )
    code, _, error = await homebase("paramset", "set", CHANNEL, "nonsense")
    assert (code, error.count("\n")) == (2, 1)


async def test_links_are_listed_made_and_refused_in_one_line(box: Box) -> None:
    home, homebase = box
    peering = Peering(
        sender=LAMP.channel(0), receiver=LAMP.channel(1), sender_knows=True, receiver_knows=False
    )
    home.lamp.answers = {
        ListPeerings: (peering,),
        PeeringPartners: (LAMP.channel(1),),
        AddPeering: CommandRefused("peers_full", field="receiver", value=CHANNEL),
    }
    _, listed, _ = await homebase("link", "list", str(LAMP))
    assert "half: the receiver does not know it" in listed
    home.lamp.answers[ListPeerings] = (replace(peering, receiver_knows=True, pending=True),)
    _, listed, _ = await homebase("link", "list", str(LAMP))
    assert "pending: " in listed
    assert "sound" not in listed
    assert await homebase("link", "partners", BUTTON) == (0, f"{CHANNEL}\n", "")
    code, _, error = await homebase("link", "add", BUTTON, CHANNEL)
    assert (code, error.count("\n")) == (2, 1)
    assert "remove a link that is no longer needed" in error
    home.lamp.answers[AddPeering] = Written.VERIFIED
    assert await homebase("link", "add", BUTTON, CHANNEL) == (0, "written and read back\n", "")


DAY = (Period(360, 17.0), Period(1440, 21.5))


async def test_a_day_of_the_week_program_is_changed_and_the_others_stay(box: Box) -> None:
    home, homebase = box
    home.lamp.answers = {GetWeekProgram: WeekProgram(days=(DAY,) * 7), PutWeekProgram: Written.VERIFIED}
    _, shown, _ = await homebase("week", "show", CHANNEL)
    assert shown.splitlines()[0] == "mon  06:00 17.0  24:00 21.5"
    code, _, _ = await homebase("week", "set", CHANNEL, "weekend", "08:00 18 24:00 20,5")
    assert code == 0
    [put] = [query for query in home.lamp.asked if isinstance(query, PutWeekProgram)]
    changed = (Period(480, 18.0), Period(1440, 20.5))
    assert put.week.days == (DAY,) * 5 + (changed,) * 2


def test_what_show_prints_set_reads() -> None:
    text = "mon  06:00 17.0  24:00 21.5\nso: 24:00 18.0  # all day\n\n"
    days = changes_of(text)
    assert sorted(days) == [0, 6]
    assert line_of(days[0]) == "06:00 17.0  24:00 21.5"


@pytest.mark.parametrize(
    "words",
    [
        "",
        "06:00",
        "06:00 warm",
        "06:01 17 24:00 17",
        "24:00 17 25:00 18",
        "08:00 17 06:00 18 24:00 17",
        "23:55 17",
    ],
)
def test_a_day_of_another_form_is_refused_with_the_right_one(words: str) -> None:
    with pytest.raises(CommandFailed, match=r"allowed|24:00"):
        day_of([words])


async def test_frames_are_shown_with_their_meaning(box: Box) -> None:
    home, homebase = box
    answers = iter([(), (frame_of(7, "0E1C80021FB74A6319630101008014", sent=False),)])
    home.lamp.answers[ListFrames] = lambda: next(answers, ())
    code, shown, _ = await homebase("radio", "sniff", "--decode", "--seconds", "0.1")
    assert code == 0
    assert shown.startswith("12:00:00.000 <-  -61.5 dBm  0E1C80021FB74A6319630101008014  {")
    assert "1FB74A" in shown.partition("{")[2].upper() or "ack" in shown


def frame_of(number: int, data: str, *, sent: bool) -> RadioFrame:
    return RadioFrame(number=number, at=AT, sent=sent, data=data, rssi_dbm=None if sent else -61.5)


async def test_send_time_and_signals_are_tables(box: Box) -> None:
    home, homebase = box
    entry = AirtimeEntry(device=LAMP, urgency=Urgency.RULE, name="night", used_ms=420.0, frames=2, bursts=1)
    sample = SignalSample(at=AT, dbm=-75.0, frames=1)
    home.lamp.answers = {
        GetAirtime: AirtimeReport(
            used_ms=420.0,
            limit_ms=36_000.0,
            answer_reserve_ms=1_800.0,
            alarm_reserve_ms=3_600.0,
            exhausted_in_s=None,
            entries=(entry,),
        ),
        ListSignals: (Signal(device=LAMP, last_dbm=-75.0, peer_dbm=None, samples=(sample,)),),
    }
    _, airtime, _ = await homebase("radio", "airtime")
    assert f"{LAMP}  rule night  0.42 s  2       1" in airtime
    assert (
        "0.4 of 36.0 s in this hour, 3.6 s for alarms and 1.8 s for answers to devices alone: normal"
        in airtime
    )
    _, rssi, _ = await homebase("radio", "rssi")
    assert f"{LAMP}  -75 dBm     -         ▅" in rssi


def test_rows_stand_in_the_order_of_devices_and_what_belongs_to_none_last() -> None:
    devices: list[str | None] = ["b:2", None, "b:1"]
    rows = by_device([{"device": device} for device in devices])
    assert [row["device"] for row in rows] == ["b:1", "b:2", None]


def test_a_bar_stands_for_a_strength() -> None:
    assert bars([-200.0, -110.0, -40.0, 0.0, None]) == "▁▁██"


KEYS = KeyReport(
    index=1, sheet_checked=False, devices=(DeviceKey(device=LAMP, state=KeyState.FOREIGN, index=0),)
)
SHEET = KeySheet(address="FD1234", index=1, words=("abacus", "zebra"), code="HB1:ABACUS")


async def test_the_sheet_goes_to_a_terminal_or_to_whoever_says_yes(box: Box) -> None:
    home, homebase = box
    home.lamp.answers = {GetKeySheet: SHEET}
    code, out, error = await homebase("radio", "keys", "sheet")
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert home.lamp.asked == []
    code, out, _ = await homebase("radio", "keys", "sheet", "--yes")
    assert code == 0
    assert " 1 abacus      2 zebra" in out
    assert "█" in out


async def test_a_passphrase_comes_from_a_file_that_nobody_else_reads(box: Box, tmp_path: Path) -> None:
    home, homebase = box
    home.lamp.answers = {SetSystemKey: KEYS, CheckKeySheet: False, ListKeys: KEYS}
    secret = tmp_path / "secret"
    secret.write_text(CANARY + "\n")
    secret.chmod(0o644)
    code, out, error = await homebase("radio", "keys", "set", "--passphrase", "--file", str(secret))
    assert (code, out, home.lamp.asked) == (77, "", [])
    assert "chmod 600" in error
    assert CANARY not in error

    secret.chmod(0o600)
    code, out, _ = await homebase("radio", "keys", "set", "--passphrase", "--file", str(secret))
    assert code == 0
    assert "somebody else's" in out
    assert home.lamp.asked == [SetSystemKey(interface="lamp", passphrase=CANARY)]

    code, out, _ = await homebase("radio", "keys", "check", "--file", str(secret))
    assert (code, out.partition(":")[0]) == (1, "wrong")
    assert CANARY not in out


async def test_a_passphrase_as_an_argument_is_refused_and_not_repeated(box: Box) -> None:
    _, homebase = box
    code, out, error = await homebase("radio", "keys", "set", "--random", "--file", "/dev/null")
    assert code != 0 or out
    code, out, error = await homebase("radio", "keys", "set", CANARY)
    assert code == 2
    assert CANARY not in out + error


def test_a_terminal_is_asked_without_showing_what_is_typed(tmp_path: Path) -> None:
    look = (
        "import argparse; from hub.daemon.commands.radio_keys import _secret\n"
        "said = _secret(argparse.Namespace(file=None), 'passphrase', twice=True)\n"
        "print('taken', len(said))\n"
    )
    master, slave = pty.openpty()
    try:
        with subprocess.Popen(
            [sys.executable, "-c", look], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        ) as process:
            try:
                taken = f"taken {len(CANARY)}".encode()
                shown = _typed_at_prompts(master, CANARY.encode() + b"\n", prompts=2, until=taken)
                process.wait(10)
            finally:
                process.kill()  # leaving the block waits for its end
    finally:
        os.close(master)
        os.close(slave)
    assert taken in shown
    assert CANARY.encode() not in shown


def _typed_at_prompts(terminal: int, line: bytes, *, prompts: int, until: bytes) -> bytes:
    """What the terminal shows; what is typed before a prompt is thrown away."""
    shown = b""
    for prompt in range(1, prompts + 1):
        while shown.count(b":") < prompt:
            shown += os.read(terminal, 100)
        os.write(terminal, line)
    while until not in shown:
        shown += os.read(terminal, 100)
    return shown


def test_only_a_regular_file_of_the_owner_is_read(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.touch(mode=0o600)
    for path in (empty, tmp_path / "none", tmp_path):
        with pytest.raises(CommandFailed):
            secret_in(path)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    with pytest.raises(CommandFailed):
        secret_in(fifo)


def test_a_qr_code_is_dark_where_it_has_ones() -> None:
    assert qr_lines(["10", "01"]) == ["      ", "  ▀▄  ", "      "]
    assert word_lines(["a"] * 5)[1] == " 5 a"


async def test_pairing_tells_each_step_and_why_it_failed(box: Box) -> None:
    home, homebase = box

    async def play() -> None:
        while not any(isinstance(one, StartPairing) for one in home.lamp.executed):
            await asyncio.sleep(0.01)
        for stage, reason in ((PairingStage.HEARD, None), (PairingStage.FAILED, "wrong_key")):
            home.lamp.context.publish(
                PairingProgress(interface="lamp", stage=stage, at=AT, rssi_dbm=-60.5, reason=reason)
            )

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(play())
        code, out, _ = await homebase("pair", "--serial", "keq0123456", "--seconds", "20")
    assert code == 74
    assert "heard, heard at -60.5 dBm" in out
    assert "Enter that key on the keys page" in out
    assert isinstance(home.lamp.executed[-1], StopPairing)


async def test_answers_for_programs_are_json(box: Box) -> None:
    home, homebase = box
    home.lamp.answers = {ListKeys: KEYS, ListPeerings: ()}
    for words in (("radio", "keys", "list"), ("link", "list", str(LAMP))):
        code, out, _ = await homebase(*words, "--json")
        assert code == 0
        assert isinstance(json.loads(out), dict)


def test_nothing_from_the_folder_one_stands_in_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a folder with a program of our name, as somebody else may have left it
    (tmp_path / "hub/daemon").mkdir(parents=True)
    for place in ("hub/__init__.py", "hub/daemon/__init__.py", "hub/daemon/__main__.py"):
        (tmp_path / place).write_text('print(\'{"meaning": "hostile"}\')')
    monkeypatch.chdir(tmp_path)

    # when frames are explained there
    with Explainer(wanted=True) as explainer:
        meaning = explainer.explain("0A1480021FB74A63196300")

    # then the driver's decoder does it; without care (the control) the stranger would
    assert '"ack"' in meaning
    command = [sys.executable, "-m", "hub.daemon", "decode"]
    careless = subprocess.run(command, input="", capture_output=True, text=True, check=False, timeout=30)
    assert "hostile" in careless.stdout


SPARE = DeviceAddress("lamp", "LAMP000002")


async def test_a_replacement_is_rehearsed_done_and_undone(box: Box) -> None:
    home, homebase = box
    home.lamp.context.publish(DeviceAppeared(description=describe(SPARE)))
    left_out = (f"foreign_link:{LAMP}:1 lamp:ABCDEF:2",)
    home.lamp.answers[ReplaceDevice] = Replacement(
        old=LAMP, new=SPARE, parameters=3, peerings=(), left_out=left_out, written=Written.DRY_RUN
    )
    room = await home.house.rooms.add("Kitchen")
    await home.house.rooms.relabel(LAMP, lambda label: replace(label, room=room.id))
    code, out, _ = await homebase("replace", str(LAMP), str(SPARE), "--dry-run")
    assert code == 0
    assert "room: Kitchen\n" in out
    assert "parameters: 3" in out
    assert f"left out: {LAMP}:1 lamp:ABCDEF:2: " in out
    assert out.endswith("nothing was sent\n")
    assert not home.house.replacements.is_done(LAMP, SPARE)

    home.lamp.answers[ReplaceDevice] = Replacement(
        old=LAMP, new=SPARE, parameters=3, peerings=(), left_out=(), written=Written.VERIFIED
    )
    await homebase("replace", str(LAMP), str(SPARE))
    assert home.house.replacements.is_done(LAMP, SPARE)
    _, out, _ = await homebase("replace", str(LAMP), str(SPARE), "--undo")
    assert out.startswith(f"{LAMP} takes its place back from {SPARE}\n")
    assert not home.house.replacements.is_done(LAMP, SPARE)


async def test_who_comes_in_is_named_and_ends_a_search_by_serial(box: Box) -> None:
    home, homebase = box

    async def play() -> None:
        while not any(isinstance(one, StartPairing) for one in home.lamp.executed):
            await asyncio.sleep(0.01)
        for stage, step in ((PairingStage.CONFIGURING, 2), (PairingStage.PAIRED, 0)):
            home.lamp.context.publish(
                PairingProgress(
                    interface="lamp",
                    stage=stage,
                    at=AT,
                    device=SPARE,
                    model="TEST-LAMP",
                    step=step,
                    steps=step * 2,
                )
            )

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(play())
        code, out, _ = await homebase("pair", "--serial", "LAMP000002", "--seconds", "20")
    assert code == 0
    assert f"configuring step 2 of 4 {SPARE} TEST-LAMP" in out
    assert f"paired {SPARE} TEST-LAMP" in out


async def test_a_frame_of_ones_own_is_sent_or_refused_in_one_line(box: Box) -> None:
    home, homebase = box
    home.lamp.answers[SendFrame] = CommandRefused(
        "foreign_sender", field="data", value="AAAAAA", allowed="FD1234"
    )
    code, out, error = await homebase("radio", "send", "0A01A001AAAAAA00000001")
    assert (code, out, error.count("\n")) == (2, "", 1)
    assert "FD1234" in error


async def test_a_week_is_read_from_a_file_as_it_was_shown(box: Box, tmp_path: Path) -> None:
    home, homebase = box
    home.lamp.answers = {GetWeekProgram: WeekProgram(days=(DAY,) * 7), PutWeekProgram: Written.DRY_RUN}
    _, shown, _ = await homebase("week", "show", CHANNEL)
    kept = tmp_path / "week"
    kept.write_text(shown.replace("sun  06:00 17.0", "sun  09:00 17.0"))
    code, out, _ = await homebase("week", "set", CHANNEL, "--file", str(kept), "--dry-run")
    assert (code, out.splitlines()[6]) == (0, "sun  09:00 17.0  24:00 21.5")
    for wrong in ((), ("--file", str(tmp_path / "none")), ("monday", "24:00 17")):
        code, _, error = await homebase("week", "set", CHANNEL, *wrong)
        assert (code, error.count("\n")) in {(2, 1), (74, 1)}
