"""Houses that lose things, to show that the series would find it."""

import os
from pathlib import Path

import msgspec


class Unsynced:
    """Keeps numbers in a file, renamed into place but never fsynced: a kill is fine, a power cut is not."""

    def open(self, state: Path, run: Path) -> None:
        self._path = state / "numbers"
        content = self._path.read_bytes() if self._path.exists() else b"{}"
        self._numbers = msgspec.json.decode(content, type=dict[str, int])

    def values(self) -> dict[str, int]:
        return dict(self._numbers)

    def keys(self) -> tuple[str, ...]:
        return ("a", "b")

    def set(self, key: str, number: int) -> None:
        self._numbers[key] = number
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self._numbers))
        fresh.rename(self._path)

    def close(self) -> None:
        os.sync()


class Forgetful(Unsynced):
    """Writes only every third number before it acknowledges: a kill loses the others."""

    def set(self, key: str, number: int) -> None:
        if number % 3 == 0:
            super().set(key, number)
        else:
            self._numbers[key] = number
