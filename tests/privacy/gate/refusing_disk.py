"""A gate whose disk refuses while something is closed: ``python -m tests.privacy.gate.refusing_disk CASES``.

Runs under the shim (tests/crash/fault.py). For each case a forked gate with two phones and two consents
closes one thing while calls fail, says what it told, and dies without a word. CASES: JSON, a list of Case.
"""

import asyncio
import errno
import os
import sys
from pathlib import Path

import msgspec

from privacy.clockwork import Vouched
from privacy.gate.desk import Desk
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.phones.phones import Phones
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage.store import Store
from privacy.gate.storage.tombstones import Tombstones
from privacy.payload import timestamp
from privacy.vocabulary import DataCategory
from tests.crash.fault import Calls, Faults
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, collect
from tests.privacy.gate.test_phones import WEEK, paired


class Case(msgspec.Struct, frozen=True):
    """closes: what is closed; part: of the paths whose calls fail; guarded: False for the control."""

    folder: str
    closes: str
    calls: int
    error: int
    part: str
    guarded: bool = True


class Told(msgspec.Struct, frozen=True):
    """What the gate said, and the keys that it had: the one that goes first."""

    recorded: bool
    keys: list[str]


async def live(case: Case, faults: Faults) -> Told:
    folder = Path(case.folder)
    store = Store.open(folder / "gate", os.urandom, folder / "memory")
    desk = Desk.open(
        store,
        house.register(),
        house.known(),
        ManualClock(),
        os.urandom,
        "0.1.0",
        vouches=lambda: Vouched.SYNCHRONISED,
    )
    door = Door(desk, collect)
    phones = Phones(door)
    first, second = await paired(door, phones), await paired(door, phones)
    until = timestamp(house.START + WEEK)
    for ticket in ("T-1", "T-2"):
        done = await second.agree(form="until", payload=None, until=until, ticket=ticket)
        assert done["done"], done
    if not case.guarded:
        Tombstones.remember = lambda self, stone: False  # type: ignore[method-assign]
    faults.arm(Calls(case.calls), case.error, part=case.part)
    rights = RightsDesk(door, GateHolder(desk))
    match case.closes:
        case "key":
            recorded = await phones.remove(first.kid) and not desk.unwritten
        case "deregistration":
            recorded = (await rights.deregister("authorisations", []))["entry"] is not None
        case "objection":
            recorded = (await rights.object_to(house.ACTIVITY, "", "console")).entry is not None
        case "restriction":
            recorded = (await rights.restrict(DataCategory.RADIO, "console")).entry is not None
        case _:
            recorded = (await door.withdrawing.withdraw(house.ACTIVITY)).entry is not None
    faults.disarm()
    return Told(recorded=recorded, keys=[first.kid, second.kid])


def main() -> None:
    faults = Faults(Path(os.environ["CRASH_FAULT"]))
    for case in msgspec.json.decode(sys.argv[1], type=list[Case]):
        child = os.fork()
        if child == 0:
            try:
                told = asyncio.run(live(case, faults))
                os.write(1, msgspec.json.encode(told) + b"\n")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        faults.disarm()


FAULTS = {
    "full": (Calls.WRITE, errno.ENOSPC, "gate.db"),
    "no sync": (Calls.SYNC, errno.EIO, "gate.db"),
    "read-only": (Calls.ALL, errno.EROFS, "/gate/"),
}

if __name__ == "__main__":
    main()
