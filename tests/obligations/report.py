"""Each obligation with its tests and their results: python -m tests.obligations.report FOLDER ….

FOLDER holds what plugin.py wrote, one file for each run; a test's result in a later folder stands instead of
the one in an earlier folder. Ends with 1 when an id has no passing test, or a failing one.
"""

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.obligations import tables

Results = Mapping[str, str]
"""Test → result, of one obligation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is known of one id. broken: script/test fails; stale: shown, though pending."""

    id: str
    word: str
    broken: bool
    stale: bool = False


def merged(texts: Sequence[str]) -> dict[str, dict[str, str]]:
    """All runs of one folder together, by obligation; where a test ran twice, the worse result counts."""
    worst = ["passed", "skipped", "failed"]
    found: dict[str, dict[str, str]] = {}
    for text in texts:
        for test, row in json.loads(text).items():
            for number in row["obligations"]:
                seen = found.setdefault(number, {})
                seen[test] = max(seen.get(test, "passed"), row["result"] or "failed", key=worst.index)
    return found


def replaced(before: Mapping[str, Results], after: Mapping[str, Results]) -> dict[str, Results]:
    """What ran again counts as it ran then."""
    return {number: {**before.get(number, {}), **after.get(number, {})} for number in {*before, *after}}


def judge(number: str, results: Results, pending: str | None) -> Verdict:
    """Say what the results of an id's tests mean."""
    if "failed" in results.values():
        return Verdict(id=number, word="FAILED", broken=True)
    if "passed" in results.values():
        word = "kept" if pending is None else f"pending: {pending}; shown in part"
        return Verdict(id=number, word=word, broken=False, stale=pending is not None and pending != "later")
    if pending is not None:
        return Verdict(id=number, word=f"pending: {pending}", broken=False)
    return Verdict(id=number, word="ONLY SKIPPED" if results else "NO TEST", broken=True)


def lines(verdict: Verdict, promise: str, results: Results) -> list[str]:
    """The lines of one id; the cases of one test stand together."""
    cases = Counter((test.partition("[")[0], result) for test, result in results.items())
    told = [f"{verdict.id:8} {verdict.word}: {promise}"]
    for (test, result), count in sorted(cases.items()):
        told.append(f"{'':9}{result:8}{test}" + (f" ({count} cases)" if count > 1 else ""))
    return told


def main(arguments: Sequence[str]) -> int:
    """Print all; 0 when every id is kept or may wait."""
    found: dict[str, Results] = {}
    for folder in arguments:
        found = replaced(found, merged([path.read_text() for path in sorted(Path(folder).glob("*.json"))]))
    if not found:
        print("obligations: no run wrote into that folder; script/obligations without a name runs the tests")
        return 2
    waiting = tables.pending()
    verdicts = [judge(number, found.get(number, {}), waiting.get(number)) for number in tables.promises()]
    for verdict in verdicts:
        print("\n".join(lines(verdict, tables.promises()[verdict.id], found.get(verdict.id, {}))))
    broken = [verdict.id for verdict in verdicts if verdict.broken]
    kept = sum(verdict.word == "kept" for verdict in verdicts)
    print(f"obligations: {len(verdicts)} ids, {kept} kept, {len(waiting)} pending, {len(broken)} broken")
    if stale := [verdict.id for verdict in verdicts if verdict.stale]:
        print(f"obligations: shown in part already; when whole, take out of pending.toml: {' '.join(stale)}")
    if broken:
        print(f"obligations: without a passing test, or with a failing one: {' '.join(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
