"""Sessions: who proved to be whom, until when. Of a token only its SHA-256 is kept.

A session ends 30 days after its last use and 90 days after it began. Its new end is written at most once a
day, to spare the card: a crash can shorten a session by a day, never lengthen it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from privacy import base64url
from privacy.ports import Clock, RandomBytes

from .household import Person, Session
from .records import Records

TOKEN_SIZE = 32  # bytes of randomness
IDLE = timedelta(days=30)
LONGEST = timedelta(days=90)  # hub.core.holdings.SESSION_DAYS
WRITE_EVERY = timedelta(days=1)
MOST_SESSIONS = 64  # per home; the one that ends first makes room


class Sessions:
    """All sessions, in memory and in the store; the store first, where something opens."""

    def __init__(self, records: Records, clock: Clock, random_bytes: RandomBytes) -> None:
        self._records = records
        self._clock = clock
        self._random_bytes = random_bytes
        self._open: dict[bytes, Session] = {}
        self._listeners: list[Callable[[bytes], None]] = []

    async def load(self) -> None:
        """Read what outlived the last run; erase what expired."""
        now = self._clock.now()
        self._open = {session.key: session for session in await self._records.sessions()}
        for session in [session for session in self._open.values() if session.expires_at <= now]:
            await self.end(session.key)

    def on_end(self, listener: Callable[[bytes], None]) -> Callable[[], None]:
        """Have ``listener`` called with the key of each session that ends; returns how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def start(self, person: Person, *, program: bool = False) -> tuple[str, Session]:
        """Open a session for ``person``; returns its token, which nobody can read back, and it.

        program: a program of that person's will use it.

        Raises:
            StoreError: nothing was opened.
        """
        while len(self._open) >= MOST_SESSIONS:
            await self.end(min(self._open.values(), key=lambda session: session.expires_at).key)
        token = base64url.encode(self._random_bytes(TOKEN_SIZE))
        now = self._clock.now()
        session = Session(
            key=_key(token),
            person=person.id,
            role=person.role,
            created_at=now,
            expires_at=now + IDLE,
            program=program,
        )
        await self._records.add_session(session)
        self._open[session.key] = session
        return token, session

    async def find(self, token: str) -> Session | None:
        """The live session of ``token``, its end moved on, or None. A look-up by hash leaks no prefix."""
        session = self._open.get(_key(token))
        if session is None:
            return None
        now = self._clock.now()
        if now >= session.expires_at:
            await self.end(session.key)
            return None
        end = min(now + IDLE, session.created_at + LONGEST)
        if end - session.expires_at >= WRITE_EVERY:
            session = replace(session, expires_at=end)
            self._open[session.key] = session
            await self._records.prolong_session(session.key, end)
        return session

    def is_open(self, key: bytes) -> bool:
        """Whether that session is live now."""
        session = self._open.get(key)
        return session is not None and self._clock.now() < session.expires_at

    def drop(self, person: int | None = None) -> None:
        """End all sessions, or one person's, in memory at once; whoever erases them writes the store."""
        gone = [key for key, one in self._open.items() if person in {None, one.person}]
        for key in gone:
            del self._open[key]
        for key in gone:
            for listener in tuple(self._listeners):
                listener(key)

    async def end(self, key: bytes) -> None:
        """End a session: at once in memory, then in the store."""
        if self._open.pop(key, None) is None:
            return
        for listener in tuple(self._listeners):
            listener(key)
        await self._records.remove_session(key)


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
