"""Copies at real servers: put, seen when whole, taken up again, read from anywhere, removed."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.gate.backups import s3, webdav
from privacy.gate.backups.target import TargetError, Trouble
from privacy.gate.network import http_line, tls_line
from tests.privacy.gate.backups.far import KINDS, NAME, OTHER, Place, place, read, source

DATA = os.urandom(250_000)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (webdav, s3):
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


async def test_a_copy_goes_on_where_the_line_broke_and_is_seen_when_it_is_whole(
    far: Place, tmp_path: Path
) -> None:
    with far.open() as target:
        await target.put(OTHER, source(tmp_path, b"x"), far.land)
        await target.remove(OTHER)
    for cut in (1, 30_000, 60_000):
        far.front.cut_asking = cut
        with far.open() as target, pytest.raises(TargetError) as broken:
            await target.put(NAME, source(tmp_path, DATA), far.land)
        assert broken.value.trouble is Trouble.UNREACHABLE
        far.front.cut_asking = None
        with far.open() as target:
            assert await target.copies() == ()
    far.front.cut_asking = 130_000  # within the second part: that one goes again on a new line, by itself
    with far.open() as target:
        await target.put(NAME, source(tmp_path, DATA), far.land)
        await target.remove(NAME)
    far.front.cut_asking = None
    with far.open() as target:
        await target.put(NAME, source(tmp_path, DATA), far.land)
        assert await read(target, NAME) == DATA
        assert await target.tidy() == 0


async def test_a_wrong_password_is_said_to_be_one(far: Place, tmp_path: Path) -> None:
    with far.open(password="another") as target, pytest.raises(TargetError) as refused:
        await target.put(NAME, source(tmp_path, DATA), far.land)
    assert refused.value.trouble is Trouble.NO_ACCESS


async def test_digest_proves_who_asks_without_the_password(tmp_path: Path) -> None:
    with place("webdav", tmp_path, digest=True) as far, far.open() as target:
        await target.put(NAME, source(tmp_path, DATA), far.land)
        assert await read(target, NAME) == DATA
        assert b"Authorization: Digest" in far.front.asked
        assert b"Authorization: Basic" not in far.front.asked


async def test_a_full_server_is_said_to_be_full_and_shows_no_half_copy(tmp_path: Path) -> None:
    with place("webdav", tmp_path, quota=100_000) as far, far.open() as target:
        with pytest.raises(TargetError) as full:
            await target.put(NAME, source(tmp_path, DATA), far.land)
        assert full.value.trouble is Trouble.FULL
        assert await target.copies() == ()
        assert await target.tidy() == 1


async def test_one_damaged_copy_hides_no_other(tmp_path: Path) -> None:
    with place("webdav", tmp_path) as far, far.open() as target:
        for name in (NAME, OTHER):
            await target.put(name, source(tmp_path, DATA), far.land)
        (part,) = far.folder.rglob(f"{NAME}/00001")
        part.unlink()
        assert [copy.name for copy in await target.copies()] == [OTHER]


async def test_a_slow_way_up_takes_its_time_and_a_slow_answer_does_not(
    far: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, read_ = tls_line.TlsLine.write, tls_line.TlsLine.read

    async def slow_write(self: tls_line.TlsLine, data: bytes) -> None:
        await asyncio.sleep(2.2 if len(data) > 10_000 else 0)
        await write(self, data)

    async def slow_read(self: tls_line.TlsLine) -> bytes:
        await asyncio.sleep(2.5)
        return await read_(self)

    monkeypatch.setattr(http_line, "ANSWER_TIME_S", 2.0)
    with far.open() as target:
        with monkeypatch.context() as slow:
            slow.setattr(tls_line.TlsLine, "write", slow_write)
            await target.put(NAME, source(tmp_path, DATA[:60_000]), far.land)
        monkeypatch.setattr(tls_line.TlsLine, "read", slow_read)
        with pytest.raises(TargetError, match="no progress in time") as given_up:
            await target.copies()
        assert given_up.value.trouble is Trouble.UNREACHABLE


async def test_parts_that_are_there_are_not_sent_again(far: Place, tmp_path: Path) -> None:
    class Stopped(Exception):
        pass

    def stop(count: int) -> None:
        raise Stopped(count)

    with far.open() as target, pytest.raises(Stopped):
        await target.put(NAME, source(tmp_path, DATA), stop)
    before = len(far.front.asked)
    with far.open() as target:
        await target.put(NAME, source(tmp_path, DATA), far.land)
        assert len(far.front.asked) - before < len(DATA) - 60_000
        assert await read(target, NAME) == DATA
