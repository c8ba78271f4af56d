"""Keeps a jailed program alive: starts it, passes its lines on, starts it again 1 to 60 s after it died."""

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from privacy.gate.jail import Jail, Jailed, spawn
from privacy.gate.output import harmless, say
from privacy.ports import Clock

log = logging.getLogger(__name__)

FINAL_EXITS = frozenset({65, 73, 77})  # bad config, can't write, isolation: starting again does not help
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
HEALTHY_S = 60.0  # who lived so long starts with the short pause again
STOP_S = 5.0  # from SIGTERM to SIGKILL
LAST_WORDS_S = 0.2
_LINE_LIMIT = 16 << 10


class GaveUp(Exception):
    """The program ended at its first start with a code that starting again does not mend."""

    def __init__(self, name: str, code: int) -> None:
        super().__init__(name, code)
        self.name, self.code = name, code


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to keep alive. name: before its lines. jail: made anew for each start. started: told each pid."""

    name: str
    jail: Callable[[], Jail]
    started: Callable[[int], None] | None = None


async def keep(program: Program, clock: Clock) -> None:
    """Run the program until cancelled; then end it.

    Raises:
        GaveUp: it ended at its first start with one of FINAL_EXITS.
        JailError: its jail can't be built.
    """
    pauses, first = iter(PAUSES_S), True
    while True:
        started_s = clock.monotonic()
        code = await _run_once(program)
        lived_s = clock.monotonic() - started_s
        if first and code in FINAL_EXITS:
            raise GaveUp(program.name, code)
        if lived_s >= HEALTHY_S:
            pauses = iter(PAUSES_S)
        pause_s = next(pauses, PAUSES_S[-1])
        first = False
        log.error("child.ended", extra={"program": program.name, "code": code, "again_in_s": pause_s})
        await clock.sleep(pause_s)


async def _run_once(program: Program) -> int:
    read_end, write_end = os.pipe()
    with open(read_end, "rb", buffering=0) as reading:  # noqa: PTH123, ASYNC230 - a pipe's end, not a path
        try:
            jailed = spawn(program.jail(), stdout=write_end, stderr=write_end)
        finally:
            os.close(write_end)
        async with asyncio.TaskGroup() as tasks:
            forwarding = tasks.create_task(_forward(reading, program.name), name=f"{program.name}.lines")
            try:
                if program.started is not None:
                    program.started(jailed.pid)
                await _readable(jailed.fileno())
            except BaseException:
                await _stop(jailed)
                raise
            finally:
                # its last words are in the pipe by now; whoever it started may hold the pipe open longer
                await asyncio.wait([forwarding], timeout=LAST_WORDS_S)
                forwarding.cancel()
        return jailed.wait()


async def _stop(jailed: Jailed) -> None:
    jailed.kill(signal.SIGTERM)
    try:
        async with asyncio.timeout(STOP_S):
            await _readable(jailed.fileno())
    except TimeoutError:
        jailed.kill()
    jailed.wait()


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


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(descriptor, _wake, ready)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
