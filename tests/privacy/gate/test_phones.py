"""Phones at a real gate: enrolling, agreeing, taking back, and what a restore does to it all."""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy import base64url, checkpoint, jws, keys, report
from privacy.clockwork import Vouched
from privacy.conversation import ConversationLost, Declined
from privacy.gate.answers import answers
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.front.exchange import Request
from privacy.gate.phones import pairing_verbs, phone_answers, phone_verbs
from privacy.gate.phones.phones import Phones
from privacy.gate.rights.erasing import Erasing
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import epochs, records
from privacy.payload import timestamp
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_console_verbs import ask
from tests.privacy.phone import Ask, NotConfirmed, Phone, flattened

WEEK = timedelta(days=7)


async def no_hub(*_: object, **__: object) -> Mapping[str, object]:
    raise ConversationLost("away")


def way_to(door: Door, phones: Phones) -> Ask:
    """An honest hub: it passes everything on."""
    table = {**answers.table(door), **phone_answers.table(door, phones)}

    async def passed_on(path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        request = Request(
            method="POST",
            path=f"/gate/v1/{path}",
            query="lang=en",
            headers=(),
            peer="127.0.0.1",
            body=json.dumps(body).encode(),
        )
        answer = await table["POST", request.path](request, "owner")
        return answer.status, json.loads(answer.body)

    return passed_on


async def paired(door: Door, phones: Phones, clock: ManualClock | None = None) -> Phone:
    phone = Phone(way_to(door, phones))
    if clock is not None:
        phone.clock = clock.now
    await phone.enrol(phones.claim())
    return phone


async def kinds(door: Door) -> list[str]:
    return [entry["kind"] for entry in (await ask(door, "ledger.list"))["entries"]]


# keys


async def test_the_first_phone_enrols_by_the_claim_and_agrees_to_what_it_was_shown(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        text, sha = await phone.preview()
        done = await phone.agree(payload=sha)
        assert done["done"]
        (grant,) = door.desk.standing.live()
        assert (grant.mark, grant.payload_sha256, grant.key) == (done["mark"], sha, phone.kid)
        assert json.loads(text)["ticket"] == "T-123"
        assert {"key", "grant"} <= set(await kinds(door))
        # the signed bytes are kept as proof, and hold for whoever has the key
        proof = await door.desk.store.read(lambda tx: tx.execute("SELECT proof FROM grants").fetchone())
        assert proof is not None
        assert jws.is_signed_by(jws.read(str(proof[0])), phone.point)
    async with opened(tmp_path) as door:
        assert [key.kid for key in door.desk.keys.all()] == [phone.kid]
        (grant,) = door.desk.standing.live()
        assert grant.mark == done["mark"]


async def test_a_used_wrong_or_old_claim_enrols_nobody(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        phones = Phones(door)
        qr = phones.claim()
        await Phone(way_to(door, phones)).enrol(qr)
        for later in (qr, qr[:-2] + "AA"):
            assert not (await Phone(way_to(door, phones)).enrol(later))["done"]
        fresh = phones.claim()
        clock.passed_s += keys.CLAIM_LIFE_S
        assert (await Phone(way_to(door, phones)).enrol(fresh))["reason"] == "claim_wrong"
        assert len(door.desk.keys.all()) == 1


async def test_a_phone_that_missed_the_answer_asks_again_and_nothing_changes(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones = Phones(door)
        qr = phones.claim()
        phone = Phone(way_to(door, phones))
        first = await phone.enrol(qr)
        before = door.desk.keys.all(), await kinds(door)
        assert await phone.enrol(qr) == first
        assert (door.desk.keys.all(), await kinds(door)) == before
    async with opened(tmp_path) as door:  # also after a restart
        phones = Phones(door)
        before = door.desk.keys.all(), await kinds(door)
        again = Phone(way_to(door, phones), key=phone.key, session_key=phone.session_key)
        assert await again.enrol(qr) == first
        assert (door.desk.keys.all(), await kinds(door)) == before
        # the control: another grant key, or another session key, is refused
        for other in (
            Phone(way_to(door, phones), session_key=phone.session_key),
            Phone(way_to(door, phones), key=phone.key),
        ):
            assert (await other.enrol(qr))["reason"] == "claim_wrong"
        assert door.desk.keys.all() == before[0]


async def test_a_key_that_was_removed_is_not_answered_as_enrolled(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones = Phones(door)
        qr = phones.claim()
        phone = Phone(way_to(door, phones))
        await phone.enrol(qr)
        assert await phones.remove(phone.kid)
        assert (await phone.enrol(qr))["reason"] == "claim_wrong"


async def test_later_phones_are_named_by_an_owners_key_with_their_rights(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones = Phones(door)
        owner = await paired(door, phones)
        child = Phone(owner.ask, gate=owner.gate)
        assert (await owner.name(await child.offer(), may_grant=False))["key"] == child.kid
        # what it may not: agree, name others
        assert (await child.agree())["reason"] == "key_may_not"
        assert len(door.desk.keys.all()) == 2
        # what it may: take back
        _, sha = await owner.preview()
        await owner.agree(payload=sha)
        assert (await child.withdraw())["recorded"]
        assert not list(door.desk.standing.live())


async def test_the_last_key_that_may_agree_goes_at_the_console_only(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones = Phones(door)
        first, second = await paired(door, phones), await paired(door, phones)
        asked = (await first.challenge())["challenge"]
        gone = await first.state(first.sign(first.stated("key-removal", asked, kid=second.kid)))
        assert gone["removed"]
        assert (await second.agree())["reason"] == "unknown_key"
        asked = (await first.challenge())["challenge"]
        kept = await first.state(first.sign(first.stated("key-removal", asked, kid=first.kid)))
        assert kept["reason"] == "last_key"
        # nor by making itself less
        less = await first.name(await first.offer(), may_grant=False)
        assert less["reason"] == "last_key"
        # nor by a hub; the console may
        hub = pairing_verbs.hub_table(phones, lambda: ("http://127.0.0.1:1",), {})
        listed = await hub["phone.keys"]({})
        assert isinstance(listed, dict)
        assert [row["session_key"] for row in listed["keys"]] == [first.session_key.hex()]
        assert await hub["phone.removed"]({"session_key": first.session_key.hex()}) == {"key": "kept"}
        console = pairing_verbs.table(phones, no_hub, lambda: ("http://127.0.0.1:1",), {})
        with pytest.raises(Declined, match="hub_away"):
            await console["phone.remove"]({"phone": first.session_key[:8].hex()})
        assert (await first.agree())["reason"] == "unknown_key"
    async with opened(tmp_path) as door:
        assert door.desk.keys.all() == ()


# statements


@pytest.mark.obligation("T1-b")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"activity": "nothing"}, "unknown_activity"),
        ({"activity": "backup.cloud"}, "notice_changed"),
        ({"recipient": "stranger"}, "unknown_recipient"),
        ({"host": "evil.example.org"}, "other_host"),
        ({"country": "US"}, "country_needs_consent"),
        ({"text": "0" * 64}, "notice_changed"),
        ({"groups": ["rooms"]}, "unknown_group"),
        ({"categories": ["device"]}, "category_not_declared"),
        ({"categories": ["device", "system"]}, "category_not_declared"),
        ({"payload": "0" * 64}, "no_preview"),
        ({"ticket": "T-9"}, "no_preview"),
        ({"groups": ["devices"], "categories": ["device"]}, "no_preview"),
        ({"form": "standing", "payload": None}, "form_not_allowed"),
        ({"form": "until", "payload": None}, "bad_statement"),
        ({"until": "2026-03-02T12:00:00.000Z"}, "bad_statement"),
        ({"form": "until", "payload": None, "until": "2026-13-02T12:00:00.000Z"}, "bad_statement"),
        ({"categories": ["system", "system"]}, "bad_statement"),
        ({"more": 1}, "bad_statement"),
        ({"type": "homebase.grant/2"}, "bad_statement"),
        ({"language": "fr"}, "bad_statement"),
        ({"challenge": "A" * 43}, "challenge_over"),
    ],
)
async def test_what_was_signed_has_to_be_what_the_gate_would_do(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        _, sha = await phone.preview()
        assert (await phone.agree(**({"payload": sha} | change)))["reason"] == reason
        assert not list(door.desk.standing.live())


@pytest.mark.obligation("Q6.6-b")
async def test_fourteen_days_are_counted_from_the_challenge_by_both_clocks(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        phone = await paired(door, Phones(door), clock)
        asked = await phone.challenge()
        clock.passed_s += 300

        def until(end: timedelta, **more: Any) -> str:
            members = {"form": "until", "payload": None, "until": timestamp(house.START + end), **more}
            return phone.sign(phone.yes(asked["challenge"], **members))

        assert (await phone.state(until(2 * WEEK)))["done"]
        (grant,) = door.desk.standing.live()
        assert grant.until == house.START + 2 * WEEK
        assert grant.running_until_s is not None
        assert grant.running_until_s <= 300 + (2 * WEEK).total_seconds()
        asked = await phone.challenge()
        for end, at, reason in (
            (2 * WEEK + timedelta(minutes=6), None, "term_too_long"),
            (WEEK, house.START - timedelta(days=3), "clocks_differ"),
            (WEEK, house.START + timedelta(days=3), "clocks_differ"),
            (-WEEK, None, "term_too_long"),
        ):
            more = {} if at is None else {"at": timestamp(at)}
            assert (await phone.state(until(end, **more)))["reason"] == reason
            asked = await phone.challenge()
        clock.vouched = Vouched.NOBODY
        assert (await phone.state(until(WEEK)))["reason"] == "clock_unsure"


async def test_a_phone_tells_the_time_to_a_gate_that_is_unsure(tmp_path: Path) -> None:
    clock = ManualClock()
    clock.vouched = Vouched.NOBODY
    async with opened(tmp_path, clock) as door:
        phone = await paired(door, Phones(door), clock)
        asked = await phone.challenge()
        assert not asked["clock_sure"]
        done = await phone.state(phone.sign(phone.stated("clock", asked["challenge"])))
        assert done["clock_sure"]
        assert door.desk.time.sure


async def test_both_serialisations_are_taken_and_nothing_else(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        _, sha = await phone.preview()
        asked = await phone.challenge()
        text = phone.sign(phone.yes(asked["challenge"], payload=sha))
        assert (await phone.state(flattened(text) | {"header": "e30"}))["reason"] == "bad_statement"
        assert (await phone.state(text + "="))["reason"] == "bad_statement"
        assert (await phone.state(flattened(text)))["done"]


async def test_an_addressee_is_part_of_what_is_agreed_to(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        _, sha = await phone.preview()
        other = await phone.agree(payload=sha, addressee="help@support.example.org")
        assert other["reason"] == "addressee_not_declared"
        assert not list(door.desk.standing.live())
        assert (await phone.agree(payload=sha))["done"]
        (grant,) = door.desk.standing.live()
        assert grant.addressee == house.SUPPORT_KEY


async def test_a_withdrawal_during_a_signed_consent_wins_at_every_moment(tmp_path: Path) -> None:
    for moments in range(6):
        folder = tmp_path / str(moments)
        folder.mkdir()
        async with opened(folder) as door:
            phone = await paired(door, Phones(door))
            _, sha = await phone.preview()
            asked = await phone.challenge()
            text = phone.sign(phone.yes(asked["challenge"], payload=sha))
            async with asyncio.TaskGroup() as tasks:
                giving = tasks.create_task(phone.state(text))
                for _ in range(moments):
                    await asyncio.sleep(0.001)
                await door.withdrawing.withdraw(house.ACTIVITY)
            assert not list(door.desk.standing.live()), giving.result()
            # and the same statement opens nothing afterwards
            assert (await phone.state(text))["reason"] == "challenge_over"
        async with opened(folder) as door:
            assert not list(door.desk.standing.live()), "it came back with the restart"


# closing


async def test_a_withdrawal_of_before_is_repeated_without_touching_a_newer_consent(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        _, sha = await phone.preview()
        old = (await phone.agree(payload=sha))["mark"]
        assert (await phone.withdraw(marks=[old]))["grants"] == [1]
        _, sha = await phone.preview()
        new = (await phone.agree(payload=sha))["mark"]
        before = (await kinds(door)).count("withdrawal")
        assert (await phone.withdraw(marks=[old]))["grants"] == []
        assert [grant.mark for grant in door.desk.standing.live()] == [new]
        assert (await kinds(door)).count("withdrawal") == before, "a repetition fills the ledger"


async def test_standing_and_last_payload_are_told_under_the_signature(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        _, sha = await phone.preview()
        done = await phone.agree(payload=sha)
        told = await phone.believed("standing", "standing", {})
        assert [grant["mark"] for grant in told["grants"]] == [done["mark"]]
        assert told["texts"][house.ACTIVITY] == house.register().activities[house.ACTIVITY].text_hash
        assert told["keys"] == [{"key": phone.kid, "may_grant": True}]
        last = await phone.believed("last", "last", {"activity": house.ACTIVITY})
        assert last["transfer"] is None or last["sha256"] == sha
        await phone.withdraw()
        assert (await phone.believed("standing", "standing", {}))["grants"] == []


async def test_a_checkpoint_kept_long_ago_shows_the_phone_what_became_of_the_book(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        old = await door.desk.checkpoint()
        await phone.withdraw("training")
        later = await door.desk.checkpoint()
        assert (await phone.recheck(old), await phone.recheck(later)) == ("grew", "grew")
        forged = checkpoint.sign(checkpoint.verify(old, door.desk.origin, phone.gate), os.urandom(32))
        assert await phone.recheck(forged) == "not_ours"

        # a gate that lost entries, and one whose entries are others
        size = int(old.split("\n")[1])
        await door.desk.store.write(
            lambda tx: tx.execute("DELETE FROM entries WHERE seq >= ?", (size,)).rowcount
        )
        assert (await phone.recheck(old), await phone.recheck(later)) == ("grew", "rolled_back")
        await door.desk.store.write(lambda tx: tx.execute("UPDATE nodes SET hash = zeroblob(32)").rowcount)
        assert await phone.recheck(old) == "rewritten"
    (tmp_path / "restored").touch()
    async with opened(tmp_path) as door:
        phone.ask = way_to(door, Phones(door))
        assert await phone.recheck(old) == "other_epoch"


async def test_a_hub_that_answers_for_the_witness_is_not_believed(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        honest = way_to(door, Phones(door))
        phone = await paired(door, Phones(door))
        old = await door.desk.checkpoint()
        kept: list[tuple[int, Any]] = []

        async def replays(path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
            kept.append(await honest(path, body))
            return kept[0]

        phone.ask = replays
        assert await phone.recheck(old) == "grew"  # the control: the first answer is the gate's own
        with pytest.raises(NotConfirmed):
            await phone.recheck(old)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("witness", {"nonce": "A" * 22}),
        ("witness", {"nonce": "A" * 22, "checkpoint": "x" * 2001}),
        ("standing", {"nonce": "A" * 22, "more": 1}),
        ("standing", {"nonce": "short"}),
        ("standing", {}),
        ("keys", {"nonce": "A" * 22, "grant_key": "a", "session_key": "a", "mac": "a"}),
        ("offers", {"nonce": "A" * 22, "more": 1}),
        ("statements", {"nonce": "A" * 22, "jws": 7}),
        ("checkpoints", {"nonce": "A" * 22, "old": -1}),
        ("last", {"nonce": "A" * 22}),
        ("withdrawals", {"activity": house.ACTIVITY, "nonce": "A"}),
    ],
)
async def test_a_question_of_another_form_is_refused(tmp_path: Path, path: str, body: dict[str, Any]) -> None:
    async with opened(tmp_path) as door:
        status, problem = await way_to(door, Phones(door))(path, body)
    assert (status, problem["code"]) == (400, "bad_body")


async def test_keys_that_are_none_are_refused_and_the_claim_stays_open(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones = Phones(door)
        qr = phones.claim()
        body = {"grant_key": base64url.encode(bytes(65)), "session_key": base64url.encode(bytes(32))}
        status, problem = await way_to(door, phones)(
            "keys", {"nonce": "A" * 22, "mac": base64url.encode(bytes(32)), **body}
        )
        assert (status, problem["code"]) == (409, "bad_statement")
        assert (await Phone(way_to(door, phones)).enrol(qr))["done"]


async def test_no_more_phones_than_fit_are_enrolled(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones = Phones(door)
        owner = await paired(door, phones)
        for number in range(keys.MOST - 1):
            made = keys.make(owner.point, bytes(32), may_grant=False, since=house.START, by="claim")
            door.desk.keys.add(keys.PhoneKey(**{**_fields(made), "kid": f"kid-{number}"}))
        assert (await Phone(owner.ask).enrol(phones.claim()))["reason"] == "too_many_keys"


def _fields(key: keys.PhoneKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in key.__dataclass_fields__}


# epochs


async def given_until(phone: Phone, ticket: str) -> str:
    end = timestamp(phone.clock() + WEEK)
    done = await phone.agree(form="until", payload=None, until=end, ticket=ticket)
    return str(done["mark"])


async def test_after_a_restore_every_consent_rests_until_the_owners_phone_confirms_the_list(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        phone = await paired(door, Phones(door), clock)
        kept, dropped = await given_until(phone, "T-1"), await given_until(phone, "T-2")
        before = door.desk.standing.epoch
    (tmp_path / epochs.RESTORED).touch()
    clock.passed_s += 3600
    async with opened(tmp_path, clock) as door:
        phones = Phones(door)
        phone.ask = way_to(door, phones)
        epoch = door.desk.standing.epoch
        assert epoch != before
        assert door.until_grants() == []
        assert [grant.mark for grant in phones.unconfirmed()] == [kept, dropped]
        # a list of another epoch confirms nothing
        asked = (await phone.challenge())["challenge"]
        wrong = phone.stated("epoch", asked, epoch=before, keep=[kept])
        assert (await phone.state(phone.sign(wrong)))["reason"] == "challenge_over"
        asked = (await phone.challenge())["challenge"]
        done = await phone.state(phone.sign(phone.stated("epoch", asked, epoch=epoch, keep=[kept])))
        assert (done["confirmed"], done["ended"]) == ([1], [2])
        (grant,) = door.until_grants()
        assert grant.mark == kept
        assert grant.until == house.START + WEEK
        entries = (await ask(door, "ledger.list"))["entries"]
        told = [entry["data"] for entry in entries if entry["kind"] == "epoch"]
        assert [row.get("reason") for row in told] == ["restored", None]
        assert told[0]["before"] == before
        assert told[1]["by"] == phone.kid
        assert (await ask(door, "ledger.verify"))["findings"] == []
    async with opened(tmp_path, clock) as door:
        assert door.desk.standing.epoch == epoch
        assert [grant.mark for grant in door.until_grants()] == [kept]


async def test_a_store_that_was_put_back_begins_a_new_epoch(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        old = await given_until(phone, "T-1")
        before = door.desk.standing.epoch
    copy = (tmp_path / "gate.db").read_bytes()
    async with opened(tmp_path) as door:
        phone.ask = way_to(door, Phones(door))
        await phone.withdraw()
    async with opened(tmp_path):
        pass  # a start and a minute each note how far the book got
    for path in tmp_path.glob("gate.db*"):
        path.unlink()
    (tmp_path / "gate.db").write_bytes(copy)
    async with opened(tmp_path) as door:
        assert door.desk.standing.epoch != before
        assert [grant.mark for grant in door.desk.standing.live()] == [old]
        assert door.until_grants() == [], "what was withdrawn came back with the old file"


async def test_the_list_can_be_confirmed_at_the_console_and_the_book_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        mark = await given_until(phone, "T-1")
    (tmp_path / epochs.RESTORED).touch()
    async with opened(tmp_path) as door:
        console = phone_verbs.table(Phones(door))
        listed = await console["consent.unconfirmed"]({})
        assert isinstance(listed, dict)
        assert [row["mark"] for row in listed["consents"]] == [mark]
        # a mark that nobody knows is no yes to an end of all others
        with pytest.raises(Declined, match="unknown_consent"):
            await console["consent.confirm_list"]({"keep": [mark[:-1]]})
        assert [*door.desk.standing.live()] != []
        await console["consent.confirm_list"]({"keep": [mark]})
        assert [grant.mark for grant in door.until_grants()] == [mark]
        entries = (await ask(door, "ledger.list"))["entries"]
        assert entries[-1]["data"]["by"] == "console"


# texts


async def test_a_visit_at_home_makes_a_changed_text_count(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        phone = await paired(door, Phones(door), clock)
        at = door.desk.time.instant()
        given = house.grant(at=at)
        away = replace(given, activity="remote.access", stale_since=at.at, stale_running_s=at.running_s)
        await door.desk.store.write(lambda tx: records.keep_grant(tx, away))
        door.desk.standing.give(away)
        await phone.believed("standing", "standing", {})
        assert all(grant.visited for grant in door.desk.standing.live())
        stored = await door.desk.store.read(records.live_grants)
        assert [grant.visited for grant in stored] == [True]


async def test_without_the_gates_signature_the_phone_believes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        phone.gate = bytes(32)
        with pytest.raises(NotConfirmed):
            await phone.challenge()


async def test_an_erasure_is_signed_asks_the_hub_and_is_reported_under_the_gates_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        asked: list[tuple[str, Mapping[str, object]]] = []

        async def hub(op: str, within_s: float = 0.0, /, **fields: object) -> Mapping[str, object]:
            asked.append((op, fields))
            return {"effects": [{"holding": "hub.state", "erased": 3, "stays": 0, "why": ""}]}

        rights = RightsDesk(door, GateHolder(door.desk, lambda: None))
        phones = Phones(door, Erasing(rights, hub))
        phone = await paired(door, phones)
        told = await phone.state(
            phone.sign(
                phone.stated(
                    "erase", (await phone.challenge())["challenge"], person=None, category="presence"
                )
            )
        )
        said = report.verify(str(told["report"]), str(told["signature"]), door.desk.public_key)
        assert asked == [("erase", {"person": None, "category": "presence"})]
        assert said["scope"] == "presence"
        assert {"holding": "hub.state", "erased": 3, "stays": 0, "why": ""} in list(said["effects"])  # type: ignore[arg-type]
        assert said["entry"] == told["entry"]
        # a hub that says nonsense erases nothing here, and nobody erases without a signature
        both = phone.stated("erase", "A" * 43, person="Anna", category="presence")
        assert (await phone.state(phone.sign(both)))["reason"] == "bad_statement"
        other = Phone(phone.ask, gate=phone.gate)
        alone = other.stated("erase", (await other.challenge())["challenge"], person=None, category=None)
        assert (await other.state(other.sign(alone)))["reason"] == "unknown_key"
        assert len(asked) == 1


async def test_where_nobody_erases_a_signed_erasure_is_for_the_console(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone = await paired(door, Phones(door))
        alone = phone.stated("erase", (await phone.challenge())["challenge"], person=None, category=None)
        assert (await phone.state(phone.sign(alone)))["reason"] == "console_only"
