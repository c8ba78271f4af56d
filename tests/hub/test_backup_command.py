"""``homebase backup check`` without a name takes the newest copy that is not known to be bad."""

import argparse
from pathlib import Path

import pytest

from hub.daemon.command_line import CommandFailed
from hub.daemon.commands import backup_back


def test_a_check_takes_the_newest_copy_that_is_not_known_to_be_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"target": "vault", "name": "d.age", "state": "gone"},
        {"target": "vault", "name": "c.age", "state": "failed"},
        {"target": "vault", "name": "b.age", "state": "verified"},
        {"target": "vault", "name": "a.age", "state": "found"},
        {"target": "local", "name": "d.age", "state": "verified"},
    ]
    asked: list[object] = []

    def ask_gate(_home: Path, verb: str, **fields: object) -> dict[str, object]:
        asked.append(fields.get("name"))
        return {"copies": rows} if verb == "backup.status" else {"run": 1, "over": True}

    monkeypatch.setattr(backup_back, "ask_gate", ask_gate)
    monkeypatch.setattr(backup_back, "_words", lambda _: "words")
    options = argparse.Namespace(home=Path(), target="vault", name=None)
    backup_back._read(options, trial=True)
    assert asked == [None, "b.age", None]
    del rows[2:4]
    with pytest.raises(CommandFailed, match="vault: no good copy is there"):
        backup_back._read(options, trial=True)
