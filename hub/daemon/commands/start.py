"""Becomes the gate: what the commands run, demo and gate turn into by exec. It starts the rest."""

import argparse
import json
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

from privacy.places import CONFIG, RUN_STATE, RUN_VARIABLE, demo_state, named_run, runtime_folder
from privacy.system import environment

from ..command_line import EXIT_NOT_RUNNING, CommandFailed
from ..speech import language, phrase
from ..which_home import RUN, STATE, Named

ROOT = Path(__file__).resolve().parents[3]
GATE = Path("privacy/gate/__main__.py")


def add_options(parser: argparse.ArgumentParser, state: str, config: str) -> None:
    """The options of everything that starts a gate. state, config: their defaults, in words."""
    parser.add_argument(
        "--port", type=between(int, 0, 65535), metavar="N", help="of 127.0.0.1; default 8480, 0 picks one"
    )
    parser.add_argument(
        "--lan",
        action=argparse.BooleanOptionalAction,
        help="let phones of the home's network in, by HTTPS; default: [lan] on in homebase.toml",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        help=phrase("folder of all that is kept; default {state}", state=state),
    )
    sockets = phrase(
        "folder of the sockets while it runs; default ${variable}, else homebase-<8 hex digits> in"
        " $XDG_RUNTIME_DIR or /tmp",
        variable=RUN_VARIABLE,
    )
    parser.add_argument("--run", type=Path, metavar="DIR", help=sockets)
    parser.add_argument("--config", type=Path, metavar="FILE", help=phrase("default {config}", config=config))


def become_gate(mode: str, options: argparse.Namespace, *, devices: int = 0, speed: float = 1.0) -> NoReturn:
    """Replace this process by the gate: isolated interpreter, no site, no .pth files.

    Raises:
        CommandFailed: the gate is not installed.
    """
    if not (ROOT / GATE).is_file():
        raise CommandFailed(
            phrase("{root} is missing; install homebase again", root=ROOT / GATE), EXIT_NOT_RUNNING
        )
    default = demo_state(environment()) if mode == "demo" else RUN_STATE
    state = (options.state or default).absolute()
    usual = runtime_folder(state, environment()).absolute()
    run = (options.run or named_run(environment()) or usual).absolute()
    hand_over = {
        "mode": mode,
        "state": str(state),
        "run": str(run),
        "config": str((options.config or (state / "homebase.toml" if mode == "demo" else CONFIG)).absolute()),
        "config_must_exist": options.config is not None,
        "port": options.port,
        "lan": options.lan,
        "environment": sys.prefix if sys.prefix != sys.base_prefix else "",
        "devices": devices,
        "speed": speed,
        "language": language() if mode == "demo" else "de",
        "named_home": _named_home(state if state != default else None, run if run != usual else None),
    }
    python = str(
        Path(sys.executable).resolve()
    )  # the base interpreter: a virtual environment only links to it
    packages = installed_packages()
    sys.stdout.flush()
    os.execv(python, [python, "-I", "-S", str(ROOT / GATE), packages, json.dumps(hand_over)])  # noqa: S606


def _named_home(state: Path | None, run: Path | None) -> str:
    """What commands have to say to find this home; None: it is where they look."""
    if run is not None:
        return str(Named(RUN, run))
    return "" if state is None else str(Named(STATE, state))


def installed_packages() -> str:
    """Return the folder of the packages that the gate needs; sysconfig knows it too, but costs 10 ms."""
    found = find_spec("h11")
    if found is None or found.origin is None:
        raise CommandFailed(phrase("the package h11 is missing; install homebase again"), EXIT_NOT_RUNNING)
    return str(Path(found.origin).parents[1])


def between(kind: type[int] | type[float], low: float, high: float) -> Callable[[str], float]:
    """A parser of one number, ``low`` to ``high``, for argparse."""

    def number(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = kind(low - 1)
        if not low <= value <= high:
            raise argparse.ArgumentTypeError(
                phrase("{text!r}: allowed is {low} to {high}", text=text, low=low, high=high)
            )
        return value

    return number
