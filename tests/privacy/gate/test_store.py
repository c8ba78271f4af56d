"""The gate's store: made once, clear about every way it can be unusable, and durable."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from privacy.gate.storage import book
from privacy.gate.storage.steps import STEPS
from privacy.gate.storage.store import RESERVE_SIZE, Store, StoreError, Transaction
from privacy.ledger import content_of
from tests.privacy.gate.at_the_door import opened


def put(tx: Transaction) -> None:
    tx.execute("INSERT INTO meta (key, value) VALUES ('a', X'01')")


def get(tx: Transaction) -> object:
    return tx.execute("SELECT value FROM meta WHERE key = 'a'").fetchone()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = Store.open(tmp_path, os.urandom)
    store.write(put)
    store.close()
    return tmp_path


def refusal(folder: Path) -> str:
    with pytest.raises(StoreError) as refused:
        Store.open(folder, os.urandom).close()
    assert "\n" not in str(refused.value)
    return refused.value.code


def test_what_was_written_is_there_after_the_next_start(folder: Path) -> None:
    store = Store.open(folder, os.urandom)
    assert store.read(get) == (b"\x01",)
    store.close()


@pytest.mark.obligation("Q6.3-g")
def test_nothing_on_the_disk_is_readable_without_the_key(folder: Path) -> None:
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    assert len((folder / "key").read_bytes()) == 32
    for path in folder.iterdir():
        assert b"SQLite format" not in path.read_bytes()
        assert b"CREATE TABLE" not in path.read_bytes()


def test_another_key_is_called_a_wrong_key_and_changes_nothing(folder: Path) -> None:
    before = (folder / "gate.db").read_bytes()
    right = (folder / "key").read_bytes()
    (folder / "key").write_bytes(os.urandom(32))
    assert refusal(folder) == "wrong_key"
    (folder / "key").write_bytes(b"short")
    assert refusal(folder) == "wrong_key"
    (folder / "key").unlink()
    assert refusal(folder) == "key_missing"
    assert (folder / "gate.db").read_bytes() == before
    (folder / "key").write_bytes(right)
    Store.open(folder, os.urandom).close()


def test_a_damaged_file_is_called_damaged(folder: Path) -> None:
    data = bytearray((folder / "gate.db").read_bytes())
    data[100:200] = bytes(100)
    (folder / "gate.db").write_bytes(data)
    assert refusal(folder) == "corrupt"


def test_a_file_of_a_newer_program_is_left_alone(folder: Path) -> None:
    store = Store.open(folder, os.urandom)
    store.read(lambda tx: tx.execute(f"PRAGMA user_version = {len(STEPS) + 1}"))
    store.close()
    assert refusal(folder) == "newer"


@pytest.mark.obligation("Q6.15")
def test_a_table_without_a_declared_holding_stops_the_start(folder: Path) -> None:
    store = Store.open(folder, os.urandom)
    store.write(lambda tx: tx.execute("CREATE TABLE guests (name TEXT)"))
    store.close()
    assert refusal(folder) == "no_holding"


def test_a_job_that_fails_leaves_nothing(folder: Path) -> None:
    store = Store.open(folder, os.urandom)

    def half(tx: Transaction) -> None:
        tx.execute("DELETE FROM meta")
        raise KeyError

    with pytest.raises(KeyError):
        store.write(half)
    assert store.read(get) == (b"\x01",)
    store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("a small disk of its own needs root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m,mode=700", "tmpfs", tmp_path], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a small disk can't be mounted here")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


def fill(disk: Path) -> None:
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return


def large(tx: Transaction) -> None:
    tx.execute("INSERT INTO meta (key, value) VALUES ('b', ?)", (bytes(60_000),))


def test_on_a_full_disk_only_what_closes_is_written(small_disk: Path) -> None:
    store = Store.open(small_disk, os.urandom)
    assert (small_disk / "reserve").stat().st_size == RESERVE_SIZE
    fill(small_disk)
    with pytest.raises(StoreError, match="free some space") as refused:
        store.write(large)
    assert refused.value.code == "full"
    store.write(large, closing=True)
    assert not (small_disk / "reserve").exists()
    (small_disk / "ballast").unlink()
    store.keep_reserve()
    assert (small_disk / "reserve").stat().st_size == RESERVE_SIZE
    store.close()


FAILING_DISK = """
import ctypes, errno, os, struct, sys
from pathlib import Path
from privacy.gate.storage.store import Store, StoreError

store = Store.open(Path(sys.argv[1]), os.urandom)
# from here on every fsync and fdatasync of this process fails as a broken disk's does (seccomp answers EIO)
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, NUMBERS[0]), (6, 0, 0, 0x50000 | errno.EIO)]
steps += [(0x15, 0, 1, NUMBERS[1]), (6, 0, 0, 0x50000 | errno.EIO), (6, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)
assert libc.prctl(22, 2, ctypes.byref(Program(len(steps), ctypes.addressof(code)))) == 0
try:
    store.write(lambda tx: tx.execute("DELETE FROM meta"))
except StoreError as error:
    print(error.code, store.read(lambda tx: tx.execute("SELECT count(*) FROM meta").fetchone())[0])
"""


def test_a_write_that_can_not_be_synced_is_an_error_and_changes_nothing(folder: Path) -> None:
    numbers = {"x86_64": "(74, 75)", "aarch64": "(82, 83)"}.get(os.uname().machine)  # fsync, fdatasync
    if numbers is None:
        pytest.skip("system call numbers of this machine are not known here")
    child = subprocess.run(
        [sys.executable, "-c", FAILING_DISK.replace("NUMBERS", numbers), str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.split() == ["io", "1"]


async def test_a_gate_with_a_full_disk_starts_and_says_so_in_its_book(small_disk: Path) -> None:
    async with opened(small_disk):
        pass
    fill(small_disk)
    async with opened(small_disk) as door:
        rows = await door.desk.store.read(lambda tx: book.page(tx, -1, 100))
        kinds = [(content_of(row) or {}).get("kind") for row in rows]
    assert kinds == ["epoch", "start", "configuration", "start"]
    assert not (small_disk / "reserve").exists()
