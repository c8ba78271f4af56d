"""``homebase doctor``: shows what the gate finds out about this machine, line by line."""

import argparse
import json
import subprocess
import sys
from pathlib import Path

from privacy.places import CONFIG, RUN_STATE, demo_state

from ..command_line import EXIT_INTERNAL, EXIT_PERMISSION, CommandFailed
from ..system import environment
from .start import ROOT, installed_packages

DOCTOR = Path("privacy/gate/doctor.py")


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "--state", type=Path, metavar="DIR", help="of the home; default: this machine's, else the demo's"
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="homebase.toml")
    parser.add_argument("--json", action="store_true", help="one JSON object per finding")


def run(options: argparse.Namespace) -> int:
    """Print findings; the exit code is that of the worst."""
    demo = demo_state(environment())
    state = (options.state or (RUN_STATE if RUN_STATE.exists() else demo)).absolute()
    config = (options.config or _config_of(state, demo)).absolute()
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
                way_out = f" -> {finding['way_out']}" if finding["way_out"] else ""
                print(f"{finding['level']:4}  {finding['name']}: {finding['text']}{way_out}", flush=True)
    return code if doctor.returncode == 0 else EXIT_INTERNAL


def _config_of(state: Path, demo: Path) -> Path:
    """Return the configuration that a home of ``state`` is started with.

    Raises:
        CommandFailed: the folder is somebody else's.
    """
    inside = state / "homebase.toml"
    try:
        return inside if state == demo or inside.exists() else CONFIG
    except PermissionError as error:
        text = f"{state}: this user may not look inside; ask as its owner, or with sudo"
        raise CommandFailed(text, EXIT_PERMISSION) from error
