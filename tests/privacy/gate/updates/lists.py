"""Signed lists as the maintainers' command makes them, attacks on them, and a reader without a guard."""

import importlib.util
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from privacy.gate.updates.offer import order
from tests.paths import ROOT

NOTES = """
version = "{version}"
date = "2026-12-01"
security = {security}
[de]
changes = ["Räume lassen sich sortieren"]
fixes = ["Ein Rollladen blieb stehen"]
[en]
changes = ["Rooms can be sorted"]
fixes = ["A shutter stopped half way"]
"""


def command() -> ModuleType:
    """script/update_repository.py, which maintainers use."""
    spec = importlib.util.spec_from_file_location("update_repository", ROOT / "script/update_repository.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Maintainer:
    """Keeps the lists in ``folder`` by the maintainers' own command."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.keys = folder / "lists", folder / "keys"
        self.repository: Any = command().Repository(self.folder, self.keys, datetime.now(UTC))
        self.repository.begin()
        self.before: dict[str, bytes] = {}  # the latest release

    def release(self, version: str, *, security: bool = False) -> dict[str, bytes]:
        self.before = self.files()
        package, notes = self.folder.parent / f"homebase_{version}.deb", self.folder.parent / "notes.toml"
        package.write_bytes(version.encode())
        notes.write_text(NOTES.format(version=version, security=str(security).lower()))
        self.repository.add(package, notes)
        return self.files()

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.glob("*.json")}

    def twin(self, folder: Path) -> "Maintainer":
        """The same lists, and whichever keys are copied: an attacker's workshop."""
        copy = object.__new__(Maintainer)
        shutil.copytree(self.folder.parent, folder)
        copy.folder, copy.keys = folder / "lists", folder / "keys"
        copy.before = self.before
        copy.repository = command().Repository(copy.folder, copy.keys, self.repository.now)
        return copy


def unguarded(files: dict[str, bytes]) -> str:
    """The newest version that a reader finds who asks no signature, no version and no date."""
    snapshot = _signed(files["timestamp.json"])["meta"]["snapshot.json"]["version"]
    targets = _signed(files[f"{snapshot}.snapshot.json"])["meta"]["targets.json"]["version"]
    found = _signed(files[f"{targets}.targets.json"])["targets"].values()
    return max((str(one["custom"]["version"]) for one in found), key=order)


def _signed(data: bytes) -> dict[str, Any]:
    signed: dict[str, Any] = json.loads(data)["signed"]
    return signed


# attacks

Attack = Callable[[Maintainer], dict[str, bytes]]
"""What the thief serves, who has a copy of the lists and of the keys that are stolen."""


def older_timestamp(thief: Maintainer) -> dict[str, bytes]:
    return {**thief.files(), "timestamp.json": thief.before["timestamp.json"]}


def older_snapshot(thief: Maintainer) -> dict[str, bytes]:
    """By a stolen key of timestamp's."""
    timestamp = thief.repository.latest("timestamp")
    timestamp.version += 1
    timestamp.snapshot_meta.version = 2
    thief.repository._write("timestamp", timestamp)
    return thief.files()


def older_targets(thief: Maintainer) -> dict[str, bytes]:
    """By stolen keys of timestamp's and snapshot's."""
    snapshot = thief.repository.latest("snapshot")
    snapshot.version += 1
    snapshot.meta["targets.json"].version = 2
    thief.repository._write("snapshot", snapshot)
    thief.repository.refresh()
    return thief.files()


def older_root(thief: Maintainer) -> dict[str, bytes]:
    return {**thief.files(), "2.root.json": thief.files()["1.root.json"]}


def frozen(thief: Maintainer) -> dict[str, bytes]:
    """The truth of last week."""
    thief.repository.now -= timedelta(days=8)
    thief.repository.refresh()
    return thief.files()


def mixed_snapshot(thief: Maintainer) -> dict[str, bytes]:
    thief.release("99.4.0")
    return {**thief.files(), "4.snapshot.json": thief.files()["3.snapshot.json"]}


def mixed_targets(thief: Maintainer) -> dict[str, bytes]:
    thief.release("99.4.0")
    return {**thief.files(), "4.targets.json": thief.files()["2.targets.json"]}


def wrong_key(thief: Maintainer) -> dict[str, bytes]:
    """Lists of the thief's own, with a root that this home never saw."""
    own = Maintainer(thief.folder.parent / "own")
    for version in ("99.2.0", "99.3.0", "666.0.0"):
        own.release(version)
    return {name: data for name, data in own.files().items() if "root" not in name}


def any_root(thief: Maintainer) -> dict[str, bytes]:
    own = Maintainer(thief.folder.parent / "own")
    own.repository.rotate("root")
    own.release("666.0.0")
    two = own.repository.latest("root")
    own.repository._save("root", two, own.repository._signers("root"))
    return own.files()


def one_stolen_root_key(thief: Maintainer) -> dict[str, bytes]:
    """Below the threshold of two: the thief's keys come in by a root that one true key signed."""
    for number in (1, 2):
        (thief.keys / f"root-{number}.pem").unlink()
    thief.repository._signers = thief.repository._found  # the maintainers' command refuses to sign so
    thief.repository.rotate("targets")
    thief.repository.rotate("timestamp")
    return thief.release("666.0.0")


ATTACKS = (
    (older_timestamp, "rolled_back", "timestamp", "99.2.0"),
    (older_snapshot, "rolled_back", "timestamp", "99.2.0"),
    (older_targets, "rolled_back", "snapshot", "99.2.0"),
    (older_root, "rolled_back", "root", "99.3.0"),
    (frozen, "expired", "timestamp", "99.3.0"),
    (mixed_snapshot, "mixed", "snapshot", "99.3.0"),
    (mixed_targets, "mixed", "targets", "99.2.0"),
    (wrong_key, "unsigned", "timestamp", "666.0.0"),
    (any_root, "unsigned", "root", "666.0.0"),
    (one_stolen_root_key, "unsigned", "root", "666.0.0"),
)
"""The attack, how it is refused, at which list, and what the reader without a guard takes it for."""
