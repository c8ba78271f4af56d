"""Usage history that leaves the house, seen from outside: nothing before the yes of that very purpose."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy import standing, usage_history
from privacy.consent import Grant
from privacy.conversation import Declined
from privacy.gate.console import console_verbs, history_verbs, tunnel_consents
from privacy.gate.storage import histories
from privacy.ledger import Kind
from tests.lab.cutting import until_stalled, withdrawn_under_way, without_the_cut
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Receiver, Recorder, authority
from tests.lab.test_figures import wait_for
from tests.needs import NETWORKS
from tests.privacy import age_file, house
from tests.privacy.decrypted import everything_in

pytestmark = [pytest.mark.lab, NETWORKS]

HOST, DISPLAY, STATISTICS = "history.example.org", "history.cloud.display", "history.cloud.statistics"
WARM, POWER = "bidcos:JEQ0000001:4.ACTUAL_TEMPERATURE", "bidcos:JEQ0000002:1.POWER"


class PastHub(GateAtWork):
    """Whose hub answers for days of a history."""

    async def collect(self, activity: str, groups: list[str]) -> Mapping[str, object]:
        now = self.clock.now()
        begins = usage_history.day_ends(now) - timedelta(days=2)
        values = [[round(begins.timestamp() * 1000) + slot * 900_000, 20.5, 20.0, 21.0] for slot in range(96)]
        if any(name not in {WARM, POWER} for name in groups):
            raise Declined("unknown_datapoint", groups[0])
        day = usage_history.day_before(now)
        return {"groups": {name: {"day": day, "unit": "°C", "values": values} for name in groups}}


@dataclass(slots=True, kw_only=True)
class Lab:
    gate: GateAtWork
    receiver: Receiver
    recorder: Recorder
    names: NameServer

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        door = self.gate.door
        handlers = {**console_verbs.table(door), **tunnel_consents.table(door), **history_verbs.table(door)}
        return self.gate.answered(handlers[verb], fields)

    def show(self, activity: str = DISPLAY) -> dict[str, Any]:
        (told,) = self.ask("history.show", activity=activity)["purposes"]
        return dict(told)

    def round(self) -> None:
        self.gate.call(self.gate.upkeep.once())

    def passes(self, until: datetime) -> None:
        self.gate.clock.ahead += max(until - self.gate.clock.now(), timedelta(0)) + timedelta(seconds=1)
        self.round()

    def entries(self, kind: Kind) -> list[dict[str, Any]]:
        entries = self.ask("ledger.list")["entries"]
        return [entry["data"] for entry in entries if entry["kind"] == kind.value]


@pytest.fixture
def lab(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST, ends=timedelta(days=300))
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    receiver = Receiver(outside, context)
    row: dict[str, object] = {
        "name": "shelf",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "path": "/v1/history",
        "activities": [DISPLAY, STATISTICS],
        "keys": [house.SUPPORT_KEY],
        "ca_file": str(ca_file),
    }
    try:
        with PastHub(tmp_path / "gate", inside, [row]) as gate:
            gate.ask("consent.confirm_clock")
            yield Lab(gate=gate, receiver=receiver, recorder=recorder, names=names)
    finally:
        receiver.close()
        names.close()
        recorder.close()


def opened(body: bytes) -> list[dict[str, Any]]:
    """What the owner's own key finds in a message."""
    sealed = [base64.b64decode(row["values"]) for row in json.loads(body)["series"]]
    return [json.loads(age_file.decrypt(one, house.SUPPORT_SECRET)) for one in sealed]


def series(body: bytes) -> set[str]:
    return {row["series"] for row in json.loads(body)["series"]}


