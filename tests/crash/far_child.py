"""A gate that sends one copy on, ``python -m tests.crash.far_child KIND STATE PORT CA``, and ends then.

The gate's real store, keeping and client; there is no door, as that needs a network of its own.
"""

import asyncio
import sys
from hashlib import sha256
from pathlib import Path

from privacy.conversation import ConversationLost
from privacy.gate.backups import copies, far_parts, s3, webdav
from privacy.gate.backups.copies import Known, Sending, State
from privacy.gate.backups.keeping import Keeping
from privacy.gate.backups.settings import BackupSettings
from privacy.gate.backups.shelves import FOLDER, Progress, Shelves
from privacy.gate.storage.book import to_ms
from privacy.gate.storage.store import Transaction
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.backups.far import client

NAME, PART, SHEET = "homebase-20261128t203000z-0123456789abcdef.age", 70_000, "age1sheet"


async def nobody(op: str, within_s: float = 0.0, /, **_: object) -> dict[str, object]:
    raise ConversationLost(f"{op} {within_s}")


async def main(kind: str, state: Path, port: int, ca_file: Path) -> None:
    for module in (far_parts, s3, webdav):
        module.PART = PART  # type: ignore[attr-defined]
    async with opened(state) as door:
        desk, data = door.desk, (state / FOLDER / NAME).read_bytes()
        shelves = Shelves(desk=desk, ask=nobody, settings=BackupSettings(), progress=Progress())
        known = Known(
            target="vault",
            name=NAME,
            made_ms=to_ms(desk.time.instant().at),
            size=len(data),
            sha256=sha256(data).hexdigest(),
        )

        def begun(tx: Transaction) -> Sending:
            if "vault" not in copies.sending(tx):
                copies.keep_sheet(tx, SHEET, "", desk.time.instant().at)
                copies.keep(tx, known)
                copies.keep_sending(tx, "vault", Sending(name=NAME, sheet=SHEET, next_ms=0))
            return copies.sending(tx)["vault"]

        one = await desk.store.write(begun)
        with client(kind, port, ca_file) as target:
            shelves.targets["vault"] = target
            there = await Keeping(shelves=shelves).go_on("vault", target, one)
        assert there is not None
        assert there.state is State.VERIFIED, there.why


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
