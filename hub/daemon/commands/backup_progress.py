"""How far a backup or a restore is, in words and on one line of a terminal."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from ..speech import phrase

POLL_S = 0.3
_WIDTH = 60
_STAGES = {
    "collecting": "collecting",
    "storing": "storing",
    "checking": "reading it back",
    "reading": "reading",
    "comparing": "comparing",
    "putting": "putting it in place",
}

Progress = Mapping[str, object]
"""stage, done, all: as the gate tells it; all is 0 where not known."""


@contextmanager
def progress_line() -> Iterator[Callable[[Progress], None]]:
    """Gives what shows how far it is, where somebody looks; the line ends with the block."""
    shown = ""

    def show(progress: Progress) -> None:
        nonlocal shown
        line = stage_words(progress)
        if sys.stderr.isatty() and line != shown:
            print(f"\r{line:{_WIDTH}}", end="", file=sys.stderr, flush=True)
            shown = line

    try:
        yield show
    finally:
        if shown:
            print(file=sys.stderr)


def stage_words(progress: Progress) -> str:
    """What is done, and how much of it."""
    done, of = int(str(progress.get("done"))), int(str(progress.get("all")))
    share = (
        phrase(" {value} %, {done} of {of}", value=100 * done // of, done=size_words(done), of=size_words(of))
        if of
        else ""
    )
    share = f" {size_words(done)}" if done and not of else share
    return phrase(_STAGES.get(str(progress.get("stage")), "waiting")) + share


def size_words(size: object) -> str:
    """Bytes, for people."""
    number = int(str(size))
    return (
        phrase("{number:.1f} MiB", number=number / (1 << 20))
        if number >= 1 << 20
        else phrase("{number:.0f} KiB", number=number / 1024)
    )
