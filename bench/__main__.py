"""Runs benches one after the other: ``python -m bench [--long] [--list] [NAME …]``.

Results with raw samples go to bench/results/NAME.json, all together to bench/results.json (not in git), and a
table for docs/benchmarks.md to stdout. Ends with 1 when a budget is not kept.
"""

import argparse
import os
import platform
import subprocess
import sys
from pathlib import Path

import msgspec

from bench.result import Figure, Result
from bench.table import BENCHES, Bench

FOLDER = Path(__file__).parent / "results"


def main() -> int:
    """Run what was asked for."""
    arguments = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help="benches to run; all when none is named")
    arguments.add_argument("--long", action="store_true", help="measure as long as the budget says")
    arguments.add_argument("--list", action="store_true", help="say which benches there are")
    chosen = arguments.parse_args()
    known = {bench.name: bench for bench in BENCHES}
    if chosen.list:
        for bench in BENCHES:
            print(f"{bench.name:16} {bench.budget}")
        return 0
    if unknown := [name for name in chosen.names if name not in known]:
        arguments.error(f"no bench named {', '.join(unknown)}; known: {', '.join(known)}")
    results = [_run(known[name], long=chosen.long) for name in chosen.names or known]
    done = [result for result in results if result is not None]
    machine = {
        "cpus": os.cpu_count() or 0,
        "system": platform.platform(),
        "python": platform.python_version(),
    }
    everything = msgspec.json.encode({"machine": machine, "results": done})
    FOLDER.with_suffix(".json").write_bytes(msgspec.json.format(everything))
    _print_table(done)
    return 0 if len(done) == len(results) and all(result.kept for result in done) else 1


def _run(bench: Bench, *, long: bool) -> Result | None:
    command = bench.long_command if long and bench.long_command else bench.command
    print(f"bench: {bench.name}: {' '.join(command)}", file=sys.stderr)
    try:
        run = subprocess.run(
            [sys.executable, "-m", *command], stdout=subprocess.PIPE, check=True, timeout=bench.limit_s
        )
        result = msgspec.json.decode(run.stdout, type=Result)
    except (subprocess.SubprocessError, msgspec.MsgspecError) as error:
        print(f"bench: {bench.name}: failed: {error}", file=sys.stderr)
        return None
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{bench.name}.json").write_bytes(msgspec.json.encode(result))
    return result


def _print_table(results: list[Result]) -> None:
    print("| bench | figure | measured | budget | kept |\n|---|---|---|---|---|")
    for result in results:
        for label, figure in result.figures.items():
            kept = "" if not _budget(figure) else "yes" if figure.kept else "**no**"
            measured = f"{_number(figure.value)} {figure.unit}"
            print(f"| {result.name} | {label} | {measured} | {_budget(figure)} | {kept} |")


def _budget(figure: Figure) -> str:
    if figure.at_least is not None:
        return f"≥ {_number(figure.at_least)} {figure.unit}"
    if figure.at_most is not None:
        return f"≤ {_number(figure.at_most)} {figure.unit}"
    return ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(main())
