"""Every file that may lie in a state folder, by name, with what it is.

Anything else was put there by somebody, or by a program that nobody described: until it is gone or declared,
nothing leaves the house (privacy/gate/door/strangers.py), and the home runs on.
"""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path

TOP: Mapping[str, str] = {
    "gate": "the gate's folder",
    "hub": "the hub's folder",
    "homebase.toml": "settings, written by the owner",
    "homebase.new": "such settings while they are being written",
    "simulator": "the demo's simulated devices",
    "lost+found": "the file system's own",
}
GATE: Mapping[str, str] = {
    "gate.db": "ledger, consents, copies of what left, access log; encrypted",
    "gate.db-wal": "the newest changes of gate.db; encrypted",
    "gate.db-shm": "map of gate.db-wal; no content",
    "gate.db-journal": "an unfinished change of gate.db; encrypted",
    "key": "key of gate.db",
    "key.mark": "tells a wrong key from a damaged file",
    "key.new": "a key that is being written",
    "lan.json": "certificates of the home's network, with their keys; no person in it",
    "lan.new": "such certificates while they are being written",
    "reserve": "space for closing entries; empty",
    "tombstones": "what was closed while gate.db could not be written; else empty",
    "head": "how many entries the ledger has: tells an older gate.db that was put back",
    "head.new": "that number while it is being written",
    "restored": "says that gate.db came from a backup",
    "gate-before-upgrade-*.db": "gate.db as it was before an upgrade; encrypted",
    "gate-before-upgrade-*.db-journal": "such a copy that is being written; encrypted",
    "gate-before-upgrade-*.db-wal": "such a copy that is being written; encrypted",
    "lock": "number of the running process",
    "staged": "files on their way out; encrypted to their recipients",
    "backup": "a backup that is being put together; encrypted to the recovery sheet",
    "lost+found": "the file system's own",
}
HUB: Mapping[str, str] = {
    "hub.db": "devices, rooms, people, settings, history; encrypted",
    "hub.db-wal": "the newest changes of hub.db; encrypted",
    "hub.db-shm": "map of hub.db-wal; no content",
    "hub.db-journal": "an unfinished change of hub.db; encrypted",
    "hub.key": "key of hub.db",
    "hub.key.new": "a key that is being written",
    "phones.out": "phones that were removed while hub.db or the gate was out of reach; else empty",
    "hub-before-upgrade-*.db": "hub.db as it was before an upgrade; encrypted",
    "hub-before-upgrade-*.db-journal": "such a copy that is being written; encrypted",
    "hub-before-upgrade-*.db-wal": "such a copy that is being written; encrypted",
    "lost+found": "the file system's own",
}
MOST_NAMED = 20
NAME_LIMIT = 100  # characters of a stranger's name that are told


def names(folder: Path) -> list[str]:
    """What lies in ``folder``: files, folders, links; sockets hold nothing.

    Raises:
        OSError: it can't be read.
    """
    return [path.name for path in folder.iterdir() if path.is_file() or path.is_dir() or path.is_symlink()]


def strangers(found: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    """The names that nobody declared, sorted, MOST_NAMED at most."""
    left = [name for name in found if not any(fnmatchcase(name, pattern) for pattern in known)]
    return tuple(name[:NAME_LIMIT] for name in sorted(left)[:MOST_NAMED])
