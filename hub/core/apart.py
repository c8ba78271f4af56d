"""A life in a task of its own, so that a cancel is never lost.

When a task of a TaskGroup fails at the very moment at which the group's owner is cancelled, Python 3.11 tells
the owner of the failure only. Here the owner is a task whose end nobody needs to see.
"""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


async def apart(life: Coroutine[None, None, T], name: str) -> T:
    """Run ``life``, which returns its failures instead of raising them; return what it returned.

    Raises:
        CancelledError: whenever the caller was cancelled, whatever ``life`` made of it.
    """
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(life, name=name)
    return task.result()
