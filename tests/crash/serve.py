"""A house as a process: ``python -m tests.crash.serve HOUSE STATE RUN``.

Tells ``have KEY NUMBER`` for all it remembers and ``ready``; then sets each ``KEY NUMBER`` that it is asked
and tells ``ok KEY NUMBER``. Each line is one write, so that the shim sees it whole.
"""

import logging
import os
import sys
import traceback
from pathlib import Path

from tests.crash.house import House, house_named


def serve(house: House, state: Path, run: Path, asked: int = 0, told: int = 1) -> None:
    house.open(state, run)
    for key, number in house.values().items():
        os.write(told, f"have {key} {number}\n".encode())
    os.write(told, b"ready\n")
    with os.fdopen(asked, closefd=False) as lines:
        for line in lines:
            key, wanted = line.split()
            house.set(key, int(wanted))
            os.write(told, f"ok {key} {wanted}\n".encode())
    house.close()


def serve_or_tell(house: House, state: Path, run: Path, asked: int, told: int) -> None:
    """For a forked child: its failure is a line too."""
    try:
        serve(house, state, run, asked, told)
    except BaseException:  # noqa: BLE001 -- told to the parent, which fails
        os.write(told, ("failed " + repr(traceback.format_exc()) + "\n").encode())


if __name__ == "__main__":
    logging.disable()  # as in series.py
    serve(house_named(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
