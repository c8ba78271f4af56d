"""Taking a file on its bad days: withdrawn, swept or stopped in the middle of it. What arrives: tests/lab."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from privacy import recipients, sealing
from privacy.decide import EgressRequest
from privacy.gate.outbox.staging import PART, Declining, Staging
from privacy.gate.storage import staged
from privacy.reasons import Reason
from privacy.register import Form
from privacy.sealing import Sink, Source
from privacy.vocabulary import DataCategory
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened

BACKUP = "backup.cloud"
REGISTER = house.register_with(BACKUP, forms=frozenset({Form.ONCE}))
VAULT = {
    "name": "vault",
    "role": "processor",
    "host": "backup.example.org",
    "country": "DE",
    "activities": [BACKUP],
    "keys": [house.SUPPORT_KEY],
}
REQUEST = EgressRequest(
    activity=BACKUP,
    recipient="vault",
    ticket="",
    groups=frozenset(),
    categories=frozenset({DataCategory.BACKUP}),
    payload_sha256=house.SHA,
    size=0,
)
Seal = Callable[[Source, str, Sink], None]


@asynccontextmanager
async def taking(folder: Path) -> AsyncIterator[Staging]:
    """A gate that takes files for one yes each."""
    known, mistakes = recipients.read([VAULT], REGISTER)
    assert not mistakes
    async with opened(folder, rules=(REGISTER, known)) as door:
        try:
            yield door.staging
        finally:
            door.staging.closes(BACKUP)


class Slow:
    """In the place of ``seal_stream``: begins, and ends, when it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_begin, self.may_end, self.over = (threading.Event() for _ in range(3))
        self._seal: Seal = sealing.seal_stream
        monkeypatch.setattr(sealing, "seal_stream", self)

    def __call__(self, source: Source, to: str, sink: Sink) -> None:
        self.may_begin.wait(60)
        self._seal(source, to, sink)
        self.over.set()
        self.may_end.wait(60)


async def turns() -> None:
    """Let everything come as far as it can without the thread."""
    for _ in range(100):
        await asyncio.sleep(0)


async def whole(taken: Staging, data: bytes) -> str:
    """Hand a file over; return its transfer."""
    name = await taken.open(REQUEST)
    await taken.part(name, 0, data)
    row = await taken.close(name, len(data), sha256(data).hexdigest())
    taken.settled(name)
    return row.transfer


async def test_a_withdrawal_wakes_who_waits_for_the_encrypting_thread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    async with taking(tmp_path) as taken:
        name = await taken.open(REQUEST)

        async def all_parts() -> None:
            for number in range(1000):
                await taken.part(name, number, bytes(PART))

        sending = asyncio.create_task(all_parts())
        await turns()
        assert not sending.done()
        taken.closes(BACKUP)
        with pytest.raises(Declining) as declined:
            await asyncio.wait_for(sending, 30)
        assert declined.value.reason is Reason.WITHDRAWN
        slow.may_begin.set()
        slow.may_end.set()
        # and the next one is taken
        assert staged.place(tmp_path, await whole(taken, b"ab")).exists()


async def test_a_withdrawal_while_the_end_is_written_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    slow.may_begin.set()
    async with taking(tmp_path) as taken:
        closing = asyncio.create_task(whole(taken, b"ab"))
        await asyncio.to_thread(slow.over.wait, 60)
        taken.closes(BACKUP)
        slow.may_end.set()
        with pytest.raises(Declining) as declined:
            await asyncio.wait_for(closing, 30)
        assert declined.value.reason is Reason.WITHDRAWN


async def test_a_second_part_before_the_first_was_taken_is_declined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    async with taking(tmp_path) as taken:
        name = await taken.open(REQUEST)
        count = 0

        async def all_parts() -> None:
            nonlocal count
            while True:
                await taken.part(name, count, bytes(PART))
                count += 1

        sending = asyncio.create_task(all_parts())
        await turns()
        with pytest.raises(Declining, match="is the next one"):
            await taken.part(name, count + 1, b"x")
        with pytest.raises(Declining, match="is the next one"):
            await asyncio.wait_for(sending, 30)
        slow.may_begin.set()
        slow.may_end.set()


async def test_a_file_that_is_opened_while_the_folder_is_swept_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, sweep = asyncio.get_running_loop(), staged.sweep
    names: list[str] = []

    def swept(folder: Path, is_known: Callable[[str], bool]) -> int:
        names.append(asyncio.run_coroutine_threadsafe(taken.open(REQUEST), loop).result(60))
        while not staged.place(folder, names[0]).exists():
            os.sched_yield()
        return sweep(folder, is_known)

    monkeypatch.setattr(staged, "sweep", swept)
    async with taking(tmp_path) as taken:
        (tmp_path / staged.FOLDER).mkdir()
        staged.place(tmp_path, "ff").write_bytes(b"a leftover")
        assert await taken.tidy() == 1
        assert staged.place(tmp_path, names[0]).exists()


async def test_the_gates_stop_ends_the_thread_of_a_file_that_nobody_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(monkeypatch)
    slow.may_begin.set()
    slow.may_end.set()

    async with taking(tmp_path) as taken:
        name = await taken.open(REQUEST)
        await taken.part(name, 0, b"ab")
        while not staged.place(tmp_path, name).exists():
            await asyncio.sleep(0)
        (task,) = (task for task in asyncio.all_tasks() if task.get_name() == "staging.seal")
        task.cancel()
        assert await asyncio.to_thread(slow.over.wait, 30)
