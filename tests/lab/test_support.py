"""A home and the receiver that ships for whoever helps, both real, with the wire between them watched."""

import asyncio
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined as GateDeclined
from privacy.gate.account import letter_verbs
from privacy.gate.account.letters import Letters
from privacy.gate.door.holder import GateHolder
from privacy.gate.rights import tickets
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.rights.tickets import Tickets
from privacy.gate.storage import deletions, records
from privacy.gate.storage.records import Sent
from support import certificates
from support.desk import Declined, Desk
from support.exchange import Exchange, Request, Unfit
from support.identity import identity_in
from support.label import PATH, REPORT
from support.server import Server
from support.store import Store
from tests.lab import outside
from tests.lab.gate_at_work import GateAtWork, MovableClock
from tests.lab.outside import RECEIVER, NameServer, Recorder
from tests.needs import NETWORKS
from tests.privacy.test_payload import COLLECTED

from .test_diagnosis import ACTIVITY, GROUPS, HOST, LARGE, wait_for

pytestmark = [pytest.mark.lab, NETWORKS]

TICKET = "T-1"


class Helper:
    """The receiver on a thread in the outside's network; ``stop`` and ``start`` are its power."""

    def __init__(self, folder: Path, namespace: str) -> None:
        self.folder, self.clock = folder, MovableClock()
        self._namespace = namespace
        self.store = Store(folder)
        self.store.make()
        self.desk = Desk(self.store, identity_in(folder), self.clock, os.urandom)
        self.chain = certificates.ready(folder, HOST, datetime.now(UTC))
        self.start()

    def start(self) -> None:
        self._ready, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert self._ready.wait(20)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._serving.cancel)
        self._thread.join(20)

    def holds(self, needle: bytes) -> bool:
        return any(needle in path.read_bytes() for path in self.folder.iterdir())

    def _run(self) -> None:
        outside.enter(self._namespace)
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        context = certificates.context_of(self.chain, None)
        server = Server(desk=self.desk, context=context, clock=self.clock)
        self._serving = asyncio.ensure_future(server.run(RECEIVER, 443, lambda _: self._ready.set()))
        await asyncio.wait([self._serving])


@dataclass(slots=True, kw_only=True)
class Pair:
    gate: GateAtWork
    helper: Helper
    recorder: Recorder
    names: NameServer

    def preview(self, groups: list[str]) -> dict[str, Any]:
        return self.gate.ask("consent.preview", activity=ACTIVITY, groups=groups, ticket=TICKET)

    def agreed(self, shown: dict[str, Any], **fields: object) -> dict[str, Any]:
        asked = {"activity": ACTIVITY, "recipient": "support", "ticket": TICKET, "preview": shown["preview"]}
        return self.gate.ask("consent.give", **asked, **fields)

    def closed_at_home(self) -> None:
        desk = RightsDesk(self.gate.door, GateHolder(self.gate.door.desk))
        self.gate.call(desk.close_ticket(TICKET))

    def asked(self) -> list[tuple[str, str]]:
        """State and answer of each deletion, after the gate's next minute."""
        self.gate.call(self.gate.upkeep.once())

        async def read() -> list[deletions.DeletionRequest]:
            return await self.gate.door.desk.store.read(deletions.every)

        # a gate that has just started may be asking at this moment
        wait_for(lambda: ("asked", "") not in [(row.state, row.answer) for row in self.gate.call(read())])
        return [(row.state, row.answer.partition(" ")[0]) for row in self.gate.call(read())]

    def copy_at_home(self) -> object:
        async def read() -> object:
            return await self.gate.door.desk.store.read(lambda tx: records.latest_sent(tx, ACTIVITY))

        return self.gate.call(read())

    def ahead(self, by: timedelta) -> None:
        self.gate.clock.ahead = self.helper.clock.ahead = by

    @contextmanager
    def off(self) -> Iterator[None]:
        """Without power on both sides."""
        self.gate.stop()
        self.helper.stop()
        yield
        ahead = self.helper.clock.ahead
        self.helper.start()  # first: a gate asks as soon as it is there
        self.gate = GateAtWork(self.gate.folder, self.gate.namespace, self.gate.rows)
        self.gate.clock.ahead = ahead
        self.gate.__enter__()


@pytest.fixture
def pair(wire: tuple[str, str], tmp_path: Path) -> Iterator[Pair]:
    inside, far = wire
    helper = Helper(tmp_path / "helper", far)
    recorder, names = Recorder(far), NameServer(far, {HOST: [RECEIVER]})
    row: dict[str, object] = {
        "name": "support",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "path": PATH,
        "activities": [ACTIVITY, REPORT],
        "keys": [helper.desk.public_key],
        "ca_file": str(tmp_path / "helper" / certificates.CA),
    }
    (tmp_path / "gate").mkdir()
    gate = GateAtWork(tmp_path / "gate", inside, [row])
    both = Pair(gate=gate, helper=helper, recorder=recorder, names=names)
    try:
        gate.__enter__()
        gate.ask("consent.confirm_clock")
        yield both
    finally:
        both.gate.stop()
        helper.stop()
        names.close()
        recorder.close()


