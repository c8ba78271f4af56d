"""``homebase notify`` at a running hub, and what it prints of the gate's answers; refusals are one line."""

import asyncio
import io
import sys
from pathlib import Path
from typing import Any

import pytest

from hub.daemon.__main__ import main
from hub.daemon.command_line import CommandFailed, parse
from hub.daemon.commands import notify, notify_messages
from tests.hub.daemon.test_command_line import homebase
from tests.hub.home_in_a_box import running_home

WAY = {"id": "sms-1", "kind": "sms", "addressee": "+49301234567", "label": "Ada", "allowed": True}


async def test_who_is_told_is_entered_listed_and_removed(tmp_path: Path) -> None:
    run = tmp_path / "mine"
    async with running_home(tmp_path) as home, home.front.console(run / "console"):

        async def asked(*words: str) -> tuple[int, str, str]:
            done = await asyncio.to_thread(homebase, "notify", *words, "--run", str(run), folder=tmp_path)
            assert done.stderr.count("\n") == (0 if done.returncode == 0 else 1)
            return done.returncode, done.stdout, done.stderr

        assert await asked("list") == (0, "nothing waits\n", "")
        assert await asked("ack", "all") == (0, "acknowledged: nothing waited\n", "")
        code, _, refused = await asked("ack", "12")
        assert (code, "homebase notify list lists them" in refused) == (2, True)
        code, said, _ = await asked("person", "set", "Ada", "--quiet", "22:00-07:00")
        assert (code, said) == (
            0,
            "Ada is told nothing yet; add --way ID, once for each of homebase notify ways\n",
        )
        assert "Ada   none  22:00-07:00" in (await asked("person", "list"))[1]
        said = (await asked("person", "set", "Ada", "--way", "0123456789ab"))[1]
        assert said.startswith("Ada is told by 1 way\n0123456789ab: no such way now; ")
        assert await asked("person", "remove", "1") == (0, "removed\n", "")
        assert "Ada" not in (await asked("person", "list"))[1]


def test_the_list_says_who_was_told_and_what_became_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    smoke = {
        "id": "2",
        "urgency": "danger",
        "kind": "smoke",
        "subject": "sim:1",
        "count": 1,
        "waiting": True,
        "begun_at": "2026-03-01T00:00:00Z",
        "ended_at": None,
        "acknowledged_at": None,
        "told": [
            {"person": "Ada", "fate": "failed"},
            {"person": "Bob", "fate": "waiting"},
            {"person": "Ada", "fate": "sent"},
        ],
    }
    rows = [smoke, {**smoke, "id": "1", "told": []}]
    monkeypatch.setattr(
        notify, "ask", lambda *words: {"notifications": rows} if words[2] == "notifications" else {}
    )
    assert parse(["notify", "list"]) == 0
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("lasts  Ada: sent, Bob: waiting")
    assert second.endswith("lasts  nobody")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((), 2, "VERB"),
        (("nonsense",), 2, "invalid choice"),
        (("list", "--nonsense"), 2, "--help"),
        (("ack",), 2, "id"),
        (("person", "set", "Ada", "--quiet", "7-8"), 2, "allowed is FROM-TO such as 22:00-07:00"),
        (("forget", "moods"), 2, "'mail.send', 'sms.send', 'push.send'"),
        (("service", "mail"), 2, "mode 0600 with --file"),
        (("ways",), 69, "start it with homebase run"),
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
    assert main(["notify", *words]) == code
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n"), said in told.err) == ("", 1, True)


@pytest.mark.parametrize(("fate", "code"), [("sent", 0), ("delivered", 0), ("failed", 74)])
def test_a_test_message_says_what_became_of_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], fate: str, code: int
) -> None:
    other = {**WAY, "id": "sms-2", "addressee": "+49307654321"}

    def ask(_home: object, verb: str, **fields: object) -> dict[str, Any]:
        if fields.get("way") == "sms-2":
            raise CommandFailed("refused (budget_used_up): tomorrow", 77, "budget_used_up")
        message = {"transfer": "t1", "fate": fate, "what": "202 \x1b[31m"}
        answers: dict[str, dict[str, Any]] = {
            "messages.ways": {"ways": [other, WAY] if refuses else [WAY]},
            "messages.send": {"transfer": "t1"},
            "messages.fates": {"messages": [message] if fields.get("transfers") == ["t1"] else []},
        }
        return answers[verb]

    monkeypatch.setattr(notify_messages, "ask_gate", ask)
    for refuses in (False, True):  # one that is refused keeps no other back
        assert parse(["notify", "test"]) == (74 if refuses else code)
        said = capsys.readouterr().out.splitlines()
        assert said[-1] == f"+49301234567: {fate}; 202 \ufffd[31m"
        assert said[:-1] == ["+49307654321: refused; refused (budget_used_up): tomorrow"] * refuses
    with pytest.raises(CommandFailed, match="no such way; homebase notify ways"):
        parse(["notify", "test", "+1"])
    monkeypatch.setattr(notify_messages, "ask_gate", lambda *_: {"ways": [{**WAY, "allowed": False}]})
    with pytest.raises(CommandFailed, match="nobody is allowed to get messages"):
        parse(["notify", "test"])
