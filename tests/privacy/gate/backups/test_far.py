"""Copies at real servers: put, seen when whole, taken up again, read from anywhere, removed."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.gate.backups import far_parts, s3, webdav
from privacy.gate.backups.target import NOTHING, Taken, TargetError, Trouble
from privacy.gate.network import http_line, tls_line
from tests.privacy.gate.backups.far import KINDS, NAME, OTHER, Place, place, read, source

DATA = os.urandom(250_000)
CUTS = int(os.environ.get("CUTS", "6"))  # of a line, along one copy on its way


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (webdav, s3, far_parts):
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
        far.front.cut_asking, far.front.orderly = cut, cut == 30_000
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


@pytest.mark.parametrize("orderly", [False, True])
@pytest.mark.parametrize("way", ["asking", "answering"])
async def test_wherever_a_line_ends_the_copy_is_there_at_the_next_try_at_the_latest(
    far: Place, tmp_path: Path, way: str, *, orderly: bool
) -> None:
    far.front.orderly = orderly

    def counted() -> int:
        return len(far.front.asked) if way == "asking" else far.front.answered

    before = counted()
    with far.open() as target:
        await target.put(NAME, source(tmp_path, DATA), far.land)
        whole = counted() - before
        await target.remove(NAME)
    broken = 0
    for number in range(CUTS):
        far.front.end_at = way, counted() + 1 + (whole - 1) * number // (CUTS - 1)
        trouble = None
        try:
            with far.open() as target:
                await target.put(NAME, source(tmp_path, DATA), far.land)
        except TargetError as error:
            trouble = error.trouble
        assert trouble in {None, Trouble.UNREACHABLE}
        broken += trouble is not None
        far.front.end_at = None  # at the very end a run may need a few bytes less
        with far.open() as target:
            await target.put(NAME, source(tmp_path, DATA), far.land)
            await (
                target.tidy()
            )  # of an answer that was lost an unfinished copy may be left; the next night ends it
            assert await target.tidy() == 0
            assert await read(target, NAME) == DATA
            await target.remove(NAME)
    assert broken  # else no line was ended


@pytest.mark.parametrize("orderly", [False, True])
async def test_a_line_that_ends_while_a_copy_is_read_or_listed_is_no_fault_of_the_copy(
    far: Place, tmp_path: Path, *, orderly: bool
) -> None:
    with far.open() as target:
        await target.put(NAME, source(tmp_path, DATA), far.land)
    far.front.orderly = orderly
    for after in (1, 100_000):
        far.front.end_at = "answering", far.front.answered + after
        with far.open() as target, pytest.raises(TargetError) as lost:
            await read(target, NAME)
        assert lost.value.trouble is Trouble.UNREACHABLE


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


class Killed(Exception):
    """At that moment nothing more is done, and nothing is remembered."""


@pytest.fixture(params=(*KINDS, "opaque"))
def goes_on(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with place(request.param, tmp_path) as made:
        yield made


async def killed_at(far: Place, tmp_path: Path, landed: int, *, remembered: bool) -> int:
    """A kill when so much has landed, before or after that was written down; bytes that left until then."""
    before = len(far.front.asked)

    async def land(done: int, taken: Taken = NOTHING) -> None:
        if done < landed or remembered:
            await far.land(done, taken)
        if done >= landed:
            raise Killed

    with far.open() as target, pytest.raises(Killed):
        await target.put(NAME, source(tmp_path, DATA), land, far.taken)
    return len(far.front.asked) - before


async def went_on(far: Place, tmp_path: Path) -> int:
    """Bytes that it took to have the whole copy there."""
    before = len(far.front.asked)
    with far.open() as target:
        await target.put(NAME, source(tmp_path, DATA), far.land, far.taken)
        sent = len(far.front.asked) - before
        assert await read(target, NAME) == DATA
        assert await target.tidy() == 0
    return sent


def parts_of(far: Place) -> list[Path]:
    """Files in which the server keeps the parts of an unfinished copy, in order."""
    return sorted(far.folder.rglob(f"{NAME}.unfinished/0000?" if far.kind == "webdav" else "parts/*.bin"))


async def test_after_a_kill_a_copy_goes_on_with_the_first_part_that_is_not_proven_to_be_there(
    goes_on: Place, tmp_path: Path
) -> None:
    heads = 12_000
    await killed_at(goes_on, tmp_path, 140_000, remembered=False)
    assert (sorted(goes_on.taken.tags), len(parts_of(goes_on))) == ([0], 2)

    # the answer for the second part was lost: it counts where the place proves its bytes; an ETag that is no
    # hash proves nothing, and S3 gives no part of an unfinished copy back
    again = 70_000 if goes_on.kind == "opaque" else 0
    sent = await killed_at(goes_on, tmp_path, 210_000, remembered=True)
    assert again + 70_000 < sent < again + 70_000 + heads
    assert sorted(goes_on.taken.tags) == [0, 1, 2]

    # and what is remembered and not there any more does not count
    parts_of(goes_on)[1].unlink()
    goes_on.landed.clear()
    sent = await went_on(goes_on, tmp_path)
    assert 110_000 < sent < 110_000 + heads
    assert goes_on.landed == [140_000, 210_000, 250_000, 250_000]


async def test_a_part_that_has_the_size_and_not_the_bytes_is_sent_again(tmp_path: Path) -> None:
    with place("webdav", tmp_path) as far:
        await killed_at(far, tmp_path, 140_000, remembered=False)
        parts_of(far)[1].write_bytes(bytes(70_000))  # as a server that makes room first and was cut off then
        assert await went_on(far, tmp_path) > 180_000


async def test_an_upload_that_nobody_goes_on_with_is_ended(tmp_path: Path) -> None:
    with place("s3", tmp_path) as far:
        await killed_at(far, tmp_path, 140_000, remembered=True)
        with far.open() as target:
            assert isinstance(target, s3.S3)
            await target._tree("POST", NAME, "InitiateMultipartUploadResult", [("uploads", "")])
            assert len(await target._uploads("")) == 2
        assert await went_on(far, tmp_path) < 130_000  # the one with the parts went on, the other is ended
        # and where a rule of the bucket ended it, what is remembered of it counts for nothing
        with far.open() as target:
            await target.remove(NAME)
        await killed_at(far, tmp_path, 140_000, remembered=True)
        with far.open() as target:
            assert await target.tidy() == 1
        assert await went_on(far, tmp_path) > len(DATA)


async def test_bytes_that_came_otherwise_are_refused_by_the_service_itself(tmp_path: Path) -> None:
    damaged: list[bool] = []

    def meddle(body: bytes) -> bytes:
        return bytes((body[0] ^ 1,)) + body[1:] if damaged and damaged.pop() else body

    with place("s3", tmp_path, meddle=meddle) as far, far.open() as target:
        for name, size in ((OTHER, 60_000), (NAME, 250_000)):
            damaged.append(True)
            with pytest.raises(TargetError, match="BadDigest") as refused:
                await target.put(name, source(tmp_path, DATA[:size]), far.land, far.taken)
            assert refused.value.trouble is Trouble.UNREACHABLE  # it is tried again
            assert far.taken.tags == {}
            await target.put(name, source(tmp_path, DATA[:size]), far.land, far.taken)
            assert await read(target, name) == DATA[:size]
