"""Which user a jailed program becomes when the gate was started as root, and what that user is handed.

Ids without a name are taken from ranges that no distribution and no systemd gives out
(systemd, docs/UIDS-GIDS.md: 1879048192 to 2147352575 and 60706 to 61183 are unused).
"""

import os
import pwd
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from privacy.gate.jailed.jail import JailError

ACCOUNT: Final = "homebase-hub"
FREE: Final = (range(1_950_000_000, 1_950_000_064), range(60_706, 60_770))


def choose_user(owner_of: Path, account: str = "") -> tuple[int, int] | None:
    """The (uid, gid) a jail needs, or None where the gate is not root and keeps its own.

    owner_of: the program's folder; a free id that owns it is taken again, so files keep their owner.
    account: an account of this machine that comes first, e.g. ``homebase-hub``.

    Raises:
        JailError: neither that account nor a free id; with the fix.
    """
    if os.geteuid() != 0:
        return None
    if account:
        try:
            entry = pwd.getpwnam(account)
        except KeyError:
            pass
        else:
            return entry.pw_uid, entry.pw_gid
    for uid in _candidates(owner_of):
        if _is_known_here(uid) and not _has_name(uid) and not _has_process(uid):
            return uid, uid
    name = account or ACCOUNT
    raise JailError(
        f"jail: no user to change to: `useradd --system --no-create-home {name}`, or do not start as root"
    )


def may_be_jailed(uid: int) -> bool:
    """Whether a root gate may have handed a folder to this user: ``choose_user`` chooses no other."""
    return any(uid in ids for ids in FREE) or uid == other_user(ACCOUNT)


def other_user(account: str) -> int | None:
    """Uid of an account of this machine; None where it has none, and where it is ours or root's."""
    try:
        uid = pwd.getpwnam(account).pw_uid
    except KeyError:
        return None
    return None if uid in {0, os.geteuid()} else uid


def hand_over(folder: Path, user: tuple[int, int] | None) -> None:
    """Give a folder and all in it to the jailed user; symlinks themselves, never what they point to.

    None (the gate is not root): nothing to do. Call while the program does not run.
    """
    if user is None:
        return
    for parent, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            path = Path(parent, name)
            if (path.lstat().st_uid, path.lstat().st_gid) != user:
                os.chown(path, *user, follow_symlinks=False)


def _candidates(owner_of: Path) -> Iterable[int]:
    try:
        owner = owner_of.stat().st_uid
    except OSError:
        owner = 0
    if any(owner in ids for ids in FREE):
        yield owner
    for ids in FREE:
        yield from ids


def _is_known_here(uid: int) -> bool:
    """Whether this user namespace has the id; those of containers often end at 65535."""
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, count = (int(field) for field in line.split())
        if first <= uid < first + count:
            return True
    return False


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _has_process(uid: int) -> bool:
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                if process.stat().st_uid == uid:
                    return True
            except OSError:
                continue  # ended meanwhile
    return False
