"""Figures that leave the house, seen from outside: nothing before the yes, what was shown, nothing after."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy import anonymise
from privacy.gate.console import console_verbs, figure_verbs, tunnel_consents
from privacy.gate.door.holder import GateHolder
from privacy.gate.rights import rights_verbs
from privacy.gate.rights.rights import RightsDesk
from tests.lab.cutting import until_stalled, withdrawn_under_way, without_the_cut
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Receiver, Recorder, authority
from tests.needs import NETWORKS
from tests.otlp_library import decoded

pytestmark = [pytest.mark.lab, NETWORKS]

HOST, TELEMETRY, MONITOR = "figures.example.org", "telemetry.usage", "monitor.device"
MEASURED = {"uptime": 3, "memory": 90, "disk": 40, "errors": 0, "unreachable": 12}
COUNTED = {"devices": 12, "rooms": 4, "unreachable": 1, "uptime": 3}


@dataclass(slots=True, kw_only=True)
class Lab:
    gate: GateAtWork
    receiver: Receiver
    recorder: Recorder
    names: NameServer

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        door = self.gate.door
        handlers = {**console_verbs.table(door), **tunnel_consents.table(door), **figure_verbs.table(door)}
        handlers |= rights_verbs.table(RightsDesk(door, GateHolder(door.desk)), door.desk)
        return self.gate.answered(handlers[verb], fields)

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return [entry["data"] for entry in self.ask("ledger.list")["entries"] if entry["kind"] == kind]

    def round(self) -> None:
        self.gate.call(self.gate.upkeep.once())

    def move_to(self, at: datetime) -> None:
        self.gate.clock.ahead += at - self.gate.clock.now()


@pytest.fixture
def lab(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    receiver = Receiver(outside, context)
    row: dict[str, object] = {
        "name": "figures",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "path": "/v1/figures",
        "activities": [TELEMETRY, MONITOR],
        "ca_file": str(ca_file),
    }
    try:
        with GateAtWork(tmp_path / "gate", inside, [row]) as gate:
            gate.collected = COUNTED
            gate.ask("consent.confirm_clock")
            yield Lab(gate=gate, receiver=receiver, recorder=recorder, names=names)
    finally:
        receiver.close()
        names.close()
        recorder.close()


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def week_begins(lab: Lab) -> None:
    """The next one; under a consent its moment is drawn."""
    lab.move_to(anonymise.week_of(lab.gate.clock.now()).ends + timedelta(seconds=1))
    lab.round()


def to_its_drawn_moment(lab: Lab, before_s: float = 1.0) -> bool:
    """To shortly before the moment that was drawn for this week; whether one was."""
    shown = lab.ask("telemetry.show")
    if not shown["weeks"] or shown["weeks"][-1]["week"] != shown["week"]:
        return False
    at = datetime.fromisoformat(shown["weeks"][-1]["at"])
    lab.move_to(max(at - timedelta(seconds=before_s), lab.gate.clock.now()))
    lab.round()
    return True


def week_passes(lab: Lab) -> None:
    """To the next week, and in it to shortly before and then over the moment that was drawn."""
    week_begins(lab)
    to_its_drawn_moment(lab)


def nothing_leaves(lab: Lab, away_s: float = 1.0) -> None:
    """A moment so far away passes, and the round after it; no name is asked for, and no packet leaves."""
    lab.recorder.taken()
    lab.names.asked.clear()
    time.sleep(away_s + 0.5)
    lab.round()
    assert lab.recorder.taken() == []
    assert lab.names.asked == []


def stopped_before_its_drawn_moment(lab: Lab, verb: str) -> None:
    """Its moment is drawn and waited for when ``verb`` ends it: nothing leaves, and nothing is spent."""
    week_begins(lab)
    assert to_its_drawn_moment(lab, before_s=3.0)
    planned = lab.ask("telemetry.show")
    assert planned["weeks"][-1]["state"] == "planned"
    lab.ask(verb, activity=TELEMETRY)
    nothing_leaves(lab, 3.0)
    after = lab.ask("telemetry.show")
    assert datetime.fromisoformat(planned["weeks"][-1]["at"]) < lab.gate.clock.now()
    assert after["week"] == planned["week"]
    assert after["epsilon"]["life_milli"] == planned["epsilon"]["life_milli"]


@pytest.mark.obligation("Q6.13-a")
@pytest.mark.obligation("Q6.13-b")
def test_an_anonymous_answer_is_all_that_leaves_and_only_under_a_consent(lab: Lab) -> None:
    lab.receiver.mode = "no_receipt"  # a receiver of statistics gives none
    loaded: list[bool] = []
    lab.gate.door.deliveries.load_posts = lambda: loaded.append(True)
    week_passes(lab)
    assert lab.recorder.taken() == []
    assert lab.names.asked == []
    week_begins(lab)
    before = lab.ask("telemetry.show")  # the answer is drawn when it leaves: until then 0 stands in its place

    lab.ask("consent.allow", activity=TELEMETRY)
    lab.round()
    assert to_its_drawn_moment(lab)
    wait_for(lambda: lab.ask("telemetry.show")["weeks"][-1]["state"] == "sent")

    (arrived,) = lab.receiver.arrived
    assert loaded == []  # an answer needs no console and no letters
    # of what was shown before the yes only the answer is another, one of those that were shown with it
    (asked,) = (metric for metric in before["metrics"] if metric["name"] == before["asked"])
    answer = json.loads(arrived.body)["answer"]
    assert answer in range(len(asked["answers"]))
    assert arrived.body.decode() == before["example"].replace('"answer":0', f'"answer":{answer}')
    shown = lab.ask("telemetry.show")
    assert arrived.body.decode() == shown["last"]["text"]
    assert shown["last"]["result"] == "delivered"
    # nothing in the head tells homes apart: no id, no time, no word of ours
    assert arrived.headers == {
        "host": HOST,
        "content-type": "application/json",
        "content-length": str(anonymise.SIZE),
        "connection": "close",
    }
    packets = lab.recorder.taken()
    assert {(packet.to, packet.port) for packet in packets} == {(RECEIVER, 443), ("9.9.9.53", 53)}
    assert all(b"metric" not in packet.payload for packet in packets)  # TLS
    (spent,), (begin,) = lab.entries("budget"), lab.entries("transfer_begin")
    assert spent["epsilon_milli"] == shown["epsilon"]["month_milli"] == 200
    assert (begin["recipient"], begin["bytes"]) == ("figures", anonymise.SIZE)

    lab.receiver.mode = "error"  # what failed is not repeated at once
    week_passes(lab)
    wait_for(lambda: len(lab.entries("transfer_end")) == 2)
    lab.round()
    assert len(lab.receiver.arrived) == 2
    assert lab.ask("telemetry.show")["weeks"][-1]["state"] == "drawn"

    # an objection stops it, whatever the consents; taken back, the next week's answer leaves
    lab.receiver.mode = "no_receipt"
    stopped_before_its_drawn_moment(lab, "rights.object")
    lab.ask("rights.lift", kind="objected", activity=TELEMETRY)
    week_passes(lab)
    wait_for(lambda: len(lab.receiver.arrived) == 3)
    wait_for(lambda: len(lab.entries("transfer_end")) == 3)

    stopped_before_its_drawn_moment(lab, "consent.withdraw")
    for _ in range(2):
        week_passes(lab)
    assert lab.recorder.taken() == []
    assert len(lab.receiver.arrived) == 3
    assert lab.ask("ledger.verify")["findings"] == []


def to_its_moment(lab: Lab, before_s: float = 1.0) -> None:
    """Shortly before and then over the moment of the next report to the collector."""
    lab.round()
    (shown,) = lab.ask("monitor.show")["next"]
    lab.move_to(max(datetime.fromisoformat(shown["at"]) - timedelta(seconds=before_s), lab.gate.clock.now()))
    lab.round()


@pytest.mark.obligation("Q6.12")
def test_a_collector_gets_what_was_shown_and_nothing_after_an_objection(lab: Lab) -> None:
    collector = lab.receiver
    collector.mode = "no_receipt"  # an OTLP collector answers with its own kind of JSON
    lab.gate.collected = MEASURED
    # before the yes the moment that is shown passes, and nothing leaves
    to_its_moment(lab)
    nothing_leaves(lab)
    week_begins(lab)
    (shown,) = lab.ask("monitor.show")["next"]
    assert lab.recorder.taken() == []

    lab.ask("consent.allow", activity=MONITOR)
    to_its_moment(lab)
    wait_for(lambda: collector.arrived)

    (arrived,) = collector.arrived
    assert arrived.body.decode() == shown["text"]
    assert set(arrived.headers) == {"host", "content-type", "content-length", "connection"}
    # as OpenTelemetry's own library reads it, against the list with its answers that people are shown
    read, rows = decoded(arrived.body), lab.ask("monitor.show")["metrics"]
    assert sorted(read.resource) == ["host.arch", "service.instance.id", "service.name", "service.version"]
    assert (read.resource["service.name"], read.scope) == ("homebase", "homebase.monitor")
    assert read.resource["host.arch"] in {"amd64", "arm64", "arm32", "x86"}
    assert [(one.name, one.unit) for one in read.points] == [
        (f"homebase.{row['name']}", row["unit"]) for row in rows
    ]
    assert [one.value for one in read.points] == [1, 64, 0, 0, 10]
    for one, row in zip(read.points, rows, strict=True):
        assert one.value in {int(re.match(r"\d+", answer)[0]) for answer in row["answers"].split(", ")}  # type: ignore[index]
    (hour_ns,) = {one.time_ns for one in read.points}
    assert hour_ns % 3_600_000_000_000 == 0
    assert 0 <= lab.gate.clock.now().timestamp() - hour_ns / 1e9 < 2 * 86_400
    wait_for(lambda: lab.entries("transfer_end"))
    assert [end["result"] for end in lab.entries("transfer_end")] == ["delivered"]
    assert lab.ask("ledger.verify")["findings"] == []

    # a withdrawal: at the moment that its next one has nothing leaves; under a new consent one does
    lab.ask("consent.withdraw", activity=MONITOR)
    to_its_moment(lab)
    nothing_leaves(lab)
    assert len(collector.arrived) == 1
    lab.ask("consent.allow", activity=MONITOR)
    lab.gate.clock.ahead += timedelta(days=1)
    to_its_moment(lab)
    wait_for(lambda: len(collector.arrived) == 2)
    wait_for(lambda: len(lab.entries("transfer_end")) == 2)

    # an objection stops it at once, whatever the consents
    to_its_moment(lab, before_s=3.0)  # it is waited for
    lab.ask("rights.object", activity=MONITOR)
    nothing_leaves(lab, 3.0)
    lab.gate.clock.ahead += timedelta(days=1)
    to_its_moment(lab)  # and the one after it
    nothing_leaves(lab)
    assert len(collector.arrived) == 2
    lab.ask("rights.lift", kind="objected", activity=MONITOR)
    lab.gate.clock.ahead += timedelta(days=1)
    to_its_moment(lab)
    wait_for(lambda: len(collector.arrived) == 3)


@pytest.mark.obligation("T2-c")
@pytest.mark.parametrize("activity", [TELEMETRY, MONITOR])
def test_a_withdrawal_while_figures_are_on_their_way_cuts_them_at_once(
    lab: Lab, activity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.gate.collected = COUNTED if activity == TELEMETRY else MEASURED
    to_the_next = week_passes if activity == TELEMETRY else to_its_moment

    def stalled() -> str:
        lab.receiver.mode = "mute"
        lab.receiver.go_on.clear()
        lab.ask("consent.allow", activity=activity)
        end_s = time.monotonic() + 60
        while not lab.gate.door.deliveries.running():
            assert time.monotonic() < end_s, "nothing is on its way"
            to_the_next(lab)  # once more, where a busy machine came to a moment too late
            near_s = time.monotonic() + 2
            while not lab.gate.door.deliveries.running() and time.monotonic() < near_s:
                time.sleep(0.01)
        return until_stalled(lab.gate, lab.recorder)

    transfer = stalled()
    cut = withdrawn_under_way(lab.gate, lab.recorder, activity)
    assert (cut["transfer"], cut["sent"], cut["after"]) == (transfer, 0, 0)
    lab.receiver.mode = "no_receipt"
    lab.receiver.go_on.set()
    for _ in range(2):
        lab.gate.clock.ahead += timedelta(days=8)
        lab.round()
    assert [one for one in lab.recorder.taken() if one.size] == []
    assert lab.receiver.arrived == []
    with without_the_cut(monkeypatch):  # the control
        stalled()
        lab.ask("consent.withdraw", activity=activity)
        lab.receiver.mode = "no_receipt"
        lab.receiver.go_on.set()
        wait_for(lambda: lab.receiver.arrived)
