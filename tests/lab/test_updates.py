"""News of updates, seen from outside: nothing of the home leaves, nothing foreign gets in. Each attack on the
lists is refused and told; its control is a reader without a guard, which takes what the attacker says.
"""

import asyncio
import os
import re
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.clockwork import Vouched
from privacy.conversation import Declined
from privacy.gate.console.tunnel_consents import table as consents
from privacy.gate.outbox import downloads
from privacy.gate.updates.settings import UpdateSettings
from privacy.gate.updates.update_verbs import table
from privacy.gate.updates.updates import Updates
from privacy.ledger import Kind
from privacy.version import VERSION
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Recorder, authority
from tests.lab.update_lab import ListServer
from tests.needs import NETWORKS
from tests.privacy.gate.updates.lists import (
    ATTACKS,
    Attack,
    Maintainer,
    frozen,
    older_timestamp,
    one_stolen_root_key,
    unguarded,
)

pytestmark = [pytest.mark.lab, NETWORKS]

HOST, ACTIVITY = "updates.example.org", "update.check"


@dataclass(slots=True, kw_only=True)
class Home:
    gate: GateAtWork
    server: ListServer
    recorder: Recorder
    maintainer: Maintainer
    folder: Path
    updates: Updates

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        handlers = {**table(lambda: self.updates), **consents(self.gate.door)}
        return self.gate.answered(handlers[verb], fields)

    def check(self, **fields: object) -> dict[str, Any]:
        return self.ask("update.check", **fields)

    def refusal(self) -> str:
        with pytest.raises(Declined) as declined:
            self.check()
        return declined.value.code

    def agree(self) -> None:
        self.gate.ask("consent.confirm_clock")
        self.ask("consent.allow", activity=ACTIVITY)

    def entries(self, kind: Kind) -> list[dict[str, Any]]:
        rows = self.gate.ask("ledger.list", limit=200)["entries"]
        return [row["data"] for row in rows if row["kind"] == kind.value]


@pytest.fixture
def home(wire: tuple[str, str], tmp_path: Path) -> Iterator[Home]:
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    (tmp_path / "run").mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    maintainer = Maintainer(tmp_path / "maintainer")
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    server = ListServer(outside, context)
    server.files = maintainer.release("99.2.0")
    row: dict[str, object] = {
        "name": "news",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "path": "/lists/",
        "activities": [ACTIVITY],
        "ca_file": str(ca_file),
    }
    (tmp_path / "root.json").write_bytes(server.files["1.root.json"])
    settings = UpdateSettings(root=tmp_path / "root.json", install=True)
    running: Future[None] | None = None
    try:
        with GateAtWork(tmp_path / "gate", inside, [row]) as gate:
            updates = Updates(gate.door, settings, tmp_path / "run")
            running = gate.start(updates.run())
            yield Home(
                gate=gate,
                server=server,
                recorder=recorder,
                maintainer=maintainer,
                folder=tmp_path,
                updates=updates,
            )
            running.cancel()
            gate.call(asyncio.sleep(0))
    finally:
        server.close()
        names.close()
        recorder.close()


def test_an_update_is_found_told_in_both_languages_and_handed_to_the_package_manager(home: Home) -> None:
    home.agree()
    found = home.check(language="de")
    assert found["problem"] is None
    assert found["line"] == f"Version 99.2.0 vom 2026-12-01 ist da, hier läuft {VERSION}."
    assert found["update"]["changes"] == ["Räume lassen sich sortieren"]
    assert home.ask("update.show", language="en")["update"]["fixes"] == ["A shutter stopped half way"]
    # the next day a hole is closed; lists and keys were renewed meanwhile
    home.maintainer.repository.rotate("timestamp")
    home.maintainer.repository.rotate("root")
    home.server.files = home.maintainer.release("99.10.0", security=True)
    found = home.check()
    assert found["line"] == f"Version 99.10.0 of 2026-12-01 closes a security hole, {VERSION} runs here."
    # the hook gets name, length and hash; the gate itself installs nothing
    assert home.ask("update.install")["requested"]
    request = (home.folder / "run/update-request").read_text()
    assert re.fullmatch(
        r"version=99\.10\.0\nfile=homebase_99\.10\.0\.deb\nlength=7\nsha256=[0-9a-f]{64}\n", request
    )
    assert {"update": "installation asked for"}.items() <= home.entries(Kind.CONFIGURATION)[-1].items()
    # what is older than what runs is no news: the control is the same list for a home that is older
    older = home.maintainer.twin(home.folder / "older")
    targets = older.repository.latest("targets")
    targets.targets.clear()
    older.repository._release(targets)
    home.server.files = older.release("0.0.1")
    assert unguarded(home.server.files) == "0.0.1"
    told = home.check()
    assert (told["problem"], told["update"]) == (None, None)
    assert told["line"].startswith(f"{VERSION} is the newest version, as of 20")


@pytest.mark.obligation("Q6.11")
def test_the_check_says_nothing_of_the_home_and_every_home_asks_in_the_same_words(home: Home) -> None:
    home.agree()
    home.check()
    names = ["2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json"]
    heads = f"Host: {HOST}\r\nUser-Agent: homebase\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    assert home.server.asked == [f"GET /lists/{name} HTTP/1.1\r\n{heads}".encode() for name in names]
    # the book says it, before and after: every packet has its entry
    (begun,), (ended,) = home.entries(Kind.TRANSFER_BEGIN), home.entries(Kind.TRANSFER_END)
    assert (begun["activity"], begun["host"]) == (ACTIVITY, HOST)
    assert ended["what"] == f"asked for {', '.join(names)}"
    assert ended["sent"] == sum(map(len, home.server.asked))
    assert {packet.to for packet in home.recorder.taken()} == {RECEIVER, "9.9.9.53"}


