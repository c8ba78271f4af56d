"""The gate's side of the verifier: starts it, gets what it wants, brings its verdict.

What it wants is held against what there is (``sensible``); nothing else of it is done.
"""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping
from datetime import datetime

import msgspec

from privacy.gate.network.download import DownloadFailed
from privacy.gate.network.tls_line import TransferFailed
from privacy.gate.outbox.downloads import Get
from privacy.gate.updates.conversation import (
    LONGEST_LINE,
    MOST_ROOTS,
    Begin,
    Fetched,
    Verdict,
    Want,
    sensible,
)

MOST_WANTS = MOST_ROOTS + 4
# from the gate's own folders and no other; no .pth file is run
_START = (
    "import sys; sys.path[:] = sys.argv[1:]; from privacy.gate.updates.verifier import main; sys.exit(main())"
)


class BrokenOff(DownloadFailed):
    """Something did not come. kept: what is verified until then, by role."""

    def __init__(self, error: DownloadFailed, kept: Mapping[str, bytes]) -> None:
        super().__init__(error.code, str(error))
        self.kept = kept


class NoVerdict(TransferFailed):
    """The verifier ended before it came to one."""


async def verify(kept: Mapping[str, bytes], at: datetime, get: Get) -> Verdict:
    """Let the verifier judge what is kept and what ``get`` brings.

    Raises:
        BrokenOff: something did not come.
        NoVerdict: the verifier could not be started, or broke.
    """
    try:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", "-B", "-c", _START, *sys.path),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=LONGEST_LINE,
            env={},
        )
    except OSError as error:
        raise NoVerdict(f"the verifier can't be started: {error.strerror}") from error
    try:
        return await _conversation(child, Begin(kept=dict(kept), at=at), get)
    except (OSError, ValueError) as error:  # a broken pipe, a line without an end, words of another form
        raise NoVerdict(f"the verifier broke: {type(error).__name__}") from error
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def _conversation(child: Process, begin: Begin, get: Get) -> Verdict:
    assert child.stdin is not None
    assert child.stdout is not None
    said: Begin | Fetched = begin
    failure: DownloadFailed | None = None
    for _ in range(MOST_WANTS):
        child.stdin.write(msgspec.json.encode(said) + b"\n")
        await child.stdin.drain()
        told: Want | Verdict = msgspec.json.decode(await child.stdout.readline(), type=Want | Verdict)
        if isinstance(told, Verdict):
            if failure is not None:
                raise BrokenOff(failure, told.kept)
            return told
        if not sensible(told):
            raise NoVerdict("the verifier wants what there is not")
        if failure is None:
            said, failure = await _fetched(told, get)
    raise NoVerdict("the verifier wants without end")


async def _fetched(want: Want, get: Get) -> tuple[Fetched, DownloadFailed | None]:
    """The document, or that nothing more comes, and why."""
    try:
        data = await get(want.name, want.longest)
        if data is None and not want.optional:
            raise DownloadFailed("no_answer", f"{want.name} is not there")
    except DownloadFailed as error:
        return Fetched(data=None, over=True), error
    return Fetched(data=data), None
