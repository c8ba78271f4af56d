"""script/install refuses before it touches anything, and says what to do. The whole of it: tests/services."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

NEEDED = ("bash", "dirname", "id")  # all that a refusal may take: whatever else it called would not be found


@pytest.mark.parametrize(
    ("option", "uid", "code", "says"),
    [
        ("--wrong", 0, 2, "unknown option --wrong"),
        ("", 1000, 77, "sudo script/install"),
        ("--remove", 1000, 77, "sudo script/install --remove"),
        ("", 0, 69, "needs systemd"),
        ("--remove", 0, 69, "needs systemd"),
    ],
)
def test_a_refusal_names_the_way_out(tmp_path: Path, option: str, uid: int, code: int, says: str) -> None:
    for name in NEEDED:
        found = shutil.which(name)
        assert found is not None
        (tmp_path / name).symlink_to(found)
    (tmp_path / "id").unlink()
    (tmp_path / "id").write_text(f"#!{tmp_path}/bash\necho {uid}\n")
    (tmp_path / "id").chmod(0o755)
    command = [str(tmp_path / "bash"), str(ROOT / "script/install"), *([option] if option else [])]
    done = subprocess.run(
        command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr.count("\n")) == (code, 1), done
    assert says in done.stderr
