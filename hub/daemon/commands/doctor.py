"""``homebase doctor``: shows what the gate finds out about this machine, line by line."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ..command_line import EXIT_INTERNAL
from ..speech import LANGUAGES, language
from .doctor_german import LEVELS, NAMES, german
from .start import ROOT, installed_packages
from .which_config import config_of, state_of

DOCTOR = Path("privacy/gate/doctor/doctor.py")


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="of the home; default: this machine's, else the demo's"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="homebase.toml")
    parser.add_argument("--language", choices=LANGUAGES, help=argparse.SUPPRESS)  # as --lang, from before
    parser.add_argument("--json", action="store_true", help="one JSON object per finding")


def run(options: argparse.Namespace) -> int:
    """Print findings; the exit code is that of the worst."""
    state = state_of(options.state)
    config = (options.config or config_of(state)).absolute()
    asked = json.dumps({"state": str(state), "config": str(config)})
    python, packages = str(Path(sys.executable).resolve()), installed_packages()
    code = 0
    with subprocess.Popen(  # noqa: S603 - our own file under our own interpreter
        [python, "-I", "-S", str(ROOT / DOCTOR), packages, asked], stdout=subprocess.PIPE, text=True
    ) as doctor:
        assert doctor.stdout is not None
        for line in doctor.stdout:
            finding = json.loads(line)
            if finding["level"] == "fail":
                code = max(code, finding["code"])
            if options.json:
                print(line, end="", flush=True)
            else:
                print(spoken(finding, options.language or language()), flush=True)
    return code if doctor.returncode == 0 else EXIT_INTERNAL


def spoken(finding: Mapping[str, str], language: str) -> str:
    """One line for people."""
    level, name, text, way_out = (finding[each] for each in ("level", "name", "text", "way_out"))
    if language == "de":
        level, name, text, way_out = LEVELS[level], NAMES.get(name, name), german(text), german(way_out)
    width = max(len(word) for word in (LEVELS.values() if language == "de" else LEVELS))
    return f"{level:{width}}  {name}: {text}" + (f" -> {way_out}" if way_out else "")
