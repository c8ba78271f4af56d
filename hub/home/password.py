"""Passwords to Argon2id hashes and back to yes or no, one at a time, on a thread of its own.

argon2 is imported when the first password comes: most starts of a hub never see one.
"""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from .errors import Refused

Result = TypeVar("Result")

TIME_COST = 3
MEMORY_KIB = (
    32_768  # of the 19 MiB or more that OWASP's password page asks for; one at a time keeps a Pi alive
)
LANES = 1
MOST_WAITING = 8


class Passwords:
    """Hashes and verifies; never on the event loop's thread."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="password")
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """The PHC string of ``password``.

        Raises:
            Refused: busy; MOST_WAITING others wait already.
        """
        return await self._run(partial(_hash, _normal(password)))

    async def verify(self, password_hash: str, password: str) -> bool:
        """Whether they belong together.

        Raises:
            Refused: busy; MOST_WAITING others wait already.
        """
        return await self._run(partial(_verify, password_hash, _normal(password)))

    def close(self) -> None:
        """Let the thread go; a hash in work is finished first."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    async def _run(self, work: Callable[[], Result]) -> Result:
        if self._waiting >= MOST_WAITING:
            raise Refused("busy", retry_after_s=1.0)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1


def _normal(password: str) -> str:
    # one keyboard sends "ü" as one sign, another as two
    return unicodedata.normalize("NFC", password)


def _hash(password: str) -> str:
    from argon2 import PasswordHasher  # noqa: PLC0415 - 30 ms and 4 MB that most runs do not need

    return PasswordHasher(time_cost=TIME_COST, memory_cost=MEMORY_KIB, parallelism=LANES).hash(password)


def _verify(password_hash: str, password: str) -> bool:
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

    try:
        return PasswordHasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
