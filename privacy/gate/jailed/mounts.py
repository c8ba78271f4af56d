"""The root a jail sees: a small tmpfs with binds of what is named, its own /proc, four devices.

Order matters: every source is opened before the old root goes, as a detached copy with its restrictions on;
so no source can be hidden by what is mounted first, and nothing has to lead back.
Source: mount_setattr(2), open_tree(2), pivot_root(2).
"""

import os
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from privacy.gate.jailed.jail import Bind, Jail
from privacy.gate.machine.syscalls import call

SYSTEM: Final = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
SYSTEM_FILES: Final = ("/etc/ld.so.cache", "/etc/localtime", "/etc/timezone")
DEVICES: Final = ("null", "zero", "urandom", "random")
TMP: Final = "/tmp"  # noqa: S108 -- the jail's own; outside, any folder that surely exists
TMP_SIZE: Final = "16m"  # of memory; the program's own folder is the place for more

READ_ONLY, NO_SETUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8  # MOUNT_ATTR_*
PRIVATE: Final = 1 << 18  # MS_PRIVATE
RECURSIVE: Final = 1 << 14  # MS_REC
HERE: Final = -100  # AT_FDCWD
WHOLE: Final = 0x8000  # AT_RECURSIVE
EMPTY_PATH: Final = 0x1000  # AT_EMPTY_PATH
CLONE_CLOSED: Final = 1 | os.O_CLOEXEC  # OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
DETACH: Final = 2  # MNT_DETACH


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tree:
    """A detached copy of a part of the machine's tree, and where it goes."""

    fd: int
    inside: str
    folder: bool


def build(jail: Jail) -> int:
    """Make the jail's root the root of this process (alone in its mount namespace).

    Returns a descriptor of a whole /proc, which the jail itself does not get, for the last settings.

    Raises:
        OSError: a source is missing, or mounting is forbidden; names the path.
    """
    call("mount", None, b"/", None, PRIVATE | RECURSIVE, None)
    trees = [*_trees(jail)]
    links = [(name, str(Path(name).readlink())) for name in SYSTEM if Path(name).is_symlink()]
    if jail.terminals:
        links.append(("/dev/ptmx", "pts/ptmx"))
    whole_proc = _filesystem("proc", {}, NO_SETUID | NO_DEVICES | NO_EXEC)
    small_proc = _filesystem("proc", {"subset": "pid"}, READ_ONLY | NO_SETUID | NO_DEVICES | NO_EXEC)
    tmp = _filesystem("tmpfs", {"size": TMP_SIZE, "mode": "1777"}, NO_SETUID | NO_DEVICES | NO_EXEC)
    _enter_empty_root()
    # /tmp first: a checkout may lie below it
    own = (_Tree(fd=tmp, inside=TMP, folder=True), _Tree(fd=small_proc, inside="/proc", folder=True))
    for tree in (*own, *trees):
        _attach(tree)
    for name, target in links:
        Path(name).symlink_to(target)
    _restrict(HERE, "/", READ_ONLY | NO_SETUID | NO_DEVICES, 0)
    return whole_proc


def _trees(jail: Jail) -> Iterable[_Tree]:
    closed = NO_SETUID | NO_DEVICES
    for path in (*SYSTEM, *SYSTEM_FILES):
        if Path(path).exists() and not (path in SYSTEM and Path(path).is_symlink()):
            yield _open(Bind(source=path, inside=path), READ_ONLY | closed)
    for bind in sorted(jail.read_only, key=lambda bind: bind.inside.count("/")):
        yield _open(bind, READ_ONLY | closed)
    for bind in sorted(jail.writable, key=lambda bind: bind.inside.count("/")):
        yield _open(bind, closed | NO_EXEC)
    for name in DEVICES:
        yield _open(Bind(source=f"/dev/{name}", inside=f"/dev/{name}"), READ_ONLY | NO_SETUID | NO_EXEC)
    if jail.terminals:  # of its own: the machine's would show everybody's
        instance = _filesystem("devpts", {"ptmxmode": "0666", "mode": "0600"}, NO_SETUID | NO_EXEC)
        yield _Tree(fd=instance, inside="/dev/pts", folder=True)


def _open(bind: Bind, attributes: int) -> _Tree:
    try:
        fd = call("open_tree", HERE, bind.source.encode(), CLONE_CLOSED | WHOLE)
        _restrict(fd, "", attributes, EMPTY_PATH | WHOLE)
    except OSError as error:
        raise OSError(error.errno, f"bind {bind.source}: {os.strerror(error.errno or 0)}") from error
    return _Tree(fd=fd, inside=bind.inside, folder=stat.S_ISDIR(os.fstat(fd).st_mode))


def _filesystem(kind: str, options: dict[str, str], attributes: int) -> int:
    """A new file system that is mounted nowhere yet."""
    context = call("fsopen", kind.encode(), 1)  # FSOPEN_CLOEXEC
    for name, value in options.items():
        call("fsconfig", context, 1, name.encode(), value.encode(), 0)  # FSCONFIG_SET_STRING
    call("fsconfig", context, 6, None, None, 0)  # FSCONFIG_CMD_CREATE
    fd = call("fsmount", context, 1, attributes)  # FSMOUNT_CLOEXEC
    os.close(context)
    return fd


def _enter_empty_root() -> None:
    root = _filesystem("tmpfs", {"size": "1m", "mode": "755"}, NO_SETUID | NO_DEVICES)
    call("move_mount", root, b"", HERE, TMP.encode(), 4)  # MOVE_MOUNT_F_EMPTY_PATH
    os.chdir(TMP)
    call("pivot_root", b".", b".")  # the old root comes to lie on the new one …
    call("umount2", b".", DETACH)  # … and is taken off
    os.chdir("/")
    os.close(root)


def _attach(tree: _Tree) -> None:
    target = Path(tree.inside)
    try:
        if tree.folder:
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
        call("move_mount", tree.fd, b"", HERE, tree.inside.encode(), 4)
    except OSError as error:
        raise OSError(error.errno, f"mount {tree.inside}: {os.strerror(error.errno or 0)}") from error
    os.close(tree.fd)


def _restrict(fd: int, path: str, attributes: int, flags: int) -> None:
    wanted = struct.pack(
        "=QQQQ", attributes, 0, PRIVATE, 0
    )  # struct mount_attr: set, clear, propagation, user ns
    call("mount_setattr", fd, path.encode(), flags, wanted, len(wanted))
