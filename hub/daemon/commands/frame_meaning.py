"""What frames mean, by the driver's own ``homebase decode`` in a process beside: the hub names no driver."""

import json
import subprocess
import sys
from importlib.metadata import entry_points
from types import TracebackType
from typing import IO, Self

from ..command_line import EXIT_NOT_RUNNING, CommandFailed
from ..speech import phrase
from .decode import GROUP

SHOWN = 400  # characters of a meaning


class Explainer:
    """Explains frames one by one, in order; remembers who introduced himself, as the decoder does."""

    def __init__(self, wanted: bool) -> None:
        """wanted: False explains nothing and starts nothing.

        Raises:
            CommandFailed: no installed driver brings a decoder.
        """
        if wanted and not entry_points(group=GROUP, name="decode"):
            text = phrase("--decode: no installed driver brings it; install again with script/run")
            raise CommandFailed(text, EXIT_NOT_RUNNING)
        self._wanted = wanted
        self._decoder: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        """Start the decoder."""
        if self._wanted:
            self._decoder = subprocess.Popen(
                [sys.executable, "-P", "-m", "hub.daemon", "decode"],  # -P: nothing of the folder we are in
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        if self._decoder is not None:
            self._decoder.communicate()

    def explain(self, data: str) -> str:
        """The meaning of one frame, as one short line of JSON; empty when nobody asked for it."""
        if self._decoder is None:
            return ""
        source, target = _pipe(self._decoder.stdout), _pipe(self._decoder.stdin)
        target.write("".join(data.split()) + "\n")
        target.flush()
        told = json.loads(source.readline() or "{}")
        meaning = told.get("meaning", told.get("error")) if isinstance(told, dict) else None
        return json.dumps(meaning, ensure_ascii=False)[:SHOWN]


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None  # opened above
    return pipe