def test_nothing_leaves_before_the_yes_and_nothing_after_it_is_taken_back(home: Home) -> None:
    home.gate.ask("consent.confirm_clock")
    assert home.refusal() == "no_consent"
    assert home.ask("update.show")["problem"]["code"] == "no_consent"
    home.gate.clock.ahead += timedelta(days=2)
    assert _is_due(home)  # the moment that was drawn for the first check is past
    home.gate.call(home.updates.once())
    assert home.recorder.taken() == []
    home.agree()
    assert home.recorder.taken() == []  # the yes alone asks nobody
    home.gate.clock.ahead += timedelta(days=2)
    home.gate.ask("consent.confirm_clock")
    home.gate.call(home.updates.once())
    assert len(home.recorder.taken()) > 10  # the control: under the yes such a moment asks
    # taken back while a list is on its way: cut, and the verifier ends with it
    home.server.slow, home.server.asked = frozenset({"timestamp.json"}), []
    home.server.arrived.clear()
    checking = home.gate.start(home.updates.check())
    while len(home.server.asked) < 2:
        assert home.server.arrived.wait(30)
    withdrawn = home.gate.ask("consent.withdraw", activity=ACTIVITY)
    assert withdrawn["cut"] == 1
    assert home.entries(Kind.CUT)[-1]["sent"] == sum(map(len, home.server.asked))  # of both questions
    with pytest.raises(Exception, match="WITHDRAWN"):
        checking.result(10)
    home.recorder.taken()
    assert home.refusal() == "withdrawn"
    home.gate.clock.ahead += timedelta(days=2)
    assert _is_due(home)
    home.gate.call(home.updates.once())
    assert home.recorder.taken() == []


def _is_due(home: Home) -> bool:
    due = home.gate.call(home.updates.state()).next
    return due is not None and due <= home.gate.clock.now()


def test_it_asks_once_a_day_at_another_minute_each_day(home: Home) -> None:
    home.agree()
    minutes = set()
    for day in range(1, 3):
        state = home.gate.call(home.updates.state())
        assert state.next is not None
        minutes.add(state.next.strftime("%H:%M:%S"))
        home.server.asked.clear()
        home.gate.clock.ahead = (
            state.next - home.gate.clock.now() + home.gate.clock.ahead - timedelta(seconds=5)
        )
        home.gate.call(home.updates.once())
        assert home.server.asked == [], day
        home.gate.clock.ahead += timedelta(seconds=10)
        home.gate.ask("consent.confirm_clock")
        home.gate.call(home.updates.once())
        assert home.server.asked, day
    assert len(minutes) == 2


def test_with_a_clock_that_nobody_confirmed_no_list_is_believed_and_nobody_asked(home: Home) -> None:
    home.ask("consent.allow", activity=ACTIVITY)
    home.gate.door.desk.time._vouches = lambda: Vouched.NOBODY
    assert home.refusal() == "clock_unsure"
    assert home.recorder.taken() == []
    home.agree()  # the control: confirmed, it asks
    assert home.check()["problem"] is None


@pytest.mark.parametrize(
    ("attack", "code", "role", "believed"),
    [row for row in ATTACKS if row[0] in {older_timestamp, frozen, one_stolen_root_key}],
)
def test_an_attack_on_the_lists_is_refused_and_told(
    home: Home, attack: Attack, code: str, role: str, believed: str
) -> None:
    """The others: tests/privacy/gate/updates/test_trust.py."""
    home.agree()
    honest = home.server.files = home.maintainer.release("99.3.0")
    assert home.check()["update"]["version"] == "99.3.0"
    home.server.files = attack(home.maintainer.twin(home.folder / "thief"))
    assert unguarded(home.server.files) == believed  # the control: without a guard the attack works
    home.check()
    for language in ("de", "en"):
        told = home.ask("update.show", language=language)
        assert told["problem"]["code"] == code
        assert told["problem"]["text"].startswith(f"{role}.json ")
        assert "\n" not in told["problem"]["text"]
        assert told["update"]["version"] == "99.3.0"  # what was true before stands
    home.server.files = honest
    assert home.check()["problem"] is None  # and the truth is taken again


def test_a_server_without_end_and_one_without_haste_are_left(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.agree()
    home.server.endless = frozenset({"timestamp.json"})
    assert home.check()["problem"]["code"] == "too_long"
    assert home.server.sent > 16_384  # the control: a reader without a limit would still be reading
    home.server.endless, home.server.slow = frozenset(), frozenset({"timestamp.json"})
    monkeypatch.setattr(downloads, "DOCUMENT_S", 0.5)
    told = home.check(language="de")
    assert told["problem"] == {
        "code": "too_slow",
        "text": "Der Server ließ sich zu viel Zeit: timestamp.json: longer than 0 s;"
        " abgebrochen, morgen wieder.",
    }
    home.server.slow = frozenset()
    assert home.check()["problem"] is None


def test_what_is_no_list_or_not_there_is_told(home: Home) -> None:
    home.agree()
    home.server.files["timestamp.json"] = b"[" * 9000
    assert home.check()["problem"]["code"] == "unreadable"
    del home.server.files["timestamp.json"]
    assert home.check()["problem"]["text"] == (
        "The server gave no useful answer: timestamp.json is not there; again tomorrow."
    )
    (home.folder / "root.json").write_bytes(os.urandom(100))
    assert home.check()["problem"]["code"] == "bad_root"
