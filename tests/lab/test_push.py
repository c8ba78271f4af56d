"""Push, from outside: what a push service sees is ciphertext of one size, and the browser alone reads it."""

import hmac
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from privacy.conversation import Declined
from privacy.gate.account.account import Account
from privacy.gate.messages.message_verbs import for_console, for_hub
from privacy.gate.messages.messages import Messages
from privacy.gate.messages.services import MessageRefused
from privacy.jws import unbase64url
from privacy.web_push import Subscription, point
from tests.lab.cutting import until_stalled, withdrawn_under_way, without_the_cut
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Receiver, Recorder, authority
from tests.lab.test_account import _until
from tests.needs import NETWORKS
from tests.privacy.decrypted import everything_in

pytestmark = [pytest.mark.lab, NETWORKS]

HOST = "push.example.org"


@dataclass(slots=True)
class Browser:
    """Has a subscription and opens what comes for it, by the words of the standard."""

    name: str = "one"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def subscription(self) -> Subscription:
        endpoint = f"https://{HOST}/push/{self.name}"
        return Subscription(endpoint=endpoint, p256dh=point(self.key), auth=self.auth)

    def opened(self, body: bytes) -> str:
        salt, size, theirs, sealed = body[:16], body[20], body[21:86], body[86:]
        assert (int.from_bytes(body[16:20], "big"), size) == (4096, 65)
        shared = self.key.exchange(
            ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        )
        info = b"WebPush: info\0" + point(self.key) + theirs + b"\x01"
        secret = _mac(salt, _mac(_mac(self.auth, shared), info))
        content = _mac(secret, b"Content-Encoding: aes128gcm\0\x01")[:16]
        nonce = _mac(secret, b"Content-Encoding: nonce\0\x01")[:12]
        text, mark, _ = AESGCM(content).decrypt(nonce, sealed, None).rpartition(b"\x02")
        assert mark
        return text.decode()


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


@dataclass(slots=True, kw_only=True)
class Lab:
    gate: GateAtWork
    messages: Messages
    service: Receiver
    recorder: Recorder

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        handler = {**for_console(self.messages), **for_hub(self.messages)}[verb]
        return self.gate.answered(handler, fields)

    def enter(self, browser: Browser) -> str:
        """The way's id."""
        device = self.gate.call(self.messages.subscribe(browser.subscription, "Ada"))
        return str(next(w["id"] for w in self.ask("messages.ways")["ways"] if w["addressee"] == device))

    def allow(self, way: str) -> str:
        shown = self.ask("messages.preview", way=way)
        given = self.ask("messages.give", way=way, preview=shown["preview"])
        assert given["delivery"]["result"] == "delivered"
        return str(json.loads(shown["text"])["text"])

    def contact(self) -> object:
        """What the service was told last of whom it may ask."""
        claims = self.service.arrived[-1].headers["authorization"].split(".")[1]
        return json.loads(unbase64url(claims)).get("sub")

    def fate(self, transfer: str) -> str:
        return str(self.ask("message.fates", transfers=[transfer])["messages"][0]["fate"])


