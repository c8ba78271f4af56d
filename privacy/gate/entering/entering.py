"""Lists, checks, enters and takes out the ``[[recipient]]`` of homebase.toml, by the rules of a start.

Started by ``homebase recipient`` as a process of its own, ``python -I -S entering.py SITE QUESTION``; prints
one JSON object. It writes as whoever runs it: who may change homebase.toml says who is a recipient.
"""

import fcntl
import json
import os
import pwd
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).resolve().parents[3])]
    sys.path.append(sys.argv[1])

from privacy.durable import write_durably
from privacy.gate.config import BadConfig, read_config
from privacy.gate.desk import packaged_register
from privacy.gate.entering.rows import NotPlain, Row, with_row, without_row
from privacy.gate.opening import registered
from privacy.places import CONFIG
from privacy.recipients import Recipient
from privacy.register import RegisterError

KIND = "recipient"
ACCOUNT = "homebase-gate"  # reads the installed home's files
EXIT_USAGE, EXIT_CONFIG, EXIT_CANT_WRITE, EXIT_IO, EXIT_PERMISSION = 2, 65, 73, 74, 77
_NEW_MODE = 0o644  # as script/install makes it: no secret stands in it


class Wrong(Exception):
    """Nothing was changed. text: one line with the way out; code: the exit code."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.text, self.code = text, code


def listed(file: Path) -> dict[str, object]:
    """The recipients that can be read, and what is wrong with the others."""
    rows = _rows(file)
    known, mistakes = _judged(file, rows)
    return {"recipients": [_told(row) for row in known.values()], "mistakes": list(mistakes)}


def entered(file: Path, row: Row) -> dict[str, object]:
    """Put ``row`` into the file, unless a start would then refuse it.

    Raises:
        Wrong: the file is as it was.
    """
    with _alone(file):
        text = _text(file)
        _, mistakes = _judged(file, (*_rows(file), dict(row)))
        if mistakes:
            raise Wrong(f"{file}: {' · '.join(mistakes)}; nothing was written", EXIT_CONFIG)
        _write(file, _changed(file, lambda: with_row(text, KIND, row)))
    return listed(file)


def taken_out(file: Path, name: str) -> dict[str, object]:
    """Take the recipient of that name out of the file, however wrong it or another may be.

    Raises:
        Wrong: the file is as it was.
    """
    with _alone(file):
        text = _text(file)
        names = [row.get("name") for row in _rows(file)]
        if name not in names:
            there = ", ".join(sorted(map(str, names))) or "none"
            raise Wrong(f"{name!r}: {file} has no such [[{KIND}]]; there: {there}", EXIT_USAGE)
        if names.count(name) > 1:
            raise Wrong(f"{name!r}: {file} has it more than once; take one out by hand", EXIT_CONFIG)
        _write(file, _changed(file, lambda: without_row(text, KIND, names.index(name))))
    return listed(file)


def _rows(file: Path) -> Sequence[Mapping[str, object]]:
    try:
        return read_config(file).recipients
    except BadConfig as error:
        raise Wrong(str(error), EXIT_CONFIG) from error


def _judged(
    file: Path, rows: Sequence[Mapping[str, object]]
) -> tuple[Mapping[str, Recipient], tuple[str, ...]]:
    try:
        register = packaged_register()
    except RegisterError as error:
        raise Wrong(f"the register can't be used: {error}; install homebase again", EXIT_CONFIG) from error
    return registered(rows, register, _readable_to_the_gate if file == CONFIG else _readable)


def _readable(path: str) -> bool:
    return os.access(path, os.R_OK)


def _readable_to_the_gate(path: str) -> bool:
    """Whether the installed gate's own user can read it; asked as root, who may read everything."""
    try:
        gate = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return _readable(path)
    if os.geteuid() != 0:
        return _readable(path)
    child = os.fork()
    if child == 0:
        os.initgroups(ACCOUNT, gate.pw_gid)
        os.setgid(gate.pw_gid)
        os.setuid(gate.pw_uid)
        os._exit(0 if _readable(path) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Nobody else who does this changes the file meanwhile."""
    folder = file.resolve().parent
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise Wrong(f"{folder}: {error.strerror}; name another file with --config", EXIT_IO) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise Wrong(f"{file}: {error}; make it a readable file", EXIT_IO) from error


def _changed(file: Path, change: Callable[[], str]) -> str:
    try:
        return change()
    except (NotPlain, tomllib.TOMLDecodeError) as error:
        raise Wrong(f"{file}: {error}", EXIT_CONFIG) from error


def _write(file: Path, text: str) -> None:
    """Whole or not at all, and with the owner and mode that it had."""
    path = file.resolve()
    try:
        was = path.stat() if path.exists() else None
        owner = None if was is None else (was.st_uid, was.st_gid)
        write_durably(path, text.encode(), _NEW_MODE if was is None else was.st_mode & 0o777, owner)
    except PermissionError as error:
        raise Wrong(f"{path}: {error.strerror}; nothing was written; sudo?", EXIT_PERMISSION) from error
    except OSError as error:
        raise Wrong(f"{path}: {error.strerror}; nothing was written", EXIT_CANT_WRITE) from error


def _told(row: Recipient) -> dict[str, object]:
    return {
        "name": row.name,
        "role": row.role.value,
        "host": row.host,
        "port": row.port,
        "transport": row.transport.value,
        "path": row.path,
        "country": row.country,
        "safeguard": row.safeguard,
        "ca_file": row.ca_file,
        "keys": list(row.keys),
        "activities": sorted(row.activities),
    }


def answer(question: Mapping[str, object]) -> dict[str, object]:
    """Do what is asked.

    Raises:
        Wrong: the file is as it was.
    """
    file = Path(str(question["file"]))
    match question:
        case {"row": dict(row)}:
            return entered(file, row)
        case {"remove": str(name)}:
            return taken_out(file, name)
        case _:
            return listed(file)


def main(question: str) -> dict[str, object]:
    """Answer one question; what is wrong is an answer, too."""
    try:
        return answer(json.loads(question))
    except Wrong as wrong:
        return {"wrong": wrong.text, "code": wrong.code}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[2])) + "\n")
