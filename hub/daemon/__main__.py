"""The command ``homebase``: parse, run one command, turn every end into an exit code and one line."""

import errno
import os
import sys
from collections.abc import Sequence

from privacy.system import environment

from .command_line import (
    EXIT_CANT_WRITE,
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_IO,
    CommandFailed,
    parse,
    printable,
)
from .speech import asked_language, language_of, phrase, speaking, system_words

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code (the table is in ``homebase --help``)."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    spoken, _ = asked_language(words, language_of(environment()))
    with speaking(spoken):
        return _told(words)


def _told(words: list[str]) -> int:
    try:
        code = _run(words)
        sys.stdout.flush()  # a full disk shall be told here, and not by the interpreter's last words
        return code
    except CommandFailed as failure:
        print(f"homebase: {printable(failure)}", file=sys.stderr)
        return failure.code
    except BrokenPipeError:
        _forget_output()  # the reader went; nothing more to say, and nobody to say it to
        return 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except OSError as error:
        _forget_output()
        where, what = error.filename or phrase("output"), system_words(error)
        line = phrase("homebase: {where}: {what}; make room or name another place", where=where, what=what)
        print(line, file=sys.stderr)
        return EXIT_CANT_WRITE if error.errno in NO_ROOM else EXIT_IO
    except Exception as error:  # noqa: BLE001 - the last place that can say anything
        import traceback  # noqa: PLC0415 - only here

        traceback.print_exc()
        name = type(error).__name__
        line = phrase("homebase: internal error {name}: please report the lines above", name=name)
        print(line, file=sys.stderr)
        return EXIT_INTERNAL


def _run(arguments: list[str]) -> int:
    try:
        return parse(arguments)
    except SystemExit as end:  # argparse after --help and wrong usage
        return end.code if isinstance(end.code, int) else 0


def _forget_output() -> None:
    """What could not be written is not tried again at the end."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


if __name__ == "__main__":
    sys.exit(main())
