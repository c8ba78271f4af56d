"""[backup] of homebase.toml: where backups lie in the house, when one is made, how many stay. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
MOST_KEPT, MOST_DAYS, MOST_MIB = 1000, 3650, 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupSettings:
    """folder: absolute, "" for none. at: time of day by the home's clock; every_days: 0 makes none by itself.

    keep: of the newest, so many stay; keep_days: younger ones stay too; most_mib: of one copy.
    """

    folder: str = ""
    at: str = "03:30"
    every_days: int = 1
    keep: int = 8
    keep_days: int = 0
    most_mib: int = 512


_RANGES = {
    "every_days": (0, 365, "0 (by hand only) to 365 days"),
    "keep": (1, MOST_KEPT, f"1 to {MOST_KEPT} copies"),
    "keep_days": (0, MOST_DAYS, f"0 to {MOST_DAYS} days"),
    "most_mib": (1, MOST_MIB, f"1 to {MOST_MIB} MiB"),
}


def mistakes_in(table: object) -> Iterator[tuple[str, object, str]]:
    """Key, value and what is allowed, of each mistake."""
    if not isinstance(table, dict):
        yield "backup", table, "a section [backup]"
        return
    known = [field.name for field in fields(BackupSettings)]
    for key, value in table.items():
        if key not in known:
            yield f"backup.{key}", value, f"one of: {', '.join(known)}"
        elif key in _RANGES:
            low, high, words = _RANGES[key]
            if type(value) is not int or not low <= value <= high:
                yield f"backup.{key}", value, words
        elif key == "at" and not (isinstance(value, str) and _TIME.fullmatch(value)):
            yield "backup.at", value, 'a time of day such as "03:30"'
        elif key == "folder" and not (isinstance(value, str) and (not value or value.startswith("/"))):
            yield "backup.folder", value, 'an absolute path such as "/media/stick/homebase", or ""'


def settings_from(table: Mapping[str, object]) -> BackupSettings:
    """A table without mistakes."""
    return BackupSettings(**table)  # type: ignore[arg-type]  # looked at by mistakes_in
