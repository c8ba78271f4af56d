"""``homebase doctor`` speaks German too: every sentence that the doctor can say has its words."""

import ast
import re
from collections.abc import Iterator

import pytest

from hub.daemon.commands.doctor import spoken
from hub.daemon.commands.doctor_german import LEVELS, NAMES, SENTENCES, german
from tests.paths import ROOT

VALUES = {"{who}": "as user 7", "{what}": "not running"}  # one of what is said there
SAYS = ("doctor/doctor.py", "doctor/doctor_lan.py", "stick/serial_door.py")  # in privacy/gate
SAME = {
    "",
    "7",
    "7: 7",
    "3.11",
    "--state DIR",
    "chmod 600 7",
    "timedatectl set-ntp true",
}  # nothing to translate
SAME |= {"Python 7", "Linux 7", "SQLCipher 7", "HM-MOD-RPI-PCB"}


def _rendered(node: ast.expr) -> Iterator[str]:
    """What an expression says, with 7 for whatever it names."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=parts):
            yield "".join(
                part.value
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
                else VALUES.get(ast.unparse(part), "7")
                for part in parts
            )
        case ast.IfExp(body=body, orelse=orelse):
            yield from _rendered(body)
            yield from _rendered(orelse)


def _said() -> set[str]:
    found: set[str] = set()
    for path in SAYS:
        for node in ast.walk(ast.parse((ROOT / "privacy" / "gate" / path).read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
                if name == "Finding":
                    for keyword in node.keywords:
                        if keyword.arg in {"text", "way_out"}:
                            found |= set(_rendered(keyword.value))
                elif name == "Declined" and len(node.args) > 1:
                    for text in _rendered(node.args[1]):
                        found |= set(text.partition(": ")[::2])
            elif isinstance(node, ast.Assign) and isinstance(target := node.targets[0], ast.Name):
                wanted = target.id in {"text", "way_out"} and path.endswith(("doctor.py", "doctor_lan.py"))
                found |= set(_rendered(node.value)) if wanted else set()
    return found


def test_the_search_finds_what_the_doctor_says() -> None:
    assert {"no serial device", "7: never started", "delete something soon", "7 is not there"} <= _said()


NOT_WHOLE = {
    "not running",
    "runs as process 7",
    "as user 7",
    "with your user",
    "7; add this user to the group dialout",
}
CHOICES = {"7 serial devices", "choose one by [radio] port in homebase.toml", "7 is not there"}
STARTING = {"the simulator is starting", "plug the stick in, or set [radio] port in homebase.toml"}


@pytest.mark.parametrize("sentence", sorted(_said() - SAME - NOT_WHOLE - CHOICES - STARTING))
def test_every_sentence_has_german_words(sentence: str) -> None:
    assert german(sentence) != sentence


@pytest.mark.parametrize("pattern", SENTENCES)
def test_a_german_sentence_names_all_that_the_english_one_names(pattern: str) -> None:
    groups = re.compile(pattern).groups
    assert set(re.findall(r"\\(\d)", SENTENCES[pattern])) == {str(number + 1) for number in range(groups)}


def test_a_finding_is_said_in_the_language_of_who_asks() -> None:
    finding = {
        "level": "warn",
        "name": "disk",
        "text": "/var: 120 MiB free",
        "way_out": "delete something soon",
    }
    assert spoken(finding, "en") == "warn  disk: /var: 120 MiB free -> delete something soon"
    assert spoken(finding, "de") == "Achtung  Speicher: /var: 120 MiB frei -> bald etwas löschen"
    assert spoken({**finding, "level": "ok", "way_out": ""}, "de") == "gut      Speicher: /var: 120 MiB frei"
    assert set(LEVELS) == {"ok", "warn", "fail"}
    assert {"radio", "clock", "gate key"} <= set(NAMES)


def test_what_nobody_translated_stays_as_it_is() -> None:
    assert german("V 1.67 nanoCUL868") == "V 1.67 nanoCUL868"
