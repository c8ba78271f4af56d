"""The one-time word that makes its bearer the owner of an unclaimed home. Only terminal and hub know it."""

import asyncio
import base64
from collections.abc import Mapping

from privacy.conversation import Declined
from privacy.ports import RandomBytes

TOKEN_SIZE = 24  # bytes


class SetUpToken:
    """Lives in memory for one start of the gate, until it is spent."""

    def __init__(self, random_bytes: RandomBytes) -> None:
        self._token: str | None = base64.urlsafe_b64encode(random_bytes(TOKEN_SIZE)).decode()
        self._greeted = asyncio.Event()

    async def hello(self, question: Mapping[str, object]) -> Mapping[str, object]:
        """Answer the hub's ``hello``: the token, if the home has no owner yet."""
        claimed = question.get("claimed")
        if not isinstance(claimed, bool):
            raise Declined("bad_question", "claimed must be true or false")
        if claimed:
            self._token = None
        self._greeted.set()
        return {"setup_token": self._token}

    async def claimed(self, question: Mapping[str, object]) -> Mapping[str, object]:
        """Answer the hub's ``claimed``: the token is spent."""
        self._token = None
        return {}

    async def for_owner(self) -> str | None:
        """Return the token for the ready line once the hub said whether it needs one."""
        await self._greeted.wait()
        return self._token
