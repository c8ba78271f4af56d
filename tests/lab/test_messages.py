"""Messages to the household, from outside: nothing before the yes, the preview, nothing after its end."""

import base64
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from privacy.gate.door.holder import GateHolder
from privacy.gate.outbox.sending import MISTAKE
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import access, amounts
from privacy.gate.storage.access import AccessData
from privacy.rights import Scope
from privacy.vocabulary import DataCategory
from tests.lab.cutting import withdrawn_under_way, without_the_cut
from tests.lab.message_lab import (
    EMAIL,
    HOST,
    NUMBER,
    OTHER,
    PORTS,
    TOKEN,
    Post,
    allowed,
    goes_on,
    later,
    post_between,
    stalled,
    started_again,
)
from tests.lab.test_account import _until
from tests.needs import NETWORKS
from tests.privacy.decrypted import everything_in

pytestmark = [pytest.mark.lab, NETWORKS]


@pytest.fixture
def post(wire: tuple[str, str], tmp_path: Path) -> Iterator[Post]:
    with post_between(wire, tmp_path) as made:
        yield made


@pytest.mark.obligation("Q6.3-e")
@pytest.mark.parametrize("activity", list(PORTS))
def test_nothing_before_the_yes_the_preview_after_it_and_nothing_after_its_end(
    post: Post, activity: str
) -> None:
    way = post.way(activity, "" if activity == "mail.send" else NUMBER)
    # before: refused, and not a packet
    assert post.refusal("message.send", way=way, event="smoke") == "no_consent"
    shown = post.ask("messages.preview", way=way, language="de")
    assert post.recorder.taken() == []
    # the yes: exactly what was shown
    given = post.ask("messages.give", way=way, preview=shown["preview"], language="de")
    assert given["delivery"]["result"] == "delivered"
    assert post.arrived(activity) == [json.loads(shown["text"])["text"]]
    assert post.arrived(activity)[0].startswith("Test: So sieht eine Nachricht aus - Homebase, ")
    # what the hub tells of from now on
    at = "2026-11-28T20:04:00Z"
    transfer = post.hub("message.send", way=way, event="smoke", name="Küche", at=at)["transfer"]
    _until(lambda: post.fate(transfer) == "sent")
    assert post.arrived(activity)[1] == "GEFAHR: Rauch - Küche, 28.11. 20:04"
    # after its end: refused, and not a packet; what was sent can be erased
    done = post.gate.ask("consent.withdraw", activity=activity)
    assert done["recorded"]
    assert post.packets(activity) > 0
    assert post.refusal("message.send", way=way, event="smoke") == "no_consent"
    assert post.packets(activity) == 0
    assert len(post.ask("messages.list")["messages"]) == 2
    assert post.ask("messages.forget", activity=activity)["forgotten"] == 2
    assert post.ask("messages.list")["messages"] == []
    assert post.gate.ask("ledger.verify")["findings"] == []


