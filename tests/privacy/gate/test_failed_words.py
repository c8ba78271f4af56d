"""What was wrong with a transfer is told in both languages, wherever in the gate it was said."""

import re

import pytest

from privacy.gate.messages.modem_words import MODEM_WORDS
from privacy.gate.messages.receipt_words import RECEIPT_WORDS
from privacy.gate.outbox.failed_words import WORDS, told
from privacy.received import REFUSALS, answered, as_refused
from privacy.register import Language
from tests.paths import ROOT

DE, EN = Language.DE, Language.EN
ROOMS = ("network", "outbox", "messages", "account")
RAISED = re.compile(r'(?:TransferFailed|LookupFailed|_failed|_NotOutside)\(\s*f?"([^"]+)"')
# what stands in a line's braces: the host before it, a number, a word of somebody else
HOST = re.compile(r"^\{[^}]*(?:host|name)\}: ")


def _said() -> set[str]:
    files = [path for room in ROOMS for path in (ROOT / "privacy" / "gate" / room).glob("*.py")]
    return {
        text
        for file in files
        if file.name != "download.py"  # of updates, which have words of their own
        for text in RAISED.findall(file.read_text())
    }


def test_each_code_and_each_line_has_words_in_both_languages() -> None:
    said = _said()
    codes = {text for text in said if re.fullmatch("[a-z_]+", text)}
    lines = {HOST.sub("sms.example.org: ", text) for text in said - codes} - {"{host}: {error}"}
    lines = {re.sub(r"\{[^}]*\}", "7", text) for text in lines} - {"sms.example.org: 7"}
    assert codes - MODEM_WORDS.keys() == WORDS.keys()
    assert len(lines) > 15
    assert {line for line in lines if told(line, DE) == line} == set()
    assert {line for line in lines if told(line, EN) != line} == set()


@pytest.mark.parametrize("language", Language)
def test_the_app_has_a_word_for_each_code_that_it_gets(language: Language) -> None:
    texts = (ROOT / "app" / "src" / "texts" / "notifications" / f"{language.value}.ts").read_text()
    of_mail = {"no_mail_access", "address_not_waiting", "code_not_kept"}
    of_messages = {*MODEM_WORDS, *RECEIPT_WORDS, *WORDS} - of_mail - {"no_status"}  # that of the ledger alone
    assert {code for code in of_messages if f'"refused.{code}"' not in texts} == set()


def test_a_line_keeps_its_host_and_figures_and_a_foreign_one_stays() -> None:
    assert told("sms.example.org: answered 422", DE) == "sms.example.org: hat mit 422 geantwortet"
    assert told("m.example.org: answered 535 5.7.8 to log-in", DE).endswith(
        "535 5.7.8 geantwortet, bei: Anmeldung"
    )
    assert told("r.example.org: [Errno 111] Connect call failed", DE).endswith("(Connect call failed)")
    for code, (_english, german) in REFUSALS.items():
        assert told(answered(403, as_refused(code)), DE) == f"hat mit 403 geantwortet: {german}"
    assert told("answered 302: a redirect, not followed", DE).startswith("hat mit 302 weiterverwiesen")
    assert told("denied", DE) == "denied"  # of another table
