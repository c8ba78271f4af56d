"""Lists, checks, enters, changes and takes out ``[[recipient]]`` of homebase.toml, by the rules of a start.

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

from privacy.consent import not_as_agreed
from privacy.durable import write_durably
from privacy.gate.config import BadConfig, read_config
from privacy.gate.desk import packaged_register
from privacy.gate.entering.rows import NotPlain, Row, Value, with_row, with_value, without_row
from privacy.gate.opening import registered
from privacy.places import CONFIG
from privacy.recipients import Recipient, RecipientRow
from privacy.register import Language, RegisterError

KIND = "recipient"
ACCOUNT = "homebase-gate"  # reads the installed home's files
EXIT_USAGE, EXIT_CONFIG, EXIT_CANT_WRITE, EXIT_IO, EXIT_PERMISSION = 2, 65, 73, 74, 77
KEYS = tuple(key for key in RecipientRow.__struct_fields__ if key != "name")  # a consent names the name
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


def changed(file: Path, name: str, values: Mapping[str, Value | None]) -> dict[str, object]:
    """Give the recipient of that name these values; None: the key goes.

    ``stale``: the activities whose consents hold no longer by that, each with the reason.

    Raises:
        Wrong: the file is as it was.
    """
    with _alone(file):
        text, rows = _text(file), _rows(file)
        at = _place(file, rows, name)
        if unknown := values.keys() - KEYS:
            what = ", ".join(sorted(unknown))
            raise Wrong(f"{what}: no key that can be changed; there are {', '.join(KEYS)}", EXIT_USAGE)
        row = {key: value for key, value in {**rows[at], **values}.items() if value is not None}
        before, _ = _judged(file, rows)
        after, mistakes = _judged(file, (*rows[:at], row, *rows[at + 1 :]))
        if mistakes:
            raise Wrong(f"{file}: {' · '.join(mistakes)}; nothing was written", EXIT_CONFIG)

        def change() -> str:
            made = text
            for key, value in values.items():
                if row.get(key) != rows[at].get(key):
                    made = with_value(made, KIND, at, key, value)
            return made

        made = _changed(file, change)
        if made != text:
            _write(file, made)
    stale = _stale(before.get(name), after[name])
    return listed(file) | {"changed": made != text, "stale": stale}


def _stale(before: Recipient | None, after: Recipient) -> dict[str, dict[str, str]]:
    """Why consents of each activity that named ``before`` do not hold for ``after``."""
    found, register = {}, packaged_register()
    for activity in (register.get(name) for name in sorted(before.activities if before else ())):
        assert activity is not None
        assert before is not None
        reason = not_as_agreed(
            after,
            activity,
            role=before.role,
            country=before.country,
            host=before.host,
            addressee=before.addressee_of(activity),
        )
        if reason is not None:
            found[activity.id] = {"code": reason.value, "text": reason.text(Language.EN)}
    return found


def _place(file: Path, rows: Sequence[Mapping[str, object]], name: str) -> int:
    names = [row.get("name") for row in rows]
    if name not in names:
        there = ", ".join(sorted(map(str, names))) or "none"
        raise Wrong(f"{name!r}: {file} has no such [[{KIND}]]; there: {there}", EXIT_USAGE)
    if names.count(name) > 1:
        raise Wrong(f"{name!r}: {file} has it more than once; change one by hand", EXIT_CONFIG)
    return names.index(name)


def taken_out(file: Path, name: str) -> dict[str, object]:
    """Take the recipient of that name out of the file, however wrong it or another may be.

    Raises:
        Wrong: the file is as it was.
    """
    with _alone(file):
        text = _text(file)
        at = _place(file, _rows(file), name)
        _write(file, _changed(file, lambda: without_row(text, KIND, at)))
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
        "bucket": row.bucket,
        "region": row.region,
        "device": row.device,
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
        case {"change": str(name), "values": dict(values)}:
            return changed(file, name, values)
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
