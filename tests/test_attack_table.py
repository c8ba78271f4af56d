"""docs/attacks.md against the tests: every name in it exists, and no attack of the jail is missing."""

import ast
import re
from functools import cache

from tests.paths import ROOT

PAGE = (ROOT / "docs" / "attacks.md").read_text("utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if re.match(r"\| (?!attack|---)", line)]
TABLES = ("attacks_network", "attacks_local", "attacks_power")
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


@cache
def functions(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_test_and_control_that_is_named_exists() -> None:
    named = NAMED.findall(PAGE)
    assert len(named) > 50
    assert [f"{path}::{name}" for path, name in named if name not in functions(path)] == []


def test_every_attack_of_the_jail_is_named_and_every_named_one_exists() -> None:
    known = {
        name for table in TABLES for name in functions(f"tests/lab/{table}.py") if name.startswith("attack_")
    }
    assert set(re.findall(r"`(attack_\w+)`", PAGE)) == known


def test_every_row_has_an_attack_a_test_and_a_control() -> None:
    assert len(ROWS) > 50
    for row in ROWS:
        assert len(row) == 3, row
        attack, tried, control = row
        assert attack
        assert NAMED.search(tried) or "`attack_" in tried, row
        assert NAMED.search(control) or control.startswith(("in the test: ", "the same without the jail")), (
            row
        )
