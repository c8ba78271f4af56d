"""The account's e-mail address is confirmed by a mail that really travels: Q6.2-a, seen from outside.

Each refusal stands beside its control.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.account.account import Account
from privacy.gate.account.account_verbs import table
from privacy.gate.door.door import Given
from privacy.gate.door.holder import GateHolder
from privacy.gate.rights.rights import RightsDesk
from privacy.register import Language
from privacy.rights import Scope
from privacy.vocabulary import DataCategory
from tests.lab.cutting import withdrawn_under_way, without_the_cut
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Recorder, authority, listening, made_in
from tests.mail_server import PASSWORD, USER, MailServer
from tests.needs import NETWORKS
from tests.privacy.decrypted import everything_in

pytestmark = [pytest.mark.lab, NETWORKS]

HOST, EMAIL, ACTIVITY = "mail.example.org", "ada.lovelace@example.org", "account.register"
CODE = re.compile(r"#confirm=([A-Z2-7-]{23})")


@dataclass(slots=True, kw_only=True)
class Post:
    gate: GateAtWork
    account: Account
    server: MailServer
    recorder: Recorder

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        handler = table(self.account, self.gate.door.desk)[verb]
        return self.gate.answered(handler, fields)

    def refusal(self, verb: str, **fields: object) -> str:
        with pytest.raises(Declined) as declined:
            self.ask(verb, **fields)
        return declined.value.code

    def enter(self) -> None:
        self.ask("account.email", address=EMAIL)
        self.ask("account.mail_server", sender=USER, user=USER, password=PASSWORD)

    def give(self, language: str = "en") -> dict[str, Any]:
        shown = self.ask("account.preview", language=language)
        given = self.ask("account.give", preview=shown["preview"], language=language)
        return dict(given["delivery"])

    def code(self) -> str:
        found = CODE.search(self.server.arrived[-1].mail.get_content())
        assert found is not None
        return found[1]

    def confirmed(self) -> bool:
        return self.ask("account.show")["email"]["confirmed"] is not None

    def entries(self) -> list[dict[str, Any]]:
        return list(self.gate.ask("ledger.list")["entries"])


@pytest.fixture
def post(wire: tuple[str, str], tmp_path: Path) -> Iterator[Post]:
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    server = MailServer(made_in(outside, lambda: listening(587)), context)
    row: dict[str, object] = {
        "name": "mail",
        "role": "own",
        "host": HOST,
        "country": "DE",
        "transport": "smtp",
        "activities": [ACTIVITY],
        "ca_file": str(ca_file),
    }
    try:
        with GateAtWork(tmp_path / "gate", inside, [row]) as gate:
            gate.ask("consent.confirm_clock")
            account = Account(gate.door, "http://127.0.0.1:8480/")
            yield Post(gate=gate, account=account, server=server, recorder=recorder)
    finally:
        server.close()
        names.close()
        recorder.close()


@pytest.mark.obligation("Q6.2-a")
def test_an_address_is_unconfirmed_until_the_link_of_a_mail_that_travelled_is_used_once(post: Post) -> None:
    post.enter()
    assert not post.confirmed()
    shown = post.ask("account.preview")
    assert json.loads(shown["text"]) == {"email": EMAIL}
    assert "XXXXX-XXXXX" in shown["mail"]["text"]
    assert post.recorder.taken() == []  # nothing leaves before the yes

    assert post.give()["result"] == "delivered"

    (arrived,) = post.server.arrived
    assert (arrived.secure, arrived.user, arrived.to) == (True, USER, [EMAIL])
    assert arrived.mail["To"] == EMAIL
    assert not post.confirmed()
    assert post.refusal("account.confirm", code="AAAAA-AAAAA-AAAAA-AAAAA") == "code_over"
    assert not post.confirmed()
    post.ask("account.confirm", code=post.code().lower().replace("-", " "))
    assert post.confirmed()
    assert post.refusal("account.confirm", code=post.code()) == "code_over"  # once
    assert post.refusal("account.preview") == "confirmed_already"
    assert post.gate.ask("ledger.verify")["findings"] == []


@pytest.mark.obligation("Q6.2-a")
@pytest.mark.parametrize("late", [False, True], ids=["in_time", "late"])
def test_a_link_counts_for_a_limited_time(post: Post, late: bool) -> None:
    post.enter()
    post.give()
    post.gate.clock.ahead = timedelta(hours=24, seconds=60 if late else -60)
    post.gate.call(post.gate.upkeep.once())
    if late:
        assert post.refusal("account.confirm", code=post.code()) == "code_over"
    else:
        post.ask("account.confirm", code=post.code())
    assert post.confirmed() is not late


def test_the_mail_speaks_the_language_of_the_yes_and_names_nothing_of_the_home(post: Post) -> None:
    post.enter()
    post.give("de")
    mail = post.server.arrived[0].mail
    assert mail["Subject"] == "Bitte bestätige deine E-Mail-Adresse"
    assert mail["Content-Language"] == "de"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "http://127.0.0.1:8480/#confirm=" in mail.get_content()
    assert "homebase account confirm" in mail.get_content()
    assert set(mail.keys()) == {
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"),
        *("MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    }


def test_every_step_is_in_the_book_and_no_secret_is_anywhere_but_encrypted(
    post: Post, tmp_path: Path
) -> None:
    post.enter()
    post.give()
    post.ask("account.confirm", code=post.code())
    kinds = [entry["kind"] for entry in post.entries()]
    assert kinds[-5:] == ["grant", "transfer_begin", "lookup", "transfer_end", "configuration"]
    told = json.dumps(post.entries()) + json.dumps(post.ask("account.show"))
    for secret in (PASSWORD, post.code()):
        assert secret not in told
    assert {(packet.to, packet.port) for packet in post.recorder.taken()} == {
        *((RECEIVER, 587), ("9.9.9.53", 53))
    }
    for path in (tmp_path / "gate").iterdir():
        data = path.read_bytes()
        for secret in (PASSWORD, EMAIL, post.code()):
            assert secret.encode() not in data, path.name


@pytest.mark.obligation("T2-c")
@pytest.mark.parametrize("hold_at", ["rcpt", "data"])
def test_a_withdrawal_cuts_the_mail_and_nothing_leaves_any_more(
    post: Post, hold_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def begun() -> Future[Given]:
        """Its mail is on its way to a server that says nothing, before or after it has the text."""
        post.server.hold.clear()
        post.server.held.clear()
        shown = post.ask("account.preview")
        giving: Future[Given] = post.gate.start(post.account.give(shown["preview"], Language.EN))
        assert post.server.held.wait(30)
        return giving

    post.enter()
    post.server.hold_at = hold_at
    giving = begun()
    cut = withdrawn_under_way(post.gate, post.recorder, ACTIVITY)
    assert (cut["sent"] > 0, cut["after"]) == (hold_at == "data", 0)
    outcome = giving.result(30).outcome
    assert outcome is not None
    assert outcome.result.value == "cut"
    assert post.server.left.wait(30)
    post.server.hold.set()
    post.gate.clock.ahead = timedelta(hours=2)
    post.gate.call(post.gate.upkeep.once())
    assert [one for one in post.recorder.taken() if one.size] == []
    assert post.server.arrived == []  # this server keeps no mail whose sender did not wait for its word
    with without_the_cut(monkeypatch):  # the control
        begun()
        post.gate.ask("consent.withdraw", activity=ACTIVITY)
        post.server.hold.set()
        _until(lambda: len(post.server.arrived) == 1)


def test_nothing_is_sent_to_another_address_than_the_one_agreed_to(post: Post) -> None:
    post.enter()
    shown = post.ask("account.preview")
    post.ask("account.email", address="eve@example.org")  # changed between preview and yes
    given = post.ask("account.give", preview=shown["preview"])
    assert given["delivery"]["reason"] == "addressee_not_declared"
    assert post.server.arrived == []
    assert [packet for packet in post.recorder.taken() if packet.port == 587] == []
    post.ask("account.email", address=EMAIL)
    assert post.give()["result"] == "delivered"  # the control


def test_a_mail_server_that_refuses_for_good_is_not_asked_again(post: Post) -> None:
    post.ask("account.email", address=EMAIL)
    post.ask("account.mail_server", sender=USER, user=USER, password="a wrong one")
    delivery = post.give()
    assert (delivery["result"], delivery["retried"]) == ("failed", False)
    assert delivery["what"] == f"{HOST}: answered 535 5.7.8 to log-in"
    post.gate.clock.ahead = timedelta(hours=2)
    post.gate.call(post.gate.upkeep.once())
    assert len(post.server.tried) == 1
    post.enter()
    assert post.give()["result"] == "delivered"  # the control


def test_a_mail_server_that_is_busy_is_asked_again_with_the_same_code(post: Post) -> None:
    post.enter()
    post.server.says["data"] = "451 4.3.0 later"
    assert post.give()["retried"] is True
    del post.server.says["data"]
    post.gate.clock.ahead = timedelta(minutes=2)
    post.gate.call(post.gate.upkeep.once())
    _until(lambda: len(post.server.arrived) == 1)
    post.ask("account.confirm", code=post.code())
    assert post.confirmed()


@pytest.mark.parametrize(
    ("missing", "code"),
    [("email", "no_email"), ("access", "no_access")],
    ids=["no_address", "no_access_data"],
)
def test_what_is_missing_is_said_before_anything_leaves(post: Post, missing: str, code: str) -> None:
    post.enter()
    if missing == "email":
        post.ask("account.email", address="")
    else:
        assert post.ask("account.drop_mail_server")["dropped"]
    assert post.refusal("account.preview") == code
    assert post.recorder.taken() == []


@pytest.mark.parametrize("deregistered", [False, True], ids=["erased", "deregistered"])
def test_an_erasure_takes_address_access_data_numbers_and_copies(
    post: Post, tmp_path: Path, deregistered: bool
) -> None:
    post.enter()
    post.ask("account.contact", number="+4915112345678", label="Ada")
    post.ask("account.contact", number="+4915112345679", label="Ada", device="push-token-1")
    post.give()
    desk = post.gate.door.desk
    rights = RightsDesk(post.gate.door, GateHolder(desk))
    before = _pages(tmp_path)
    if deregistered:
        post.gate.call(rights.deregister("authorisations", []))
        post.gate.call(rights.deregister("data", []))
    else:
        for category in (DataCategory.ACCOUNT, DataCategory.PHONE_NUMBER):
            post.gate.call(rights.erase(Scope(category=category), []))
    after = _pages(tmp_path)
    for canary in (PASSWORD, "+4915112345678", "push-token-1"):
        assert canary.encode() in before
        assert canary.encode() not in after
    told = post.ask("account.show")
    assert (told["email"], told["sms_numbers"], told["push_devices"]) == (None, [], [])
    assert told["mail_server"]["user"] is None
    assert post.gate.ask("consent.last", activity=ACTIVITY)["last"] is None


def _pages(tmp_path: Path) -> bytes:
    return everything_in(tmp_path / "gate" / "gate.db", (tmp_path / "gate" / "key").read_bytes())


def _until(over: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not over():
        assert time.monotonic() < end
        time.sleep(0.01)