@pytest.mark.obligation("Q6.6-a")
@pytest.mark.obligation("Q6.6-b")
@pytest.mark.obligation("Q6.6-f")
def test_the_helper_reads_exactly_what_the_owner_saw_once_and_only_for_an_open_ticket(pair: Pair) -> None:
    refused = pair.preview(["errors"])
    assert (pair.recorder.taken(), pair.names.asked) == ([], [])  # looking sends nothing
    what = pair.agreed(refused)["delivery"]["what"]
    assert what == "answered 403: no such ticket is open there"
    last = pair.gate.call(_last(pair))
    assert (last.result, last.refused) == (
        "failed",
        "ticket_not_open",
    )  # the app says so in the owner's words
    pair.gate.ask("consent.withdraw", activity=ACTIVITY)
    pair.helper.desk.open_ticket(TICKET, "ada")
    shown = pair.preview(["devices", "radio"])  # groups that the owner left out are not there
    pair.recorder.taken()
    delivery = pair.agreed(shown)["delivery"]
    assert delivery["result"] == "delivered"
    (came,) = pair.helper.desk.show(TICKET, "ada")
    assert came.text == shown["text"]
    assert not pair.helper.holds(b"HM-LC-Sw1-Pl")  # at the helper it lies encrypted
    assert not any(b"HM-LC" in packet.payload for packet in pair.recorder.taken())
    with pytest.raises(Exception, match="no_consent"):
        pair.gate.ask("consent.send", activity=ACTIVITY)  # once is once
    assert pair.recorder.taken() == []
    assert [line.who for line in pair.helper.desk.log() if line.what == "shown"] == ["ada"]


@pytest.mark.obligation("Q6.6-d")
@pytest.mark.parametrize("off", [False, True], ids=["running", "off across both moments"])
@pytest.mark.parametrize("why", ["ticket closed", "day 28"])
def test_both_sides_delete_and_the_home_has_the_confirmation(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, off: bool, why: str
) -> None:
    pair.helper.desk.open_ticket(TICKET, "ada")
    pair.agreed(pair.preview(GROUPS))
    sealed: bytes = pair.helper.store.work(
        lambda tx: tx.execute("SELECT sealed FROM deliveries").fetchone()[0]
    )
    needle = sealed[300:364]
    assert pair.helper.holds(needle)
    assert pair.copy_at_home() is not None
    if why == "ticket closed":
        pair.closed_at_home()
        if off:
            with pair.off():
                pair.ahead(timedelta(hours=3))
    elif off:
        with pair.off():
            pair.ahead(timedelta(days=28, minutes=2))
    else:
        pair.ahead(timedelta(days=28, seconds=-60))
        assert pair.asked() == [("waiting", "")]
        assert pair.helper.holds(needle)  # control: not before its time
        pair.ahead(timedelta(days=28, minutes=2))
        with monkeypatch.context() as unguarded:  # control: without the sweep it would lie there for ever
            unguarded.setattr(Desk, "_sweep", lambda self, tx: None)
            pair.helper.desk.sweep()
            assert pair.helper.holds(needle)
    assert pair.asked() == [("confirmed", "deleted")]
    assert not pair.helper.holds(needle)
    assert pair.copy_at_home() is None
    with pytest.raises(Declined, match="nothing_came"):
        pair.helper.desk.show(TICKET, "ada")


@pytest.mark.obligation("Q6.6-d")
def test_a_helper_who_is_away_is_flagged_until_he_is_back_and_a_closed_ticket_there_is_confirmed(
    pair: Pair,
) -> None:
    pair.helper.desk.open_ticket(TICKET, "ada")
    pair.agreed(pair.preview(["errors"]))
    pair.helper.stop()
    pair.closed_at_home()
    ((state, _),) = pair.asked()
    assert state == "asked"
    assert pair.helper.desk.close_ticket(TICKET, "ada") == 1  # the helper closes it meanwhile
    pair.helper.start()
    pair.ahead(timedelta(days=1, minutes=1))
    assert pair.asked() == [("confirmed", "deleted")]


