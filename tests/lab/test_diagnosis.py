"""One flow that leaves the house, seen from outside: what arrives, what does not, what the ledger says of it.

Every refusal stands beside its control: the same thing agreed to gets through.
"""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.network.https import Upload
from privacy.gate.storage import records
from privacy.gate.storage.store import Store
from tests.lab.gate_at_work import GateAtWork
from tests.lab.outside import RECEIVER, NameServer, Packet, Receiver, Recorder, authority
from tests.needs import NETWORKS
from tests.privacy import age_file, house
from tests.privacy.test_payload import COLLECTED

pytestmark = [pytest.mark.lab, NETWORKS]

HOST, ACTIVITY = "support.example.org", "diagnosis.remote"
GROUPS = ["devices", "errors", "radio", "system"]


@dataclass(slots=True, kw_only=True)
class Lab:
    gate: GateAtWork
    receiver: Receiver
    names: NameServer
    recorder: Recorder

    def preview(self, ticket: str = "T-123") -> dict[str, Any]:
        return self.gate.ask("consent.preview", activity=ACTIVITY, groups=GROUPS, ticket=ticket)

    def give(self, form: str = "once", ticket: str = "T-123", **fields: object) -> dict[str, Any]:
        shown = self.preview(ticket)
        asked = {"recipient": "support", "ticket": ticket, "preview": shown["preview"], "form": form}
        if form == "until":
            asked["term_s"] = 3 * 86_400
        return self.gate.ask("consent.give", activity=ACTIVITY, **(asked | fields)) | {"shown": shown}

    def refusal(self, verb: str, **fields: object) -> str:
        with pytest.raises(Declined) as declined:
            self.gate.ask(verb, **fields)
        return declined.value.code

    def kinds(self) -> list[str]:
        entries = self.gate.ask("ledger.list")["entries"]
        return [entry["kind"] for entry in entries]

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return [entry["data"] for entry in self.gate.ask("ledger.list")["entries"] if entry["kind"] == kind]

    def opened(self) -> list[bytes]:
        """What customer service reads of what arrived, in order."""
        return [age_file.decrypt(arrived.body, house.SUPPORT_SECRET) for arrived in self.receiver.arrived]

    def is_sound(self) -> bool:
        return bool(self.gate.ask("ledger.verify")["findings"] == [])

    def connections(self) -> list[Packet]:
        return [packet for packet in self.recorder.taken() if packet.syn]


