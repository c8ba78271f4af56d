"""A blank home is restored, ``python -m tests.crash.restore_child FOLDER STICK POINT``, and killed at POINT.

Both halves and their real stores, in one process. POINT: what the gate asks of the hub when it is killed, and
whether before or after the hub did it: ``restore.check:after``, ``restore.put:before`` and so on.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.privacy.gate.backups.home import home


async def main(folder: Path, stick: Path, point: str) -> None:
    where, _, when = point.partition(":")
    async with home(folder, stick) as new:
        ask = new.backups.shelves.ask

        async def killing(op: str, within_s: float = 0.0, /, **fields: object) -> Mapping[str, object]:
            if (op, when) == (where, "before"):
                os.kill(os.getpid(), signal.SIGKILL)
            answer = await ask(op, within_s, **fields)
            if op == where:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        new.backups.shelves.ask = killing
        await new.restore()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
