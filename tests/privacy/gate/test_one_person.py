"""One person is erased at the gate: all of theirs, nothing of anybody else; what stays has its reason."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from hub.daemon.rights_words import GERMAN
from privacy import canonical, report
from privacy.conversation import ConversationLost, Declined
from privacy.gate.account import addressees
from privacy.gate.account.addressees import Contact
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.messages.services import FIELD, MAIL, PUSH, SMS, way_id
from privacy.gate.rights import one_person, rights_verbs
from privacy.gate.rights.erasing import Erasing
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import messages, records
from privacy.gate.storage.messages import Fate, Message
from privacy.gate.storage.records import Outgoing, Sent
from privacy.gate.storage.store import StoreError, Transaction
from privacy.rights import Scope
from privacy.web_push import Subscription
from tests.privacy import house
from tests.privacy.decrypted import everything_in
from tests.privacy.gate.at_the_door import ManualClock, opened

BOBS, BOBS_OLD, ADAS, FAMILY, NOBODYS = (f"+4917000000{number:02}" for number in range(5))
TABLET, PHONE = "web-canary-bob-tablet", "web-ada-phone"
MAILBOX = "ada@home.example"
# canaries: by way of his label, of the hub's way, of a number that is entered no more, of his device
THEIRS = (
    BOBS,
    BOBS_OLD,
    TABLET,
    "https://push.example/bob",
    "to Bob by label",
    "to Bob by way",
    "to his tablet",
)
OTHERS = (ADAS, FAMILY, NOBODYS, PHONE, MAILBOX, "https://push.example/ada", "to Ada", "to the family")


class HubOfBob:
    """The hub's half. ways, others: what it says; known: whether it knows him; away: where it is lost."""

    def __init__(self, ways: tuple[str, ...], others: tuple[str, ...], away: str = "") -> None:
        self.ways, self.others, self.away = ways, others, away
        self.known, self.asked = True, list[str]()

    async def __call__(self, op: str, within_s: float = 0.0, /, **fields: object) -> Mapping[str, object]:
        self.asked.append(op)
        if op == self.away:
            raise ConversationLost("the hub is not connected")
        known = self.known and fields["person"] == "Bob"
        if op == "whose":
            return {"known": known, "ways": self.ways if known else (), "others": self.others}
        if not known:
            raise Declined("unknown_person", str(fields["person"]))
        self.known = False
        return {"effects": [{"holding": "hub.people", "erased": 1, "stays": 0, "why": ""}]}


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with opened(tmp_path, ManualClock()) as found:
        await found.desk.store.write(lambda tx: _furnish(tx, found))
        yield found


def _furnish(tx: Transaction, door: Door) -> None:
    at = door.desk.time.instant().at
    for number, label in ((BOBS, "bob "), (ADAS, "Ada"), (FAMILY, "Family"), (NOBODYS, "")):
        assert addressees.keep_contact(tx, Contact(number=number, label=label, since=at))
    for device, label, whose in ((TABLET, "Tablet", "bob"), (PHONE, "Phone", "ada")):
        addressees.keep_contact(tx, Contact(number="", label=label, since=at, device=device))
        there = Subscription(endpoint=f"https://push.example/{whose}", p256dh=b"p", auth=b"a")
        addressees.keep_subscription(tx, device, there)
    addressees.set_mail_address(tx, MAILBOX, at)
    for count, (activity, to, text) in enumerate(
        (
            (SMS, BOBS, "to Bob by label"),
            (SMS, BOBS_OLD, "to Bob by way"),
            (PUSH, TABLET, "to his tablet"),
            (SMS, ADAS, "to Ada"),
            (SMS, FAMILY, "to the family"),
        )
    ):
        told = Message(
            transfer=f"m{count}",
            activity=activity,
            recipient="r",
            addressee=to,
            text=text,
            at=at,
            fate=Fate.SENT,
        )
        messages.keep(tx, told)
        _keep_body(tx, f"m{count}", activity, canonical.encode({FIELD[activity]: to, "text": text}), door)
    # a copy whose message the owner had erased before
    _keep_body(tx, "x", SMS, canonical.encode({"number": BOBS, "text": "to Bob by label"}), door)


def _keep_body(tx: Transaction, transfer: str, activity: str, body: bytes, door: Door) -> None:
    at = door.desk.time.instant().at
    sent = Sent(
        transfer=transfer,
        activity=activity,
        recipient="r",
        ticket="",
        sha256=house.SHA,
        body=body,
        at=at,
        delete_by=at,
        running_by_s=1.0,
        result="delivered",
        receipt=None,
    )
    records.keep_sent(tx, sent)
    waiting = Outgoing(
        transfer=transfer,
        grant_id=1,
        groups=frozenset(),
        sha256=house.SHA,
        body=body,
        delete_by=at,
        first=at,
        next=at,
        attempts=0,
    )
    records.keep_outgoing(tx, waiting)


def hub_of(door: Door, away: str = "") -> HubOfBob:
    def way(activity: str, to: str) -> str:
        return way_id(door.desk.seed, activity, to)

    family = way(SMS, FAMILY)
    bobs = (way(SMS, BOBS_OLD), way(PUSH, TABLET), way(MAIL, MAILBOX), family)
    return HubOfBob(bobs, (way(SMS, ADAS), way(PUSH, PHONE), family), away)


def seen(folder: Path) -> bytes:
    return everything_in(folder / "gate.db", (folder / "key").read_bytes())


def found(pages: bytes, canaries: tuple[str, ...]) -> list[str]:
    return [one for one in canaries if one.encode() in pages]


