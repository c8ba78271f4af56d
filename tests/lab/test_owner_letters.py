"""What owners tell a company about themselves, from outside: nothing before the yes, then what was shown."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.account import account_verbs, addressees, letter_verbs
from privacy.gate.account.account import Account
from privacy.gate.account.letters import Letters
from privacy.gate.console import console_verbs
from privacy.gate.door.holder import GateHolder
from privacy.gate.outbox import product_mail
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage.store import Transaction
from privacy.standing import LEAVING
from tests.lab.cutting import until_stalled, withdrawn_under_way, without_the_cut
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Receiver, Recorder, authority
from tests.lab.test_figures import wait_for
from tests.needs import NETWORKS
from tests.privacy import house

pytestmark = [pytest.mark.lab, NETWORKS]

HOST, MAIL, REPORT = "company.example.org", "mail.product", "support.ticket"
EMAIL, NAME, SERIAL = "ada.lovelace@example.org", "Ada Lovelace", "HB-0001"


class KnownHub(GateAtWork):
    """Whose hub knows a name and a serial number, as they are entered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {"name": NAME, "serial": SERIAL}

    async def collect(self, activity: str, groups: list[str]) -> Mapping[str, object]:
        return {"groups": {name: self.known[name] for name in groups}}


@dataclass(slots=True, kw_only=True)
class Lab:
    gate: KnownHub
    receiver: Receiver
    recorder: Recorder
    names: NameServer
    verbs: dict[str, Any] = field(default_factory=dict)

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        return self.gate.answered(self.verbs[verb], fields)

    def refusal(self, verb: str, **fields: object) -> str:
        with pytest.raises(Declined) as declined:
            self.ask(verb, **fields)
        return declined.value.code

    def confirmed(self, address: str) -> None:
        """As if the link of the mail that test_account.py sends had been used."""

        def job(tx: Transaction) -> None:
            at = self.gate.door.desk.time.instant()
            addressees.expect_confirmation(tx, address, b"hash", at)
            assert addressees.confirm(tx, b"hash", at)

        async def use() -> None:
            await self.gate.door.desk.store.write(job)

        self.ask("account.email", address=address)
        self.gate.call(use())

    def passes(self, by: timedelta) -> None:
        self.gate.clock.ahead += by
        self.gate.call(self.gate.upkeep.once())

    def came(self, activity: str) -> list[Any]:
        arrived = self.receiver.arrived
        return [json.loads(one.body) for one in arrived if one.headers["homebase-activity"] == activity]

    def agreed(self, activity: str, shown: dict[str, Any]) -> dict[str, Any]:
        return dict(self.ask("letter.give", activity=activity, preview=shown["preview"])["delivery"])


@pytest.fixture
def lab(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST, ends=timedelta(days=600))
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    receiver = Receiver(outside, context)
    row: dict[str, object] = {
        "name": "company",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "path": "/homebase/1",
        "activities": [MAIL, REPORT, LEAVING],
        "keys": [house.SUPPORT_KEY],
        "ca_file": str(ca_file),
    }
    try:
        with KnownHub(tmp_path / "gate", inside, [row]) as started:
            assert isinstance(started, KnownHub)
            gate = started
            gate.ask("consent.confirm_clock")
            door = gate.door
            account, letters = Account(door, "http://127.0.0.1:8480/"), Letters(door)
            verbs = {
                **console_verbs.table(door),
                **account_verbs.table(account, door.desk),
                **letter_verbs.table(letters),
            }
            yield Lab(gate=gate, receiver=receiver, recorder=recorder, names=names, verbs=verbs)
    finally:
        receiver.close()
        names.close()
        recorder.close()


@pytest.mark.obligation("Q6.11")
def test_a_company_that_sends_news_is_told_what_was_shown_and_again_what_changed(lab: Lab) -> None:
    # given an address that nobody confirmed: nothing can be shown, and nothing left
    lab.ask("account.email", address=EMAIL)
    assert lab.refusal("letter.preview", activity=MAIL) == "no_email"
    lab.confirmed(EMAIL)
    shown = lab.ask("letter.preview", activity=MAIL)
    assert json.loads(shown["text"]).keys() == {"configuration", "email", "name"}
    for _ in range(2):
        lab.passes(timedelta(days=1))
    assert (lab.recorder.taken(), lab.names.asked) == ([], [])  # nothing before the yes

    # when it is agreed to, exactly what was shown arrives, once
    shown = lab.ask("letter.preview", activity=MAIL)
    assert lab.agreed(MAIL, shown)["result"] == "delivered"
    (arrived,) = lab.receiver.arrived
    assert arrived.body.decode() == shown["text"]
    assert {(packet.to, packet.port) for packet in lab.recorder.taken()} == {
        *((RECEIVER, 443), ("9.9.9.53", 53))
    }
    lab.passes(timedelta(days=30))
    assert len(lab.receiver.arrived) == 1

    # a change leaves by itself, within an hour and not earlier, and what came before is asked back
    lab.gate.known["name"] = "Ada King"
    lab.passes(timedelta(minutes=59))
    assert len(lab.receiver.arrived) == 1
    lab.passes(timedelta(minutes=2))
    wait_for(lambda: len(lab.came(MAIL)) == 2)
    assert lab.came(MAIL)[1] == {**lab.came(MAIL)[0], "name": "Ada King"}
    lab.passes(product_mail.LOOK_EVERY)
    lab.passes(timedelta(minutes=1))
    first, second = (
        one.headers["homebase-transfer"]
        for one in lab.receiver.arrived
        if one.headers["homebase-activity"] == MAIL
    )
    assert [one["transfer"] for one in lab.came("deletion.request")] == [first]
    # without one it is renewed before the recipient would have to delete it
    lab.passes(product_mail.RENEW_AFTER)
    wait_for(lambda: len(lab.came(MAIL)) == 3)
    assert lab.came(MAIL)[2] == lab.came(MAIL)[1]

    # withdrawn: all of it is asked back, and nothing leaves any more
    lab.ask("consent.withdraw", activity=MAIL)
    lab.passes(timedelta(minutes=1))
    third = [one for one in lab.receiver.arrived if one.headers["homebase-activity"] == MAIL][-1]
    asked = {one["transfer"] for one in lab.came("deletion.request")}
    assert asked == {first, second, third.headers["homebase-transfer"]}
    lab.recorder.taken()
    lab.gate.known["name"] = NAME
    for _ in range(2):
        lab.passes(timedelta(days=1))
    assert lab.recorder.taken() == []
    assert lab.ask("ledger.verify")["findings"] == []