@pytest.mark.obligation("Q6.6-e")
@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "control"])
def test_the_stop_button_cuts_what_runs_and_the_helper_truly_says_that_nothing_came(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, stopped: bool
) -> None:
    go_on = threading.Event()

    class Slow(Exchange):
        def feed(self, data: bytes) -> Request | Unfit | None:
            go_on.wait(20)
            return super().feed(data)

    create_server = socket.create_server

    def narrow(*args: Any, **kwargs: Any) -> socket.socket:
        door = create_server(*args, **kwargs)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)  # else the system takes all at once
        return door

    pair.helper.desk.open_ticket(TICKET, "ada")
    pair.helper.stop()
    monkeypatch.setattr("support.server.Exchange", Slow)
    monkeypatch.setattr("support.server.socket.create_server", narrow)
    pair.helper.start()
    pair.gate.collected = LARGE
    shown = pair.preview(GROUPS)
    given = pair.gate.start(_give(pair, shown))
    wait_for(pair.gate.door.deliveries.running)
    time.sleep(0.5)
    if stopped:
        assert pair.gate.ask("consent.withdraw", activity=ACTIVITY)["cut"] == 1
    go_on.set()
    assert given.result(30)["delivery"]["result"] == ("cut" if stopped else "delivered")
    wait_for(lambda: pair.helper.desk.tickets()[0].deliveries == (0 if stopped else 1))
    if stopped:
        entries = pair.gate.ask("ledger.list")["entries"]
        (sent,) = [entry["data"]["sent"] for entry in entries if entry["kind"] == "cut"]
        assert 0 < sent < len(shown["text"])  # in the middle
        assert pair.asked() == [("confirmed", "absent")]


@pytest.mark.obligation("Q6.6-a")
@pytest.mark.obligation("Q6.6-d")
def test_a_problem_is_reported_gets_a_ticket_that_a_diagnosis_may_name_and_ends_where_it_is_closed(
    pair: Pair,
) -> None:
    door = pair.gate.door
    rights = RightsDesk(door, GateHolder(door.desk))
    verbs = {**letter_verbs.table(Letters(door)), **tickets.table(Tickets(door, rights))}

    def ask(verb: str, **fields: object) -> dict[str, Any]:
        return pair.gate.answered(verbs[verb], fields)

    # given what the owner wrote, and nothing left
    entered = {"description": "The light in the hall stays on.", "email": "ada@example.org"}
    pair.gate.collected = {"serial": "HB-0001"}
    shown = ask("letter.preview", activity=REPORT, entered=entered)
    assert json.loads(shown["text"]) == {**entered, "serial": "HB-0001"}
    shown = ask("letter.preview", activity=REPORT, entered={**entered, "serial": ""})
    assert json.loads(shown["text"]) == entered  # left out, as the owner wished
    assert (pair.recorder.taken(), pair.names.asked, pair.helper.desk.tickets()) == ([], [], [])

    # when it is agreed to, the helper reads exactly that, under a number of its own, which the home knows
    given = ask("letter.give", activity=REPORT, preview=shown["preview"])
    assert given["delivery"]["result"] == "delivered"
    (opened,) = pair.helper.desk.tickets()
    (came,) = pair.helper.desk.show(opened.number, "bob")
    assert came.text == shown["text"]
    assert not any(b"light" in packet.payload for packet in pair.recorder.taken())
    assert not pair.helper.holds(b"light")
    with pytest.raises(GateDeclined, match="no_preview"):
        ask("letter.give", activity=REPORT, preview=shown["preview"])  # once is once
    assert pair.recorder.taken() == []
    assert pair.gate.ask("ledger.list")["entries"][-2]["data"]["ticket"] == opened.number

    # it is open there, and a diagnosis may name it
    assert ask("ticket.ask", ticket=opened.number)["state"] == "open"
    with pytest.raises(GateDeclined, match="no_transfer"):
        ask("ticket.ask", ticket="T-OTHER")
    pair.gate.collected = COLLECTED
    about = {"activity": ACTIVITY, "ticket": opened.number}
    bundle = pair.gate.ask("consent.preview", groups=["errors"], **about)
    sent = pair.gate.ask("consent.give", recipient="support", preview=bundle["preview"], **about)
    assert sent["delivery"]["result"] == "delivered"

    # then it is closed there: the home hears of it when it asks, and all of it goes on both sides
    assert pair.helper.desk.close_ticket(opened.number, "bob") == 2
    assert pair.asked() == [("waiting", ""), ("waiting", "")]
    told = ask("ticket.ask", ticket=opened.number)
    assert (told["state"], told["deletions"]) == ("closed", 2)
    assert pair.asked() == [("confirmed", "deleted"), ("confirmed", "deleted")]
    assert pair.copy_at_home() is None
    pair.recorder.taken()
    with pytest.raises(GateDeclined, match="no_transfer"):
        ask("ticket.ask", ticket=opened.number)
    pair.ahead(timedelta(days=2))
    assert pair.asked() == [("confirmed", "deleted"), ("confirmed", "deleted")]
    assert pair.recorder.taken() == []
    assert pair.gate.ask("ledger.verify")["findings"] == []


async def _last(pair: Pair) -> Sent:
    found = await pair.gate.door.desk.store.read(lambda tx: records.latest_sent(tx, ACTIVITY))
    assert found is not None
    return found


async def _give(pair: Pair, shown: dict[str, Any]) -> dict[str, Any]:
    from privacy.gate.console.console_verbs import table

    fields = {"activity": ACTIVITY, "recipient": "support", "ticket": TICKET, "preview": shown["preview"]}
    reply = await table(pair.gate.door)["consent.give"](fields)
    assert isinstance(reply, dict)
    return reply
