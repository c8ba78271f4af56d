"""Kills in the middle of a copy's way to a far place: the next gate goes on with the part that was cut."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from privacy.gate.backups import copies
from privacy.gate.backups.copies import Sending
from privacy.gate.backups.shelves import FOLDER
from tests.crash.far_child import NAME, PART
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.backups.far import Place, place, read

DATA = os.urandom(4 * PART - 10_000)
IN_A_PART = (
    PART + 30_000,
    PART + 50_000,
)  # bytes of an attempt after which it is killed: each in its second part


def life(far: Place, state: Path) -> "subprocess.Popen[bytes]":
    words = [far.kind, str(state), str(far.port), str(far.ca_file)]
    return subprocess.Popen([sys.executable, "-m", "tests.crash.far_child", *words])


async def remembered(state: Path) -> Sending | None:
    async with opened(state) as door:
        return (await door.desk.store.read(copies.sending)).get("vault")


@pytest.mark.parametrize("kind", ["webdav", "opaque"])
@pytest.mark.timeout(300)
def test_a_gate_that_is_killed_within_a_copy_goes_on_with_the_part_that_was_cut_off(
    kind: str, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    (state / FOLDER).mkdir(mode=0o700, parents=True)
    (state / FOLDER / NAME).write_bytes(DATA)
    with place(kind, tmp_path) as far:
        for killed, after in enumerate(IN_A_PART, 1):
            far.front.hold_asking = after
            with life(far, state) as child:
                while not far.front.held.wait(0.1):
                    assert child.poll() is None  # it did not come so far
                child.kill()
            far.front.let_go(reset=True)
            one = asyncio.run(remembered(state))
            assert one is not None
            assert (one.landed, sorted(one.tags)) == (killed * PART, list(range(killed)))
        before = len(far.front.asked)
        with life(far, state) as child:
            assert child.wait(60) == 0
        left = len(DATA) - len(IN_A_PART) * PART
        assert left < len(far.front.asked) - before < left + PART  # the rest, and nothing that was there
        assert asyncio.run(remembered(state)) is None

        async def there() -> bytes:
            with far.open() as target:
                return await read(target, NAME)

        assert asyncio.run(there()) == DATA