@pytest.mark.obligation("Q6.11")
def test_another_address_ends_what_was_agreed_for_the_one_before(lab: Lab) -> None:
    lab.confirmed(EMAIL)
    assert lab.agreed(MAIL, lab.ask("letter.preview", activity=MAIL))["result"] == "delivered"
    lab.confirmed("eve@example.org")
    lab.passes(timedelta(hours=2))
    assert len(lab.came("deletion.request")) == 1
    assert [one["email"] for one in lab.came(MAIL)] == [EMAIL]
    assert lab.agreed(MAIL, lab.ask("letter.preview", activity=MAIL))["result"] == "delivered"  # the control
    assert [one["email"] for one in lab.came(MAIL)] == [EMAIL, "eve@example.org"]


@pytest.mark.obligation("Q6.14")
def test_the_message_that_ends_the_service_leaves_after_all_consents_have_ended_and_not_before(
    lab: Lab,
) -> None:
    lab.confirmed(EMAIL)
    rights = RightsDesk(lab.gate.door, GateHolder(lab.gate.door.desk))
    assert lab.agreed(MAIL, lab.ask("letter.preview", activity=MAIL))["result"] == "delivered"
    lab.recorder.taken()
    shown = lab.ask("letter.preview", activity=LEAVING)
    assert json.loads(shown["text"]) == {"email": EMAIL, "serial": SERIAL}
    # agreed to, it waits: nothing leaves while any consent stands
    waits = lab.agreed(LEAVING, shown)
    assert (waits["reason"], waits["retried"]) == ("not_left", True)
    for _ in range(2):
        lab.passes(timedelta(minutes=5))
    assert lab.recorder.taken() == []

    # when the home is deregistered, it is the first thing that leaves, and all consents ended before it
    ended = lab.gate.call(rights.deregister("authorisations", []))
    assert ended["message"]["result"] == "delivered"  # type: ignore[index]  # an object
    assert [one.body.decode() for one in lab.receiver.arrived][1:] == [shown["text"]]
    entries = lab.ask("ledger.list")["entries"]
    kinds = [(one["kind"], one["data"].get("activity") or one["data"].get("right")) for one in entries]
    assert kinds.index(("right", "deregistration: authorisations")) < kinds.index(("transfer_begin", LEAVING))
    assert list(lab.gate.door.desk.standing.live()) == []
    lab.gate.call(rights.deregister("data", []))
    assert lab.refusal("letter.give", activity=MAIL, preview="none") == "no_preview"

    # then both are asked to delete: the one at once, the message within six months
    lab.passes(timedelta(minutes=1))
    transfers = [one.headers.get("homebase-transfer") for one in lab.receiver.arrived]
    assert [one["transfer"] for one in lab.came("deletion.request")] == transfers[:1]
    lab.recorder.taken()
    lab.passes(timedelta(days=180))
    assert lab.recorder.taken() == []
    lab.passes(timedelta(days=1, minutes=1))
    assert [one["transfer"] for one in lab.came("deletion.request")] == transfers[:2]


@pytest.mark.parametrize("activity", [MAIL, REPORT])
def test_a_withdrawal_while_a_letter_is_on_its_way_cuts_it_at_once(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, activity: str
) -> None:
    lab.confirmed(EMAIL)

    def stalled() -> str:
        lab.receiver.mode = "mute"
        lab.receiver.go_on.clear()
        shown = lab.ask("letter.preview", activity=activity, entered={"description": "no light"})
        lab.gate.start(lab.verbs["letter.give"]({"activity": activity, "preview": shown["preview"]}))
        return until_stalled(lab.gate, lab.recorder)

    def letters() -> list[bytes]:
        arrived = lab.receiver.arrived
        return [one.body for one in arrived if one.headers["homebase-activity"] == activity]

    transfer = stalled()
    cut = withdrawn_under_way(lab.gate, lab.recorder, activity)
    assert (cut["transfer"], cut["sent"], cut["after"]) == (transfer, 0, 0)
    lab.receiver.mode = "ok"
    lab.receiver.go_on.set()
    lab.passes(timedelta(minutes=1))
    assert [one["transfer"] for one in lab.came("deletion.request")] == [transfer]
    lab.recorder.taken()
    for _ in range(2):
        lab.passes(timedelta(days=1))
    assert (lab.recorder.taken(), letters()) == ([], [])
    with without_the_cut(monkeypatch):  # the control
        stalled()
        lab.ask("consent.withdraw", activity=activity)
        lab.receiver.mode = "ok"
        lab.receiver.go_on.set()
        wait_for(letters)
