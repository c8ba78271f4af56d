"""Copies at real servers: put, seen when whole, taken up again, read from anywhere, removed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.gate.backups import far as far_code
from privacy.gate.backups import s3, webdav
from privacy.gate.backups.target import TargetError, Trouble
from tests.privacy.gate.backups.far import KINDS, NAME, Place, place, read, source

DATA = os.urandom(250_000)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (far_code, webdav, s3):
        monkeypatch.setattr(module, "PART", 70_000)


@pytest.fixture(params=KINDS)
def far(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as made:
        yield made


async def test_a_copy_comes_back_as_it_was_put(far: Place, tmp_path: Path) -> None:
    for size in (1, 70_000, 70_001, len(DATA)):
        connections = far.front.connections
        with far.open() as target:
            await target.put(NAME, source(tmp_path, DATA[:size]), far.land)
            (copy,) = await target.copies()
            assert (copy.name, copy.size) == (NAME, size)
            assert copy.at is not None
            assert far.landed[-1] == size
            assert await read(target, NAME) == DATA[:size]
            for offset in {0, 1, size // 2, max(0, size - 1)}:
                assert await read(target, NAME, offset) == DATA[offset:size]
            asked = len(far.front.asked)
            await target.put(NAME, source(tmp_path, DATA[:size]), far.land)
            assert len(far.front.asked) - asked < 2_000  # nothing of it was sent again
            await target.remove(NAME)
            await target.remove(NAME)
            assert await target.copies() == ()
            with pytest.raises(TargetError) as gone:
                await read(target, NAME)
            assert gone.value.trouble is Trouble.NOT_FOUND
        assert far.front.connections == connections + 1
