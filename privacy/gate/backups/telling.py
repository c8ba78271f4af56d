"""What people are shown of backups: the copies and what is known of each, the next one, how far it is."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from privacy.gate.backups import copies
from privacy.gate.backups.copies import Known
from privacy.gate.backups.schedule import drill_due
from privacy.gate.backups.shelves import Progress, Shelves
from privacy.gate.backups.target import Target, TargetError
from privacy.gate.storage.book import from_ms
from privacy.payload import timestamp


async def told(
    shelves: Shelves, progress: Progress, upcoming: datetime | None, look: str
) -> Mapping[str, object]:
    """All of it. upcoming: when one is made by itself. look: at this target for copies that are not known.

    Raises:
        StoreError: it can't be read.
    """
    desk, targets = shelves.desk, shelves.targets
    known, sheets = await desk.store.read(lambda tx: (copies.every(tx), copies.sheets(tx)))
    return {
        "copies": [_copy(copy) for copy in known]
        + await _found({look: targets[look]} if look in targets else {}, known),
        "targets": sorted(targets),
        "folder": shelves.settings.folder,
        "next": None if upcoming is None or not shelves.in_use or not sheets else timestamp(upcoming),
        "sheet": None if not sheets else {"key": sheets[0].key, "since": _time(sheets[0].since_ms)},
        "drill_due": bool(sheets) and drill_due(from_ms(sheets[0].drilled_ms), desk.time.instant().at),
        "progress": asdict(progress),
    }


def _copy(copy: Known) -> Mapping[str, object]:
    return {
        "target": copy.target,
        "name": copy.name,
        "made": _time(copy.made_ms),
        "size": copy.size,
        "state": copy.state.value,
        "why": copy.why,
        "verified": None if copy.verified_ms is None else _time(copy.verified_ms),
    }


async def _found(targets: Mapping[str, Target], known: list[Known]) -> list[Mapping[str, object]]:
    """Copies that lie there and this gate did not make: those of the home before, or of another one."""
    found: list[Mapping[str, object]] = []
    ours = {(copy.target, copy.name) for copy in known}
    for where, target in targets.items():
        try:
            there = await target.copies()
        except TargetError:
            continue  # said by the next backup
        found += [
            {
                "target": where,
                "name": copy.name,
                "made": None if copy.at is None else timestamp(copy.at),
                "size": copy.size,
                "state": "found",
                "why": "",
                "verified": None,
            }
            for copy in there
            if (where, copy.name) not in ours
        ]
    return found


def _time(at_ms: int) -> str:
    return timestamp(from_ms(at_ms))
