"""The home's network as it is kept up: what goes wrong there is said once, not at each look."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from privacy.gate.front.front import Front
from privacy.gate.lan import interfaces, own_certificate
from privacy.gate.lan.identity import BadIdentity, Identity
from privacy.gate.lan.interfaces import Surroundings
from privacy.gate.lan.lan import LOOK_S, Lan
from privacy.gate.lan.settings import LanSettings
from tests.privacy.gate.bench import front_bench

from .at_home import identity as made

UNPLUGGED = (
    "homebase: the home's network: no private address on any interface; plug the network in, or name the"
    " interface: [lan] interfaces"
)
NOWHERE = Surroundings(interfaces=(), ways_out=frozenset())


class Looks:
    """A clock that moves by ``look`` alone, one look at a time."""

    def __init__(self) -> None:
        self.at, self.count, self._more = datetime.now(UTC), 0, asyncio.Event()

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    async def sleep(self, seconds: float) -> None:
        assert seconds == LOOK_S
        self.count += 1
        self._more.clear()
        await self._more.wait()

    async def look(self, passed: timedelta = timedelta(seconds=LOOK_S)) -> None:
        """Let one more look be taken."""
        before, self.at = self.count, self.at + passed
        self._more.set()
        while self.count == before:
            await asyncio.sleep(0)


@asynccontextmanager
async def kept_up(folder: Path, settings: LanSettings, clock: Looks) -> AsyncIterator[list[str]]:
    """What is said, after the first look."""
    said: list[str] = []
    async with front_bench(folder, lambda _: True) as bench, asyncio.TaskGroup() as tasks:
        lan = Lan(settings, folder, clock, os.urandom, said.append)
        running = tasks.create_task(lan.run(Front(bench.house)))
        while not clock.count:
            await asyncio.sleep(0)
        yield said
        running.cancel()


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interfaces, "look", lambda: NOWHERE)


async def test_a_cable_that_is_out_is_said_once_and_again_after_something_else(
    tmp_path: Path, nowhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Surroundings:
        raise OSError(5, "Input/output error")

    clock = Looks()
    async with kept_up(tmp_path, LanSettings(on=True), clock) as said:
        for _ in range(3):
            await clock.look()
        assert said == [UNPLUGGED]
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(interfaces, "look", broken)
            await clock.look()
        for _ in range(2):
            await clock.look()
        assert said == [UNPLUGGED, "homebase: the home's network: [Errno 5] Input/output error", UNPLUGGED]


async def test_a_certificate_that_was_not_renewed_is_said_once(
    tmp_path: Path, nowhere: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[Identity | BadIdentity] = [made(), *[BadIdentity("out of date; renew it")] * 3]

    def identity_of(*_: object) -> Identity:
        answer = answers.pop(0)
        if isinstance(answer, BadIdentity):
            raise answer
        return answer

    monkeypatch.setattr(own_certificate, "identity_of", identity_of)
    clock = Looks()
    settings = LanSettings(on=True, certificate=Path("/c"), key=Path("/k"))
    async with kept_up(tmp_path, settings, clock) as said:
        for passed_s in (3600.0, LOOK_S, 3600.0, LOOK_S, 3600.0):
            await clock.look(timedelta(seconds=passed_s))
        assert said.count("homebase: the home's network: out of date; renew it") == 1
        assert not answers
