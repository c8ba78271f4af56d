"""Looks each minute for files in the state folder that nobody declared; while there is one, nothing leaves.

The gate sees its own folder and the one around it; the hub's folder it sees only where both are one user, and
else believes the hub, which can close with that and not open.
"""

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

from privacy import canonical
from privacy.conversation import ConversationLost, Declined
from privacy.gate.door.door import Door
from privacy.gate.storage.store import StoreError
from privacy.ledger import Kind
from privacy.state_files import GATE, HUB, MOST_NAMED, NAME_LIMIT, TOP, names, strangers

log = logging.getLogger(__name__)

AskHub = Callable[[], Awaitable[Mapping[str, object]]]


class Strangers:
    """One per gate. state: the folder around gate/ and hub/; ask_hub: the hub's own look at its folder."""

    def __init__(self, door: Door, state: Path, ask_hub: AskHub) -> None:
        self._door, self._state, self._ask_hub = door, state, ask_hub

    async def look(self) -> None:
        """Look once; close or open the door by what is there."""
        news = [self._note(*place) for place in self._seen()]
        if not _readable(self._state / "hub"):
            try:
                told = (await self._ask_hub()).get("unknown")
            except (ConversationLost, Declined):
                told = None  # a hub that is away keeps what it said last
            if isinstance(told, list):
                news.append(self._note("hub", tuple(str(name)[:NAME_LIMIT] for name in told[:MOST_NAMED])))
        if any(news):
            await self._tell()

    def look_first(self) -> None:
        """Before anything else runs: what the gate sees by itself."""
        for place in self._seen():
            self._note(*place)

    def _seen(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        for place, folder, known in (
            ("state", self._state, TOP),
            ("gate", self._state / "gate", GATE),
            ("hub", self._state / "hub", HUB),
        ):
            if _readable(folder):
                yield place, strangers(names(folder), known)

    def _note(self, where: str, found: tuple[str, ...]) -> bool:
        return self._door.desk.closures.found(where, found, self._door.desk.standing)

    async def _tell(self) -> None:
        door, desk = self._door, self._door.desk
        found = desk.closures.strangers
        cuts = door.withdrawing.cut(lambda _: True) if found else ()
        # the names may be anything, so only their number goes into the book
        data: dict[str, canonical.Json] = {"unknown_files": len(found), "cut": len(cuts)}
        log.warning("state.unknown_files", extra={"count": len(found)})
        try:
            await desk.record(Kind.CONFIGURATION, data)
        except StoreError as error:
            log.warning("state.unwritten", extra={"code": error.code})


def _readable(folder: Path) -> bool:
    try:
        next(folder.iterdir(), None)
    except OSError:
        return False
    return True
