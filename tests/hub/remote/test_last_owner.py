"""A home keeps an owner: whoever has the password, and where nobody has, the last owner's phone."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from hub.daemon.phone.connection import SessionLost
from hub.remote.desk import Desk
from tests.hub.home_in_a_box import Home, running_home

from .phones import Shell, ask, asked, operate, paired, session

LOWER = {"role": "guest"}


async def owners(home: Home) -> list[object]:
    rows = (await operate(home, "GET", ""))["phones"]
    assert isinstance(rows, list)
    return [row["id"] for row in rows if row["role"] == "owner"]


async def lowers_itself(home: Home, phone: Shell) -> None:
    """By its session, which ends where that counts."""
    async with session(home, phone) as connection:
        with contextlib.suppress(SessionLost):
            await asked(connection, "phones.change", {"id": phone.id, **LOWER})


async def test_where_nobody_has_a_password_the_last_owners_phone_stays_one(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        mine = await paired(home)
        guest = await paired(home, "guest")
        # when it is lowered, or removes itself, on every way in
        by_http = await operate(home, "PATCH", f"/{mine.id}", LOWER)
        async with session(home, mine) as connection:
            by_session = await asked(connection, "phones.change", {"id": mine.id, **LOWER})
            removed = await asked(connection, "phones.remove", {"id": mine.id})
            # then it is told why, at the field, and is an owner's still, which may do anything else
            assert by_http["code"] == by_session["code"] == removed["code"] == "last_owner"
            assert (by_session["field"], by_session["value"], removed["field"]) == ("role", "guest", "id")
            renamed = await asked(
                connection, "phones.change", {"id": guest.id, "name": "Ben", "role": "carer"}
            )
            assert (renamed["name"], renamed["role"]) == ("Ben", "carer")
        assert await owners(home) == [mine.id]
        # and a stolen one goes by the console all the same
        assert "key" in await ask(home, "phones.remove", phone=mine.id)
        assert await owners(home) == []


@pytest.mark.parametrize("other", ["phone", "password"])
async def test_who_is_not_the_last_goes(tmp_path: Path, other: str) -> None:
    async with running_home(tmp_path) as home:
        mine = await paired(home)
        if other == "phone":
            await paired(home)
        else:
            await home.claim()
        await lowers_itself(home, mine)
        assert mine.id not in await owners(home)


async def test_of_two_that_are_lowered_at_once_one_stays(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home:
        phones = [await paired(home), await paired(home)]
        async with asyncio.TaskGroup() as tasks:
            for phone in phones:
                tasks.create_task(operate(home, "PATCH", f"/{phone.id}", LOWER))
        assert len(await owners(home)) == 1


async def test_the_control_without_the_guard_nobody_owns_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desk, "_is_last_owner", lambda *_: False)
    async with running_home(tmp_path) as home:
        mine = await paired(home)
        await lowers_itself(home, mine)
        assert await owners(home) == []
