"""``homebase decode``: found by entry point, for the hub names no driver."""

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import cast

from hub.daemon.command_line import EXIT_NOT_RUNNING, CommandFailed

from ..speech import phrase

GROUP = "homebase.commands"


def run(arguments: Sequence[str]) -> int:
    """Hand everything to the driver's own command.

    Raises:
        CommandFailed: no installed driver brings it.
    """
    for point in entry_points(group=GROUP, name="decode"):
        decode = cast(Callable[[Sequence[str]], int], point.load())
        return decode(arguments)
    text = phrase("decode: no installed driver brings it; install again with script/run")
    raise CommandFailed(text, EXIT_NOT_RUNNING)
