"""docs/flows.md against tests and register: every name exists, and each activity that leaves has its row."""

import re

from privacy.gate.desk import packaged_register
from tests.paths import ROOT
from tests.test_attack_table import functions

PAGE = (ROOT / "docs" / "flows.md").read_text("utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
NAMED = re.compile(r"`(\w+\.py)::(\w+)`")
LOCAL = "license.check"  # leaves nothing, which is shown as well


def test_each_activity_that_leaves_the_house_has_a_row() -> None:
    leaving = {row.id for row in packaged_register().activities.values() if row.leaves_house and row.built}
    assert {name for row in ROWS for name in re.findall(r"`([a-z_.]+)`", row[0])} == leaving | {LOCAL}


def test_each_cell_names_a_test_that_exists_or_says_why_there_is_none() -> None:
    for flow, *cells in ROWS:
        assert len(cells) == 4, flow
        to_the_left = ""
        for cell in cells:
            names_it = NAMED.search(cell) or (cell.startswith("the same") and NAMED.search(to_the_left))
            assert names_it or cell.startswith("none: "), (flow, cell)
            to_the_left += cell
        for file, name in NAMED.findall(to_the_left):
            assert name in functions(f"tests/lab/{file}"), (flow, name)