@pytest.fixture
def lab(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    yield from at_work(wire, tmp_path, tmp_path / "gate")


def at_work(wire: tuple[str, str], tmp_path: Path, folder: Path) -> Iterator[Lab]:
    inside, outside = wire
    folder.mkdir(exist_ok=True)
    ca_file, context = authority(tmp_path / "ca", HOST)
    recorder, names = Recorder(outside), NameServer(outside, {HOST: [RECEIVER]})
    receiver = Receiver(outside, context)
    row: dict[str, object] = {
        "name": "support",
        "role": "processor",
        "host": HOST,
        "country": "DE",
        "path": "/diagnosis",
        "activities": [ACTIVITY],
        "keys": [house.SUPPORT_KEY],
        "ca_file": str(ca_file),
    }
    try:
        with GateAtWork(folder, inside, [row]) as gate:
            gate.ask("consent.confirm_clock")
            yield Lab(gate=gate, receiver=receiver, names=names, recorder=recorder)
    finally:
        receiver.close()
        names.close()
        recorder.close()


@pytest.mark.obligation("Q6.6-f")
def test_nothing_leaves_before_the_yes_and_exactly_the_preview_after_it(lab: Lab) -> None:
    shown = lab.preview()
    assert lab.recorder.taken() == []
    assert lab.names.asked == []

    given = lab.gate.ask(
        "consent.give", activity=ACTIVITY, recipient="support", ticket="T-123", preview=shown["preview"]
    )

    assert given["delivery"]["result"] == "delivered"
    assert given["delivery"]["receipt"] == "R-1"
    (arrived,) = lab.receiver.arrived
    assert lab.opened() == [shown["text"].encode()]
    assert json.loads(shown["text"])["groups"] == COLLECTED
    assert arrived.headers["homebase-activity"] == ACTIVITY
    assert arrived.headers["homebase-ticket"] == "T-123"
    assert arrived.headers["homebase-delete-by"] == shown["delete_by"]
    assert arrived.headers["content-type"] == "application/octet-stream"
    (begin,) = lab.entries("transfer_begin")
    assert begin["sealed_to"] == house.SUPPORT_KEY
    assert begin["sealed_sha256"] == sha256(arrived.body).hexdigest()
    assert (begin["sha256"], begin["bytes"]) == (shown["sha256"], len(arrived.body))
    assert lab.gate.ask("consent.last", activity=ACTIVITY)["last"]["text"] == shown["text"]
    assert lab.is_sound()


def test_every_packet_has_its_entry_and_every_entry_its_packet(lab: Lab) -> None:
    for number in range(5):
        lab.give(ticket=f"T-{number}")
    lab.receiver.mode = "error"
    lab.give(ticket="T-9")
    packets = lab.recorder.taken()
    begins, ends = lab.entries("transfer_begin"), lab.entries("transfer_end")
    assert len(begins) == len(ends) == len(lab.entries("lookup")) == 6
    assert len([packet for packet in packets if packet.syn]) == 6
    assert {(packet.to, packet.port) for packet in packets} == {(RECEIVER, 443), ("9.9.9.53", 53)}
    assert set(lab.names.asked) == {HOST} == {begin["host"] for begin in begins}
    assert {begin["transfer"] for begin in begins} == {end["transfer"] for end in ends}
    assert lab.is_sound()


@pytest.mark.obligation("Q6.6-b")
def test_a_second_transfer_under_a_one_time_consent_is_refused(lab: Lab) -> None:
    given = lab.give()
    assert given["delivery"]["result"] == "delivered"
    lab.recorder.taken()
    assert lab.refusal("consent.send", activity=ACTIVITY) == "no_consent"
    again = {"activity": ACTIVITY, "recipient": "support", "ticket": "T-123"}
    assert lab.refusal("consent.give", **again, preview=given["shown"]["preview"]) == "no_preview"
    # the very bytes again, past every verb: the decision itself says no
    ((grant, _),) = lab.gate.call(_grants(lab))
    item = lab.gate.door._outgoing(grant, _preview_of(given), lab.gate.clock.now())
    outcome = lab.gate.call(lab.gate.door.deliveries.deliver(grant, item))
    assert outcome.reason is not None
    assert outcome.reason.value == "used_up"
    assert lab.recorder.taken() == []
    assert len(lab.receiver.arrived) == 1


async def _grants(lab: Lab) -> list[Any]:
    return await lab.gate.door.desk.store.read(lambda tx: list(records.grants(tx)))


def _preview_of(given: dict[str, Any]) -> records.Preview:
    shown = given["shown"]
    return records.Preview(
        id=shown["preview"],
        activity=ACTIVITY,
        ticket=shown["ticket"],
        groups=frozenset(shown["groups"]),
        sha256=shown["sha256"],
        body=shown["text"].encode(),
        delete_by=lab_time(shown["delete_by"]),
        expires=lab_time(shown["expires_at"]),
    )


def lab_time(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text)


@pytest.mark.obligation("Q6.6-a")
@pytest.mark.obligation("Q4-a")
def test_what_was_not_agreed_to_is_refused_with_its_reason(lab: Lab) -> None:
    shown = lab.preview()
    base: dict[str, object] = {"activity": ACTIVITY, "ticket": "T-123", "preview": shown["preview"]}
    assert lab.refusal("consent.give", **base | {"recipient": "stranger"}) == "unknown_recipient"
    assert lab.refusal("consent.give", **base | {"ticket": "T-999"}) == "no_preview"
    assert lab.refusal("consent.preview", activity=ACTIVITY, groups=GROUPS, ticket="") == "no_ticket"
    assert lab.refusal("consent.preview", activity="camera.cloud", ticket="T-1") == "not_built"
    assert lab.refusal("consent.preview", activity="nothing", ticket="T-1") == "unknown_activity"
    longer = {"recipient": "support", "form": "until", "term_s": 14 * 86_400 + 1}
    assert lab.refusal("consent.give", **base | longer) == "term_too_long"
    assert lab.recorder.taken() == []
    reasons = [entry["reason"] for entry in lab.entries("refusal")]
    assert reasons == [
        "unknown_recipient",
        "no_preview",
        "no_ticket",
        "not_built",
        "unknown_activity",
        "term_too_long",
    ]
    # control: to the second, and to the recipient, it gets through
    allowed = {"recipient": "support", "form": "until", "term_s": 14 * 86_400}
    assert lab.gate.ask("consent.give", **base | allowed)["delivery"]["result"] == "delivered"


@pytest.mark.obligation("Q6.6-b")
def test_a_limited_consent_sends_daily_until_it_ends(lab: Lab) -> None:
    assert lab.give("until")["delivery"]["result"] == "delivered"
    for days in (1, 2):
        lab.gate.clock.ahead = timedelta(days=days, minutes=1)
        lab.gate.call(lab.gate.upkeep.once())
    assert len(lab.receiver.arrived) == 3
    assert lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]["result"] == "delivered"
    lab.recorder.taken()
    lab.gate.clock.ahead = timedelta(days=3, seconds=1)
    lab.gate.call(lab.gate.upkeep.once())
    assert lab.refusal("consent.send", activity=ACTIVITY) == "no_consent"
    # set back, the clock brings nothing back
    lab.gate.clock.ahead = timedelta(0)
    assert lab.refusal("consent.send", activity=ACTIVITY) == "no_consent"
    assert lab.recorder.taken() == []
    assert len(lab.receiver.arrived) == 4