@pytest.mark.obligation("T2-c")
@pytest.mark.parametrize("activity", list(PORTS))
def test_a_withdrawal_while_a_message_is_on_its_way_cuts_it_at_once(
    post: Post, activity: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    transfer = stalled(post, activity)
    cut = withdrawn_under_way(post.gate, post.recorder, activity)
    assert (cut["transfer"], cut["sent"], cut["after"]) == (transfer, 0, 0)
    assert post.fate(transfer) == "withdrawn"
    assert activity != "mail.send" or post.mails.left.wait(30)
    goes_on(post)
    later(post, 3600)
    assert [one for one in post.recorder.taken() if one.size] == []
    assert len(post.arrived(activity)) == 1  # the test message of before
    with without_the_cut(monkeypatch):  # the control
        stalled(post, activity)
        post.gate.ask("consent.withdraw", activity=activity)
        goes_on(post)
        _until(lambda: len(post.arrived(activity)) == 3)


def test_an_sms_is_one_post_of_json_with_the_providers_log_in(post: Post) -> None:
    allowed(post)
    (arrived,) = post.sms.arrived
    assert arrived.path == "/messages"
    assert arrived.headers["authorization"] == f"Bearer {TOKEN}"
    body = json.loads(arrived.body)
    assert (body["to"], body["from"], sorted(body)) == (NUMBER, "homebase", ["from", "text", "to"])
    post.ask("messages.access", recipient="sms", sender="homebase", user="ada", password=TOKEN)
    transfer = post.ask("messages.send", way=post.way("sms.send", NUMBER), event="test")["transfer"]
    _until(lambda: post.fate(transfer) == "sent")
    word = base64.b64encode(f"ada:{TOKEN}".encode()).decode()
    assert post.sms.arrived[-1].headers["authorization"] == f"Basic {word}"


def test_a_consent_for_one_number_is_none_for_another_and_the_hub_learns_no_number(post: Post) -> None:
    way = allowed(post)
    other = post.way("sms.send", OTHER)
    assert post.refusal("message.send", way=other, event="smoke") == "no_consent"
    assert post.refusal("message.send", way=NUMBER, event="smoke") == "unknown_way"
    assert post.refusal("message.send", way=way, event="buy now") == "unknown_event"
    assert post.refusal("message.send", way=way, event="smoke", name="x" * 65) == "bad_question"
    told = json.dumps(post.hub("message.ways"))
    assert all(secret not in told for secret in (NUMBER, OTHER, EMAIL, TOKEN))
    assert [one["allowed"] for one in post.hub("message.ways")["ways"] if one["kind"] == "sms"] == [
        True,
        False,
    ]
    assert len(post.sms.arrived) == 1
    allowed(post, addressee=OTHER)  # the control
    transfer = post.hub("message.send", way=other, event="smoke")["transfer"]
    _until(lambda: post.fate(transfer) == "sent")


@pytest.mark.parametrize("secret", ["geheim-\u20ac-41", "geheim-41\r\nX-Other: 1"])
def test_a_secret_of_before_that_fits_no_head_ends_its_message_and_not_the_gate(
    post: Post, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    way = allowed(post)
    row = AccessData(recipient="sms", sender="homebase", user="", password=secret)
    desk = post.gate.door.desk

    async def as_before() -> None:
        await desk.store.write(lambda tx: access.keep_access_data(tx, row, desk.time.instant().at))

    post.gate.call(as_before())
    lost = post.hub("message.send", way=way, event="smoke")["transfer"]
    _until(lambda: post.fate(lost) == "failed")
    told = json.dumps(post.ask("messages.list")) + json.dumps(post.gate.ask("ledger.list"), default=str)
    assert MISTAKE in told
    assert "geheim" not in told + caplog.text
    assert any(one.message == "transfer.mistake" for one in caplog.records)
    post.ask("messages.access", recipient="sms", sender="homebase", password=TOKEN)
    transfer = post.hub("message.send", way=way, event="smoke")["transfer"]  # the control: it works on
    _until(lambda: post.fate(transfer) == "sent")


def test_a_busy_provider_is_asked_again_until_the_message_is_too_old(post: Post) -> None:
    way = allowed(post)
    post.sms.mode = "error"
    transfer = post.hub("message.send", way=way, event="smoke")["transfer"]
    _until(lambda: len(post.sms.arrived) == 2)
    post.sms.mode = "ok"
    post.gate.clock.ahead = timedelta(minutes=2)
    post.gate.call(post.gate.upkeep.once())
    _until(lambda: post.fate(transfer) == "sent")
    post.sms.mode = "error"
    late = post.hub("message.send", way=way, event="smoke")["transfer"]
    _until(lambda: len(post.sms.arrived) == 4)
    post.sms.mode = "ok"
    post.gate.clock.ahead = timedelta(hours=3)
    post.gate.call(post.gate.upkeep.once())
    assert post.fate(late) == "expired"
    assert len(post.sms.arrived) == 4
    post.sms.mode = "error"
    waits = post.hub("message.send", way=way, event="smoke")["transfer"]
    _until(lambda: len(post.sms.arrived) == 5)
    used_up(post)
    post.gate.clock.ahead += timedelta(minutes=2)
    post.gate.call(post.gate.upkeep.once())
    _until(lambda: "daily amount" in post.ask("messages.fates", transfers=[waits])["messages"][0]["what"])
    assert post.fate(waits) == "waiting"
    assert post.refusal("message.send", way=way, event="smoke") == "budget_used_up"
    assert len(post.sms.arrived) == 5
    post.gate.clock.ahead += timedelta(days=1)  # the control: another day
    post.sms.mode = "refused"  # a number that there is not
    refused = post.hub("message.send", way=way, event="smoke")["transfer"]
    _until(lambda: post.fate(refused) == "failed")


ASKED: dict[str, object] = {
    "id": "/receipt",
    "status": "/status?id={id}",
    "state": "/state",
    "reason": "/code",
    "delivered": ["delivered"],
    "failed": ["failed"],
    "reasons": {"30006": "unknown_number"},
}


def hub_told(post: Post, transfer: str) -> tuple[str, str, bool]:
    (one,) = post.hub("message.fates", transfers=[transfer])["messages"]
    return one["fate"], one["what"], one["open"]


def questions(post: Post) -> list[str]:
    return [one.path for one in post.sms.arrived if one.path != "/messages"]


def test_a_service_is_asked_whether_it_arrived_over_a_start_until_it_says_so_or_for_the_last_time(
    post: Post,
) -> None:
    with started_again(post, ASKED):
        way = allowed(post)
        sent = post.hub("message.send", way=way, event="smoke")["transfer"]
        _until(lambda: post.fate(sent) == "sent")
        assert hub_told(post, sent) == ("sent", "answered 201", True)
        post.sms.says = {"state": "buffered"}
        later(post, 31)
        _until(lambda: "/status?id=R-2" in questions(post))
        asked = next(one for one in post.sms.arrived if one.path == "/status?id=R-2")
        assert (asked.body, asked.headers["authorization"]) == (b"", f"Bearer {TOKEN}")
        _until(lambda: not post.gate.door.deliveries.running())
    with started_again(post, ASKED):
        entries = [one for one in post.gate.ask("ledger.list")["entries"] if one["kind"] != "configuration"]
        begun = [one["data"] for one in entries if one["data"].get("receipt_of") == sent]
        (grant,) = {
            one["data"]["grant"]
            for one in entries
            if one["data"].get("transfer") == sent and "grant" in one["data"]
        }
        assert [(one["grant"], one["host"], one["bytes"]) for one in begun] == [(grant, HOST, 3)]
        kinds = [one["kind"] for one in entries if one["data"].get("transfer") == begun[0]["transfer"]]
        assert kinds == ["transfer_begin", "lookup", "transfer_end"]
        (end,) = (
            one["data"]
            for one in entries
            if one["data"].get("transfer") == begun[0]["transfer"] and one["kind"] == "transfer_end"
        )
        assert (end["sent"], end["what"]) == (3, "answered 201: not known yet")
        assert post.packets("sms.send") > 0
        later(post, 60)
        assert post.packets("sms.send") == 0  # not its moment yet
        post.sms.says = {"state": "Failed", "code": "30006"}
        later(post, 61)
        _until(lambda: post.fate(sent) == "failed")
        assert hub_told(post, sent) == ("failed", "receipt_unknown_number", False)
        (told,) = post.ask("messages.fates", transfers=[sent], language="en")["messages"]
        assert told["what"] == "not delivered: there is no such number, or it takes no SMS (30006)"
        post.sms.says = {"state": "buffered"}
        silent = post.hub("message.send", way=way, event="smoke")["transfer"]
        _until(lambda: post.fate(silent) == "sent")
        number = f"/status?id={post.ask('messages.fates', transfers=[silent])['messages'][0]['receipt']}"
        for count, pause in enumerate((31, 121, 601, 3601), start=1):
            later(post, pause)
            _until(lambda count=count: questions(post).count(number) == count)  # type: ignore[misc] # bound now
            _until(lambda: not post.gate.door.deliveries.running())
        assert hub_told(post, silent) == ("unknown", "receipt_none", False)
        later(post, 3601)
        assert questions(post).count(number) == 4
        assert post.gate.ask("ledger.verify")["findings"] == []


def test_after_a_withdrawal_nobody_is_asked_whether_it_arrived_and_a_running_question_is_cut(
    post: Post,
) -> None:
    with started_again(post, ASKED):
        way = allowed(post)
        (first,) = (str(one["transfer"]) for one in post.ask("messages.list")["messages"])
        post.sms.mode = "slow"
        later(post, 31)
        _until(lambda: len(post.gate.door.deliveries.running()) == 1)  # the control: it is asked
        (running,) = post.gate.door.deliveries.running()
        _until(lambda: post.packets("sms.send") > 0)
        post.gate.ask("consent.withdraw", activity="sms.send")
        assert hub_told(post, first) == ("unknown", "receipt_ended", False)
        entries = post.gate.ask("ledger.list")["entries"]
        assert "cut" in [one["kind"] for one in entries if one["data"].get("transfer") == running]
        post.sms.mode = "ok"
        post.sms.go_on.set()
        post.packets("sms.send")
        for pause in (121, 601, 3601):
            later(post, pause)
        assert post.packets("sms.send") == 0
        assert allowed(post) == way  # a new yes is none to asking about what left before it
        _until(lambda: len(post.ask("messages.list")["messages"]) == 2)
        later(post, 31)
        (new,) = (row for row in post.ask("messages.list")["messages"] if row["transfer"] != first)
        _until(lambda: f"/status?id={new['receipt']}" in questions(post))  # the control
        begun = [one["data"].get("receipt_of") for one in post.gate.ask("ledger.list")["entries"]]
        assert [one for one in begun if one is not None] == [first, new["transfer"]]


def used_up(post: Post) -> None:
    """All that may leave to this service today."""
    desk = post.gate.door.desk
    limit = desk.register.activities["sms.send"].bytes_per_day

    async def spent() -> None:
        at = desk.time.instant().at
        await desk.store.write(lambda tx: amounts.spend(tx, "sms.send", "sms", at, limit))

    post.gate.call(spent())


@pytest.mark.obligation("Q6.3-e")
def test_numbers_and_messages_lie_encrypted_are_kept_ninety_days_and_erased_whole(
    post: Post, tmp_path: Path
) -> None:
    allowed(post)
    text = post.arrived("sms.send")[0]
    for path in (tmp_path / "gate").iterdir():
        if path.is_file():
            assert all(one.encode() not in path.read_bytes() for one in (NUMBER, text, TOKEN)), path.name
    with ExitStack() as starts:
        for kept_days, days, left in ((90, 89, 1), (120, 91, 1), (90, 91, 0)):
            post.gate.door.desk.messages_kept = timedelta(days=kept_days)
            post.gate.clock.ahead = timedelta(days=days)
            if kept_days == 90:  # as it comes; the home was off meanwhile
                starts.enter_context(started_again(post))
            post.gate.call(post.gate.upkeep.once())
            assert len(post.ask("messages.list")["messages"]) == left
        allowed(post, addressee=OTHER)
        _erased_whole(post, tmp_path)


def _erased_whole(post: Post, tmp_path: Path) -> None:
    pages = everything_in(tmp_path / "gate" / "gate.db", (tmp_path / "gate" / "key").read_bytes())
    assert b"Test: this is what a message looks like" in pages
    rights = RightsDesk(post.gate.door, GateHolder(post.gate.door.desk))
    for category in (DataCategory.MESSAGE, DataCategory.PHONE_NUMBER):
        post.gate.call(rights.erase(Scope(category=category), []))
    pages = everything_in(tmp_path / "gate" / "gate.db", (tmp_path / "gate" / "key").read_bytes())
    assert b"Test: this is what a message looks like" not in pages
    assert post.ask("messages.list")["messages"] == []
