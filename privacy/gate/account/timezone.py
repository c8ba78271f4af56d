"""One look-up of the timezone, where neither browser nor owner named it: clause 6.3, ``setup.timezone``.

Whoever is asked sees the home's address, as every connection shows it; here it is neither known nor kept. Of
the answer the timezone alone is taken. Once for a set-up: afterwards the owner names it, or starts anew.
"""

import logging
import re
from datetime import timedelta

import msgspec

from privacy import canonical
from privacy.consent import Wish
from privacy.gate.account.account import AccountRefused
from privacy.gate.door.door import Door, Given
from privacy.gate.storage import records
from privacy.gate.storage.attempt import Outcome, Result
from privacy.gate.storage.records import Preview
from privacy.gate.storage.store import StoreError, Transaction
from privacy.register import Form, Language

log = logging.getLogger(__name__)

ACTIVITY = "setup.timezone"
DONE = "timezone_looked_up"  # in meta
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,32}){0,2}")


class _Answer(msgspec.Struct, frozen=True):
    timezone: str


class Lookup:
    """What came of it, whoever agreed: one per gate.

    found: the timezone, in memory alone until the owner takes it; it is the hub's to keep. answered: whether
    the latest question of this gate's life was; None where there was none.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self.found: str | None = None
        self.answered: bool | None = None
        door.followed[ACTIVITY] = self._follow

    async def over(self) -> bool:
        """Whether this set-up had its one.

        Raises:
            StoreError: it can't be read.
        """
        return await _over(self._door)

    async def _follow(self, outcome: Outcome) -> None:
        self.answered = outcome.result is Result.DELIVERED
        try:
            self.found = await _settled(self._door, outcome)
        except StoreError as error:
            log.warning("timezone.store", extra={"code": error.code})


async def preview(door: Door) -> Preview:
    """Keep and return what would be sent: nothing but the question itself.

    Raises:
        AccountRefused: looked_up_already, no_timezone_service.
        Refused: nothing of that kind may be sent.
    """
    _recipient(door)
    if await _over(door):
        raise AccountRefused("looked_up_already")
    return await door.previews.own(ACTIVITY, canonical.encode({}), kept=timedelta(0))


async def give(
    door: Door, number: str, language: Language, country: str | None = None
) -> tuple[Given, str | None]:
    """Consent to the question of that preview and ask it; the timezone, or None. For the console.

    What did not answer at once is not asked again behind anybody's back: the consent ends.

    Raises:
        AccountRefused, Refused: it can't be given.
        StoreError: it could not be written, so it was not given.
    """
    wish = Wish(
        activity=ACTIVITY,
        recipient=_recipient(door),
        form=Form.ONCE,
        groups=frozenset(),
        ticket="",
        language=language.value,
        categories=door.desk.register.activities[ACTIVITY].categories,
        country=country,
    )
    given = await door.give(wish, number)
    return given, await _settled(door, given.outcome)


def forget(tx: Transaction) -> None:
    """A deregistration: whoever sets the home up anew may ask once again."""
    tx.execute("DELETE FROM meta WHERE key = ?", (DONE,))


async def _over(door: Door) -> bool:
    return await door.desk.store.read(lambda tx: records.meta(tx, DONE)) is not None


async def _settled(door: Door, outcome: Outcome | None) -> str | None:
    """Answered: the home had its one. Not answered: the consent ends. The timezone, or None."""
    if outcome is None or outcome.result is not Result.DELIVERED:
        if door.withdrawing.has_to_close(ACTIVITY):  # else it was taken back meanwhile
            await door.withdrawing.withdraw(ACTIVITY, via="no answer")
        return None
    await door.desk.store.write(lambda tx: records.set_meta(tx, DONE, b"once"))
    return _timezone(outcome.answer)


def _recipient(door: Door) -> str:
    rows = sorted(door.desk.recipients.values(), key=lambda row: row.name)
    found = next((row.name for row in rows if ACTIVITY in row.activities), None)
    if found is None:
        raise AccountRefused("no_timezone_service")
    return found


def _timezone(body: bytes) -> str | None:
    try:
        name = msgspec.json.decode(body, type=_Answer).timezone
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return name if _NAME.fullmatch(name) else None
