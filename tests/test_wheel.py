"""The wheel holds what a home needs: code, register, settings and the built app; nothing of the tests."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.paths import ROOT


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    files = [
        name for name in listed.decode().split("\0") if name and not name.startswith(("tests/", "docs/"))
    ]
    built = [str(path.relative_to(ROOT)) for path in (ROOT / "privacy/data/app").rglob("*") if path.is_file()]
    for name in [*files, *built]:
        target = source / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink():
            target.symlink_to(Path((ROOT / name).readlink()))
        else:
            target.write_bytes((ROOT / name).read_bytes())
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
    ]
    subprocess.run([*command, str(source)], check=True, capture_output=True, timeout=100)
    (wheel,) = folder.glob("homebase-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_the_register_the_app_and_the_german_words_are_in_the_wheel(names: set[str]) -> None:
    assert any(name.startswith("privacy/data/notice/") and name.endswith(".toml") for name in names)
    assert "privacy/data/app/index.html" in names
    assert "hub/daemon/holdings_de.json" in names


def test_every_package_is_in_the_wheel_and_no_test(names: set[str]) -> None:
    packages = {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("*/**/__init__.py")} - {"bench"}
    packages = {name for name in packages if name.split("/")[0] in {"hub", "drivers", "privacy", "support"}}
    assert packages <= {str(Path(name).parent) for name in names if name.endswith(".py")}
    assert not [name for name in names if name.startswith(("tests", "bench", "app/"))]
