"""``homebase update`` prints what the gate says, and its exit code tells programs."""

import argparse
from typing import Any

import pytest

from hub.daemon.commands import update
from hub.daemon.speech import speaking

FOUND: dict[str, Any] = {
    "line": "Version 0.2.0 of 2026-12-01 is there, 0.1.0 runs here.",
    "problem": None,
    "checked_at": "2026-12-01T03:21:07Z",
    "update": {
        "version": "0.2.0",
        "changes": ["Rooms can be sorted"],
        "fixes": ["A shutter stopped \x1b[31m"],
        "file": "homebase_0.2.0_all.deb",
        "sha256": "ab" * 32,
    },
    "can_install": False,
    "requested": False,
}


def said(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], *words: str, language: str = "en") -> int:
    asked: list[str] = []

    def ask(_home: object, verb: str, **_fields: object) -> dict[str, Any]:
        asked.append(verb)
        return answer

    monkeypatch.setattr(update, "ask_gate", ask)
    parser = argparse.ArgumentParser()
    update.configure(parser)
    with speaking(language):
        code = update.run(parser.parse_args(words))
    assert asked == [f"update.{words[0]}"]
    return code


def test_news_are_printed_with_what_they_fix_and_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(monkeypatch, FOUND, "show") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:5] == [
        FOUND["line"],
        "What is new:",
        "  - Rooms can be sorted",
        "What it fixes:",
        "  - A shutter stopped \ufffd[31m",
    ]
    assert lines[5].startswith("install homebase_0.2.0_all.deb (SHA-256 abab")
    assert said(monkeypatch, {**FOUND, "can_install": True}, "check", language="de") == 0
    assert "installieren: homebase update install" in capsys.readouterr().out
    assert said(monkeypatch, FOUND, "install") == 0
    assert capsys.readouterr().out.startswith("asked for; journalctl")


def test_what_was_not_believed_is_a_line_and_an_exit_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {**FOUND, "update": None, "problem": {"code": "expired", "text": "timestamp.json has expired"}}
    assert said(monkeypatch, wrong, "check") == 74
    assert "timestamp.json has expired" in capsys.readouterr().out.splitlines()
    assert said(monkeypatch, wrong, "show") == 0
    assert said(monkeypatch, wrong, "check", "--json") == 74
