"""Sessions: 30 days after the last use, 90 after the first; the store knows only hashes."""

from collections.abc import AsyncIterator
from datetime import timedelta
from os import urandom
from pathlib import Path

import pytest

from hub.core import Store
from hub.home.household import Person
from hub.home.records import Records
from hub.home.roles import Role
from hub.home.sessions import MOST_SESSIONS, Sessions
from tests.clock import ManualClock

DAY = timedelta(days=1)


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    async with Store(tmp_path, urandom) as store:
        yield Records(store=store)


async def _owner(records: Records, clock: ManualClock) -> Person:
    owner = await records.add_first_person("Owner", "hash", clock.now())
    assert owner is not None
    return owner


async def test_use_moves_the_end_on_until_ninety_days_are_over(records: Records) -> None:
    # given a session that is used every 20 days
    clock = ManualClock()
    sessions = Sessions(records, clock, urandom)
    token, session = await sessions.start(await _owner(records, clock))
    began = session.created_at
    for _ in range(4):
        clock.jump(20 * DAY)
        found = await sessions.find(token)
        assert found is not None
        assert found.expires_at <= began + 90 * DAY
    # then it ends on day 90
    clock.jump(9 * DAY)
    assert await sessions.find(token) is not None
    clock.jump(DAY)
    assert await sessions.find(token) is None
    assert await records.sessions() == ()


async def test_an_unused_session_ends_after_thirty_days_also_over_a_restart(records: Records) -> None:
    clock = ManualClock()
    owner = await _owner(records, clock)
    token, _ = await Sessions(records, clock, urandom).start(owner)
    clock.jump(30 * DAY - timedelta(seconds=1))
    after_restart = Sessions(records, clock, urandom)
    await after_restart.load()
    assert after_restart.is_open((await records.sessions())[0].key)
    clock.jump(timedelta(seconds=1))
    again = Sessions(records, clock, urandom)
    await again.load()
    assert await again.find(token) is None
    assert await records.sessions() == ()


async def test_the_end_is_written_once_a_day_at_most(records: Records) -> None:
    clock = ManualClock()
    sessions = Sessions(records, clock, urandom)
    token, session = await sessions.start(await _owner(records, clock))
    clock.jump(timedelta(hours=23))
    await sessions.find(token)
    assert (await records.sessions())[0].expires_at == session.expires_at
    clock.jump(timedelta(hours=2))
    await sessions.find(token)
    assert (await records.sessions())[0].expires_at == session.expires_at + timedelta(hours=25)


async def test_too_many_sessions_end_the_one_that_ends_first(records: Records) -> None:
    clock = ManualClock()
    sessions = Sessions(records, clock, urandom)
    owner = await _owner(records, clock)
    ended: list[bytes] = []
    sessions.on_end(ended.append)
    tokens = []
    for _ in range(MOST_SESSIONS + 1):
        tokens.append((await sessions.start(owner))[0])
        clock.jump(timedelta(seconds=1))
    assert await sessions.find(tokens[0]) is None
    assert await sessions.find(tokens[1]) is not None
    assert len(ended) == 1
    assert len(await records.sessions()) == MOST_SESSIONS


async def test_a_session_keeps_its_role(records: Records) -> None:
    clock = ManualClock()
    sessions = Sessions(records, clock, urandom)
    await _owner(records, clock)
    guest = Person(id=1, name="Guest", role=Role.GUEST, password_hash="")
    token, _ = await sessions.start(guest)
    found = await sessions.find(token)
    assert found is not None
    assert found.role is Role.GUEST
