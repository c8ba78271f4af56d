"""notice, consent and ledger: wrong use is one line with a way out, and nothing is asked of anybody."""

import argparse
from pathlib import Path

import pytest

from hub.daemon.command_line import CommandFailed, parse, printable
from hub.daemon.commands import consent
from hub.daemon.commands.consent import term
from hub.daemon.commands.rights import days
from hub.daemon.gate_console import part_of, print_table, rows_of
from tests.hub.daemon.test_command_line import homebase


@pytest.mark.parametrize(("text", "seconds"), [("12h", 43_200), ("1d", 86_400), ("14d", 1_209_600)])
def test_a_term_is_given_in_hours_or_days(text: str, seconds: int) -> None:
    assert term(text) == seconds


@pytest.mark.parametrize("text", ["", "3", "d", "1.5d", "-1d", "3w", "12345d", "٣d"])
def test_another_term_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="allowed are hours and days"):
        term(text)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("consent",), 2, "VERB"),
        (("consent", "give"), 2, "activity"),
        (("consent", "give", "diagnosis.remote", "--once", "--for", "3d"), 2, "not allowed with"),
        (("consent", "give", "diagnosis.remote", "--for", "soon"), 2, "such as 12h or 3d"),
        (("ledger", "show", "first"), 2, "allowed is 0 to"),
        (("consent", "receipt", "first"), 2, "allowed is 0 to"),
        (("rights", "restrict", "moods"), 2, "allowed is system, radio, device"),
        (("rights", "erase", "--category", "moods"), 2, "allowed is system, radio, device"),
        (("notice", "--lang", "fr"), 2, "invalid choice"),
        (("notice",), 69, "start it with homebase run"),
        (("account",), 2, "VERB"),
        (("account", "set"), 2, "nothing to set"),
        (("account", "contact", "add"), 2, "number"),
        (("account", "confirm", "ABCDE"), 69, "start it with homebase run"),
        (("monitor", "show"), 69, "start it with homebase run"),
        (("telemetry",), 2, "VERB"),
        (("telemetry", "show", "--lang", "fr"), 2, "invalid choice"),
        (("telemetry", "show"), 69, "start it with homebase run"),
        (("phone",), 2, "VERB"),
        (("phone", "remove"), 2, "id"),
        (("phone", "admit", "0" * 16), 2, "--role"),
        (("phone", "change", "0" * 16), 2, "nothing to change"),
        (("phone", "claim"), 69, "start it with homebase run"),
        (("phone", "confirm", "--yes"), 69, "start it with homebase run"),
        (("phone", "set", "x"), 2, "value"),
        (("phone", "watch"), 69, "homebase phone pair makes it"),
        (("phone", "list"), 69, "start it with homebase run"),
        (("phone", "list", "--state", "/x"), 69, "--state /x: no home runs there"),
        (("phone", "pair", "--state", "/x"), 2, "name their file with --keys FILE, default $XDG_STATE_HOME"),
        (("phone", "grant", "remote.access", "--recipient", "r", "--run=/x"), 2, "with --keys FILE"),
        (("relay",), 2, "VERB"),
        (("relay", "add"), 2, "name"),
        (("relay", "add", "Mine"), 2, "allowed are a-z, 0-9 and -"),
        (("relay", "add", "mine", "--websocket", "ws"), 2, "allowed is 0 to 65535"),
        (("relay", "add", "mine", "--into", "/not/there"), 73, "allowed is a folder that you may write"),
        (("relay", "renew", "mine"), 69, "start it with homebase run"),
        (("run", "--lan=yes"), 2, "--help"),
        (("ledger", "verify"), 69, "start it with homebase run"),
        (("consent", "withdraw", "diagnosis.remote"), 69, "start it with homebase run"),
    ],
)
def test_wrong_use_and_a_home_that_is_off_are_one_line(
    tmp_path: Path, words: tuple[str, ...], code: int, said: str
) -> None:
    done = homebase(*words, folder=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("verb", ["preview", "give"])
@pytest.mark.parametrize(("language", "said"), [("en", "Name the ticket"), ("de", "Nenne das Ticket")])
def test_who_named_no_ticket_is_told_the_option(
    verb: str, language: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask(_state: Path | None, _verb: str, **_fields: object) -> dict[str, object]:
        raise CommandFailed("refused (no_ticket): A ticket number is missing.", 77, "no_ticket")

    monkeypatch.setattr(consent, "ask_gate", ask)
    with pytest.raises(CommandFailed, match=f"missing. {said}.*--ticket") as failed:
        parse(["consent", verb, "diagnosis.remote", "--lang", language])
    assert failed.value.code == 77


@pytest.mark.parametrize(("value", "text"), [(None, "-"), (30, "30 d"), (1464.0, "1464 d"), (1 / 24, "1 h")])
def test_how_long_something_is_kept_is_told_with_its_unit(value: object, text: str) -> None:
    assert days(value) == text


def test_answers_are_read_without_trust(capsys: pytest.CaptureFixture[str]) -> None:
    assert rows_of({"a": [{"b": 1}, 2]}, "a") == [{"b": 1}]
    assert rows_of({"a": 5}, "a") == []
    assert part_of({"a": 5}, "a") == {}
    assert printable("a\x1b[31m") == "a\ufffd[31m"
    print_table(("A", "B"), [("long", None)])
    assert capsys.readouterr().out == "A     B\nlong  -\n"
