"""Set-up and log-in: who may come in. The first claims the home by the one-time token, then by password."""

import asyncio
import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping

from hub.core.repositories import Settings
from privacy.ports import Clock, RandomBytes

from .attempts import Attempts, Record
from .errors import Refused
from .household import Person, Session
from .password import Passwords
from .records import Records
from .roles import Role
from .sessions import Sessions

log = logging.getLogger(__name__)

ATTEMPTS_KEY = "attempts"
SALT_SIZE = 16


class Access:
    """The owner's way in.

    token: the set-up token of this run, None when the home is claimed. claimed: tells the gate that it is
    spent; its failure is not the person's matter, the gate learns it at the next start too.
    """

    def __init__(
        self,
        records: Records,
        settings: Settings,
        sessions: Sessions,
        clock: Clock,
        random_bytes: RandomBytes,
    ) -> None:
        self._records = records
        self._settings = settings
        self.sessions = sessions
        self._clock = clock
        self._random_bytes = random_bytes
        self._passwords = Passwords()
        self._attempts = Attempts()
        self._salt = b""
        self._owner: Person | None = None
        self._setup_token: str | None = None
        self._told = asyncio.Event()
        self._on_claimed: Callable[[], Awaitable[None]] | None = None

    async def load(self) -> None:
        """Read people, sessions and the record of failed attempts."""
        people = await self._records.people()
        self._owner = next((person for person in people if person.role is Role.OWNER), None)
        await self.sessions.load()
        kept = await self._settings.get(ATTEMPTS_KEY)
        self._salt, records = _attempts_from(kept)
        self._salt = self._salt or self._random_bytes(SALT_SIZE)
        self._attempts = Attempts(records)

    def close(self) -> None:
        """Let the password thread go."""
        self._passwords.close()

    @property
    def claimed(self) -> bool:
        """Whether the home has an owner."""
        return self._owner is not None

    async def person(self, name: str) -> int | None:
        """The number of whoever has that name; None: nobody."""
        return next((one.id for one in await self._records.people() if one.name == name), None)

    async def name(self, number: int) -> str:
        """Of the person with that number; empty: nobody."""
        return next((one.name for one in await self._records.people() if one.id == number), "")

    def forget_owner(self) -> None:
        """Everybody was erased: the home is nobody's, until it is set up by the next start's token."""
        self._owner = None

    def expect(self, setup_token: str | None, on_claimed: Callable[[], Awaitable[None]]) -> None:
        """Take the token that the gate printed; ``on_claimed`` is awaited once it is spent."""
        self._setup_token = setup_token
        self._on_claimed = on_claimed
        self._told.set()

    async def wait_until_told(self) -> None:
        """Return once the gate said whether there is a token: before, the printed one would be refused."""
        await self._told.wait()

    async def set_up(self, peer: str, token: str, password: str, name: str) -> tuple[str, Session]:
        """Claim the home: the token is spent, on disk, before anybody is told so.

        Raises:
            Refused: already_claimed, wrong_setup_token, too_many_attempts, busy.
            StoreError: nothing was changed.
        """
        if self._owner is not None:
            raise Refused("already_claimed")
        await self._start_attempt(peer)
        expected = self._setup_token or ""
        if not hmac.compare_digest(expected.encode(), token.encode("utf-8", "surrogatepass")) or not expected:
            raise Refused("wrong_setup_token", field="token")
        password_hash = await self._passwords.hash(password)
        owner = await self._records.add_first_person(name, password_hash, self._clock.now())
        if owner is None:
            raise Refused("already_claimed")
        self._owner, self._setup_token = owner, None
        await self._forgive(peer)
        log.info("home.claimed")
        if self._on_claimed is not None:
            await self._on_claimed()
        return await self.sessions.start(owner)

    async def log_in(self, peer: str, password: str, *, program: bool = False) -> tuple[str, Session]:
        """Open a session for whoever knows the owner's password. program: it is for a program.

        Raises:
            Refused: not_claimed, wrong_password, too_many_attempts, busy.
            StoreError: nothing was opened.
        """
        if self._owner is None:
            raise Refused("not_claimed")
        await self._start_attempt(peer)
        if not await self._passwords.verify(self._owner.password_hash, password):
            raise Refused("wrong_password", field="password")
        await self._forgive(peer)
        return await self.sessions.start(self._owner, program=program)

    # attempts

    async def _start_attempt(self, peer: str) -> None:
        wait_s = self._attempts.start(self._name(peer), self._clock.now().timestamp())
        if wait_s > 0.0:
            raise Refused("too_many_attempts", retry_after_s=wait_s)
        await self._keep_attempts()

    async def _forgive(self, peer: str) -> None:
        self._attempts.succeed(self._name(peer))
        await self._keep_attempts()

    async def _keep_attempts(self) -> None:
        records = {name: [record.failures, record.at_s] for name, record in self._attempts.records.items()}
        await self._settings.put(ATTEMPTS_KEY, {"salt": self._salt.hex(), "records": records})

    def _name(self, peer: str) -> str:
        # a person's address is not kept, only what tells it from others in this home
        return hashlib.sha256(self._salt + peer.encode("utf-8", "replace")).hexdigest()[:16]


def _attempts_from(kept: object) -> tuple[bytes, Mapping[str, Record]]:
    match kept:
        case {"salt": str(salt), "records": dict(rows)}:
            records = {
                str(name): Record(failures=failures, at_s=at_s)
                for name, row in rows.items()
                if isinstance(row, list)
                for failures, at_s in [row]
            }
            return bytes.fromhex(salt), records
        case _:
            return b"", {}
