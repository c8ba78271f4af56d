"""``homebase history cloud`` prints what the gate says of each purpose, in either language."""

from typing import Any

import pytest

from hub.daemon.command_line import parse
from hub.daemon.commands import history

NEXT = {
    "recipient": "shelf",
    "addressee": "age1x",
    "day": "2026-11-28",
    "at": "noon",
    "text": '{"day":"2026-11-28"}',
    "inside": [{"datapoint": "bidcos:JEQ0000001:4.POWER", "unit": "W", "values": [[0, 1.0, 1.0, 1.0]]}],
}
PURPOSE: dict[str, Any] = {
    "activity": "history.cloud.display",
    "title": "History",
    "purpose": "show it",
    "data": "once a day",
    "entered": ["shelf"],
    "recipients": [],
    "series": ["bidcos:JEQ0000001:4.POWER"],
    "next": [NEXT],
    "waiting": [{"recipient": "shelf", "attempts": 2, "at": "evening", "text": '{"day":"2026-11-27"}'}],
    "last": {"at": "today", "result": "delivered", "text": "{}\x1b[31m"},
}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "en",
            (
                "off: nothing leaves",
                "next to shelf, of 2026-11-28",
                "sealed in it",
                "last message, today",
                "shelf, 2 so far",
            ),
        ),
        (
            "de",
            (
                "aus: nichts verlässt",
                "als Nächstes an shelf, vom",
                "darin verschlüsselt",
                "letzte Nachricht",
                "bisher 2",
            ),
        ),
    ],
)
def test_each_purpose_says_what_leaves_next_and_what_is_sealed_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, words: tuple[str, ...]
) -> None:
    asked: dict[str, object] = {}

    def answer(_: object, verb: str, **fields: object) -> dict[str, Any]:
        asked.update(fields, verb=verb)
        return {"purposes": [PURPOSE]}

    monkeypatch.setattr(history, "ask_gate", answer)
    assert parse(["history", "cloud", "show", "display", "--lang", language]) == 0
    said = capsys.readouterr().out
    assert [
        word
        for word in (*words, NEXT["text"], '{"day":"2026-11-27"}', '"unit": "W"', "JEQ0000001")
        if str(word) not in said
    ] == []
    assert "\x1b" not in said
    assert asked == {"verb": "history.show", "activity": "history.cloud.display"}


def test_series_are_chosen_and_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[dict[str, object]] = []

    def answer(*_: object, **fields: object) -> dict[str, Any]:
        asked.append(fields)
        return {"series": fields["add"]}

    monkeypatch.setattr(history, "ask_gate", answer)
    assert parse(["history", "cloud", "choose", "display", "a:b:1.C"]) == 0
    assert parse(["history", "cloud", "leave-out", "display", "a:b:1.C", "--lang", "de"]) == 0
    assert [(one["add"], one["leave_out"]) for one in asked] == [(["a:b:1.C"], []), ([], ["a:b:1.C"])]
    said = capsys.readouterr().out
    assert "series: a:b:1.C\n" in said
    assert "keine Messreihe ist ausgewählt: homebase history cloud choose display" in said
