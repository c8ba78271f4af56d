from collections.abc import Mapping

from privacy.gate.machine.later import Later


def test_a_table_is_made_once_and_only_for_what_is_not_there_yet() -> None:
    # given a table with one entry now
    made = []

    def make() -> Mapping[str, int]:
        made.append(1)
        return {"now": 2, "later": 3}

    table = Later(make, {"now": 1})

    # when that one is looked for, nothing is made; what was there stays
    assert (table["now"], table.get("now"), made) == (1, 1, [])
    assert (table.get("later"), table.get("never"), sorted(table), len(table)) == (
        3,
        None,
        ["later", "now"],
        2,
    )
    assert (table["now"], made) == (1, [1])
