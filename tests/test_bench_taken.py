"""Lines as a recorder at a stick wrote them, 2.5 ms after each other where nothing else is said."""

import pytest

from bench.taken import was_taken

QUESTION = ("As0BF1A00102023251000D0103", False)
ANSWER = ("A0EF1A01051000D020232010000000023", True)
ACKNOWLEDGED = ("As0AF1800202023251000D00", False)
FIRST_PART = ("A0EF1A01051000D020232030411223323", True)
REPORT = ("A0C5EA2105100070202320601C427", True)
TO_ANOTHER = ("A0C5EA2405100075100060601C427", True)
BROADCAST = ("A0CD486705100090000000069420A", True)


def lines(*told: tuple[float, tuple[str, bool]]) -> list[dict[str, object]]:
    return [{"at_s": at_s, "line": line, "to_host": to_host} for at_s, (line, to_host) in told]


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ((), False),
        (((9.9, BROADCAST),), False),
        (((9.9, QUESTION),), True),
        (((9.0, QUESTION),), False),  # nobody waits for its answer any more
        (((9.8, QUESTION), (9.95, ANSWER)), True),  # which wants an acknowledgement
        (((9.7, QUESTION), (9.85, ANSWER), (9.95, ACKNOWLEDGED)), False),
        (((9.7, QUESTION), (9.85, FIRST_PART), (9.95, ACKNOWLEDGED)), True),  # the next part follows
        (((9.95, REPORT),), True),
        (((9.9, REPORT), (9.99, ("As0A5E800202023251000700", False))), False),
        (((9.95, TO_ANOTHER),), True),
        (((9.8, TO_ANOTHER),), False),
        (((10.001, REPORT),), True),
        (((10.004, REPORT),), False),  # by then the command has to be on its way
    ],
)
def test_the_air_is_taken_while_an_answer_is_outstanding(
    told: tuple[tuple[float, tuple[str, bool]], ...], taken: bool
) -> None:
    assert was_taken(lines(*told), 10.0, 10.003) is taken
