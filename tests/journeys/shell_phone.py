"""The phone for the shell, as on another machine: it knows its keys' file and nothing of a home's state."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.paths import ROOT


def shell_phone(
    *verb: str,
    keys: Path,
    stdin: int | None = subprocess.DEVNULL,
    around: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
) -> "subprocess.Popen[str]":
    """``homebase phone …``. around: a command that starts it; environment: beside what Python needs."""
    least = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(keys.parent)}
    return subprocess.Popen(
        [*around, sys.executable, "-m", "hub.daemon", "phone", *verb, "--keys", str(keys)],
        env={**least, **(environment or {})},
        cwd="/",
        text=True,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
