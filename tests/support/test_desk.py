"""Tickets, terms and the log of a receiver, with the machine off whenever it likes."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from io import FileIO
from pathlib import Path

import pytest

from privacy.received import Deleted, TicketState
from support import desk as desk_module
from support.desk import Declined, Desk
from support.exchange import Request
from support.identity import BadIdentity, identity_in
from support.label import REPORT, Deletion, Delivery, StateAsked, mismatch, read
from support.store import FILE, Store, StoreError, overwrite
from support.told import Line
from tests.clock import ManualClock
from tests.privacy.house import SUPPORT_KEY

from .receiving import TRANSFER, bundle, deletion, delivery, desk_in, report


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def taken(desk: Desk, request: Request, clock: ManualClock) -> tuple[str, bool]:
    asked = read(request, clock.now())
    assert isinstance(asked, Delivery)
    return desk.take(asked, partial(mismatch, request))


def asked(desk: Desk, ticket: str, transfer: str = TRANSFER) -> Deleted | str:
    wanted = read(deletion(ticket, transfer), ManualClock().now())
    assert isinstance(wanted, Deletion)
    return desk.delete(wanted)


def whats(desk: Desk) -> list[str]:
    return [line.what for line in desk.log()]


@pytest.mark.obligation("Q6.6-a")
def test_only_what_is_for_an_open_ticket_is_kept(tmp_path: Path, clock: ManualClock) -> None:
    desk = desk_in(tmp_path / "s", clock)
    sent = delivery(desk.public_key, "T-1", clock.now())
    assert taken(desk, sent, clock) == ("ticket_not_open", False)
    desk.open_ticket("T-1", "ada")
    receipt, kept = taken(desk, sent, clock)  # control: with the ticket it is
    assert kept
    again = delivery(desk.public_key, "T-1", clock.now())
    assert taken(desk, again, clock) == (receipt, True)  # the answer was lost: the same receipt, kept once
    assert [ticket.deliveries for ticket in desk.tickets()] == [1]
    assert desk.show("t-1", "ada")[0].text.encode() == bundle("T-1", clock.now())
    assert [(line.what, line.who) for line in desk.log()] == [
        ("refused", "home"),
        ("opened", "ada"),
        ("received", "home"),
        ("shown", "ada"),
    ]


@pytest.mark.obligation("Q6.6-a")
def test_a_report_opens_one_ticket_however_often_it_comes_and_its_state_is_told_to_its_home_alone(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_in(tmp_path / "s", clock)
    bad = report(desk.public_key, clock.now(), inside=b'{"description":"x","email":"y","rooms":"z"}')
    assert taken(desk, bad, clock) == ("not_a_report", False)
    sent = report(desk.public_key, clock.now())
    receipt, kept = taken(desk, sent, clock)
    assert kept
    number = desk.number_of(TRANSFER)
    assert taken(desk, report(desk.public_key, clock.now()), clock) == (receipt, True)
    assert [(one.number, one.deliveries) for one in desk.tickets()] == [(number, 1)]
    mine, strange = (StateAsked(transfer=of, ticket=number) for of in (TRANSFER, "ab" * 8))
    assert desk.state(mine) == TicketState(ticket=number, state="open")
    assert desk.state(strange) == "other_ticket"
    desk.close_ticket(number, "ada")
    assert desk.state(mine) == TicketState(ticket=number, state="closed")
    # strangers who know the key fill no place that whoever helps needs
    monkeypatch.setattr(desk_module, "MOST_REPORTED", 1)
    assert taken(desk, report(desk.public_key, clock.now(), transfer="cd" * 8), clock)[1]
    assert taken(desk, report(desk.public_key, clock.now(), transfer="ef" * 8), clock) == ("full", False)
    # a home that never learned the number takes its report back all the same, also before it came
    gone = asked(desk, REPORT, "cd" * 8)
    assert isinstance(gone, Deleted)
    assert gone.state == "deleted"
    assert asked(desk, REPORT, "ee" * 8) == Deleted(
        receipt=f"absent {'ee' * 8}", transfer="ee" * 8, state="absent"
    )
    late = report(desk.public_key, clock.now(), transfer="ee" * 8)
    assert taken(desk, late, clock) == ("deleted", False)
    assert asked(desk, "T-OTHER", TRANSFER) == "other_ticket"  # control: another number takes nothing back
    assert desk.open_ticket("", "ada")


@pytest.mark.obligation("Q6.6-c")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda key, at: delivery(SUPPORT_KEY, "T-1", at), "not_for_this_key"),
        (lambda key, at: replace(delivery(key, "T-1", at), body=b"plain"), "not_for_this_key"),
        (lambda key, at: delivery(key, "T-1", at, inside=b"pictures"), "not_a_diagnosis"),
        (lambda key, at: delivery(key, "T-1", at, inside=bundle("T-2", at)), "not_as_labelled"),
    ],
    ids=["other key", "not encrypted", "no diagnosis", "other ticket inside"],
)
def test_what_is_not_what_its_label_says_is_refused_and_not_kept(
    tmp_path: Path, clock: ManualClock, make: Callable[..., Request], code: str
) -> None:
    desk = desk_in(tmp_path / "s", clock)
    desk.open_ticket("T-1", "ada")
    assert taken(desk, make(desk.public_key, clock.now()), clock) == (code, False)
    assert desk.tickets()[0].deliveries == 0
    with pytest.raises(Declined, match="nothing_came"):
        desk.show("T-1", "ada")


@pytest.mark.obligation("Q6.6-d")
def test_a_closed_ticket_deletes_what_came_for_it_and_takes_nothing_more(
    tmp_path: Path, clock: ManualClock
) -> None:
    folder = tmp_path / "s"
    desk = desk_in(folder, clock)
    desk.open_ticket("T-1", "ada")
    desk.open_ticket("T-2", "ada")
    sent = delivery(desk.public_key, "T-1", clock.now())
    taken(desk, sent, clock)
    taken(desk, delivery(desk.public_key, "T-2", clock.now(), transfer="ab" * 8), clock)
    needle = sent.body[300:364]
    assert needle in (folder / FILE).read_bytes()  # control: it is there before
    assert desk.close_ticket("T-1", "bob") == 1
    assert all(needle not in path.read_bytes() for path in folder.iterdir())
    assert [ticket.number for ticket in desk.tickets()] == ["T-2"]
    assert taken(desk, sent, clock) == ("ticket_not_open", False)
    with pytest.raises(Declined, match="no_ticket"):
        desk.show("T-1", "bob")
    with pytest.raises(Declined, match="no_ticket"):
        desk.close_ticket("T-1", "bob")
    with pytest.raises(Declined, match="known_ticket"):
        desk.open_ticket("t-1", "bob")
    said = asked(desk, "T-1")
    assert isinstance(said, Deleted)
    assert said.state == "deleted"


@pytest.mark.obligation("Q6.6-d")
@pytest.mark.parametrize("guard", [True, False], ids=["overwritten", "control"])
def test_no_block_that_the_disk_gets_back_holds_a_deleted_delivery(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, guard: bool
) -> None:
    desk = desk_in(tmp_path / "s", clock)
    desk.open_ticket("T-1", "ada")
    sent = delivery(desk.public_key, "T-1", clock.now())
    taken(desk, sent, clock)
    journal, needle = tmp_path / "s" / f"{FILE}-journal", sent.body[300:364]
    freed: list[bytes] = []
    truncate = os.ftruncate

    def truncated(file: int, length: int) -> None:
        freed.append(journal.read_bytes())
        truncate(file, length)

    monkeypatch.setattr("support.store.os.ftruncate", truncated)
    if not guard:
        monkeypatch.setattr("support.store.overwrite", lambda file: freed.append(file.read()))
    desk.close_ticket("T-1", "ada")
    assert any(freed)
    assert any(needle in block for block in freed) is not guard
    assert any(any(block) for block in freed) is not guard  # zeros alone


def test_a_journal_that_a_crash_left_is_rolled_back_and_then_overwritten(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "s"
    desk = desk_in(folder, clock)
    desk.open_ticket("T-1", "ada")
    taken(desk, delivery(desk.public_key, "T-1", clock.now()), clock)
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA journal_mode = PERSIST'); c.execute('PRAGMA cache_size = 1');"
        "c.execute('BEGIN IMMEDIATE'); c.execute('DELETE FROM deliveries'); c.execute('DELETE FROM tickets');"
        "c.execute('UPDATE log SET note = hex(zeroblob(99999))'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(folder / FILE)], check=True)
    assert (folder / f"{FILE}-journal").read_bytes()[:4] == b"\xd9\xd5\x05\xf9"  # control: it is needed
    sizes: list[int] = []

    def overwritten(file: FileIO) -> None:
        sizes.append(os.fstat(file.fileno()).st_size)
        overwrite(file)

    monkeypatch.setattr("support.store.overwrite", overwritten)
    assert desk.tickets()[0].deliveries == 1  # as before the crash
    assert sizes[0] > 10_000


@pytest.mark.obligation("Q6.6-d")
@pytest.mark.parametrize("off", [False, True], ids=["running", "off across it"])
def test_on_its_date_it_is_deleted_also_when_the_machine_was_off(
    tmp_path: Path, clock: ManualClock, off: bool
) -> None:
    folder = tmp_path / "s"
    desk = desk_in(folder, clock)
    desk.open_ticket("T-1", "ada")
    sent = delivery(desk.public_key, "T-1", clock.now(), days=28)
    taken(desk, sent, clock)
    clock.jump(timedelta(days=28, seconds=-1))
    assert len(desk.show("T-1", "ada")) == 1  # control: a second before it is there
    later = clock.now() + timedelta(days=200 if off else 0, seconds=1)
    clock.jump(later - clock.now())
    if off:
        desk = desk_in(folder, clock)  # the first thing that anybody asks after the start
    with pytest.raises(Declined, match="nothing_came"):
        desk.show("T-1", "ada")
    assert sent.body[300:364] not in (folder / FILE).read_bytes()
    assert desk.log()[-1] == Line(
        at=later, what="deleted", ticket="T-1", transfer=TRANSFER, who="", note="term", times=1
    )
    said = asked(desk, "T-1")
    assert isinstance(said, Deleted)
    assert (said.state, said.deleted_at) == ("deleted", f"{later:%Y-%m-%dT%H:%M:%S}.000Z")


@pytest.mark.obligation("Q6.6-d")
def test_a_request_for_deletion_is_answered_with_the_truth(tmp_path: Path, clock: ManualClock) -> None:
    desk = desk_in(tmp_path / "s", clock)
    desk.open_ticket("T-1", "ada")
    never = asked(desk, "T-1", "ab" * 8)
    assert isinstance(never, Deleted)
    assert (never.state, never.deleted_at) == ("absent", None)
    sent = delivery(desk.public_key, "T-1", clock.now())
    taken(desk, sent, clock)
    assert asked(desk, "T-2") == "other_ticket"  # nobody else's word deletes it
    assert desk.tickets()[0].deliveries == 1
    first = asked(desk, "T-1")
    assert isinstance(first, Deleted)
    assert first.state == "deleted"
    assert desk.tickets()[0].deliveries == 0
    assert asked(desk, "T-1") == first  # as often as it is asked
    assert taken(desk, sent, clock) == ("deleted", False)  # a late repeat does not bring it back
    assert whats(desk) == ["opened", "absent", "received", "refused", "deleted", "refused"]


@pytest.mark.obligation("Q6.6-d")
def test_what_was_taken_back_before_it_was_here_is_not_kept_when_it_comes(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_in(tmp_path / "s", clock)
    desk.open_ticket("T-1", "ada")
    sent = delivery(desk.public_key, "T-1", clock.now())
    wanted = read(sent, clock.now())
    assert isinstance(wanted, Delivery)
    said: list[object] = []

    def opened(inside: bytes) -> str | None:
        said.append(asked(desk, "T-1"))  # the home withdraws while its delivery is decrypted
        return mismatch(sent, inside)

    assert desk.take(wanted, opened) == ("deleted", False)
    assert [one.state for one in said if isinstance(one, Deleted)] == ["absent"]
    assert asked(desk, "T-1") == said[0]  # and stays the truth
    assert desk.tickets()[0].deliveries == 0
    other = delivery(desk.public_key, "T-1", clock.now(), transfer="ab" * 8)
    assert taken(desk, other, clock)[1]  # control: another one is


def test_strangers_who_ask_for_deletions_leave_one_line_a_day(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "MOST_ABSENT", 2)
    desk = desk_in(tmp_path / "s", clock)
    desk.open_ticket("T-1", "ada")
    for ticket in ("T-9", "T-1"):  # of no ticket, and of one that they know
        for number in range(5):
            assert isinstance(asked(desk, ticket, f"{number:016x}"), Deleted)
    absent = [(line.ticket, line.times) for line in desk.log() if line.what == "absent"]
    assert absent == [("", 8), ("T-1", 1), ("T-1", 1)]
    plan = Store(tmp_path / "s").work(
        lambda tx: tx.execute("EXPLAIN QUERY PLAN DELETE FROM log WHERE at_ms <= 1").fetchall()
    )
    assert "log_at" in str(plan)  # each call sweeps: not by reading all lines


def test_when_the_disk_refuses_nothing_is_called_deleted(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_in(tmp_path / "s", clock)
    desk.open_ticket("T-1", "ada")
    taken(desk, delivery(desk.public_key, "T-1", clock.now()), clock)
    broken = sqlite3.connect(tmp_path / "s" / FILE, isolation_level=None)
    broken.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("support.store.WAIT_S", 0.05)
    with pytest.raises(StoreError):
        asked(desk, "T-1")
    broken.close()
    assert desk.tickets()[0].deliveries == 1


def test_bounds_on_tickets_deliveries_and_room(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = desk_in(tmp_path / "s", clock)
    monkeypatch.setattr(desk_module, "MOST_TICKETS", 1)
    monkeypatch.setattr(desk_module, "MOST_DELIVERIES", 1)
    desk.open_ticket("T-1", "ada")
    with pytest.raises(Declined, match="too_many_tickets"):
        desk.open_ticket("", "ada")
    assert taken(desk, delivery(desk.public_key, "T-1", clock.now()), clock)[1]
    second = delivery(desk.public_key, "T-1", clock.now(), transfer="ab" * 8)
    assert taken(desk, second, clock) == ("full", False)
    monkeypatch.setattr(desk_module, "MOST_DELIVERIES", 2)
    monkeypatch.setattr(desk_module, "MOST_BYTES", 10)
    assert taken(desk, second, clock) == ("full", False)
    monkeypatch.setattr(desk_module, "MOST_BYTES", 10**9)
    monkeypatch.setattr(desk_module, "LEAVE_FREE", 10**15)
    assert taken(desk, second, clock) == ("full", False)
    monkeypatch.setattr(desk_module, "LEAVE_FREE", 0)
    assert taken(desk, second, clock)[1]
    # strangers who try again and again leave one line a day
    refused = [line for line in desk.log() if line.what == "refused"]
    assert [(line.note, line.times) for line in refused] == [("full", 3)]


def test_the_log_goes_after_a_year_and_a_drawn_ticket_can_be_read_out(
    tmp_path: Path, clock: ManualClock
) -> None:
    desk = desk_in(tmp_path / "s", clock)
    number = desk.open_ticket("", "ada")
    assert len(number) == len("T-7K4M-2PQX")
    assert not set(number[2:].replace("-", "")) & set("ILOU")
    assert desk.open_ticket("", "ada") != number
    desk.close_ticket(number, "ada")
    clock.jump(timedelta(days=366))
    desk.sweep()
    assert whats(desk) == []
    assert len(desk.tickets()) == 1  # what is open stays
    with pytest.raises(Declined, match="bad_ticket"):
        desk.open_ticket("T 1", "ada")


def test_key_and_store_are_for_their_owner_alone(tmp_path: Path, clock: ManualClock) -> None:
    folder = tmp_path / "s"
    desk = desk_in(folder, clock)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes == {"s": 0o700, "key": 0o600, FILE: 0o600, f"{FILE}-journal": 0o600}
    assert desk_in(folder, clock).public_key == desk.public_key  # made once
    secret = (folder / "key").read_text().strip()
    assert secret not in repr(vars(identity_in(folder)))
    (folder / "key").chmod(0o640)
    with pytest.raises(BadIdentity, match="lax"):
        desk_in(folder, clock)
    (folder / "key").chmod(0o600)
    (folder / "key").write_text(secret[:-1])
    with pytest.raises(BadIdentity, match="damaged") as damaged:
        desk_in(folder, clock)
    assert secret[:-1] not in str(damaged.value)
    (folder / "key").write_bytes(b"\xff")
    with pytest.raises(BadIdentity, match="unreadable"):
        desk_in(folder, clock)


def test_a_store_of_a_newer_version_and_a_damaged_one_are_left_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.make()
    store.work(lambda tx: tx.execute("PRAGMA user_version = 2"))
    with pytest.raises(StoreError) as newer:
        store.make()
    assert newer.value.newer
    (tmp_path / FILE).write_bytes(os.urandom(8192))
    with pytest.raises(StoreError):
        store.make()
    with pytest.raises(StoreError):
        Store(Path("/proc/none")).make()


def test_another_key_opens_nothing_and_says_so(tmp_path: Path, clock: ManualClock) -> None:
    desk = desk_in(tmp_path / "s", clock)
    desk.open_ticket("T-1", "ada")
    taken(desk, delivery(desk.public_key, "T-1", clock.now()), clock)
    (tmp_path / "s" / "key").unlink()
    with pytest.raises(Declined, match="other_key"):
        desk_in(tmp_path / "s", clock).show("T-1", "ada")
