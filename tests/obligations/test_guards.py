"""The table of guards: each id that is kept has one, and a guard that is gone is noticed."""

import ast

import pytest

from tests.obligations import guards, tables
from tests.obligations.tables import Guard
from tests.paths import ROOT

ONE = Guard(id="Q2", file="x.py", old="if wrong:", new="if False:", test="tests/test_x.py::test_it")


def test_each_id_that_does_not_wait_has_its_guard() -> None:
    assert guards.unguarded(tables.guards()) == []
    assert guards.unguarded(guard for guard in tables.guards() if guard.id != "Q2") == ["Q2"]


@pytest.mark.parametrize("guard", tables.guards(), ids=lambda guard: guard.id)
def test_a_guard_names_a_file_and_tests_that_carry_its_id(guard: Guard) -> None:
    assert guard.id in tables.promises()
    assert (ROOT / guard.file).is_file()
    assert guard.old != guard.new
    guards.switched_off((ROOT / guard.file).read_text(), guard)  # it stands there still
    assert any(guard.id in _ids(test) for test in guard.test.split())


def _ids(test: str) -> set[str]:
    """Ids that the test carries; fails where there is no such test."""
    file, _, name = test.partition("::")
    for node in ast.walk(ast.parse((ROOT / file).read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
            marks = [ast.unparse(mark) for mark in node.decorator_list]
            return {mark.split("'")[1] for mark in marks if mark.startswith("pytest.mark.obligation(")}
    raise AssertionError(f"there is no test {test}")


def test_a_guard_stands_exactly_once_in_its_file() -> None:
    assert guards.switched_off("if wrong:\n    stop()\n", ONE) == "if False:\n    stop()\n"
    for text in ("nothing\n", "if wrong:\n    if wrong:\n"):
        with pytest.raises(LookupError, match=r"correct guards\.toml"):
            guards.switched_off(text, ONE)


def test_those_that_wait_are_known_ids_and_only_voice_clouds_and_cameras_come_later() -> None:
    assert tables.pending().keys() <= tables.promises().keys()
    later = {number for number, when in tables.pending().items() if when == "later"}
    assert later == {number for number in tables.promises() if number[:4] in {"Q6.7", "Q6.8", "Q6.9"}}
    assert all(when == "later" or when.startswith("stage ") for when in tables.pending().values())