def test_a_foreign_ticket_is_refused_at_the_last_step(lab: Lab) -> None:
    given = lab.give("until")
    lab.recorder.taken()
    ((grant, _),) = lab.gate.call(_grants(lab))
    item = lab.gate.door._outgoing(grant, _preview_of(given), lab.gate.clock.now())
    foreign = lab.gate.call(lab.gate.door.deliveries.deliver(replace(grant, ticket="T-999"), item))
    assert foreign.reason is not None
    assert foreign.reason.value == "other_ticket"
    assert lab.recorder.taken() == []
    control = lab.gate.call(lab.gate.door.deliveries.deliver(grant, item))
    assert control.result.value == "delivered"


def test_a_recipient_that_moved_to_another_host_gets_nothing(lab: Lab) -> None:
    lab.give("until")
    lab.recorder.taken()
    desk = lab.gate.door.desk
    lab.names.names["moved.example.org"] = [RECEIVER]
    known = desk.recipients
    desk.recipients = {"support": replace(known["support"], host="moved.example.org")}
    refused = lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]
    assert refused["reason"] == "other_host"
    assert lab.recorder.taken() == []
    desk.recipients = known
    assert lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]["result"] == "delivered"


def test_a_redirect_is_not_followed(lab: Lab) -> None:
    lab.receiver.mode = "redirect"
    lab.names.names["elsewhere.example.org"] = [RECEIVER]
    delivery = lab.give()["delivery"]
    assert delivery["result"] == "failed"
    assert "redirect" in delivery["what"]
    assert set(lab.names.asked) == {HOST}
    assert len(lab.connections()) == 1


def test_plain_http_gets_a_greeting_of_tls_and_nothing_else(lab: Lab) -> None:
    lab.receiver.mode = "plain"
    delivery = lab.give()["delivery"]
    assert delivery["result"] == "failed"
    assert lab.receiver.plain_bytes[:1] == b"\x16"  # a TLS handshake record
    assert all(b"T-123" not in packet.payload for packet in lab.recorder.taken())
    lab.receiver.mode = "ok"
    assert lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]["result"] == "delivered"


def test_a_receiver_of_another_authority_gets_nothing(lab: Lab, tmp_path: Path) -> None:
    right = lab.receiver.context
    _, lab.receiver.context = authority(tmp_path / "other", HOST)
    delivery = lab.give()["delivery"]
    assert delivery["result"] == "failed"
    assert "certificate" in delivery["what"]
    assert lab.receiver.arrived == []
    _, lab.receiver.context = authority(tmp_path / "other", "other.example.org")
    lab.receiver.context = right
    assert lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]["result"] == "delivered"


