"""What tells this Home Base from others: its id, name, serial number, license, timezone. All encrypted.

The id is made here, once, by chance; nobody else knows it. The license is checked here, without a network;
the home works the same with a wrong one and with none. The radio's id is the driver's.
"""

import base64
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from privacy.ports import Clock, RandomBytes

from .details import Details
from .errors import Refused
from .license import Flaw, IssuerKey, License, check

log = logging.getLogger(__name__)

ID_SIZE = 10  # bytes: 80 bits
FIELDS: Final = ("name", "serial", "timezone")
LONGEST_NAME = 64  # characters
_ID, _LICENSE = "home_base_id", "license"
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,32}){0,2}")
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,39}")

AskBoard = Callable[[], Awaitable[str]]
"""The serial number that this machine's board tells, "" where it tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallationState:
    """What is known; "" and None where it is not."""

    home_base_id: str
    name: str
    serial: str
    timezone: str
    license: License | Flaw | None


class Installation:
    """One per home. key: who may sign licenses for it."""

    def __init__(
        self,
        details: Details,
        clock: Clock,
        random_bytes: RandomBytes,
        ask_board: AskBoard,
        key: IssuerKey | None,
    ) -> None:
        self._details, self._clock, self._random_bytes = details, clock, random_bytes
        self._ask_board, self._key = ask_board, key
        self.zone: tzinfo | None = None  # of the home, while one is known
        self.name = ""  # of the home, once its people gave it one

    async def load(self) -> None:
        """Make the id where there is none, and say in the log when the license does not count.

        Raises:
            StoreError: it can't be read, or the id not be written.
        """
        found = await self._details.all()
        if _ID not in found:
            found = {**found, _ID: await self._make_id()}
        self.zone, self.name = zone_of(found.get("timezone", "")), found.get("name", "")
        if isinstance(state := self._license(found), Flaw):
            log.warning("license.invalid", extra={"code": state.value})

    async def read(self) -> InstallationState:
        """All of it; what the board says of itself is stored when it is first asked for.

        Raises:
            StoreError: it can't be read or written.
        """
        found = dict(await self._details.all())
        if _ID not in found:  # erased meanwhile
            found[_ID] = await self._make_id()
        if "serial" not in found:
            found["serial"] = await self._from_board()
        return InstallationState(
            home_base_id=found[_ID],
            name=found.get("name", ""),
            serial=found["serial"],
            timezone=found.get("timezone", ""),
            license=self._license(found),
        )

    async def change(self, changes: Mapping[str, str]) -> None:
        """Set fields of FIELDS; an empty value removes one.

        Raises:
            Refused: unknown_timezone, bad_serial, bad_home_name.
            StoreError: nothing was changed.
        """
        zone, serial = changes.get("timezone", ""), changes.get("serial", "")
        if zone and not is_timezone(zone):
            raise Refused("unknown_timezone", field="timezone", value=zone)
        if serial and not _SERIAL.fullmatch(serial):
            raise Refused("bad_serial", field="serial", value=serial)
        name = changes.get("name", "")
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise Refused("bad_home_name", field="home", value=name)
        await self._details.change(changes, self._clock.now())
        if "timezone" in changes:
            self.zone = zone_of(zone)
        self.name = changes.get("name", self.name)

    def erased(self) -> None:
        """All of it went from the store."""
        self.zone, self.name = None, ""

    async def begin(self, timezone: str) -> None:
        """Take the timezone that the browser named at set-up, where it is one; else the owner enters it."""
        if is_timezone(timezone):
            await self._details.change({"timezone": timezone}, self._clock.now())
            self.zone = zone_of(timezone)

    async def set_license(self, document: str) -> License:
        """Keep a license that counts; one that does not changes nothing.

        Raises:
            Refused: with the flaw's code.
            StoreError: nothing was changed.
        """
        home_base_id = (await self.read()).home_base_id
        found = check(document, self._key, home_base_id, self._clock.now())
        if isinstance(found, Flaw):
            raise Refused(found.value, field="document")
        await self._details.change({_LICENSE: document}, self._clock.now())
        return found

    async def remove_license(self) -> None:
        """Forget it.

        Raises:
            StoreError: it is still there.
        """
        await self._details.change({_LICENSE: ""}, self._clock.now())

    def _license(self, found: Mapping[str, str]) -> License | Flaw | None:
        document = found.get(_LICENSE)
        return None if document is None else check(document, self._key, found[_ID], self._clock.now())

    async def _make_id(self) -> str:
        letters = base64.b32encode(self._random_bytes(ID_SIZE)).decode()
        made = "HB-" + "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
        await self._details.change({_ID: made}, self._clock.now())
        return made

    async def _from_board(self) -> str:
        told = await self._ask_board()
        if not _SERIAL.fullmatch(told):
            return ""
        await self._details.change({"serial": told}, self._clock.now())
        return told


def is_timezone(name: str) -> bool:
    """Whether the tz database of this machine knows it; by its form alone where there is no database."""
    return bool(_ZONE.fullmatch(name)) and (zone_of(name) is not None or zone_of("Europe/Berlin") is None)


def zone_of(name: str) -> tzinfo | None:
    """The timezone of that name; None: this machine's database knows it not, or there is none."""
    if not name:
        return None
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - asked a few times in a home's life

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
