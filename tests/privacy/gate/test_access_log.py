"""The access log (obligation Q6.1) in the gate's real store: what is kept, and how long by any clock."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privacy.gate.front import access_log
from privacy.gate.front.access_log import FLUSH_ROWS, RETENTION, WAITING_LIMIT, AccessLog
from privacy.gate.front.connection import Access
from privacy.gate.storage.schema import HOLDINGS
from privacy.gate.storage.store import Store
from tests.clock import ManualClock

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ONE = Access(ip="192.0.2.7", file="/api/v1/devices", status=200, referrer="http://127.0.0.1:8480/")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[sqlcipher.Connection]:
    store = Store.open(tmp_path, bytes)
    connection = store.another_connection()
    yield connection
    connection.close()
    store.close()


def opened(disk: sqlcipher.Connection, at: datetime) -> tuple[AccessLog, ManualClock]:
    """A log as a start makes it, at that time."""
    clock = ManualClock(at)
    return AccessLog(disk, clock, sqlcipher.DatabaseError), clock


@contextmanager
def started(folder: Path, at: datetime) -> Iterator[tuple[AccessLog, ManualClock]]:
    """The same of a store that is opened for it and closed after it."""
    store = Store.open(folder, bytes)
    with closing(store), closing(store.another_connection()) as disk:
        yield opened(disk, at)


def rows(
    disk: sqlcipher.Connection, what: str = "at, ip, file, status, referrer FROM access_log"
) -> list[object]:
    return list(disk.execute(f"SELECT {what}"))


@pytest.mark.obligation("Q6.1-a")
def test_a_line_holds_time_address_file_code_and_referrer_and_nothing_else(
    disk: sqlcipher.Connection,
) -> None:
    log, _ = opened(disk, START)
    log.record(ONE)
    log.flush()
    assert rows(disk) == [
        ("2026-03-01T12:00:00.000+00:00", "192.0.2.7", "/api/v1/devices", 200, "http://127.0.0.1:8480/")
    ]
    columns = rows(disk, "name FROM pragma_table_info('access_log')")
    assert columns == [("at",), ("ip",), ("file",), ("status",), ("referrer",)]


@pytest.mark.obligation("Q6.1-c")
@pytest.mark.parametrize("off", [False, True])
def test_a_line_goes_after_seven_days_and_one_second(tmp_path: Path, off: bool) -> None:
    with started(tmp_path, START) as (log, _):
        log.record(ONE)
        log.flush()
    almost = START + timedelta(days=7) - timedelta(seconds=1)  # as the notice has it
    with started(tmp_path, almost) as (log, clock):
        assert len(list(log.rows())) == 1  # control
        if not off:
            clock.jump(timedelta(seconds=2))
            log.flush()
            assert list(log.rows()) == []
    with started(tmp_path, almost + timedelta(seconds=2)) as (log, _):
        assert list(log.rows()) == []


@pytest.mark.obligation("Q6.1-c")
def test_a_line_goes_right_after_a_start_when_the_home_was_off(disk: sqlcipher.Connection) -> None:
    log, _ = opened(disk, START)
    log.record(ONE)
    log.flush()
    opened(disk, START + timedelta(days=6))
    assert len(rows(disk)) == 1  # control
    opened(disk, START + RETENTION + timedelta(seconds=1))
    assert rows(disk) == []


@pytest.mark.obligation("Q6.1-c")
async def test_a_clock_that_goes_wrong_never_keeps_a_line_longer(disk: sqlcipher.Connection) -> None:
    log, _ = opened(disk, START)
    log.record(ONE)
    log.flush()
    # after a restart the clock is an hour behind: the time seen before counts, and running time on top
    behind, clock = opened(disk, START - timedelta(hours=1))
    behind.flush()
    assert len(rows(disk)) == 1
    await clock.advance((RETENTION + timedelta(seconds=1)).total_seconds())
    behind.flush()
    assert rows(disk) == []


@pytest.mark.obligation("Q6.1-c")
@pytest.mark.parametrize("set_to", [timedelta(days=-30), timedelta(days=-30 * 365)])
def test_a_clock_set_back_far_dates_nothing_any_more(disk: sqlcipher.Connection, set_to: timedelta) -> None:
    log, _ = opened(disk, START)
    log.record(ONE)
    log.flush()
    back, clock = opened(disk, START + set_to)
    back.flush()
    assert rows(disk) == []
    back.record(ONE)  # and from there on it counts as ever
    back.flush()
    assert len(rows(disk)) == 1
    clock.jump(RETENTION + timedelta(seconds=1))
    back.flush()
    assert rows(disk) == []


@pytest.mark.obligation("Q6.1-c")
def test_lines_of_a_clock_that_was_ahead_do_not_outlive_its_correction(disk: sqlcipher.Connection) -> None:
    ahead, _ = opened(disk, START + timedelta(days=5000))
    ahead.record(ONE)
    ahead.flush()
    assert len(rows(disk)) == 1
    opened(disk, START)
    assert rows(disk) == []


@pytest.mark.obligation("Q6.1-d")
def test_counts_survive_without_an_address(disk: sqlcipher.Connection) -> None:
    log, clock = opened(disk, START)
    for status in (200, 204, 404, 503, 101):
        log.record(Access(ip="192.0.2.7", file="/", status=status, referrer=""))
    log.flush()
    clock.jump(timedelta(days=400))
    log.flush()
    assert rows(disk) == []
    counts = rows(disk, "day, status_class, requests FROM access_count ORDER BY status_class")
    assert counts == [("2026-03-01", 1, 1), ("2026-03-01", 2, 2), ("2026-03-01", 4, 1), ("2026-03-01", 5, 1)]


@pytest.mark.obligation("Q6.1-b")
def test_the_log_is_declared_and_encrypted(disk: sqlcipher.Connection, tmp_path: Path) -> None:
    log, _ = opened(disk, START)
    log.record(ONE)
    log.flush()
    assert HOLDINGS["access_log"].retention == RETENTION
    for path in tmp_path.iterdir():
        assert b"192.0.2.7" not in path.read_bytes()
    with closing(sqlite3.connect(tmp_path / "gate.db")) as plain, pytest.raises(sqlite3.DatabaseError):
        plain.execute("SELECT * FROM access_log")


def test_hostile_lines_are_bounded_and_wait_while_the_disk_refuses(disk: sqlcipher.Connection) -> None:
    log, _ = opened(disk, START)
    disk.execute("PRAGMA query_only = ON")
    for _ in range(WAITING_LIMIT + FLUSH_ROWS + 10):
        log.record(Access(ip="192.0.2.7", file="/" + "x" * 9000, status=200, referrer="y" * 9000))
    log.flush()
    assert rows(disk) == []
    disk.execute("PRAGMA query_only = OFF")
    log.flush()
    counted = rows(disk, "count(*), max(length(file)), max(length(referrer)) FROM access_log")
    assert counted == [(WAITING_LIMIT, 512, 512)]


def test_a_flood_fills_no_card(disk: sqlcipher.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_log, "ROWS_LIMIT", 250)
    log, _ = opened(disk, START)
    for number in range(1000):
        log.record(Access(ip="127.0.0.1", file=f"/{number}", status=404, referrer=""))
    log.flush()
    kept = [row[2] for row in log.rows()]
    assert sorted(kept) == sorted(f"/{number}" for number in range(750, 1000))
    assert rows(disk, "requests FROM access_count") == [(1000,)]
