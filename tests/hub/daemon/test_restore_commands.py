"""The commands that the app shows for putting a copy back are what a shell and ``homebase`` take them for."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hub.daemon.command_line import parse
from hub.daemon.commands import backup_back
from tests.paths import ROOT

CASES = json.loads((ROOT / "tests" / "vectors" / "restore_commands.json").read_text())["cases"]
SHELL = 'homebase() { printf "%s\\0" "$@"; }; reboot() { printf ran; }; '


def words_of(command: str) -> list[str]:
    """What a shell hands to ``homebase``."""
    done = subprocess.run(["sh", "-c", SHELL + command], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("case", CASES, ids=[case["room"] or "everything" for case in CASES])
@pytest.mark.parametrize("which", ["try", "put"])
def test_the_apps_command_asks_for_that_copy_and_that_room(
    case: dict[str, Any], which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []
    sheet = tmp_path / "sheet"
    sheet.touch(mode=0o600)
    sheet.write_text("the words")

    def ask(_home: object, verb: str, **fields: object) -> dict[str, Any]:
        if verb == "backup.result":
            return {"over": True, "name": "a.age", "made": "today", "applied": not asked[0]["trial"]}
        asked.append({"verb": verb, **fields})
        return {"run": 1}

    monkeypatch.setattr(backup_back, "ask_gate", ask)
    assert parse([*words_of(case["commands"][which]), "--file", str(sheet)]) == 0
    whole = case["room"] == ""
    assert asked == [
        {
            "verb": "backup.restore",
            **case["copy"],
            "sheet": "the words",
            "trial": which == "try",
            "room": None if whole else case["room"].strip(),
            "replace": whole and which == "put",
        }
    ]


def test_control_a_room_that_is_not_quoted_runs_what_is_in_it() -> None:
    assert words_of("homebase backup restore a.age --room=$(reboot)")[-1] == "--room=ran"
