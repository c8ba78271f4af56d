"""The app's first screen stays small; pages that few open come when they are opened."""

import gzip
import re
from pathlib import Path

from tests.paths import ROOT

BUILT = ROOT / "privacy" / "data" / "app"
FIRST_SCREEN_LIMIT = 120_000  # bytes after gzip
LATER_LIMIT = 40_000
STATIC_IMPORT = re.compile(r"""(?:^|;)\s*import\s*(?:[^"'()]*?from\s*)?["'](\./[^"']+)["']""")


def first_files() -> set[Path]:
    """What a browser fetches before it shows anything."""
    page = (BUILT / "index.html").read_text()
    waiting = [BUILT / name for name in re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page)]
    found: set[Path] = set()
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        if file.suffix == ".js":
            waiting += [file.parent / name for name in STATIC_IMPORT.findall(file.read_text())]
    return found


def size(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9))


def test_the_first_screen_keeps_its_budget() -> None:
    files = first_files()
    assert any(file.suffix == ".js" for file in files)
    sizes = {file.name: size(file) for file in files}
    assert sum(sizes.values()) <= FIRST_SCREEN_LIMIT, sizes


def test_what_is_seldom_opened_is_not_in_the_first_screen() -> None:
    first = first_files()
    later = {file for file in (BUILT / "assets").iterdir() if file not in first}
    seldom = (
        "Radio",
        "Keys",
        "Frames",
        "Links",
        "WeekPart",
        "Settings",
        "Replace",
        "technical",
        "Centre",
        "Diagnosis",
        "ed25519",
        "pixels",
    )
    for name in seldom:
        assert any(file.name.startswith(f"{name}-") for file in later), f"{name} is part of the first screen"
    assert {file.name: size(file) for file in later if size(file) > LATER_LIMIT} == {}