@pytest.mark.parametrize("address", ["192.168.1.1", "127.0.0.1", "100.64.0.1", "169.254.1.1", "10.0.0.1"])
def test_a_name_that_leads_into_the_house_is_not_connected_to(lab: Lab, address: str) -> None:
    lab.names.names[HOST] = [address]
    assert lab.give()["delivery"]["reason"] == "address_not_outside"
    assert lab.connections() == []
    lab.names.names[HOST] = [address, RECEIVER]
    assert lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]["result"] == "delivered"
    assert {packet.to for packet in lab.connections()} == {RECEIVER}


def test_the_daily_amount_ends_the_day_and_the_next_day_goes_on(lab: Lab) -> None:
    lab.gate.collected = LARGE
    assert lab.give("until")["delivery"]["result"] == "delivered"
    results: list[str] = []
    while "refused" not in results:
        results += [row["result"] for row in lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"]]
    left = sum(len(arrived.body) for arrived in lab.receiver.arrived)
    assert (
        2_097_152 - len(lab.receiver.arrived[0].body) - 600 < left <= 2_097_152
    )  # 600: of an age file's head
    lab.recorder.taken()
    again = lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]
    assert (again["reason"], again["retried"]) == ("budget_used_up", True)
    assert lab.recorder.taken() == []
    lab.gate.clock.ahead = timedelta(days=1)
    assert lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]["result"] == "delivered"


def test_a_name_servers_cut_answer_is_asked_for_again_by_tcp(lab: Lab) -> None:
    lab.names.cut_off = True
    assert lab.give()["delivery"]["result"] == "failed"  # it answers by no TCP
    lab.names.answer_by_tcp()
    assert lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]["result"] == "delivered"


def test_without_a_name_server_that_answers_nothing_is_connected_to(lab: Lab) -> None:
    lab.names.names.clear()
    delivery = lab.give()["delivery"]
    assert (delivery["result"], "no such name" in delivery["what"]) == ("failed", True)
    assert lab.connections() == []


def test_what_failed_is_tried_again_with_the_same_bytes_within_a_day(lab: Lab) -> None:
    lab.receiver.mode = "no_receipt"
    given = lab.give()
    assert given["delivery"] | {"what": ""} == given["delivery"] | {"what": "", "retried": True}
    lab.receiver.mode = "ok"
    lab.gate.clock.ahead = timedelta(minutes=2)
    lab.gate.call(lab.gate.upkeep.once())
    wait_for(lambda: len(lab.receiver.arrived) == 2)
    assert lab.opened() == [given["shown"]["text"].encode()] * 2
    lab.recorder.taken()
    lab.gate.clock.ahead = timedelta(minutes=20)
    lab.gate.call(lab.gate.upkeep.once())
    assert lab.recorder.taken() == []


def test_after_a_day_a_failed_transfer_is_given_up(lab: Lab) -> None:
    lab.receiver.mode = "error"
    lab.give()
    lab.gate.clock.ahead = timedelta(hours=24, seconds=1)
    lab.receiver.mode = "ok"
    lab.recorder.taken()
    lab.gate.call(lab.gate.upkeep.once())
    assert lab.refusal("consent.send", activity=ACTIVITY) == "no_consent"
    assert lab.recorder.taken() == []


