"""Which home a command is for: --state, --run, the environment, or the one that runs. Touches no file."""

import argparse
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from privacy.places import RUN_VARIABLE, named_run, running_homes
from privacy.system import environment

from .speech import phrase

STATE, RUN = "--state", "--run"
_OPTIONS = {
    STATE: "folder of the home that is meant; default: the installed one, else the demo",
    RUN: "of the home that was started with that --run; default: $HOMEBASE_RUN",
}
NOT_RUNNING = (
    "no running home found; start it with homebase run or homebase demo, or name its folder with --state,"
    " or with --run the one that it was started with"
)


@dataclass(frozen=True, slots=True)
class Named:
    """The home that a command is for, as it was named. option: --state or --run."""

    option: str
    folder: Path

    def __str__(self) -> str:
        """As it is typed."""
        return f"{self.option} {shlex.quote(str(self.folder))}"


def add_home(parser: argparse.ArgumentParser) -> None:
    """Which home is meant, ``options.home``: None is the one that is found."""
    which = parser.add_mutually_exclusive_group()
    for option, text in _OPTIONS.items():
        named = partial(_named, option)
        which.add_argument(option, dest="home", type=named, metavar="DIR", help=text)


def _named(option: str, folder: str) -> Named:
    return Named(option, Path(folder))


def places(home: Named | None) -> Iterable[Path]:
    """Runtime folders in which the home that is meant may be, best first."""
    if home is None:
        return running_homes(None, environment())
    return [home.folder] if home.option == RUN else running_homes(home.folder, environment())


def not_found(home: Named | None) -> str:
    """What was looked for in vain, and the way out."""
    variable = named_run(environment())
    if home is None and variable is not None:
        return phrase(
            "{run_variable}={variable}: no home runs there; start one with homebase run or"
            " homebase demo, or unset {run_variable}",
            run_variable=RUN_VARIABLE,
            variable=variable,
        )
    if home is None:
        return phrase(NOT_RUNNING)
    other = STATE if home.option == RUN else RUN
    return phrase(
        "{home}: no home runs there; start it with homebase run or homebase demo and"
        " the same {option}, or name it by {other} DIR if it was started with that",
        home=home,
        option=home.option,
        other=other,
    )
