"""Every code by which this program refuses or fails has words in both languages: our code is searched."""

import ast
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from hub.api.problems import LANGUAGES, STATUS, _catalogue
from hub.api.reasons import KINDS, OTHER, reasons
from tests.hub.home_in_a_box import Home
from tests.paths import ROOT

OTHERS_MATTER = ("simulator", "commands")  # the other end of the radio; the command line says it by itself
FILES = [
    path
    for folder in ("hub", "drivers")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not set(OTHERS_MATTER) & set(path.parts)
]
NOT_ENDED = {"", "starting"}  # a driver that has not begun yet
# what the gate says of one (privacy/gate/stick/network_door.py)
OF_A_STICK_IN_THE_NETWORK = {
    "stick_unreachable",
    "stick_refuses",
    "not_on_link",
    "serves_network",
    "other_device",
}
OF_A_STICK_IN_THE_NETWORK |= {"withdrawn", "budget_used_up", "ledger_not_writable"}

_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Codes that our code names.

    refused: of refusals; reasons: of what takes longer than an answer, by the kind of it.
    """

    refused: set[str]
    reasons: dict[str, set[str]]


class Code:
    """Our code, read once: every node that may name a code, with its file."""

    def __init__(self) -> None:
        self._nodes = [
            (path, node)
            for path in FILES
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call | ast.ClassDef | ast.Dict | ast.Assign)
        ]

    def nodes(self, kind: type[_Node], wanted: Callable[[Path], bool] = lambda _: True) -> Iterator[_Node]:
        return (node for path, node in self._nodes if isinstance(node, kind) and wanted(path))

    def first_words(
        self, name: str, wanted: Callable[[Path], bool] = lambda _: True, place: int = 0
    ) -> set[str]:
        """The constant codes at a place among the arguments of calls of ``name``."""
        return {
            text_of(node.args[place])
            for node in self.nodes(ast.Call, wanted)
            if node.args[place:] and name_of(node.func).lstrip("_") == name
        } - {""}

    def failures(self) -> set[str]:
        """The values of a driver's Failure."""
        return {
            text_of(line.value)
            for node in self.nodes(ast.ClassDef)
            if node.name == "Failure"
            for line in node.body
            if isinstance(line, ast.Assign)
        } - {""}

    def named_by_failure(self, wanted: Callable[[Path], bool] = lambda _: True) -> set[str]:
        """Codes that stand for a Failure in a table."""
        return {
            text_of(value)
            for node in self.nodes(ast.Dict, wanted)
            for key, value in zip(node.keys, node.values, strict=True)
            if isinstance(key, ast.Attribute) and name_of(key.value) == "Failure"
        } - {""}

    def constants(self, path_ends: str) -> set[str]:
        """Texts of constants that look like codes."""
        return {
            text_of(node.value)
            for node in self.nodes(ast.Assign, lambda path: str(path).endswith(path_ends))
            if re.fullmatch(r"[a-z]+(_[a-z]+)*", text_of(node.value))
        }

    def left_out(self) -> set[str]:
        """What is before the colon of each thing that a successor can't take over."""
        return {
            text_of(node.args[0].values[0]).partition(":")[0]
            for node in self.nodes(ast.Call)
            if isinstance(node.func, ast.Attribute)
            and (name_of(node.func.value), node.func.attr) == ("left_out", "append")
            and isinstance(node.args[0], ast.JoinedStr)
        }


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def text_of(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@pytest.fixture(scope="module")
def found() -> Found:
    code = Code()
    refused = code.first_words("CommandRefused") | code.first_words("Refused") | code.first_words("refused")
    refused |= code.named_by_failure(lambda path: path.name == "asking.py")
    in_writing = code.first_words("CommandRefused", lambda path: path.name in {"writing.py", "granting.py"})
    reasons = {
        "pairing": code.failures() | (code.constants("members/pairing.py") - {"bidcos"}),
        "device": code.first_words("lost", lambda path: path.name == "reports.py", place=1),
        "configuration": code.first_words("end", lambda path: path.name == "orders.py", place=2)
        | code.failures()
        | code.named_by_failure()
        | (in_writing - {"too_many_waiting"}),
        "driver": (code.first_words("LinkLost") - NOT_ENDED)
        | {"port_missing", "port_busy", "port_denied", "silent", "wrong_firmware", "ended", "crashed"}
        | OF_A_STICK_IN_THE_NETWORK,
        "left_out": code.left_out(),
    }
    return Found(refused=refused, reasons=reasons)


def test_the_search_finds_codes_in_every_place(found: Found) -> None:
    assert {"unknown_device", "not_alike", "bad_frame", "peers_full", "wrong_password"} <= found.refused
    assert {"too_far", "wrong_key", "not_heard"} <= found.reasons["pairing"]
    assert {"not_read", "foreign_link"} <= found.reasons["left_out"]
    assert {"not_kept", "too_old"} <= found.reasons["configuration"]
    assert found.reasons["device"]


def test_every_refusal_has_a_status_and_words(found: Found) -> None:
    for language in LANGUAGES:
        assert found.refused - set(STATUS) == set()
        assert found.refused - set(_catalogue(language)) == set()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words_that_name_cause_and_next_step(found: Found, language: str, kind: str) -> None:
    words = getattr(reasons(language), kind)
    assert found.reasons[kind] - set(words) == set()
    assert OTHER in words
    for reason in words.values():
        assert reason.title
        assert reason.detail.endswith(".")
        assert reason.way_out.endswith(".")
        assert "{" not in reason.detail + reason.way_out


def test_both_languages_know_the_same_reasons_in_other_words() -> None:
    for kind in KINDS:
        german, english = getattr(reasons("de"), kind), getattr(reasons("en"), kind)
        assert set(german) == set(english)
        assert not {code for code in german if german[code].detail == english[code].detail}


async def test_reasons_are_served_in_the_language_of_the_client_without_a_session(home: Home) -> None:
    for language in LANGUAGES:
        async with home.browser() as browser:
            headers = {"Accept-Language": language}
            async with browser.get("/api/v1/reasons", headers=headers) as answer:
                told = await answer.json()
        assert told == json.loads(msgspec.json.encode(reasons(language)))
