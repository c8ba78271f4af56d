"""Runs benches one after the other: ``python -m bench [--long] [--quiet N] [--list] [NAME …]``.

Machines are shared: each result says what share of the processors other programs took meanwhile. --quiet N
repeats a bench up to N times until that share is small, and keeps the quietest run, whatever it measured.
Results with raw samples go to bench/results/NAME.json, all together to bench/results.json (not in git), and a
table for docs/benchmarks.md to stdout. Ends with 1 when a budget is not kept.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

import msgspec

from bench.others import busy_s, processors_s
from bench.result import Figure, Result
from bench.table import BENCHES, Bench

FOLDER = Path(__file__).parent / "results"
OTHERS = "other programs' share of the processors, %"
LOAD = "load average before"
QUIET_PERCENT = 10.0
CALM_PERCENT, CALM_S, CALM_LIMIT_S = 10.0, 2.0, 120.0  # wait so long for so little work before a quiet run


def main() -> int:
    """Run what was asked for."""
    arguments = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help="benches to run; all when none is named")
    arguments.add_argument("--long", action="store_true", help="measure as long as the budget says")
    arguments.add_argument(
        "--quiet", type=int, default=1, metavar="N", help="up to N runs each; the quietest counts"
    )
    arguments.add_argument("--list", action="store_true", help="say which benches there are")
    chosen = arguments.parse_args()
    known = {bench.name: bench for bench in BENCHES}
    if chosen.list:
        for bench in BENCHES:
            print(f"{bench.name:16} {bench.budget}")
        return 0
    if unknown := [name for name in chosen.names if name not in known]:
        arguments.error(f"no bench named {', '.join(unknown)}; known: {', '.join(known)}")
    results = [_quietest(known[name], chosen.long, chosen.quiet) for name in chosen.names or known]
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


def _quietest(bench: Bench, long: bool, runs: int) -> Result | None:
    best: Result | None = None
    for _ in range(runs):
        if runs > 1:
            _wait_until_calm()
        result = _run(bench, long=long)
        if result is not None and (best is None or _others(result) < _others(best)):
            best = result
        if best is not None and _others(best) <= QUIET_PERCENT:
            break
    if best is not None:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / f"{bench.name}.json").write_bytes(msgspec.json.encode(best))
    return best


def _others(result: Result) -> float:
    return float(result.conditions[OTHERS])


def _wait_until_calm() -> None:
    end_s = time.monotonic() + CALM_LIMIT_S
    while time.monotonic() < end_s:
        before_s, began_s = busy_s(), time.monotonic()
        time.sleep(CALM_S)
        if (busy_s() - before_s) / processors_s(time.monotonic() - began_s) * 100 <= CALM_PERCENT:
            return


def _run(bench: Bench, *, long: bool) -> Result | None:
    command = bench.long_command if long and bench.long_command else bench.command
    print(f"bench: {bench.name}: {' '.join(command)}", file=sys.stderr)
    load, before_s, ours_s, began_s = os.getloadavg()[0], busy_s(), _ours_s(), time.monotonic()
    try:
        run = subprocess.run(
            [sys.executable, "-m", *command], stdout=subprocess.PIPE, check=True, timeout=bench.limit_s
        )
        result = msgspec.json.decode(run.stdout, type=Result)
    except (subprocess.SubprocessError, msgspec.MsgspecError) as error:
        print(f"bench: {bench.name}: failed: {error}", file=sys.stderr)
        return None
    others_s = (busy_s() - before_s) - (_ours_s() - ours_s)
    percent = max(0.0, others_s / processors_s(time.monotonic() - began_s) * 100)
    machine = {LOAD: round(load, 2), OTHERS: round(percent, 1)}
    return msgspec.structs.replace(result, conditions={**result.conditions, **machine})


def _ours_s() -> float:
    """Seconds of it for benches that have ended, and all that they started."""
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ours.ru_utime + ours.ru_stime


def _print_table(results: list[Result]) -> None:
    print("| bench | figure | measured | budget | kept | others |\n|---|---|---|---|---|---|")
    for result in results:
        for label, figure in result.figures.items():
            kept = "" if not _budget(figure) else "yes" if figure.kept else "**no**"
            measured = f"{_number(figure.value)} {figure.unit}"
            others = f"{_others(result):.0f} %"
            print(f"| {result.name} | {label} | {measured} | {_budget(figure)} | {kept} | {others} |")


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
