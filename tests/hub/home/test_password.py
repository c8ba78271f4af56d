"""Passwords: Argon2id, never on the event loop, never many at once."""

import asyncio

import pytest

from hub.home.errors import Refused
from hub.home.password import MEMORY_KIB, MOST_WAITING, TIME_COST, Passwords


@pytest.mark.obligation("Q6.2-b")
async def test_a_password_is_kept_as_argon2id_only() -> None:
    passwords = Passwords()
    kept = await passwords.hash("correct horse battery")
    assert kept.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={TIME_COST},p=1$")
    assert await passwords.verify(kept, "correct horse battery")
    assert not await passwords.verify(kept, "correct horse batterz")
    assert not await passwords.verify("not a hash", "x")
    kept = await passwords.hash("Gr\u00fc\u00dfe aus Bonn")
    assert await passwords.verify(kept, "Gru\u0308\u00dfe aus Bonn")
    passwords.close()


async def test_hashing_leaves_the_loop_free_and_refuses_a_crowd() -> None:
    passwords = Passwords()
    turns = 0
    refused: list[str] = []

    async def one() -> None:
        try:
            await passwords.hash("correct horse battery")
        except Refused as error:
            refused.append(error.code)

    async with asyncio.TaskGroup() as tasks:
        work = [tasks.create_task(one()) for _ in range(MOST_WAITING + 3)]
        while not all(task.done() for task in work):
            await asyncio.sleep(0.001)
            turns += 1
    assert refused == ["busy"] * 3
    assert turns > MOST_WAITING * 5  # on the loop itself it would be one turn per hash
    passwords.close()