@pytest.mark.obligation("T2-e")
async def test_all_of_one_person_is_gone_and_nothing_of_another(door: Door, tmp_path: Path) -> None:
    before = seen(tmp_path)
    assert (found(before, THEIRS), found(before, OTHERS)) == ([*THEIRS], [*OTHERS])  # the control
    copy = tmp_path / "gate-before-upgrade-1.db"
    copy.write_bytes(b"everything")

    erasing = Erasing(RightsDesk(door, GateHolder(door.desk)), hub_of(door))
    told = await erasing.erase(Scope(person="Bob"))

    after = seen(tmp_path)
    assert (found(after, THEIRS), found(after, OTHERS)) == ([], [*OTHERS])
    assert not copy.exists()
    said = report.verify(str(told["report"]), str(told["signature"]), door.desk.public_key)
    assert isinstance(said["effects"], list)
    erased = {one["holding"]: one["erased"] for one in said["effects"] if one["erased"]}
    assert erased == {
        "hub.people": 1,
        "gate.sms_numbers": 1,
        "gate.push_devices": 1,
        "gate.push_subscriptions": 1,
        "gate.messages": 3,
        "gate.outbox": 4,
        "gate.sent": 4,
        "gate.copies": 1,
    }
    stays = {(one["holding"], one["why"]): one["stays"] for one in said["effects"] if one["stays"]}
    assert stays == {
        ("gate.sms_numbers", one_person.SHARED): 1,
        ("gate.sms_numbers", one_person.NOBODYS): 1,
        ("gate.mail_addresses", one_person.MAILED): 1,
    }
    assert "Bob" not in str(told["report"])


@pytest.mark.obligation("T2-e")
async def test_a_consent_for_their_number_ends_first_and_stays_as_proof_with_its_reason(door: Door) -> None:
    desk = door.desk
    for number, to in ((7, BOBS), (8, ADAS)):
        grant = replace(house.grant(at=desk.time.instant()), id=number, activity=SMS, addressee=to, mark=to)
        desk.standing.give(replace(grant, epoch=desk.standing.epoch))
        await desk.store.write(lambda tx, given=grant: records.keep_grant(tx, given))  # type: ignore[misc]
    effects = await Erasing(RightsDesk(door, GateHolder(desk)), hub_of(door)).erase_here("Bob")
    assert [grant.addressee for grant in desk.standing.live()] == [ADAS]  # the control
    (proof,) = (one for one in effects if one.holding == "gate.grants")
    assert (proof.stays, proof.why.split()[0]) == (1, "proof")


@pytest.mark.obligation("T2-e")
async def test_an_erasure_that_was_interrupted_is_finished_by_asking_again(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, hub = RightsDesk(door, GateHolder(door.desk)), hub_of(door, away="whose")
    for away in ("whose", "erase"):  # no word of the hub: nothing goes; then the gate's half alone does
        hub.away = away
        with pytest.raises(ConversationLost):
            await Erasing(desk, hub).erase(Scope(person="Bob"))
        assert found(seen(tmp_path), THEIRS) == ([*THEIRS] if away == "whose" else [])
    assert hub.known  # whose numbers they were is still known there
    await door.desk.store.write(lambda tx: _furnish_again(tx, door))
    hub.away = ""

    async def full(*_: object, **__: object) -> object:
        raise StoreError("full", "the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(door.desk.store, "write", full)  # the disk's fault, at the border to the file
        with pytest.raises(StoreError):
            await Erasing(desk, hub).erase(Scope(person="Bob"))
    assert hub.known
    assert (await Erasing(desk, hub).erase(Scope(person="Bob")))["report"]
    assert found(seen(tmp_path), THEIRS) == []


def _furnish_again(tx: Transaction, door: Door) -> None:
    at = door.desk.time.instant().at
    addressees.keep_contact(tx, Contact(number=BOBS_OLD, label="", since=at))


async def test_who_has_a_label_at_the_gate_alone_is_erased_and_who_is_nowhere_is_refused(door: Door) -> None:
    erasing = Erasing(RightsDesk(door, GateHolder(door.desk)), hub_of(door))
    told = await erasing.erase(Scope(person="Family"))  # the hub: unknown_person
    assert '"holding":"gate.sms_numbers"' in str(told["report"])
    with pytest.raises(Declined) as declined:
        await erasing.erase(Scope(person="Nobody"))
    assert declined.value.code == "unknown_person"


async def test_the_console_asks_for_the_gates_half_and_is_told_what_is_wrong(door: Door) -> None:
    erasing = Erasing(RightsDesk(door, GateHolder(door.desk)), hub_of(door))
    verb = rights_verbs.of_one_person(erasing)["rights.erase_person"]
    told = await verb({"person": "Bob"})
    assert isinstance(told, Mapping)
    assert isinstance(told["effects"], list)
    assert {one["holding"]: one["erased"] for one in told["effects"] if one["erased"]}["gate.messages"] == 3
    for person, away, code in (("", "", "bad_question"), ("Bob", "whose", "hub_away")):
        erasing = Erasing(RightsDesk(door, GateHolder(door.desk)), hub_of(door, away))
        with pytest.raises(Declined) as declined:
            await rights_verbs.of_one_person(erasing)["rights.erase_person"]({"person": person})
        assert declined.value.code == code


def test_each_reason_is_said_in_german_and_fits_a_report() -> None:
    reasons = (
        one_person.SHARED,
        one_person.NOBODYS,
        one_person.STRAY,
        one_person.MAILED,
        one_person.COPIED,
    )
    assert [one for one in reasons if one not in GERMAN or len(one) > 200] == []
