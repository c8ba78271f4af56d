"""A hub that is killed while it tells of smoke: ``python -m tests.hub.home.killed_telling FOLDER [MOMENT]``.

The gate is a file beside the store: a line for each message that it took. MOMENT: ``taken`` dies once it
has the message and before the hub has written so; without one nobody dies. Prints how many it has by now.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from datetime import UTC
from pathlib import Path

from hub.home.notifications.people import Person
from hub.home.notifications.people_records import PeopleRecords
from hub.home.notifications.teller import Gate, Teller
from tests.hub.home.test_notifications import desk_in


async def live(folder: Path, moment: str) -> int:
    """One life of the hub: it reads what was kept, hears of the smoke, tells."""
    (folder / "hub").mkdir(exist_ok=True)
    gate = folder / "gate"

    async def ask(op: str, **fields: object) -> Mapping[str, object]:
        match op:
            case "message.ways":
                return {"ways": []}
            case "message.fates":
                return {"messages": [{"transfer": one, "fate": "sent", "what": ""} for one in _taken(gate)]}
            case _:
                with gate.open("a") as book:
                    book.write(f"t{len(_taken(gate))}\n")
                if moment == "taken":
                    os.kill(os.getpid(), signal.SIGKILL)
                return {"transfer": _taken(gate)[-1]}

    async with desk_in(folder / "hub") as desk:
        people = PeopleRecords(desk.store)
        await people.put(Person(name="Bob", ways=("b1",)))
        way_out = Gate(ask=ask, name=lambda _: "Kitchen", zone=lambda: UTC)
        await desk.report("STATE", True)
        for _ in range(3):
            await Teller(desk.notifications, people, way_out, desk.clock).once()
    return len(_taken(gate))


def _taken(gate: Path) -> list[str]:
    return gate.read_text().splitlines() if gate.exists() else []


if __name__ == "__main__":
    print(asyncio.run(live(Path(sys.argv[1]), *(sys.argv[2:] or [""]))))
