"""Switches each guard of an obligation off; its test has to fail: python -m tests.obligations.guards [ID].

Works in a copy of the checkout. First all tests pass as the code stands; then one guard after the other is
replaced as guards.toml says, its test run, and the file put back. Ends with 1 when a test passes without its
guard, when a guard is not in its file any more, or when an id that does not wait has none.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.obligations import tables
from tests.obligations.tables import Guard
from tests.paths import ROOT

FAILED = 1  # pytest's exit code for tests that ran and failed; a mistake of ours has another
TIME_S = 600.0  # for one test on a slow machine


def switched_off(text: str, guard: Guard) -> str:
    """The file's text without the guard.

    Raises:
        LookupError: the guard does not stand there exactly once.
    """
    count = text.count(guard.old)
    if count != 1:
        raise LookupError(f"{guard.id}: {guard.old!r} stands {count} times there; correct guards.toml")
    return text.replace(guard.old, guard.new)


def unguarded(guards: Iterable[Guard]) -> list[str]:
    """Ids that have to be kept now and have no guard."""
    known = {guard.id for guard in guards}
    return [number for number in tables.promises() if number not in known | tables.pending().keys()]


def copied(folder: Path) -> Path:
    """The checkout as it is, without what belongs to no commit, but for the built app."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        source, target = ROOT / name, folder / name
        if source.is_symlink() or source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    for built in ("privacy/data/app", "app/node_modules/axe-core"):
        if (ROOT / built).is_dir() and not (folder / built).exists():
            shutil.copytree(ROOT / built, folder / built, symlinks=True)
    return folder


def outcome(folder: Path, tests: Sequence[str]) -> int:
    """pytest's exit code for these tests of the copy."""
    environment = {key: value for key, value in os.environ.items() if key != "HOMEBASE_OBLIGATIONS"}
    environment |= {"PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    return subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, timeout=TIME_S, check=False
    ).returncode


def survives(folder: Path, guard: Guard) -> str | None:
    """What is wrong when the guard is off; None when its test fails as it must."""
    path = folder / guard.file
    text = path.read_text()
    try:
        path.write_text(switched_off(text, guard))
        code = outcome(folder, guard.test.split())
    except LookupError as error:
        return str(error)
    finally:
        path.write_text(text)
    return None if code == FAILED else f"{guard.id}: {guard.test} ends with {code} without its guard"


def main(arguments: Sequence[str]) -> int:
    """Try all guards, or those of the ids that are named."""
    guards = [guard for guard in tables.guards() if not arguments or guard.id in arguments]
    wrong = [] if arguments else [f"{number}: has no guard" for number in unguarded(guards)]
    with tempfile.TemporaryDirectory(prefix="homebase-guards-") as scratch:
        folder = copied(Path(scratch))
        every = sorted({test for guard in guards for test in guard.test.split()})
        if (code := outcome(folder, every)) != 0:
            wrong.append(f"the tests do not pass as the code stands: pytest ends with {code}")
            guards = []
        for guard in guards:
            if (fault := survives(folder, guard)) is not None:
                wrong.append(fault)
            print(f"{guard.id:8} {'its test fails without it' if fault is None else fault}", flush=True)
    print(f"guards: {len(guards)} switched off, {len(wrong)} faults", *wrong, sep="\n  ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
