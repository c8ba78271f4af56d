"""SMS by a GSM modem, from outside: the modem gets what was shown and agreed to, and no network a packet."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.account.account import Account
from privacy.gate.account.account_verbs import table as account_table
from privacy.gate.messages.message_verbs import for_console, for_hub
from privacy.gate.messages.messages import Messages
from tests.lab.cutting import withdrawn_under_way, without_the_cut
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import NameServer, Recorder
from tests.lab.test_account import _until
from tests.needs import NETWORKS
from tests.privacy.gate.gsm_modem import GsmModem
from tests.privacy.gate.sms_pdu import message, part

pytestmark = [pytest.mark.lab, NETWORKS]

NUMBER, SMS = "+4915112345678", "sms.send"
ROW: dict[str, object] = {"name": "sim", "role": "processor", "country": "DE", "activities": [SMS]}
LONG = "Кухня, rechts hinter der großen Tür zum Garten und zum Keller"  # no alphabet of one SMS has it all


@dataclass(slots=True, kw_only=True)
class Home:
    gate: GateAtWork
    messages: Messages
    plug: GsmModem
    recorder: Recorder
    names: NameServer

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        handler = {**for_console(self.messages), **for_hub(self.messages)}[verb]
        return self.gate.answered(handler, fields)

    @property
    def way(self) -> str:
        (found,) = self.ask("messages.ways")["ways"]
        return str(found["id"])

    def give(self) -> tuple[str, Any]:
        """The text that was shown, and what comes of the yes to it."""
        shown = self.ask("messages.preview", way=self.way, language="de")
        fields = {"way": self.way, "preview": shown["preview"], "language": "de"}
        giving = self.gate.start(for_console(self.messages)["messages.give"](fields))  # type: ignore[arg-type]
        return str(json.loads(shown["text"])["text"]), giving

    def tell(self) -> str:
        return str(self.ask("message.send", way=self.way, event="smoke", name=LONG)["transfer"])

    def fate(self, transfer: str) -> str:
        return str(self.ask("message.fates", transfers=[transfer])["messages"][0]["fate"])

    def hold(self, number: int) -> None:
        """Be silent about that message from now on, until let_go."""
        self.plug.held.clear()
        self.plug.go_on.clear()
        self.plug.hold_at = self.plug.begun + number

    def let_go(self) -> None:
        self.plug.go_on.set()
        time.sleep(0.5)  # a program that is still there would have said its message by then


@pytest.fixture
def home(wire: tuple[str, str], tmp_path: Path) -> Iterator[Home]:
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    recorder, names, plug = Recorder(outside), NameServer(outside, {}), GsmModem(says={})
    row = ROW | {"transport": "modem", "device": plug.device}
    try:
        with GateAtWork(tmp_path / "gate", inside, [row]) as gate:
            gate.ask("consent.confirm_clock")
            entering = account_table(Account(gate.door, ""), gate.door.desk)["account.contact"]
            gate.answered(entering, {"number": NUMBER, "label": "Ada"})
            yield Home(gate=gate, messages=Messages(gate.door), plug=plug, recorder=recorder, names=names)
    finally:
        plug.close()
        names.close()
        recorder.close()


@pytest.mark.obligation("Q6.3-e")
def test_the_modem_gets_what_was_shown_letter_by_letter_and_nothing_before_or_after(home: Home) -> None:
    plug = home.plug
    with pytest.raises(Declined, match="no_consent"):
        home.ask("message.send", way=home.way, event="smoke")
    home.ask("messages.preview", way=home.way)
    assert plug.asked == []
    # the yes: exactly what was shown
    text, giving = home.give()
    giving.result(60)
    _until(lambda: home.ask("messages.list")["messages"][0]["fate"] == "delivered")
    assert message(plug.sent) == (NUMBER, text)
    # what the hub tells of, in parts
    transfer = home.tell()
    _until(lambda: home.fate(transfer) == "delivered")
    (told, *_) = home.ask("messages.list")["messages"]
    assert LONG in told["text"]
    assert len(plug.sent) == 3
    assert message(plug.sent[1:]) == (NUMBER, told["text"])
    # taken back between two parts: the second one is never said
    home.hold(2)
    transfer = home.tell()
    assert plug.held.wait(30)
    cut = withdrawn_under_way(home.gate, home.recorder, SMS)
    assert (cut["transfer"], cut["sent"]) == (transfer, len(told["text"].encode()))  # what the program had
    assert home.fate(transfer) == "withdrawn"
    home.let_go()
    assert [part(pdu).place for pdu in plug.sent[3:]] == [(1, 2)]
    # after its end: refused, and the modem is not even greeted
    asked = len(plug.asked)
    with pytest.raises(Declined, match="no_consent"):
        home.tell()
    home.gate.clock.ahead += timedelta(hours=1)
    home.gate.call(home.gate.upkeep.once())
    time.sleep(1.0)
    assert (len(plug.asked), len(plug.sent)) == (asked, 4)
    # and in all of it no network was told anything
    assert (home.recorder.taken(), home.names.asked) == ([], [])
    assert home.gate.ask("ledger.verify")["findings"] == []


@pytest.mark.obligation("T2-c")
def test_a_withdrawal_before_the_modem_lets_the_text_in_keeps_it_out(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.hold(1)
    _, giving = home.give()
    assert home.plug.held.wait(30)
    withdrawn_under_way(home.gate, home.recorder, SMS)
    assert giving.result(30)["delivery"]["result"] == "cut"
    home.let_go()
    assert home.plug.sent == []
    with without_the_cut(monkeypatch):  # the control
        home.hold(1)
        text, _ = home.give()
        assert home.plug.held.wait(30)
        home.gate.ask("consent.withdraw", activity=SMS)
        home.let_go()
        _until(lambda: home.plug.sent != [])
    assert message(home.plug.sent) == (NUMBER, text)
