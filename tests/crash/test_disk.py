import random

from tests.crash.disk import Cut, Disk, Record


def record(op: str, number: int = 0, offset: int = 0, text: str = "", data: bytes = b"") -> Record:
    return Record(op, number, offset, text, data)


def disk(*records: Record) -> Disk:
    made = Disk()
    for one in records:
        made.apply(one)
    return made


def dropped(*records: Record) -> dict[str, bytes]:
    return disk(*records).after(Cut.DROPPED, random.Random(1))


CREATE = record("C", 1, text="/s/a")
WRITE = record("W", 1, 0, data=b"hello")
SYNC = record("S", 1)
SYNC_FOLDER = record("D", text="/s")


def test_a_file_is_there_when_its_folder_was_synced_and_full_when_it_was() -> None:
    assert dropped(CREATE, WRITE, SYNC) == {}
    assert dropped(CREATE, WRITE, SYNC_FOLDER) == {"/s/a": b""}
    assert dropped(CREATE, WRITE, SYNC, SYNC_FOLDER) == {"/s/a": b"hello"}


def test_writes_and_cuts_after_the_last_sync_are_dropped() -> None:
    later = (record("W", 1, 5, data=b" world"), record("T", 1, 2))
    assert dropped(CREATE, WRITE, SYNC, SYNC_FOLDER, *later) == {"/s/a": b"hello"}
    assert dropped(CREATE, WRITE, SYNC, SYNC_FOLDER, *later, SYNC) == {"/s/a": b"he"}


def test_a_rename_and_an_unlink_count_from_the_sync_of_the_folder() -> None:
    made = (CREATE, WRITE, SYNC, SYNC_FOLDER)
    rename = record("R", text="/s/a\0/s/b")
    unlink = record("U", text="/s/b")
    assert dropped(*made, rename) == {"/s/a": b"hello"}
    assert dropped(*made, rename, SYNC_FOLDER) == {"/s/b": b"hello"}
    assert dropped(*made, rename, SYNC_FOLDER, unlink) == {"/s/b": b"hello"}
    assert dropped(*made, rename, SYNC_FOLDER, unlink, SYNC_FOLDER) == {}


def test_a_torn_write_leaves_whole_sectors_of_old_or_new() -> None:
    old, new = b"o" * 2048, b"n" * 2048
    made = disk(CREATE, record("W", 1, 0, data=old), SYNC, SYNC_FOLDER, record("W", 1, 0, data=new))
    seen = set()
    for seed in range(200):
        content = made.after(Cut.TORN, random.Random(seed))["/s/a"]
        sectors = [content[start : start + 512] for start in range(0, 2048, 512)]
        assert all(sector in (old[:512], new[:512]) for sector in sectors)
        seen.add(content)
    assert {old, new} < seen
