"""A gate at work that sends mail and SMS, the services outside, and the hub's end of its socket."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined, Handler
from privacy.gate.account.account import Account
from privacy.gate.account.account_verbs import table as account_table
from privacy.gate.door.door import Door
from privacy.gate.messages.message_verbs import for_console, for_hub
from privacy.gate.messages.messages import Messages
from tests.lab.cutting import until_stalled
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Receiver, Recorder, authority, listening, made_in
from tests.lab.test_account import CODE
from tests.mail_server import PASSWORD, USER, MailServer

HOST, EMAIL, NUMBER, OTHER = "mail.example.org", "ada@example.org", "+4915112345678", "+4915187654321"
TOKEN = "a provider's token"
PORTS = {"mail.send": 587, "sms.send": 443}


@dataclass(slots=True, kw_only=True)
class Post:
    gate: GateAtWork
    messages: Messages
    account: Account
    mails: MailServer
    sms: Receiver
    recorder: Recorder

    def ask(self, verb: str, **fields: object) -> dict[str, Any]:
        return self._call(for_console(self.messages)[verb], fields)

    def hub(self, verb: str, **fields: object) -> dict[str, Any]:
        return self._call(for_hub(self.messages)[verb], fields)

    def enter(self, verb: str, **fields: object) -> dict[str, Any]:
        return self._call(account_table(self.account, self.gate.door.desk)[verb], fields)

    def _call(self, handler: Handler, fields: Mapping[str, object]) -> dict[str, Any]:
        async def answer() -> dict[str, Any]:
            reply = await handler(fields)
            assert isinstance(reply, Mapping)
            return dict(reply)

        return self.gate.call(answer())

    def refusal(self, verb: str, **fields: object) -> str:
        with pytest.raises(Declined) as declined:
            self.hub(verb, **fields)
        return declined.value.code

    def way(self, activity: str, addressee: str = "") -> str:
        ways = self.ask("messages.ways")["ways"]
        return str(next(w["id"] for w in ways if w["activity"] == activity and addressee in w["addressee"]))

    def arrived(self, activity: str) -> list[str]:
        """The texts, in order."""
        if activity == "mail.send":
            return [str(one.mail["Subject"]) for one in self.mails.arrived]
        return [json.loads(one.body)["text"] for one in self.sms.arrived]

    def packets(self, activity: str) -> int:
        return sum(packet.port == PORTS[activity] for packet in self.recorder.taken())

    def fate(self, transfer: str) -> str:
        (one,) = self.hub("message.fates", transfers=[transfer])["messages"]
        return str(one["fate"])


@contextmanager
def post_between(wire: tuple[str, str], tmp_path: Path) -> Iterator[Post]:
    """A gate with a confirmed mailbox and two numbers, and the services for them; nobody may be told yet."""
    inside, outside = wire
    (tmp_path / "gate").mkdir()
    ca_file, context = authority(tmp_path / "ca", HOST)
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    mails, sms = MailServer(made_in(outside, lambda: listening(587)), context), Receiver(outside, context)
    shared: dict[str, object] = {"role": "own", "host": HOST, "country": "DE", "ca_file": str(ca_file)}
    activities = ["account.register", "mail.send"]
    rows = [
        shared | {"name": "mail", "transport": "smtp", "activities": activities},
        shared | {"name": "sms", "path": "/messages", "activities": ["sms.send"]},
    ]
    try:
        (tmp_path / "s").mkdir()
        with GateAtWork(tmp_path / "gate", inside, rows, sockets=tmp_path / "s", further=_further) as gate:
            gate.ask("consent.confirm_clock")
            account = Account(gate.door, "http://127.0.0.1:8480/")
            made = Post(
                gate=gate,
                messages=_messages_of(gate),
                account=account,
                mails=mails,
                sms=sms,
                recorder=recorder,
            )
            made.enter("account.contact", number=NUMBER, label="Ada")
            made.enter("account.contact", number=OTHER, label="Bob")
            made.ask("messages.access", recipient="mail", sender=USER, user=USER, password=PASSWORD)
            made.ask("messages.access", recipient="sms", sender="homebase", password=TOKEN)
            made.enter("account.email", address=EMAIL)
            shown = made.enter("account.preview")
            made.enter("account.give", preview=shown["preview"])
            found = CODE.search(mails.arrived[-1].mail.get_content())
            assert found is not None
            made.enter("account.confirm", code=found[1])
            mails.arrived.clear()
            recorder.taken()
            yield made
    finally:
        mails.close()
        sms.close()
        names.close()
        recorder.close()


def allowed(post: Post, activity: str = "sms.send", addressee: str = NUMBER) -> str:
    way = post.way(activity, addressee)
    shown = post.ask("messages.preview", way=way)
    post.ask("messages.give", way=way, preview=shown["preview"])
    return way


def stalled(post: Post, activity: str) -> str:
    """Agreed to, and a message is on its way to a server that falls silent in its middle; its transfer."""
    way = allowed(post, activity, "" if activity == "mail.send" else NUMBER)
    post.sms.mode, post.mails.hold_at = "mute", "rcpt"
    for go_on in (post.sms.go_on, post.mails.hold, post.mails.held):
        go_on.clear()
    post.recorder.taken()
    transfer = str(post.hub("message.send", way=way, event="smoke")["transfer"])
    if activity == "mail.send":
        assert post.mails.held.wait(30)
    assert until_stalled(post.gate, post.recorder) == transfer
    return transfer


def goes_on(post: Post) -> None:
    post.sms.mode = "ok"
    post.sms.go_on.set()
    post.mails.hold.set()


def _further(door: Door) -> Mapping[str, Handler]:
    """What the wiring does: messages are there before anything that waits is tried again."""
    messages = Messages(door)
    door.deliveries.load_posts = lambda: messages
    return for_hub(messages)


def _messages_of(gate: GateAtWork) -> Messages:
    messages = gate.door.deliveries.load_posts()
    assert isinstance(messages, Messages)
    return messages


@contextmanager
def started_again(
    post: Post, service: dict[str, object] | None = None, left: Path | None = None
) -> Iterator[None]:
    """The gate once more, at the time that its clock shows. service: settings for SMS in homebase.toml.

    left: what lay on the disk when it was killed; None: it stopped.
    """
    rows = [
        {**row, "sms": service} if service is not None and row["name"] == "sms" else row
        for row in post.gate.rows
    ]
    post.gate.stop()
    if left is not None:
        shutil.rmtree(post.gate.folder)
        shutil.copytree(left, post.gate.folder)
    again = GateAtWork(
        post.gate.folder, post.gate.namespace, rows, sockets=post.gate.sockets, further=_further
    )
    again.clock.ahead = post.gate.clock.ahead
    with again as gate:
        post.gate, post.messages = gate, _messages_of(gate)
        yield


def later(post: Post, seconds: float) -> None:
    post.gate.clock.ahead += timedelta(seconds=seconds)
    post.gate.call(post.gate.upkeep.once())
