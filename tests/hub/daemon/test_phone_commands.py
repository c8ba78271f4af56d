"""``homebase phone code`` where the gate draws a code that no phone could read."""

import argparse
from collections.abc import Mapping

import pytest

from hub.daemon.command_line import EXIT_IO, CommandFailed
from hub.daemon.commands import phone_home

PAIRING = "0102030405060708"
KEY, SHORT = "A" * 43, "A" * 22
CODE = f"homebase:pair:1:{KEY}:{KEY}:AQIDBAUGBwg:{SHORT}::h,http://127.0.0.1:8480"
OPTIONS = argparse.Namespace(
    home=None, json=True, at_home=False, role=None, name=None, room=None, hours=None, until=None
)


def drawn(monkeypatch: pytest.MonkeyPatch, text: str) -> list[tuple[str, str]]:
    """The gate draws this; what the home is asked then."""
    asked: list[tuple[str, str]] = []

    def ask_home(_: object, method: str, target: str, body: object = None) -> Mapping[str, object]:
        asked.append((method, target))
        return {}

    monkeypatch.setattr(phone_home, "ask_gate", lambda *_, **__: {"text": text, "pairing": PAIRING})
    monkeypatch.setattr(phone_home, "ask_home", ask_home)
    monkeypatch.setattr(phone_home, "home_socket", lambda _: None)
    return asked


def test_a_code_that_no_phone_can_read_is_one_line_and_is_withdrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = drawn(monkeypatch, CODE.replace(":1:", ":2:", 1))
    with pytest.raises(CommandFailed, match=r"no phone can read: .*; restart homebase") as failed:
        phone_home.code(OPTIONS)
    assert (failed.value.code, "\n" in str(failed.value)) == (EXIT_IO, False)
    assert asked == [("DELETE", f"/api/v1/phones/waiting/{PAIRING}")]


def test_the_control_is_a_code_that_can_be_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drawn(monkeypatch, CODE) == []
    assert phone_home.code(OPTIONS) == 0
    assert CODE in capsys.readouterr().out
