"""``homebase backup`` and ``recipient access``: what the gate says is printed, wrong use is one line."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.daemon.__main__ import main
from hub.daemon.command_line import CommandFailed, parse
from hub.daemon.commands import backup, backup_back, backup_progress, recipient

COPY = {"target": "local", "name": "homebase-1.age", "size": 2048, "state": "verified", "verified": "today"}
DONE: dict[str, Any] = {"copies": [COPY], "targets": ["local"], "sheet": "age1x", "progress": {"runs": 1}}


def gate(monkeypatch: pytest.MonkeyPatch, status: dict[str, Any]) -> None:
    def ask(_home: object, verb: str, **_fields: object) -> dict[str, Any]:
        return {"backup.now": {"runs": 0}, "backup.status": status, "backup.history": {"history": True}}[verb]

    for module in (backup, backup_back):
        monkeypatch.setattr(module, "ask_gate", ask)


def test_a_backup_is_made_and_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gate(monkeypatch, DONE)
    assert parse(["backup", "now"]) == 0
    assert capsys.readouterr().out == "homebase-1.age, 2 KiB: encrypted and restorable, read back today\n"
    assert parse(["backup", "list"]) == 0
    assert "local   homebase-1.age  2 KiB" in capsys.readouterr().out


def test_a_restore_that_was_cut_off_is_said_with_the_command_that_does_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gate(monkeypatch, {**DONE, "unfinished": {"target": "vault", "name": "homebase-1.age"}})
    assert parse(["backup", "list"]) == 0
    again = "homebase backup restore homebase-1.age --target vault --replace"
    assert again in capsys.readouterr().out
    gate(monkeypatch, {**DONE, "unfinished": None})  # the control
    assert parse(["backup", "list"]) == 0
    assert "cut off" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        ({"stage": "reading", "done": 3 << 20, "all": 12 << 20}, "reading 25 %, 3.0 MiB of 12.0 MiB"),
        ({"stage": "reading", "done": 3 << 20, "all": 0}, "reading 3.0 MiB"),
        ({"stage": "comparing", "done": 0, "all": 0}, "comparing"),
        ({"stage": "putting", "done": 0, "all": 0}, "putting it in place"),
        ({"stage": "", "done": 0, "all": 0}, "waiting"),
    ],
)
def test_how_far_it_is_is_said_in_bytes(progress: dict[str, Any], said: str) -> None:
    assert backup_progress.stage_words(progress) == said


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"wrong": "no place for backups", "text": "no place for backups", "code": "no_target"}
    gate(monkeypatch, {"progress": {"runs": 1, **said}})
    with pytest.raises(CommandFailed, match="no good backup: no place for backups") as failed:
        parse(["backup", "now"])
    assert failed.value.code == 74
    with pytest.raises(CommandFailed, match="vault: no good copy is there; name one of homebase backup list"):
        parse(["backup", "check", "--target", "vault"])


def test_a_place_that_cannot_be_looked_at_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    trouble = {"target": "vault", "code": "target_no_access", "text": "check user, password or keys"}
    gate(monkeypatch, {**DONE, "trouble": trouble})
    assert parse(["backup", "list", "--target", "vault"]) == 0
    assert "not looked at vault: check user, password or keys\n" in capsys.readouterr().out
    with pytest.raises(CommandFailed, match="vault: check user, password or keys"):
        parse(["backup", "check", "--target", "vault"])


def test_history_is_chosen_and_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gate(monkeypatch, {**DONE, "history": False})
    assert parse(["backup", "history"]) == 0
    assert capsys.readouterr().out.startswith("off: ")
    assert parse(["backup", "history", "on"]) == 0
    assert "What you erase later stays in older copies" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        parse(["backup", "history", "perhaps"])


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("backup",), 2, "VERB"),
        (("backup", "list", "--nonsense"), 2, "--help"),
        (("backup", "sheet"), 2, "add --yes to want that"),
        (("backup", "now"), 69, "start it with homebase run"),
        (("backup", "restore"), 69, "start it with homebase run"),
        (("recipient", "access", "vault"), 2, "--user is missing"),
        (("recipient", "access", "vault", "--user", "ada"), 2, "mode 0600 with --file"),
        (
            ("recipient", "access", "vault", "--user", "ada", "--file", "/not/there"),
            74,
            "name a readable file",
        ),
        (("recipient", "access", "vault", "--remove"), 69, "start it with homebase run"),
        (("update",), 2, "VERB"),
        (("update", "show", "--lang", "fr"), 2, "invalid choice"),
        (("update", "install"), 69, "start it with homebase run"),
        (("monitor", "show", "more"), 2, "--help"),
    ],
)
def test_wrong_use_is_one_line(
    words: tuple[str, ...],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(list(words)) == code
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n"), said in told.err) == ("", 1, True)


def test_access_is_kept_and_a_missing_sheet_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[dict[str, object]] = []
    file = tmp_path / "secret"
    file.write_text("pass word\n")
    file.chmod(0o600)

    def ask(_home: object, verb: str, **fields: object) -> dict[str, Any]:
        asked.append({"verb": verb, **fields})
        return {"addressee": None}

    monkeypatch.setattr(recipient, "ask_gate", ask)
    assert parse(["recipient", "access", "vault", "--user", "ada", "--file", str(file)]) == 0
    assert asked == [
        {"verb": "recipient.access", "recipient": "vault", "user": "ada", "password": "pass word"}
    ]
    said = capsys.readouterr().out
    assert "kept, encrypted" in said
    assert "homebase backup sheet" in said
    assert "pass word" not in said


@pytest.mark.parametrize("words", [(), ("--dry-run",), ("--room", "Kitchen")])
def test_who_restores_a_home_learns_that_nobody_is_told_of_smoke_yet(
    words: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sheet = tmp_path / "sheet"
    sheet.touch(mode=0o600)
    sheet.write_text("the words")

    trial: list[object] = []

    def ask(_home: object, verb: str, **fields: object) -> dict[str, Any]:
        if verb == "backup.restore":
            trial.append(fields["trial"])
        done = {"name": "homebase-1.age", "made": "today", "applied": not trial[0], "devices": ["x:1"]}
        return {"run": 1} if verb == "backup.restore" else {"over": True, **done}

    monkeypatch.setattr(backup_back, "ask_gate", ask)
    assert parse(["backup", "restore", "homebase-1.age", "--file", str(sheet), *words]) == 0
    said = capsys.readouterr().out
    # the control: a trial and one room put nothing in the place of what tells people
    assert ("homebase notify service, allow, person set" in said) == (not words)
