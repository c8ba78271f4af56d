"""The command ``homebase``: parse, run one command, turn every end into an exit code and one line."""

import sys
from collections.abc import Sequence

from .command_line import CommandFailed, parse

EXIT_INTERNAL, EXIT_INTERRUPTED = 70, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code (the table is in ``homebase --help``)."""
    try:
        return parse(sys.argv[1:] if arguments is None else list(arguments))
    except CommandFailed as failure:
        print(f"homebase: {failure}", file=sys.stderr)
        return failure.code
    except BrokenPipeError:
        sys.stderr.close()  # the reader went; nothing more to say, and nobody to say it to
        return 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place that can say anything
        import traceback  # noqa: PLC0415 - only here

        traceback.print_exc()
        print(
            f"homebase: internal error {type(error).__name__}: please report the lines above", file=sys.stderr
        )
        return EXIT_INTERNAL


if __name__ == "__main__":
    sys.exit(main())