@pytest.mark.obligation("Q6.10")
def test_a_history_leaves_only_for_the_purpose_agreed_to_and_as_it_was_shown(lab: Lab) -> None:
    for purpose in (DISPLAY, STATISTICS):
        assert lab.ask("history.choose", activity=purpose, add=[WARM, POWER])["series"] == (WARM, POWER)
    with pytest.raises(Declined):
        lab.ask("history.choose", activity=DISPLAY, add=["bidcos:JEQ0000009:1.STATE"])
    (shown,) = lab.show()["next"]
    lab.passes(lab.gate.clock.now() + timedelta(days=2))
    assert (lab.recorder.taken(), lab.names.asked) == ([], [])  # nothing before a consent

    (shown,) = lab.show()["next"]
    (other,) = lab.show(STATISTICS)["next"]
    lab.ask("consent.allow", activity=DISPLAY)
    lab.round()
    lab.passes(datetime.fromisoformat(shown["at"]))
    wait_for(lambda: lab.entries(Kind.TRANSFER_END))

    (arrived,) = lab.receiver.arrived  # and nothing of the second purpose
    assert arrived.body.decode() == shown["text"]
    packets = lab.recorder.taken()
    assert {(packet.to, packet.port) for packet in packets} == {(RECEIVER, 443), ("9.9.9.53", 53)}
    # a server finds a day and pseudonyms; the owner's key finds what was shown
    assert b"JEQ" not in base64.b64decode(json.loads(arrived.body)["series"][0]["values"])
    said = sorted(opened(arrived.body), key=lambda row: str(row["datapoint"]))
    assert [{key: row[key] for key in ("datapoint", "unit", "values")} for row in said] == shown["inside"]
    assert [row["datapoint"] for row in said] == [WARM, POWER]
    assert {len(usage_history.inside(_series(row))) % usage_history.PADDED for row in said} == {0}
    (begin,) = lab.entries(Kind.TRANSFER_BEGIN)
    assert (begin["activity"], begin["sealed_to"]) == (DISPLAY, house.SUPPORT_KEY)

    # once a day; the days of a purpose can be joined, two purposes can't
    lab.round()
    assert len(lab.receiver.arrived) == 1
    lab.passes(usage_history.day_ends(lab.gate.clock.now()))
    (following,) = lab.show()["next"]
    assert following["day"] > shown["day"]
    assert series(following["text"].encode()) == series(arrived.body)
    assert series(other["text"].encode()) & series(arrived.body) == set()
    lab.passes(datetime.fromisoformat(following["at"]))
    wait_for(lambda: len(lab.entries(Kind.TRANSFER_END)) == 2)

    # withdrawn: nothing leaves any more but the request to delete, and no key or copy stays here
    sent = [json.loads(one.body)["transfer"] for one in lab.receiver.arrived]
    key = lab.gate.call(_key(lab))
    lab.ask("consent.withdraw", activity=DISPLAY)
    lab.recorder.taken()
    lab.passes(lab.gate.clock.now() + timedelta(minutes=1))
    wait_for(lambda: len(lab.receiver.arrived) == 4)
    asked = [json.loads(one.body) for one in lab.receiver.arrived[2:]]
    assert sorted(row["transfer"] for row in asked) == sorted(sent)
    assert {row["ticket"] for row in asked} == {DISPLAY}
    there = everything_in(lab.gate.folder / "gate.db", (lab.gate.folder / "key").read_bytes())
    assert [piece in there for piece in (key, *map(str.encode, series(arrived.body)))] == [False] * 3
    assert lab.show()["last"] is None
    assert lab.show()["series"] == (WARM, POWER)  # the choice is the owner's, and stays
    lab.recorder.taken()
    for _ in range(2):
        lab.passes(lab.gate.clock.now() + timedelta(days=1))
    assert len(lab.receiver.arrived) == 4
    assert lab.recorder.taken() == []
    assert lab.ask("ledger.verify")["findings"] == []


@pytest.mark.obligation("Q6.10")
def test_a_second_purpose_is_refused_where_the_first_is_agreed_to(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.ask("history.choose", activity=STATISTICS, add=[WARM])
    (shown,) = lab.show(STATISTICS)["next"]
    lab.ask("consent.allow", activity=DISPLAY)

    async def forced() -> None:
        """As a gate with a mistake would: the second purpose's message under the first one's consent."""
        desk = lab.gate.door.desk
        (grant,) = desk.standing.live()
        kept = await desk.store.read(lambda tx: histories.find(tx, STATISTICS, "shelf"))
        assert kept is not None
        item = lab.gate.door.history._outgoing(grant, kept)
        await lab.gate.door.deliveries.deliver(replace(grant, activity=STATISTICS), item)

    lab.gate.call(forced())
    assert lab.receiver.arrived == []
    assert [row["reason"] for row in lab.entries(Kind.REFUSAL)] == ["no_consent"]

    covering = standing.Standing.covering

    def whatever(self: standing.Standing, activity: str, *rest: Any) -> Any:
        row, found = lab.gate.door.desk.register.activities[activity], covering(self, DISPLAY, *rest)
        assert isinstance(found, Grant)
        return replace(found, activity=activity, text_hash=row.text_hash)

    # the control: where a consent counts for whatever goes to that recipient, it arrives
    monkeypatch.setattr(standing.Standing, "covering", whatever)
    lab.gate.call(forced())
    assert [one.body.decode() for one in lab.receiver.arrived] == [shown["text"]]


@pytest.mark.obligation("T2-c")
def test_a_withdrawal_while_a_day_is_on_its_way_cuts_it_at_once(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.ask("history.choose", activity=DISPLAY, add=[WARM])

    def stalled() -> str:
        lab.receiver.mode = "mute"
        lab.receiver.go_on.clear()
        lab.ask("consent.allow", activity=DISPLAY)
        lab.round()
        lab.passes(datetime.fromisoformat(lab.show()["next"][0]["at"]))
        return until_stalled(lab.gate, lab.recorder)

    def days() -> list[bytes]:
        return [one.body for one in lab.receiver.arrived if b"series" in one.body]

    transfer = stalled()
    cut = withdrawn_under_way(lab.gate, lab.recorder, DISPLAY)
    assert (cut["transfer"], cut["sent"], cut["after"]) == (transfer, 0, 0)
    lab.receiver.mode = "ok"
    lab.receiver.go_on.set()
    lab.passes(lab.gate.clock.now() + timedelta(minutes=1))
    # the request to delete alone, whatever came of it there
    wait_for(
        lambda: [one["result"] for one in lab.entries(Kind.DELETION) if "result" in one] == ["confirmed"]
    )
    lab.recorder.taken()
    for _ in range(2):
        lab.passes(lab.gate.clock.now() + timedelta(days=1))
    assert (lab.recorder.taken(), days()) == ([], [])
    with without_the_cut(monkeypatch):  # the control
        stalled()
        lab.ask("consent.withdraw", activity=DISPLAY)
        lab.receiver.mode = "ok"
        lab.receiver.go_on.set()
        wait_for(days)


def _series(row: Mapping[str, Any]) -> usage_history.Series:
    values = tuple(tuple(one) for one in row["values"])
    return usage_history.Series(datapoint=row["datapoint"], unit=row["unit"], values=values)


async def _key(lab: Lab) -> bytes:
    kept = await lab.gate.door.desk.store.read(lambda tx: histories.find(tx, DISPLAY, "shelf"))
    assert kept is not None
    return kept.key
