"""Keeping jailed programs alive: real jails, real signals; only the pauses are a test's own."""

import asyncio
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hub.daemon.wiring import EXIT_RESTORED
from privacy.gate.jailed.children import GaveUp, keep
from privacy.gate.jailed.jail import Bind, Jail
from privacy.gate.jailed.programs import Program, begin
from privacy.gate.jailed.users import choose_user, hand_over
from tests.clock import ManualClock
from tests.journeys.houses import children


def shell(script: str, folder: Path) -> Program:
    """A shell in a jail, with one folder to write in."""

    def jail() -> Jail:
        user = choose_user(folder)
        hand_over(folder, user)
        return Jail(
            executable="/bin/sh",
            argv=("sh", "-c", script),
            environ={"PATH": "/usr/bin:/bin"},
            writable=(Bind(source=str(folder), inside="/state"),),
            user=user,
        )

    return Program(name="toy", jail=jail)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def stopped(task: "asyncio.Task[None]") -> float:
    started = time.monotonic()
    task.cancel()
    await asyncio.wait([task])
    return time.monotonic() - started


@pytest.mark.parametrize("code", [65, 73, 74, 77])
async def test_a_first_end_that_no_restart_mends_is_final(tmp_path: Path, code: int) -> None:
    with pytest.raises(GaveUp) as caught:
        await keep(shell(f"exit {code}", tmp_path), ManualClock())
    assert (caught.value.name, caught.value.code) == ("toy", code)


@pytest.mark.parametrize(
    ("code", "event", "level"), [(70, "child.ended", "ERROR"), (EXIT_RESTORED, "child.restarts", "INFO")]
)
async def test_other_ends_are_followed_by_restarts_after_growing_pauses_and_told_as_what_they_are(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, code: int, event: str, level: str
) -> None:
    clock = ManualClock()
    caplog.set_level("INFO")
    keeping = asyncio.ensure_future(keep(shell(f"echo x >> /state/starts; exit {code}", tmp_path), clock))
    starts = tmp_path / "starts"
    for count, pause_s in enumerate((1.0, 2.0, 4.0), start=1):
        await until(lambda: clock.sleeping == 1)
        assert starts.read_text().count("x") == count
        await clock.advance(pause_s - 0.3)
        assert clock.sleeping == 1  # not yet
        await clock.advance(0.4)
    await stopped(keeping)
    assert {(one.message, one.levelname) for one in caplog.records} == {(event, level)}


async def test_a_restart_never_ends_the_house_even_with_a_final_code(tmp_path: Path) -> None:
    clock = ManualClock()
    script = "if [ -e /state/second ]; then exit 65; fi; : > /state/second; exit 1"
    keeping = asyncio.ensure_future(keep(shell(script, tmp_path), clock))
    for _ in range(2):
        await until(lambda: clock.sleeping == 1)
        await clock.advance(60)
    await until(lambda: clock.sleeping == 1)
    assert not keeping.done()
    await stopped(keeping)


async def test_while_a_jail_is_built_the_gate_goes_on(tmp_path: Path) -> None:
    # given a program whose jail is not built before somebody else of the gate acted
    asked, acted = threading.Event(), threading.Event()
    program = shell("exit 65", tmp_path)

    def jail() -> Jail:
        asked.set()
        assert acted.wait(60), "nobody else could act"
        return program.jail()

    # when it is begun
    keeping = asyncio.ensure_future(keep(Program(name="toy", jail=jail), ManualClock()))
    await until(asked.is_set)
    acted.set()

    # then it runs in the end
    with pytest.raises(GaveUp):
        await keeping


async def test_what_was_begun_for_a_gate_that_stops_is_ended(tmp_path: Path) -> None:
    asked, stop = threading.Event(), threading.Event()
    program = shell(": > /state/up; exec sleep 60", tmp_path)

    def jail() -> Jail:
        asked.set()
        stop.wait(60)
        return program.jail()

    before = children(os.getpid())
    keeping = asyncio.ensure_future(keep(Program(name="toy", jail=jail), ManualClock()))
    await until(asked.is_set)
    keeping.cancel()
    await asyncio.sleep(0)
    stop.set()
    await asyncio.wait([keeping])
    assert keeping.cancelled()
    assert children(os.getpid()) == before


async def test_its_lines_are_passed_on_without_their_power(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script = r"printf '\033[2J\033]0;owned\007\rhello\n'; printf '\377\n' >&2; "
    script += r"head -c 60000 /dev/zero | tr '\0' x; exit 65"
    with pytest.raises(GaveUp):
        await keep(shell(script, tmp_path), ManualClock())
    lines = capfd.readouterr().err.splitlines()
    assert r"toy: \x1b[2J\x1b]0;owned\x07\rhello" in lines
    assert r"toy: \xff" in lines
    assert all(line.startswith("toy: ") and line.isprintable() and len(line) <= 4000 for line in lines)
    assert sum(line.count("x") for line in lines) > 3900  # a line without an end is cut, not lost


async def test_stopping_lets_it_say_goodbye(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = "trap 'echo goodbye; exit 0' TERM; : > /state/up; while :; do sleep 0.05; done"
    kept: list[int] = []  # a gate that stops before it keeps the program does not listen to it
    program = replace(shell(script, tmp_path), started=kept.append)
    keeping = asyncio.ensure_future(keep(program, ManualClock()))
    await until(lambda: bool(kept) and (tmp_path / "up").exists())
    assert await stopped(keeping) < 3
    assert "toy: goodbye" in capfd.readouterr().err


async def test_what_can_not_hear_a_signal_is_killed_at_once(tmp_path: Path) -> None:
    # process 1 of a jail without a handler does not notice SIGTERM
    keeping = asyncio.ensure_future(keep(shell(": > /state/up; exec sleep 60", tmp_path), ManualClock()))
    await until((tmp_path / "up").exists)
    assert await stopped(keeping) < 2


def test_what_was_begun_can_be_ended_without_a_loop(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    begun = begin(shell("exec sleep 60", tmp_path))
    assert Path(f"/proc/{begun.jailed.pid}").exists()
    begun.end()
    assert not Path(f"/proc/{begun.jailed.pid}").exists()
    assert len(list(Path("/proc/self/fd").iterdir())) == before
