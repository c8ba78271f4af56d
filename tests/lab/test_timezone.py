"""One look-up of the timezone, seen from outside: under consent, once; the home's address stays nowhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.consent import Wish
from privacy.conversation import Declined
from privacy.gate.account import timezone_answers
from privacy.gate.account.account import Account
from privacy.gate.account.account_verbs import table
from privacy.gate.account.timezone import Lookup
from privacy.gate.door.holder import GateHolder
from privacy.gate.front.exchange import Answer, Request
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.rights.rights_verbs import table as rights_table
from privacy.register import Form
from tests.lab.cutting import until_stalled, withdrawn_under_way, without_the_cut
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import GATE, RECEIVER, NameServer, Receiver, Recorder, authority
from tests.needs import NETWORKS
from tests.privacy.decrypted import everything_in

pytestmark = [pytest.mark.lab, NETWORKS]

HOST, ACTIVITY = "time.example.org", "setup.timezone"


@dataclass(slots=True, kw_only=True)
class Asked:
    gate: GateAtWork
    receiver: Receiver
    recorder: Recorder
    folder: Path

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        desk = self.gate.door.desk
        handlers = {
            **table(Account(self.gate.door, "http://127.0.0.1:8480/"), desk),
            **rights_table(RightsDesk(self.gate.door, GateHolder(desk)), desk),
        }
        return self.gate.answered(handlers[verb], fields)

    def look_up(self) -> dict[str, Any]:
        shown = self.ask("account.preview_timezone")
        assert shown["text"] == "{}"
        return self.ask("account.look_up_timezone", preview=shown["preview"])

    def begin(self) -> Any:
        """Ask a receiver who does not even greet; the answer, once it comes."""
        self.receiver.mode = "mute"
        self.receiver.go_on.clear()
        shown = self.ask("account.preview_timezone")
        verbs = table(Account(self.gate.door, "http://127.0.0.1:8480/"), self.gate.door.desk)
        asking = self.gate.start(verbs["account.look_up_timezone"]({"preview": shown["preview"]}))  # type: ignore[arg-type]
        until_stalled(self.gate, self.recorder)
        return asking

    def let_go(self) -> None:
        self.receiver.mode = "ok"
        self.receiver.go_on.set()

    def kept(self) -> bytes:
        """All that the gate has on its disk, opened and as it lies there."""
        files = b"".join(path.read_bytes() for path in self.folder.iterdir() if path.is_file())
        return everything_in(self.folder / "gate.db", (self.folder / "key").read_bytes()) + files

    def refusal(self) -> str:
        with pytest.raises(Declined) as declined:
            self.look_up()
        return declined.value.code


@pytest.fixture
def asked(wire: tuple[str, str], tmp_path: Path) -> Iterator[Asked]:
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    receiver = Receiver(outside, context)
    receiver.says = {"timezone": "Europe/Berlin", "ip": GATE}
    row: dict[str, object] = {
        "name": "clock",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "activities": [ACTIVITY],
        "ca_file": str(ca_file),
    }
    try:
        with GateAtWork(tmp_path / "gate", inside, [row]) as gate:
            gate.ask("consent.confirm_clock")
            yield Asked(gate=gate, receiver=receiver, recorder=recorder, folder=tmp_path / "gate")
    finally:
        receiver.close()
        names.close()
        recorder.close()


@pytest.mark.obligation("Q6.3-a")
def test_the_timezone_is_asked_for_once_under_consent_and_no_address_stays(asked: Asked) -> None:
    shown = asked.ask("account.preview_timezone")
    assert asked.recorder.taken() == []  # nothing leaves before the yes
    answer = asked.ask("account.look_up_timezone", preview=shown["preview"])
    assert (answer["delivery"]["result"], answer["timezone"]) == ("delivered", "Europe/Berlin")
    (arrived,) = asked.receiver.arrived
    assert arrived.body == b"{}"
    # the receiver told the home its address; no page, file or entry of ours holds it
    kept = asked.kept()
    assert HOST.encode() in kept  # the control: what is kept is found so
    assert GATE.encode() not in kept
    assert b"Europe/Berlin" not in kept  # that is the hub's
    # once
    asked.recorder.taken()
    assert asked.refusal() == "looked_up_already"
    assert asked.recorder.taken() == []
    # nobody has to delete what is not stored
    asked.gate.clock.ahead = timedelta(days=29)
    asked.gate.call(asked.gate.upkeep.once())
    assert len(asked.receiver.arrived) == 1
    # who sets the home up anew may ask again
    asked.ask("rights.deregister", step="authorisations")
    assert asked.refusal() == "deregistered"
    asked.ask("rights.lift", kind="deregistered")
    assert asked.look_up()["timezone"] == "Europe/Berlin"


@pytest.mark.obligation("T2-c")
def test_a_withdrawal_while_it_is_looked_up_cuts_it_and_no_address_stays(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = asked.begin()
    cut = withdrawn_under_way(asked.gate, asked.recorder, ACTIVITY)
    assert (cut["sent"], cut["after"]) == (0, 0)
    answer = asking.result(30)
    assert (answer["delivery"]["result"], answer["timezone"]) == ("cut", None)
    asked.let_go()
    asked.gate.clock.ahead = timedelta(days=1)
    asked.gate.call(asked.gate.upkeep.once())
    assert [one for one in asked.recorder.taken() if one.size] == []
    assert asked.receiver.arrived == []
    assert GATE.encode() not in asked.kept()
    with without_the_cut(monkeypatch):  # the control
        asking = asked.begin()
        asked.gate.ask("consent.withdraw", activity=ACTIVITY)
        asked.let_go()
        assert asking.result(30)["delivery"]["result"] == "delivered"
    assert len(asked.receiver.arrived) == 1


def test_the_app_shows_the_question_and_what_came_of_it_whoever_agreed(asked: Asked) -> None:
    gate, door = asked.gate, asked.gate.door
    places = timezone_answers.owners(Lookup(door), door, "--run here")

    def app(method: str, what: str) -> dict[str, Any]:
        path = f"/gate/v1/account/timezone{what}"
        request = Request(method=method, path=path, query="lang=de", headers=(), peer="", body=b"{}")

        async def answer() -> Answer:
            return await places[method, path](request, "owner")

        told = gate.call(answer())
        return {"status": told.status, **json.loads(told.body)}

    def agreed_by_a_phone() -> None:
        """As by a phone's key: the door sends, and nobody waits for the answer."""
        shown = app("POST", "/previews")
        assert shown["text"] == "{}"
        number = shown["preview"]
        assert shown["command"] == f"homebase account timezone --preview {number} --lang de --run here"
        wish = Wish(
            activity=ACTIVITY,
            recipient="clock",
            form=Form.ONCE,
            groups=frozenset(),
            ticket="",
            language="de",
            categories=door.desk.register.activities[ACTIVITY].categories,
        )
        gate.call(door.give(wish, number))

    assert app("GET", "") == {"status": 200, "over": False, "answered": None, "timezone": None}
    asked.receiver.mode = "error"
    agreed_by_a_phone()
    assert app("GET", "") == {"status": 200, "over": False, "answered": False, "timezone": None}
    asked.receiver.mode = "ok"
    gate.clock.ahead = timedelta(hours=3)
    gate.call(gate.upkeep.once())
    assert len(asked.receiver.arrived) == 1  # the consent ended: nobody asks again unseen
    agreed_by_a_phone()
    assert app("GET", "") == {"status": 200, "over": True, "answered": True, "timezone": "Europe/Berlin"}
    refused = app("POST", "/previews")
    assert (refused["status"], refused["code"]) == (409, "looked_up_already")
    assert b"Europe/Berlin" not in asked.kept()  # until the owner takes it, in memory alone


@pytest.mark.parametrize(
    ("mode", "says", "result"),
    [
        ("error", {}, "failed"),
        ("no_receipt", {}, "failed"),
        ("ok", {"timezone": "<script>"}, "delivered"),
        ("ok", {}, "delivered"),
    ],
    ids=["error", "no_receipt", "strange", "nothing"],
)
def test_what_is_no_timezone_is_none_and_nobody_asks_again_unseen(
    asked: Asked, mode: str, says: dict[str, str], result: str
) -> None:
    asked.receiver.mode, asked.receiver.says = mode, says
    answer = asked.look_up()
    assert (answer["delivery"]["result"], answer["timezone"]) == (result, None)
    asked.receiver.mode, asked.receiver.says = "ok", {"timezone": "Europe/Berlin"}
    count = len(asked.receiver.arrived)
    asked.gate.clock.ahead = timedelta(hours=3)
    asked.gate.call(asked.gate.upkeep.once())
    assert len(asked.receiver.arrived) == count
    if result == "failed":
        assert asked.look_up()["timezone"] == "Europe/Berlin"  # the control: asked for, it is asked again
