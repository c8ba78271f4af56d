"""Keeps a jailed program alive: starts it, passes its lines on, starts it again 1 to 60 s after it died."""

import asyncio
import logging
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from privacy.gate.jailed.jail import Jailed
from privacy.gate.jailed.programs import Begun, Program, begin
from privacy.gate.machine.output import harmless, say
from privacy.ports import Clock
from privacy.readable import readable

log = logging.getLogger(__name__)

FINAL_EXITS = frozenset({65, 73, 74, 77})  # bad config, can't write, wrong key or damage, isolation
PLANNED_EXITS = {75: "restored"}  # it ends by itself to begin anew: a backup was put in its place
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
HEALTHY_S = 60.0  # who lived so long starts with the short pause again
STOP_S = 5.0  # from SIGTERM to SIGKILL
LAST_WORDS_S = 0.2
_LINE_LIMIT = 16 << 10
# a jail may take a minute to build on an overloaded machine, and no withdrawal waits for it; one thread,
# which lives as long as the gate, because a jailed program dies with the thread that began it
_aside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gate.begin")


class GaveUp(Exception):
    """The program ended at its first start with a code that starting again does not mend."""

    def __init__(self, name: str, code: int) -> None:
        super().__init__(name, code)
        self.name, self.code = name, code


async def keep(program: Program, clock: Clock, begun: Begun | None = None) -> None:
    """Run the program until cancelled; then end it. begun: its first start, when that was made already.

    Raises:
        GaveUp: it ended at its first start with one of FINAL_EXITS.
        JailError: its jail can't be built.
    """
    pauses, first = iter(PAUSES_S), True
    while True:
        started_s = clock.monotonic()
        code = await _run_once(program, begun or await _begin(program))
        lived_s = clock.monotonic() - started_s
        if first and code in FINAL_EXITS:
            raise GaveUp(program.name, code)
        if lived_s >= HEALTHY_S:
            pauses = iter(PAUSES_S)
        pause_s = next(pauses, PAUSES_S[-1])
        first, begun = False, None
        if (why := PLANNED_EXITS.get(code)) is not None:
            log.info("child.restarts", extra={"program": program.name, "why": why, "again_in_s": pause_s})
        else:
            log.error("child.ended", extra={"program": program.name, "code": code, "again_in_s": pause_s})
        await clock.sleep(pause_s)


async def _begin(program: Program) -> Begun:
    beginning = asyncio.get_running_loop().run_in_executor(_aside, begin, program)
    try:
        return await asyncio.shield(beginning)
    except asyncio.CancelledError:
        (await beginning).end()
        raise


async def _run_once(program: Program, begun: Begun) -> int:
    jailed = begun.jailed
    with open(begun.lines, "rb", buffering=0) as reading:  # noqa: PTH123, ASYNC230 - a pipe's end, not a path
        async with asyncio.TaskGroup() as tasks:
            forwarding = tasks.create_task(_forward(reading, program.name), name=f"{program.name}.lines")
            try:
                if program.started is not None:
                    program.started(jailed.pid)
                await readable(jailed.fileno())
            except BaseException:
                await _stop(jailed)
                raise
            finally:
                # its last words are in the pipe by now; whoever it started may hold the pipe open longer
                await asyncio.wait([forwarding], timeout=LAST_WORDS_S)
                forwarding.cancel()
        return jailed.wait()


async def _stop(jailed: Jailed) -> None:
    if not _catches(jailed.pid, signal.SIGTERM):
        jailed.kill()  # it has hardly begun; as process 1 of its jail it would not even notice a SIGTERM
    jailed.kill(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_S):
            await readable(jailed.fileno())
    except TimeoutError:
        jailed.kill()
    jailed.wait()


def _catches(pid: int, number: signal.Signals) -> bool:
    """Whether the program has a handler for that signal, proc(5) "SigCgt"."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("SigCgt:"):
            return bool(int(line.split()[1], 16) >> (number - 1) & 1)
    return False


async def _forward(reading: IO[bytes], name: str) -> None:
    lines = asyncio.StreamReader(limit=_LINE_LIMIT)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), reading
    )
    try:
        while True:
            try:
                line = await lines.readuntil(b"\n")
            except asyncio.LimitOverrunError as long:
                line = await lines.read(long.consumed or _LINE_LIMIT)
            except asyncio.IncompleteReadError as end:
                line = end.partial
                if not line:
                    return
            text = harmless(line.rstrip(b"\r\n"))
            say(f"{name}: {text}")
    finally:
        transport.close()
