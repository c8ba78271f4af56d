"""``homebase simulator``: a program of another package, found by name; the hub imports no driver."""

import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from ..command_line import EXIT_NOT_RUNNING, CommandFailed
from ..speech import phrase

MODULE = "drivers.simulator"


def run(arguments: Sequence[str]) -> int:
    """Become the simulator.

    Raises:
        CommandFailed: it is not installed.
    """
    if find_spec(f"{MODULE}.__main__") is None:
        raise CommandFailed(
            phrase("the simulator is not installed; install homebase again"), EXIT_NOT_RUNNING
        )
    os.execv(sys.executable, [sys.executable, "-m", MODULE, *arguments])  # noqa: S606 - our own interpreter
