"""Whoever sits at the permitted host reads nothing that was not for his key: forged age files, swapped keys.

The attacker here is the hub, with a friend at the very host that the owner agreed to.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pyrage
import pytest

from privacy import canonical
from privacy.consent import Grant, Wish, propose
from privacy.gate.storage import records
from privacy.gate.storage.attempt import Outcome
from privacy.gate.storage.records import Outgoing
from privacy.reasons import Reason
from privacy.register import Form, Register
from tests.lab.test_diagnosis import ACTIVITY, GROUPS, Lab, at_work
from tests.needs import NETWORKS
from tests.privacy import age_file, house

pytestmark = [pytest.mark.lab, NETWORKS]

BACKUP, SECRET = "backup.cloud", b"who lives here, and when nobody is at home"


def friend() -> tuple[str, str]:
    """The attacker's pair of keys, public and secret."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


@pytest.fixture
def lab(wire: tuple[str, str], tmp_path: Path) -> Iterator[Lab]:
    yield from at_work(wire, tmp_path, tmp_path / "gate")


def with_backups(register: Register, *, encrypted: bool) -> Register:
    """The register with a flow that is not built yet. encrypted: whether the gate encrypts it."""
    row = replace(register.activities[BACKUP], built=True, encrypted=encrypted, schema=None)
    return replace(register, activities={**register.activities, BACKUP: row})


def send_backup(lab: Lab, body: bytes, *, encrypted: bool) -> Outcome:
    """Deliver those bytes of the hub under a consent that the owner gave."""

    async def deliver() -> Outcome:
        desk = lab.gate.door.desk
        desk.register = with_backups(desk.register, encrypted=encrypted)
        support = desk.recipients["support"]
        desk.recipients = {"support": replace(support, activities=support.activities | {BACKUP})}
        row = desk.register.activities[BACKUP]
        wish = Wish(
            activity=BACKUP,
            recipient="support",
            form=Form.STANDING,
            groups=frozenset(),
            ticket="",
            language="en",
            categories=row.categories,
            addressee=support.addressee_of(row) or "",
        )
        number = await desk.store.read(records.next_grant_id)
        grant = propose(wish, desk.register, desk.recipients, desk.time.instant(), number)
        assert isinstance(grant, Grant), grant
        grant = replace(grant, epoch=desk.standing.epoch)
        await desk.store.write(lambda tx: records.keep_grant(tx, grant))
        desk.standing.give(grant)
        at = desk.time.instant().at
        item = Outgoing(
            transfer="aa" * 8,
            grant_id=grant.id,
            groups=frozenset(),
            sha256=sha256(body).hexdigest(),
            body=body,
            delete_by=at + timedelta(days=28),
            first=at,
            next=at,
            attempts=0,
        )
        return await lab.gate.door.deliveries.deliver(grant, item)

    return lab.gate.call(deliver())


def forged(public: str) -> bytes:
    """An age file for the attacker, in the place where one for customer service belongs."""
    part = base64.b64encode(pyrage.encrypt(SECRET, [pyrage.x25519.Recipient.from_str(public)])).decode()
    return canonical.encode({"part": part, "number": 1})


def read_by(secret: str, body: bytes) -> bytes | None:
    """What the owner of that key finds in a delivery, or None."""
    try:
        part = base64.b64decode(json.loads(body)["part"])
    except ValueError:
        part = body
    try:
        return age_file.decrypt(part, secret)
    except ValueError:
        return None


def test_an_age_file_does_not_say_who_can_read_it() -> None:
    attacker, _ = friend()
    files = [
        pyrage.encrypt(SECRET, [pyrage.x25519.Recipient.from_str(key)])
        for key in (attacker, house.SUPPORT_KEY)
    ]
    assert [age_file.parse(one).kinds for one in files] == [["X25519"], ["X25519"]]


def test_what_the_hub_encrypted_to_a_friend_at_the_permitted_host_stays_closed_to_him(lab: Lab) -> None:
    attacker, secret = friend()
    body = forged(attacker)
    assert send_backup(lab, body, encrypted=True).receipt == "R-1"
    (arrived,) = lab.receiver.arrived
    assert read_by(secret, arrived.body) is None
    assert SECRET not in arrived.body
    assert age_file.decrypt(arrived.body, house.SUPPORT_SECRET) == body


def test_control_without_the_gates_own_encryption_the_friend_reads_it(lab: Lab) -> None:
    attacker, secret = friend()
    assert send_backup(lab, forged(attacker), encrypted=False).receipt == "R-1"
    (arrived,) = lab.receiver.arrived
    assert read_by(secret, arrived.body) == SECRET


def test_an_age_file_in_the_place_of_a_diagnosis_is_no_diagnosis(lab: Lab) -> None:
    attacker, _ = friend()
    part = json.loads(forged(attacker))["part"]
    lab.gate.collected = {**lab.gate.collected, "system": {**lab.gate.collected["system"], "version": part}}
    asked = {"activity": ACTIVITY, "groups": GROUPS, "ticket": "T-123"}
    assert lab.refusal("consent.preview", **asked) == "unknown_field"
    assert lab.recorder.taken() == []


def test_another_key_behind_the_permitted_host_gets_nothing_under_the_old_consent(lab: Lab) -> None:
    assert lab.give("until")["delivery"]["result"] == "delivered"
    lab.recorder.taken()
    attacker, secret = friend()
    desk = lab.gate.door.desk
    known = desk.recipients
    desk.recipients = {"support": replace(known["support"], keys=(attacker,))}
    refused = lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]
    assert refused["reason"] == "addressee_not_declared"
    assert lab.recorder.taken() == []
    # the control: with a consent to that key it is sent, and he reads it
    assert lab.give("until")["delivery"]["result"] == "delivered"
    assert read_by(secret, lab.receiver.arrived[-1].body) is not None
    desk.recipients = known
    assert lab.give("until")["delivery"]["result"] == "delivered"
    assert read_by(secret, lab.receiver.arrived[-1].body) is None
    assert lab.is_sound()


def test_a_consent_of_before_there_were_keys_sends_nothing(lab: Lab) -> None:
    lab.give("until")
    lab.recorder.taken()
    desk = lab.gate.door.desk
    (grant,) = desk.standing.live()
    desk.standing.end(grant, Reason.EXPIRED)
    desk.standing.give(replace(grant, addressee=""))
    refused = lab.gate.ask("consent.send", activity=ACTIVITY)["deliveries"][0]
    assert refused["reason"] == "addressee_not_declared"
    assert lab.recorder.taken() == []
