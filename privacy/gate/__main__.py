"""The gate's process. Started by the command ``homebase`` as ``python -I -S __main__.py SITE OPTIONS``.

SITE: folder of the installed packages; no .pth file of it is run. OPTIONS: JSON, read by start.py.
"""

import gc
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXIT_INTERNAL, EXIT_INTERRUPTED = 70, 130


def spare() -> None:
    """Keep out what libraries load only where it is installed: 0.7 MB, and typing has it too."""
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]  # as if it were not there


def main() -> int:
    """Run the gate; return the exit code."""
    gc.disable()  # until all is loaded (start.py): collections would take a sixth of the start
    spare()
    from privacy.gate.machine.output import say  # noqa: PLC0415 - importable once the path is set, below
    from privacy.gate.start import run  # noqa: PLC0415

    try:
        return run(sys.argv[2], ROOT, lambda line: print(line, flush=True))
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place that can say anything
        import traceback  # noqa: PLC0415

        for line in "".join(traceback.format_exception(error)).splitlines():
            say(line)
        say(f"homebase: internal error {type(error).__name__}: please report the lines above")
        return EXIT_INTERNAL


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT)]
    sys.path.append(sys.argv[1])
    sys.exit(main())
