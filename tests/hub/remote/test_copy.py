"""A copy of the home's data on a stream: as slow as the phone reads, whole, and for the owner alone."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import insert

from hub.contract import StoreError
from hub.core import schema
from hub.daemon.command_line import CommandFailed
from hub.daemon.phone.connection import Connection
from hub.home.rights import Rights
from hub.remote.frames import MOST_DATA
from hub.remote.phone_session import Answered, Data
from hub.remote.streams import FIRST_CREDIT
from privacy.rights import PAGE
from tests.hub.home_in_a_box import Home, running_home

from .phones import WAIT_S, asked, paired, session

ROWS = 20_000


async def with_a_past(home: Home) -> None:
    """Some 1.4 MB of copy."""
    rows = [{"key": (number << 20) | 1, "value": 20.5} for number in range(ROWS)]
    await home.house.rights._holder._store.write(lambda c: c.execute(insert(schema.history), rows).rowcount)


async def whole(connection: Connection) -> bytes:
    return b"".join([piece async for piece in connection.pour("rights.copy", os.urandom)])


async def test_a_copy_is_the_pages_of_all_holdings(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        await with_a_past(home)
        async with session(home, await paired(home)) as connection:
            lines = [json.loads(line) for line in (await whole(connection)).splitlines()]
        heads = [line["holding"] for line in lines if isinstance(line, dict)]
        assert heads == list(home.house.rights.shown())
        assert sum(isinstance(line, list) for line in lines) > ROWS
        # and no secret is in it
        columns = {line["holding"]: line["columns"] for line in lines if isinstance(line, dict)}
        assert "name" in columns["hub.phones"]
        assert "psk" not in columns["hub.phones"]


async def test_a_phone_that_does_not_read_is_sent_its_credit_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = 0
    export = Rights.export

    async def counted(self: Rights, holding: str, after: int, limit: int) -> object:
        nonlocal pages
        pages += 1
        return await export(self, holding, after, limit)

    async with running_home(tmp_path) as home:
        await with_a_past(home)
        monkeypatch.setattr(Rights, "export", counted)
        async with session(home, await paired(home)) as connection:
            stream = await connection._request("rights.copy", {}, os.urandom)
            got = b""

            async def read(limit_s: float) -> bytes:
                nonlocal got
                try:
                    async with asyncio.timeout(limit_s):
                        while True:
                            match await connection.next():
                                case Data(stream=at, data=data) if at == stream:
                                    got += data
                                case _:
                                    pass
                except TimeoutError:
                    return got

            # when nothing is granted, the credit of a new stream comes, and one frame beyond it at most
            await read(5.0)
            assert FIRST_CREDIT <= len(got) < FIRST_CREDIT + MOST_DATA
            # then nothing more is made either, and other requests are answered meanwhile
            made = pages
            assert made <= len(home.house.rights.shown()) + 2 * FIRST_CREDIT // PAGE
            before = len(got)
            stream_of_other = await connection._request("rooms.list", {}, os.urandom)
            async with asyncio.timeout(WAIT_S):
                while True:
                    event = await connection.next()
                    if isinstance(event, Answered) and event.stream == stream_of_other:
                        break
            assert (len(got), pages) == (before, made)
            # when more is granted, as much more comes
            connection._session.grant(stream, 3 * MOST_DATA)
            await connection.flush()
            await read(5.0)
            assert before + 2 * MOST_DATA < len(got) < before + 4 * MOST_DATA
            # and when the phone gives it up, the session goes on
            connection._session.end(stream)
            await connection.flush()
            assert "rooms" in await asked(connection, "rooms.list", {})


async def test_who_is_no_owner_gets_no_copy(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        for role in ("resident", "guest", "carer"):
            async with session(home, await paired(home, role)) as connection:
                with pytest.raises(CommandFailed, match="owner"):
                    await whole(connection)
        # the control is the first test; and by the way of other operations it is none
        async with session(home, await paired(home)) as connection:
            assert (await asked(connection, "rights.holdings", {}))["holdings"]


async def test_a_copy_that_breaks_off_is_not_taken_for_a_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_home(tmp_path) as home:
        await with_a_past(home)
        export = Rights.export

        async def failing(self: Rights, holding: str, after: int, limit: int) -> object:
            if holding == "hub.history":
                raise StoreError("io", "the disk can't be read")
            return await export(self, holding, after, limit)

        monkeypatch.setattr(Rights, "export", failing)
        async with session(home, await paired(home)) as connection:
            with pytest.raises(CommandFailed, match="broke off"):
                await whole(connection)
            assert "rooms" in await asked(connection, "rooms.list", {})
