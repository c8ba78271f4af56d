"""An older file is brought up to date whole, keeps its consents, and leaves a way back."""

import json
import os
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from privacy.consent import Via
from privacy.gate.storage import counts, records, upgrade
from privacy.gate.storage.steps import STEPS
from privacy.gate.storage.store import Store
from privacy.gate.storage.upgrade import bring_up_to_date
from tests.privacy import house
from tests.privacy.decrypted import everything_in
from tests.privacy.gate.at_the_door import opened

OLD_GRANT = {  # as the first release wrote it
    "id": 1,
    "activity": house.ACTIVITY,
    "recipient": "support",
    "host": "support.example.org",
    "country": "DE",
    "form": "until",
    "groups": ["system"],
    "categories": ["system"],
    "ticket": "T-1",
    "text_hash": house.register().activities[house.ACTIVITY].text_hash,
    "language": "de",
    "via": "console",
    "given": "2026-03-01T12:00:00Z",
    "until": "2026-03-04T12:00:00Z",
    "running_until_s": 259200.0,
    "payload_sha256": None,
    "began": None,
    "began_running_s": None,
    "delivered": False,
}


def connected(folder: Path, key: bytes) -> "sqlcipher.Connection":
    connection = sqlcipher.connect(str(folder / "gate.db"), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return connection


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A home of the first release, with one consent."""
    key = os.urandom(32)
    (tmp_path / "key").write_bytes(key)
    connection = connected(tmp_path, key)
    bring_up_to_date(connection, tmp_path / "gate.db", STEPS[:1])
    body = json.dumps(OLD_GRANT).encode()
    connection.execute("INSERT INTO grants (id, live, body) VALUES (1, 1, ?)", (body,))
    connection.executemany(
        "INSERT INTO meta (key, value) VALUES (?, ?)", [("epoch", b"ab" * 16), ("signing_seed", bytes(32))]
    )
    connection.close()
    return tmp_path


async def test_consents_given_before_go_on_in_their_epoch(old: Path) -> None:
    async with opened(old) as door:
        (grant,) = door.desk.standing.live()
        assert (grant.epoch, grant.via, grant.addressee) == ("ab" * 16, Via.CONSOLE, "")
        assert door.desk.standing.epoch == grant.epoch


def test_what_was_counted_today_is_counted_on(tmp_path: Path) -> None:
    connection = connected(tmp_path, bytes(32))
    bring_up_to_date(connection, tmp_path / "gate.db", STEPS[:1])
    connection.execute("INSERT INTO budgets VALUES ('a', 'r', '2026-03-01', 7)")
    connection.executemany(
        "INSERT INTO refusals VALUES ('2026-03-01', ?, 'r', ?, 2)", [("a", "one"), ("a", "two"), ("b", "one")]
    )
    bring_up_to_date(connection, tmp_path / "gate.db")
    midnight = counts.quarter_of(house.START.replace(hour=0))
    rows = connection.execute("SELECT * FROM counts ORDER BY activity").fetchall()
    connection.close()
    assert rows == [(midnight, "a", "r", 7, 4), (midnight, "b", "r", 0, 2)]


def test_the_copy_beside_it_is_the_way_back_and_of_the_same_key(old: Path) -> None:
    Store.open(old, os.urandom).close()
    (copy,) = upgrade.copies(old)
    assert copy.stat().st_mode & 0o777 == 0o600
    assert b"SQLite format" not in copy.read_bytes()
    copy.replace(old / "gate.db")
    for path in old.glob("gate.db-*"):
        path.unlink()
    connection = connected(old, (old / "key").read_bytes())
    assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert connection.execute("SELECT count(*) FROM grants").fetchone() == (1,)
    connection.close()


def test_a_step_that_fails_leaves_the_file_as_it_was(old: Path) -> None:
    connection = connected(old, (old / "key").read_bytes())
    broken = (*STEPS[:1], "CREATE TABLE keys (kid TEXT); CREATE TABLE meta (key TEXT)")
    with pytest.raises(sqlcipher.OperationalError):
        bring_up_to_date(connection, old / "gate.db", broken)
    connection.close()
    store = Store.open(old, os.urandom)
    assert [grant.id for grant, _ in store.read(lambda tx: list(records.grants(tx)))] == [1]
    store.close()


def test_a_file_that_is_up_to_date_is_not_copied(tmp_path: Path) -> None:
    Store.open(tmp_path, os.urandom).close()
    Store.open(tmp_path, os.urandom).close()
    assert upgrade.copies(tmp_path) == []


def test_what_is_destroyed_for_good_is_not_in_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, pseudonym = os.urandom(32), os.urandom(16).hex().encode()
    (tmp_path / "key").write_bytes(os.urandom(32))
    connection = connected(tmp_path, (tmp_path / "key").read_bytes())
    bring_up_to_date(connection, tmp_path / "gate.db", STEPS[:-1])
    connection.execute("INSERT INTO monitoring VALUES ('monitor', 'w', ?, ?, 1, 2, 1)", (secret, pseudonym))
    connection.execute(
        "INSERT INTO sent VALUES ('t', 'monitor.device', 'monitor', '', '', ?, 1, 1, 1, 'delivered', NULL)",
        (pseudonym,),
    )
    connection.execute("INSERT INTO telemetry VALUES ('2026-W09', '2026-02', 'rooms', 1, 3, 200, 'drawn')")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def copied() -> tuple[list[bool], object]:
        bring_up_to_date(connection, tmp_path / "gate.db", (*STEPS[:-1], "SELECT 1"))
        connection.execute(f"PRAGMA user_version = {len(STEPS) - 1}")
        (copy,) = upgrade.copies(tmp_path)
        there = everything_in(copy, (tmp_path / "key").read_bytes())
        connection.execute("ATTACH DATABASE ? AS copy", (str(copy),))
        row = connection.execute("SELECT answer, epsilon_milli, state FROM copy.telemetry").fetchone()
        connection.execute("DETACH DATABASE copy")
        return [piece in there for piece in (secret, pseudonym)], row

    assert copied() == ([False, False], (None, 200, "missed"))
    assert connection.execute("SELECT count(*) FROM monitoring").fetchone() == (1,)
    monkeypatch.setattr(upgrade, "_NOT_COPIED", ())  # the control: the copy is all of it
    assert copied() == ([True, True], (3, 200, "drawn"))
    connection.close()
