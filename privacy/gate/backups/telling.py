"""What people are shown of backups: the copies and what is known of each, the next one, how far it is."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

import msgspec

from privacy.gate.backups import copies
from privacy.gate.backups.copies import Known, Sending, State
from privacy.gate.backups.schedule import drill_due
from privacy.gate.backups.shelves import Progress, Shelves
from privacy.gate.backups.target import Copy, TargetError, in_words
from privacy.gate.storage.book import from_ms
from privacy.payload import timestamp
from privacy.register import Language

# of [backup]: when one is made by itself, and how long copies stay
_PLAN = ("at", "every_days", "keep", "keep_days")


async def told(
    shelves: Shelves, progress: Progress, upcoming: datetime | None, look: str, language: Language
) -> Mapping[str, object]:
    """All of it. upcoming: when one is made by itself. look: at this target, for what is there.

    A look that was in vain is told as ``trouble``, with its way out.

    Raises:
        StoreError: it can't be read.
    """
    desk, targets = shelves.desk, shelves.targets
    found: tuple[Copy, ...] = ()
    trouble: Mapping[str, object] | None = None
    try:
        found = await shelves.look(look) if look in targets else ()
    except TargetError as error:
        text = in_words(str(error), language)
        trouble = {"target": look, "code": error.trouble.value, "text": text}
    known, sheets, sending, history, unfinished = await desk.store.read(
        lambda tx: (
            copies.every(tx),
            copies.sheets(tx),
            copies.sending(tx),
            copies.has_history(tx),
            copies.unfinished(tx),
        )
    )
    on_its_way = {name: one for name, one in sending.items() if name in shelves.in_use}
    return {
        "copies": [_copy(copy, on_its_way.get(copy.target), language) for copy in known]
        + _others(look, found, known),
        "trouble": trouble,
        "targets": sorted(targets),
        "history": history,
        "folder": shelves.settings.folder,
        "plan": {key: getattr(shelves.settings, key) for key in _PLAN},
        "next": None if upcoming is None or not shelves.in_use or not sheets else timestamp(upcoming),
        "sheet": None if not sheets else {"key": sheets[0].key, "since": _time(sheets[0].since_ms)},
        "drill_due": bool(sheets) and drill_due(from_ms(sheets[0].drilled_ms), desk.time.instant().at),
        "unfinished": None if unfinished is None else msgspec.to_builtins(unfinished),
        "progress": asdict(progress) | {"text": in_words(progress.wrong, language)},
    }


def _copy(copy: Known, on_its_way: Sending | None, language: Language) -> Mapping[str, object]:
    """why: with codes; text: for people; landed: bytes that are safe of one on its way."""
    landed = None if on_its_way is None or on_its_way.name != copy.name else on_its_way.landed
    return {
        "target": copy.target,
        "name": copy.name,
        "made": _time(copy.made_ms),
        "size": copy.size,
        "state": copy.state.value if landed is None else "sending",
        "landed": landed,
        "why": copy.why,
        "text": in_words(copy.why, language),
        "verified": _time(copy.verified_ms) if copy.state is State.VERIFIED and copy.verified_ms else None,
    }


def _others(where: str, found: tuple[Copy, ...], known: list[Known]) -> list[Mapping[str, object]]:
    """Copies that lie there and this gate did not make: those of the home before, or of another one."""
    ours = {copy.name for copy in known if copy.target == where}
    return [
        {
            "target": where,
            "name": copy.name,
            "made": None if copy.at is None else timestamp(copy.at),
            "size": copy.size,
            "state": "found",
            "landed": None,
            "why": "",
            "text": "",
            "verified": None,
        }
        for copy in found
        if copy.name not in ours
    ]


def _time(at_ms: int) -> str:
    return timestamp(from_ms(at_ms))