def wait_for(condition: Any, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


LARGE = COLLECTED | {
    "errors": [
        {"area": "bidcos", "code": f"device_{number}_unreachable", "count": 10**9} for number in range(2000)
    ],
    "devices": [
        {"model": f"HM-Lab-{number}", "firmware": "2.4", "count": 1, "unreachable": 0}
        for number in range(2000)
    ],
}


@pytest.mark.obligation("Q6.6-e")
@pytest.mark.obligation("T2-c")
@pytest.mark.parametrize("mode", ["slow", "trickle"])
def test_a_withdrawal_cuts_a_running_transfer_at_once(lab: Lab, mode: str, record_property: Any) -> None:
    lab.gate.collected, lab.receiver.mode = LARGE, mode
    shown = lab.preview()
    started = lab.gate.start(_give(lab, shown))
    wait_for(lab.gate.door.deliveries.running)
    time.sleep(0.5)  # the receiver reads little or nothing: the kernel's buffers are full now
    before = sum(packet.size for packet in lab.recorder.taken())
    assert 0 < before < len(shown["text"])
    decided_s = time.time()
    done = lab.gate.ask("consent.withdraw", activity=ACTIVITY)
    acknowledged_s = time.time()
    time.sleep(0.3)
    late = [packet for packet in lab.recorder.taken() if packet.at_s >= decided_s]
    after = sum(packet.size for packet in late)
    last_ms = max((packet.at_s - decided_s for packet in late), default=0.0) * 1000
    record_property("bytes_after_decision", after)
    record_property("last_packet_ms", round(last_ms, 1))
    record_property("acknowledged_ms", round((acknowledged_s - decided_s) * 1000, 1))
    print(f"{mode}: {before} bytes before, {after} after the decision, the last at {last_ms:.1f} ms")

    assert done["cut"] == 1
    assert done["recorded"]
    assert after <= 65_536
    assert last_ms <= 50
    lab.receiver.go_on.set()
    wait_for(lambda: lab.receiver.ended)
    assert lab.receiver.arrived == []
    assert started.result(20)["delivery"]["result"] == "cut"
    assert lab.kinds()[-2:] == ["withdrawal", "cut"]
    lab.recorder.taken()
    assert lab.refusal("consent.send", activity=ACTIVITY) == "no_consent"
    assert lab.recorder.taken() == []
    assert lab.is_sound()


def test_control_without_the_reset_the_kernel_goes_on_sending(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed_politely(upload: Upload) -> int:
        connection = upload._line._open()
        asyncio.get_running_loop().remove_writer(connection)
        with suppress(BlockingIOError):  # unread session tickets alone would make the kernel reset
            while connection.recv(65536):
                pass
        connection.close()
        return 0

    monkeypatch.setattr(Upload, "cut", closed_politely)
    lab.gate.collected, lab.receiver.mode = LARGE, "trickle"
    lab.gate.start(_give(lab, lab.preview()))
    wait_for(lab.gate.door.deliveries.running)
    time.sleep(0.5)
    lab.recorder.taken()
    decided_s = time.time()
    lab.gate.ask("consent.withdraw", activity=ACTIVITY)
    time.sleep(0.5)
    late = [packet for packet in lab.recorder.taken() if packet.at_s >= decided_s]
    assert sum(packet.size for packet in late) > 0


def test_the_same_slow_transfer_arrives_when_nobody_withdraws(lab: Lab) -> None:
    lab.gate.collected, lab.receiver.mode = LARGE, "slow"
    shown = lab.preview()
    started = lab.gate.start(_give(lab, shown))
    wait_for(lab.gate.door.deliveries.running)
    time.sleep(0.3)
    lab.receiver.go_on.set()
    assert started.result(30)["delivery"]["result"] == "delivered"
    assert lab.opened() == [shown["text"].encode()]


async def _give(lab: Lab, shown: dict[str, Any]) -> dict[str, Any]:
    from privacy.gate.console.console_verbs import table

    fields = {"activity": ACTIVITY, "recipient": "support", "ticket": "T-123", "preview": shown["preview"]}
    reply = await table(lab.gate.door)["consent.give"](fields)
    assert isinstance(reply, dict)
    return reply


@pytest.fixture
def small_disk(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", disk], check=True)
    try:
        yield from at_work(wire, tmp_path, disk)
    finally:
        subprocess.run(["umount", disk], check=True)


def test_with_a_full_disk_nothing_leaves_and_a_withdrawal_is_still_written(small_disk: Lab) -> None:
    lab = small_disk
    assert lab.give("until")["delivery"]["result"] == "delivered"
    lab.recorder.taken()
    with (lab.gate.folder / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            pass
    lab.gate.collected = LARGE  # does not fit into what is left of the write-ahead log
    assert lab.refusal("consent.send", activity=ACTIVITY) == "ledger_not_writable"
    assert lab.recorder.taken() == []
    assert lab.gate.ask("consent.withdraw", activity=ACTIVITY)["recorded"]
    (lab.gate.folder / "ballast").unlink()
    assert lab.give()["delivery"]["result"] == "delivered"
    assert lab.is_sound()


def test_when_the_disk_can_not_sync_nothing_leaves(lab: Lab) -> None:
    assert lab.give("until")["delivery"]["result"] == "delivered"
    lab.recorder.taken()
    lab.gate.call(break_sync(lab.gate.door.desk.store._store, lab))
    assert lab.refusal("consent.send", activity=ACTIVITY) == "ledger_not_writable"
    shown = lab.refusal("consent.preview", activity=ACTIVITY, groups=GROUPS, ticket="T-2")
    assert shown == "ledger_not_writable"
    withdrawn = lab.gate.ask("consent.withdraw", activity=ACTIVITY)
    assert withdrawn["recorded"] is False  # told as it is; everything outward stays closed
    assert lab.recorder.taken() == []
    assert len(lab.receiver.arrived) == 1
    # the process dies before the disk is well again: what was withdrawn does not come back
    with again(lab) as restarted:
        (row,) = restarted.ask("consent.list")["consents"]
        assert row["state"] == "withdrawn"
        assert restarted.ask("ledger.verify")["findings"] == []


def test_a_withdrawal_that_can_not_be_written_ends_what_runs_under_other_consents_too(lab: Lab) -> None:
    lab.gate.collected, lab.receiver.mode = LARGE, "slow"
    lab.gate.start(_give(lab, lab.preview()))
    wait_for(lab.gate.door.deliveries.running)
    time.sleep(0.3)
    lab.gate.call(break_sync(lab.gate.door.desk.store._store, lab))
    assert lab.gate.ask("consent.withdraw", activity="device_cloud.generic")["recorded"] is False
    assert lab.gate.door.deliveries.running() == ()
    lab.receiver.go_on.set()
    wait_for(lambda: lab.receiver.ended)
    assert lab.receiver.arrived == []
    with again(lab) as restarted:  # it has its end in the book, and the consent to it goes on
        kinds = [entry["kind"] for entry in restarted.ask("ledger.list")["entries"]]
        assert kinds.count("transfer_begin") == kinds.count("transfer_end") + kinds.count("cut") == 1
        assert restarted.ask("consent.list")["consents"][0]["state"] == "active"


def again(lab: Lab) -> GateAtWork:
    """The gate after a restart on the same folder, in the same network."""
    lab.gate.stop()
    return GateAtWork(lab.gate.folder, lab.gate.namespace, lab.gate.rows)


def test_a_gate_that_dies_during_a_one_time_transfer_finishes_it_once_with_the_same_bytes(lab: Lab) -> None:
    lab.gate.collected, lab.receiver.mode = LARGE, "slow"
    shown = lab.preview()
    lab.gate.start(_give(lab, shown))
    wait_for(lab.gate.door.deliveries.running)
    time.sleep(0.3)
    with again(lab) as restarted:
        assert restarted.ask("consent.list")["consents"][0]["state"] == "active"
        lab.receiver.mode = "ok"
        restarted.clock.ahead = timedelta(minutes=2)
        restarted.call(restarted.upkeep.once())
        wait_for(lambda: lab.receiver.arrived)
        wait_for(lambda: restarted.ask("consent.list")["consents"][0]["state"] == "used")
        restarted.clock.ahead = timedelta(minutes=30)
        restarted.call(restarted.upkeep.once())
        kinds = [entry["kind"] for entry in restarted.ask("ledger.list")["entries"]]
        assert (kinds.count("transfer_begin"), kinds.count("transfer_end")) == (2, 2)
        ends = [
            entry["data"]
            for entry in restarted.ask("ledger.list")["entries"]
            if entry["kind"] == "transfer_end"
        ]
        assert [end["result"] for end in ends] == ["interrupted", "delivered"]
        assert restarted.ask("ledger.verify")["findings"] == []
    assert lab.opened() == [shown["text"].encode()]


async def break_sync(store: Store, lab: Lab) -> None:
    """From here on fsync and fdatasync of the store's thread fail with an I/O error (seccomp answers EIO)."""
    import ctypes
    import errno
    import struct

    numbers = {"x86_64": (74, 75), "aarch64": (82, 83)}[os.uname().machine]

    def install(tx: object) -> None:
        steps = [(0x20, 0, 0, 0)]
        for number in numbers:
            steps += [(0x15, 0, 1, number), (6, 0, 0, 0x50000 | errno.EIO)]
        steps.append((6, 0, 0, 0x7FFF0000))
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))

        class Program(ctypes.Structure):
            _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(38, 1, 0, 0, 0)
        assert libc.prctl(22, 2, ctypes.byref(Program(len(steps), ctypes.addressof(code)))) == 0

    await lab.gate.door.desk.store.read(install)
