"""The command ``homebase``: parse, run one command, turn every end into an exit code and one line."""

import errno
import os
import sys
from collections.abc import Sequence

from .command_line import (
    EXIT_CANT_WRITE,
    EXIT_INTERNAL,
    EXIT_INTERRUPTED,
    EXIT_IO,
    CommandFailed,
    parse,
    printable,
)

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code (the table is in ``homebase --help``)."""
    try:
        code = _run(sys.argv[1:] if arguments is None else list(arguments))
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
        where = error.filename or "output"
        print(
            f"homebase: {where}: {error.strerror or error}; make room or name another place", file=sys.stderr
        )
        return EXIT_CANT_WRITE if error.errno in NO_ROOM else EXIT_IO
    except Exception as error:  # noqa: BLE001 - the last place that can say anything
        import traceback  # noqa: PLC0415 - only here

        traceback.print_exc()
        print(
            f"homebase: internal error {type(error).__name__}: please report the lines above", file=sys.stderr
        )
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