@pytest.fixture
def lab(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    service = Receiver(outside, context)
    row: dict[str, object] = {"name": "push", "role": "processor", "host": HOST, "country": "DE"}
    row |= {"ca_file": str(ca_file), "activities": ["push.send"]}
    try:
        with GateAtWork(tmp_path / "gate", inside, [row]) as gate:
            gate.ask("consent.confirm_clock")
            yield Lab(gate=gate, messages=Messages(gate.door), service=service, recorder=recorder)
    finally:
        service.close()
        names.close()
        recorder.close()


@pytest.mark.obligation("Q6.3-f")
def test_the_push_service_sees_ciphertext_of_one_size_and_the_browser_reads_it(lab: Lab) -> None:
    browser = Browser()
    way = lab.enter(browser)
    with pytest.raises(Declined, match="no_consent"):
        lab.ask("message.send", way=way, event="smoke")
    lab.ask("messages.preview", way=way)
    assert lab.recorder.taken() == []  # nothing before the yes
    shown = lab.allow(way)
    transfer = lab.ask("message.send", way=way, event="smoke", name="Kitchen")["transfer"]
    _until(lambda: lab.fate(transfer) == "sent")

    first, second = lab.service.arrived
    assert browser.opened(first.body) == shown  # exactly what was shown
    assert browser.opened(second.body).startswith("DANGER: smoke - Kitchen, ")
    assert len(first.body) == len(second.body)
    for arrived in (first, second):
        assert arrived.path == "/push/one"
        assert b"smoke" not in arrived.body
        assert arrived.headers["content-encoding"] == "aes128gcm"
        assert arrived.headers["authorization"].startswith("vapid t=")
        assert not {"homebase-activity", "homebase-ticket", "homebase-delete-by"} & arrived.headers.keys()
    with pytest.raises(Exception, match=r"^$"):  # the control: another browser reads nothing
        Browser().opened(first.body)

    lab.gate.ask("consent.withdraw", activity="push.send")
    lab.recorder.taken()
    with pytest.raises(Declined, match="no_consent"):
        lab.ask("message.send", way=way, event="smoke")
    assert lab.recorder.taken() == []


@pytest.mark.obligation("T2-c")
def test_a_withdrawal_while_a_message_is_on_its_way_cuts_it_at_once(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser()
    way = lab.enter(browser)

    def stalled() -> str:
        lab.service.mode = "ok"
        lab.allow(way)
        lab.service.mode = "mute"
        lab.service.go_on.clear()
        lab.recorder.taken()
        transfer = str(lab.ask("message.send", way=way, event="smoke")["transfer"])
        assert until_stalled(lab.gate, lab.recorder) == transfer
        return transfer

    transfer = stalled()
    cut = withdrawn_under_way(lab.gate, lab.recorder, "push.send")
    assert (cut["transfer"], cut["sent"], cut["after"]) == (transfer, 0, 0)
    assert lab.fate(transfer) == "withdrawn"
    lab.service.go_on.set()
    lab.gate.clock.ahead += timedelta(hours=1)
    lab.gate.call(lab.gate.upkeep.once())
    assert [one for one in lab.recorder.taken() if one.size] == []
    assert len(lab.service.arrived) == 1  # the test message of before
    with without_the_cut(monkeypatch):  # the control
        stalled()
        lab.gate.ask("consent.withdraw", activity="push.send")
        lab.service.go_on.set()
        _until(lambda: len(lab.service.arrived) == 3)


@pytest.mark.obligation("Q6.3-f")
def test_endpoint_keys_and_number_lie_encrypted_and_no_page_shows_what_encrypts(
    lab: Lab, tmp_path: Path
) -> None:
    browser, number, folder = Browser(), "+4915112345678", tmp_path / "gate"
    lab.enter(browser)
    (way,) = lab.ask("messages.ways")["ways"]
    device = str(way["addressee"])
    account = Account(lab.gate.door, "http://127.0.0.1:8480/")
    lab.gate.call(account.keep_contact(number, "", device, replaces=device))
    kept = (b"/push/one", browser.auth, point(browser.key), number.encode())
    opened = everything_in(folder / "gate.db", (folder / "key").read_bytes())
    assert [one for one in kept if one not in opened] == []  # the control: the key shows them
    for path in folder.iterdir():
        if path.is_file():
            data = path.read_bytes()
            assert [one for one in kept if one in data] == [], path.name


def test_a_consent_is_for_one_endpoint_with_its_keys_and_no_foreign_service_is_entered(lab: Lab) -> None:
    browser = Browser()
    lab.allow(lab.enter(browser))
    swapped = Browser(name="one")  # the same endpoint with keys of somebody else
    way = lab.enter(swapped)
    with pytest.raises(Declined, match="no_consent"):
        lab.ask("message.send", way=way, event="smoke")
    lab.allow(way)  # the control
    foreign = Subscription(
        endpoint="https://elsewhere.example.org/x", p256dh=point(browser.key), auth=browser.auth
    )
    with pytest.raises(MessageRefused, match="foreign_push"):
        lab.gate.call(lab.messages.subscribe(foreign, ""))


def test_a_contact_is_told_to_the_service_after_a_yes_that_shows_it_and_never_without(lab: Lab) -> None:
    contact, way = "https://example.org/home", lab.enter(Browser())
    lab.allow(way)
    assert lab.contact() is None  # nobody, as it comes
    old = lab.ask("messages.preview", way=way)
    assert old["contacts"] == {}
    assert lab.ask("messages.contact", recipient="push", contact=contact)["ended"] == 1
    with pytest.raises(Declined, match="no_consent"):
        lab.ask("message.send", way=way, event="smoke")
    with pytest.raises(Declined, match="no_preview"):  # of what was shown before
        lab.ask("messages.give", way=way, preview=old["preview"])
    assert lab.ask("messages.preview", way=way)["contacts"] == {"push": contact}
    lab.allow(way)
    assert lab.contact() == contact
    assert lab.ask("messages.contact", recipient="push", contact=contact)["ended"] == 0  # nothing changed
    lab.service.mode = "forbidden"
    transfer = lab.ask("message.send", way=way, event="smoke")["transfer"]
    _until(lambda: lab.fate(transfer) == "failed")
    assert "may want a contact" in lab.ask("messages.list")["messages"][0]["what"]


def test_a_browser_that_takes_no_more_is_told_nothing_again(lab: Lab) -> None:
    way = lab.enter(Browser())
    lab.allow(way)
    lab.service.mode = "gone"
    transfer = lab.ask("message.send", way=way, event="smoke")["transfer"]
    _until(lambda: lab.fate(transfer) == "failed")
    (told,) = lab.ask("messages.list")["messages"][:1]
    assert "takes no more" in told["what"]
