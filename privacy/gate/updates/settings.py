"""[updates] of homebase.toml. Pure: the mistakes of a table, and what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSettings:
    """root: file of the root that is trusted. install: whether the package manager's hook is there."""

    root: Path
    install: bool = False


def settings_from(table: Mapping[str, object]) -> UpdateSettings | None:
    """Read a table without mistakes; None where it names no root."""
    root = str(table.get("root", ""))
    return UpdateSettings(root=Path(root), install=table.get("install", False) is True) if root else None


def mistakes_in(table: object) -> Iterator[tuple[str, object, str]]:
    """Key, value and what is allowed, for each mistake."""
    if not isinstance(table, dict):
        yield "updates", table, "a section [updates]"
        return
    for key, value in table.items():
        if key == "root":
            if not isinstance(value, str) or (value and not value.startswith("/")):
                yield (
                    "updates.root",
                    value,
                    'an absolute path such as "/etc/homebase/update-root.json", or ""',
                )
        elif key == "install":
            if not isinstance(value, bool):
                yield "updates.install", value, "true or false"
        else:
            yield f"updates.{key}", value, "one of: root, install"
