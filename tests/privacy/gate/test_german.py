"""The front's own refusals are told in the language of who asks."""

import json
import re
from pathlib import Path

import pytest

from privacy.gate.console.console_words import WORDS, declined
from privacy.gate.door.refused import not_written
from privacy.gate.front.exchange import Answer, Request, problem
from privacy.gate.front.german import TEXTS, spoken
from privacy.gate.storage.store import StoreError
from privacy.reasons import Reason
from privacy.register import Language
from tests.paths import ROOT

REFUSAL = problem(413, "body_too_large", "the body is too large", way_out="send less", allowed="262144 bytes")


def _asked(accept_language: str) -> Request:
    headers = (("accept-language", accept_language),)
    return Request(method="GET", path="/", query="", headers=headers, peer="127.0.0.1")


@pytest.mark.parametrize("accepted", ["de", "de-AT,en;q=0.5", "fr, de;q=0.7, en;q=0.3"])
def test_who_asks_for_german_gets_it(accepted: str) -> None:
    told = json.loads(spoken(_asked(accepted), REFUSAL).body)
    assert told["detail"] == "Erlaubt sind höchstens 262144 Bytes."
    assert (told["code"], told["status"], told["allowed"]) == ("body_too_large", 413, "262144 bytes")


@pytest.mark.parametrize("accepted", ["", "en", "en-GB,de;q=0.9", "fr", "x" * 5000 + ",de"])
def test_all_others_get_english(accepted: str) -> None:
    assert spoken(_asked(accepted), REFUSAL) == REFUSAL


def test_the_address_to_open_is_kept() -> None:
    refusal = problem(421, "foreign_host", "not ours", way_out="open http://127.0.0.1:8480/", value="x")
    assert json.loads(spoken(_asked("de"), refusal).body)["way_out"] == "http://127.0.0.1:8480/ öffnen."


def test_what_is_no_refusal_stays_as_it_is() -> None:
    answer = Answer(status=200, content_type="application/json", body=b"[]")
    assert spoken(_asked("de"), answer) is answer


def test_every_refusal_that_a_browser_can_get_has_german_words() -> None:
    code = "".join(path.read_text() for path in Path(ROOT, "privacy", "gate").rglob("*.py"))
    said = set(re.findall(r'problem\(\s*\d+,\s*"(\w+)"', code))
    # before a request is read there is no language to be known
    unread = {"head_too_large", "too_slow", "too_many_connections", "foreign_user"}
    in_its_language = {"figure_not_counted"}  # said in the language that the query names
    assert said - unread - in_its_language <= TEXTS.keys()
    assert len(said) > 15
    # a reason has its own sentence already, in the language that the query names
    assert TEXTS.keys() & {reason.value for reason in Reason} == {"ledger_not_writable"}


def test_what_the_console_can_not_answer_is_said_in_both_languages() -> None:
    code = "".join(path.read_text() for path in Path(ROOT, "privacy", "gate", "console").glob("*.py"))
    assert set(re.findall(r'(?<!_)declined\("(\w+)"', code)) == WORDS.keys()
    for code, words in WORDS.items():
        assert words[Language.DE] != words[Language.EN]
        assert declined(code, Language.DE, "x").detail == words[Language.DE].format(detail="x")
    full = StoreError("full", "the disk is full")
    assert not_written(full, Language.EN).detail == "the disk is full"
    assert "Schaffe Platz" in not_written(full, Language.DE).detail


def test_refusals_address_people_as_the_app_does() -> None:
    told = [reason.text(Language.DE) for reason in Reason]
    assert [text for text in told if re.search(r"\b(Sie|Ihr\w*)\b", text)] == []
