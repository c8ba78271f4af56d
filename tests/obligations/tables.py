"""The tables of the obligations beside this file: all ids, those that wait, and the guard of each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What keeps a promise. With ``old`` replaced by ``new`` in ``file``, ``test`` has to fail."""

    id: str
    file: str
    old: str
    new: str
    test: str


def promises() -> Mapping[str, str]:
    """What was promised, by id, in the notices' order."""
    return {str(key): str(value) for key, value in _table("promises.toml").items()}


def pending() -> Mapping[str, str]:
    """When an id that is not shown yet will be: "stage 4", or "later"."""
    return {str(key): str(value) for key, value in _table("pending.toml").items()}


def guards() -> tuple[Guard, ...]:
    """All guards, as they stand in the file."""
    rows = _table("guards.toml").get("guard", [])
    assert isinstance(rows, list)
    return tuple(Guard(**row) for row in rows)


def _table(name: str) -> Mapping[str, object]:
    return tomllib.loads((FOLDER / name).read_text())
