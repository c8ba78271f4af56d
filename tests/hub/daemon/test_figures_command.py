"""``homebase telemetry`` and ``monitor`` print what the gate says of figures, in either language."""

from typing import Any

import pytest

from hub.daemon.command_line import parse
from hub.daemon.commands import monitor, telemetry

TOLD: dict[str, Any] = {
    "title": "Statistics",
    "data": "one answer",
    "activity": "telemetry.usage",
    "recipients": [],
    "metrics": [
        {"name": "devices", "text": "number of devices", "answers": "0-4, 5+", "reason": "to \x1b[31mtest"}
    ],
    "week": "2026-W48",
    "asked": "devices",
    "epsilon": {
        "month": "2026-11",
        "month_milli": 200,
        "month_limit_milli": 1000,
        "life_milli": 12_000,
        "life_limit_milli": 12_000,
        "answer_milli": 200,
        "meaning": "by mere chance",
    },
    "weeks": [{"week": "2026-W47", "metric": "rooms", "state": "sent", "epsilon_milli": 200}],
    "example": "{}",
    "last": {"at": "today", "result": "204", "text": '{"answer":0}'},
}


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        (
            "en",
            (
                "off: nothing leaves",
                "FIGURE",
                "asked for the number of",
                "ε 0.2 of 1 in 2026-11",
                "answers no more",
                "last message",
            ),
        ),
        (
            "de",
            (
                "aus: nichts verlässt",
                "GRÖSSE",
                "gefragt: number of",
                "ε 0,2 von 1 im Monat",
                "nicht mehr",
                "letzte Nachricht",
            ),
        ),
    ],
)
def test_statistics_say_what_they_cost_and_what_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, texts: tuple[str, ...]
) -> None:
    monkeypatch.setattr(telemetry, "ask_gate", lambda *_, **__: TOLD)
    assert parse(["telemetry", "show", "--lang", language]) == 0
    said = capsys.readouterr().out
    assert [text for text in (*texts, '{"answer":0}', "2026-W47") if text not in said] == []
    assert "\x1b" not in said
    point, other = (".", ",") if language == "en" else (",", ".")
    assert (f"0{point}2" in said, f"0{other}2" in said) == (True, False)


def test_monitoring_says_what_leaves_next_or_that_nobody_is_entered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    following = {"recipient": "watcher", "week": "2026-W48", "at": "noon", "text": '{"uptime":1}'}
    told = {**TOLD, "recipients": ["watcher"], "next": [following]}
    monkeypatch.setattr(monitor, "ask_gate", lambda *_, **__: told)
    assert parse(["monitor", "show"]) == 0
    said = capsys.readouterr().out
    assert "goes to: watcher" in said
    assert 'under the pseudonym of 2026-W48, once allowed, about noon:\n{"uptime":1}\n' in said
    monkeypatch.setattr(monitor, "ask_gate", lambda *_, **__: TOLD)
    assert parse(["monitor", "show", "--lang", "de"]) == 0
    assert "kein Empfänger eingetragen: homebase recipient add" in capsys.readouterr().out
