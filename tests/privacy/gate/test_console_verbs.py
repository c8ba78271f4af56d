"""The console's verbs over a real store: what they answer, and that a restart forgets nothing."""

import base64
from pathlib import Path
from typing import Any

import pytest

from privacy import checkpoint, merkle, recipients
from privacy.clockwork import Vouched
from privacy.conversation import ConversationLost, Declined
from privacy.gate.console import tunnel_consents
from privacy.gate.console.console_verbs import table
from privacy.gate.control import control_verbs
from privacy.gate.door.door import Door
from privacy.gate.door.holder import GateHolder
from privacy.gate.rights import rights_verbs
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import book, counts
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened


async def ask(door: Door, verb: str, **fields: object) -> dict[str, Any]:
    reply = await table(door)[verb](fields)
    assert isinstance(reply, dict)
    return reply


async def refusal(door: Door, verb: str, **fields: object) -> str:
    with pytest.raises(Declined) as declined:
        await ask(door, verb, **fields)
    return declined.value.code


async def test_the_notice_is_answered_in_both_forms_and_languages(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert "Ferndiagnose" in (await ask(door, "notice", language="de"))["text"]
        assert (await ask(door, "notice"))["notice"]["language"] == "en"
        assert await refusal(door, "notice", language="fr") == "bad_question"


async def test_a_refusal_is_said_in_the_language_of_who_asks(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        with pytest.raises(Declined, match="noch nicht gebaut"):
            await ask(door, "consent.preview", activity="camera.cloud", ticket="T-1", language="de")


async def test_who_gets_nothing_is_said_before_anything_is_shown(tmp_path: Path) -> None:
    asked = {"activity": house.ACTIVITY, "ticket": "T-1"}
    async with opened(tmp_path) as door:
        with pytest.raises(Declined, match=r"homebase recipient add registers it"):
            await ask(door, "consent.preview", **asked, recipient="stranger")
        assert (await ask(door, "ledger.list"))["entries"][-1]["data"]["reason"] == "unknown_recipient"
        assert await refusal(door, "consent.preview", **asked, recipient="abroad") == "country_needs_consent"
        assert (await ask(door, "consent.preview", **asked, recipient="abroad", country="US"))["bytes"]
        assert (await ask(door, "consent.preview", **asked, recipient="support"))["bytes"]


@pytest.mark.parametrize(
    ("activity", "recipient", "language", "said"),
    [
        ("remote.access", "stranger", "de", "homebase recipient add trägt ihn ein"),
        ("remote.access", None, "en", r"homebase recipient add registers it"),
        ("remote.access", "support", "en", "homebase recipient change"),
        ("remote.acces", "support", "en", "homebase notice` lists all"),
        (house.ACTIVITY, "support", "en", "the other way"),
    ],
)
async def test_nobody_is_asked_about_a_stream_that_could_not_be_allowed(
    tmp_path: Path, activity: str, recipient: str | None, language: str, said: str
) -> None:
    async with opened(tmp_path) as door:
        about = tunnel_consents.table(door)["consent.about"]
        with pytest.raises(Declined, match=said):
            await about({"activity": activity, "recipient": recipient, "language": language})
        assert (await ask(door, "ledger.list"))["entries"][-1]["kind"] == "refusal"


async def test_a_stream_that_can_be_allowed_is_asked_about_and_leaves_no_entry(tmp_path: Path) -> None:
    relay = {"name": "relay", "role": "own", "host": "relay.example.org", "country": "DE"}
    more = {"activities": ["remote.access"], "transport": "mqtts"}
    known, mistakes = recipients.read([{**relay, **more}], house.register())
    assert not mistakes
    async with opened(tmp_path, rules=(house.register(), known)) as door:
        before = (await ask(door, "ledger.list"))["entries"]
        told = await tunnel_consents.table(door)["consent.about"]({"activity": "remote.access"})
        assert isinstance(told, dict)
        assert told["recipient"] == "relay"
        assert (await ask(door, "ledger.list"))["entries"] == before


async def test_a_repeated_refusal_is_one_entry_and_a_count(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        for _ in range(3):
            await refusal(door, "consent.preview", activity="camera.cloud", ticket="T-1")
            await refusal(door, "consent.preview", activity="the owner's name", ticket="T-1")
        entries = (await ask(door, "ledger.list"))["entries"]
        refusals = [entry["data"] for entry in entries if entry["kind"] == "refusal"]
        assert [row["activity"] for row in refusals] == ["camera.cloud", "unknown"]
        refused = await door.desk.store.read(lambda tx: counts.refused_since(tx, clock.now()))
        assert refused == {"camera.cloud": 3, "unknown": 3}
        clock.passed_s = 86_400
        await refusal(door, "consent.preview", activity="camera.cloud", ticket="T-1")
        assert (await ask(door, "ledger.list"))["entries"][-1]["data"]["activity"] == "camera.cloud"
        assert len((await ask(door, "ledger.list"))["entries"]) == len(entries) + 1


async def test_without_a_hub_there_is_no_preview(tmp_path: Path) -> None:
    async def away(activity: str, groups: list[str]) -> dict[str, object]:
        raise ConversationLost("the hub is not connected")

    async with opened(tmp_path) as door:
        door.previews._collect = away
        assert await refusal(door, "consent.preview", activity=house.ACTIVITY, ticket="T-1") == "hub_away"


async def test_what_the_hub_sends_is_not_believed(tmp_path: Path) -> None:
    async def lying(activity: str, groups: list[str]) -> dict[str, object]:
        return {"groups": {"errors": [], "system": {"name": "Bedside lamp"}}}

    async with opened(tmp_path) as door:
        door.previews._collect = lying
        asked = {"activity": house.ACTIVITY, "ticket": "T-1", "groups": ["errors", "system"]}
        assert await refusal(door, "consent.preview", **asked) == "unknown_field"
        assert (await ask(door, "ledger.list"))["entries"][-1]["data"]["reason"] == "unknown_field"


async def test_an_old_preview_can_not_be_agreed_to(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        shown = await ask(door, "consent.preview", activity=house.ACTIVITY, ticket="T-1")
        again = await ask(door, "consent.shown", preview=shown["preview"])
        assert again["text"] == shown["text"]
        clock.passed_s = 1801
        assert await refusal(door, "consent.shown", preview=shown["preview"]) == "no_preview"
        asked = {"activity": house.ACTIVITY, "ticket": "T-1", "preview": shown["preview"]}
        assert await refusal(door, "consent.give", **asked, recipient="support") == "no_preview"


async def test_consents_and_withdrawals_survive_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        shown = await ask(door, "consent.preview", activity=house.ACTIVITY, ticket="T-1")
        asked = {"activity": house.ACTIVITY, "ticket": "T-1", "preview": shown["preview"]}
        # two recipients are registered, so one has to be named
        assert await refusal(door, "consent.give", **asked) == "unknown_recipient"
        await ask(door, "consent.give", **asked, recipient="support")
        (row,) = (await ask(door, "consent.list"))["consents"]
        assert (row["state"], row["form"], row["via"]) == ("active", "once", "console")
    async with opened(tmp_path) as door:
        (row,) = (await ask(door, "consent.list"))["consents"]
        assert row["state"] == "active"
        done = await ask(door, "consent.withdraw", activity=house.ACTIVITY)
        assert done["grants"] == [1]
    async with opened(tmp_path) as door:
        (row,) = (await ask(door, "consent.list"))["consents"]
        assert row["state"] == "withdrawn"
        assert await refusal(door, "consent.send", activity=house.ACTIVITY) == "no_consent"
        assert (await ask(door, "ledger.verify"))["findings"] == []


async def test_the_clock_counts_when_the_owner_confirms_it(tmp_path: Path) -> None:
    clock = ManualClock()
    clock.vouched = Vouched.NOBODY
    async with opened(tmp_path, clock) as door:
        shown = await ask(door, "consent.preview", activity=house.ACTIVITY, ticket="T-1")
        asked = {"activity": house.ACTIVITY, "ticket": "T-1", "preview": shown["preview"], "form": "until"}
        asked |= {"recipient": "support", "term_s": 3600}
        assert await refusal(door, "consent.give", **asked) == "clock_unsure"
        assert not (await ask(door, "consent.clock"))["sure"]
        assert (await ask(door, "consent.confirm_clock"))["sure"]
        assert (await ask(door, "consent.give", **asked))["grant"]["form"] == "until"


async def test_proofs_of_the_console_hold_for_a_stranger(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        first = await ask(door, "ledger.verify")
        for _ in range(5):
            await ask(door, "consent.withdraw", activity=house.ACTIVITY)
        proven = await ask(door, "ledger.prove", number=2)
        key = base64.b64decode(first["key"].split("+", 2)[2])[1:]
        origin = first["key"].split("+")[0]
        state = checkpoint.verify(proven["checkpoint"], origin, key)
        steps = [base64.b64decode(step) for step in proven["proof"]]
        leaf = bytes.fromhex(proven["entry"]["leaf_hash"])
        assert merkle.verify_inclusion(leaf, 2, state.size, steps, state.root)

        grown = await ask(door, "ledger.prove", old=first["size"])
        steps = [base64.b64decode(step) for step in grown["proof"]]
        old_root = base64.b64decode(first["root"])
        assert merkle.verify_consistency(first["size"], state.size, steps, old_root, state.root)
        assert await refusal(door, "ledger.prove", number=99) == "no_entry"
        assert await refusal(door, "ledger.show", number=99) == "no_entry"
        assert (await ask(door, "ledger.show", number=0))["entry"]["kind"] == "epoch"
        assert (await ask(door, "consent.last", activity=house.ACTIVITY))["last"] is None
        assert await refusal(door, "consent.withdraw", activity="nothing") == "unknown_activity"


@pytest.mark.obligation("Q6.3-g")
async def test_the_hub_may_ask_and_close_but_knows_no_verb_that_opens(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        verbs = control_verbs.table(door)
        assert set(verbs) == {"standing", "withdraw", "clock"}
        question = {"activity": house.ACTIVITY}
        assert await verbs["standing"](question) == {"activity": house.ACTIVITY, "active": False}
        door.desk.standing.give(house.grant(at=door.desk.time.instant()))
        assert await verbs["standing"](question) == {"activity": house.ACTIVITY, "active": True}
        await verbs["withdraw"](question)
        assert await verbs["standing"](question) == {"activity": house.ACTIVITY, "active": False}
        written = await door.desk.store.read(book.size)
        with pytest.raises(Declined, match="no_consent"):  # or a hub could write the book full
            await verbs["withdraw"](question)
        assert await door.desk.store.read(book.size) == written
        with pytest.raises(Declined, match="unknown_activity"):
            await verbs["standing"]({"activity": 7})


@pytest.mark.parametrize("number", [-1, 2**53 + 1, 10**30, "3", 1.5])
async def test_a_number_out_of_range_is_a_bad_question(tmp_path: Path, number: object) -> None:
    async with opened(tmp_path) as door:
        assert await refusal(door, "ledger.show", number=number) == "bad_question"
        assert await refusal(door, "ledger.prove", old=number) == "bad_question"


async def test_a_consent_says_at_once_that_an_objection_stands_and_counts_again_when_it_is_lifted(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as door:
        verbs = rights_verbs.table(RightsDesk(door, GateHolder(door.desk)), door.desk)
        asked = {"activity": house.ACTIVITY, "ticket": "T-1", "recipient": "support"}
        shown = (await ask(door, "consent.preview", **asked))["preview"]
        await verbs["rights.object"]({"activity": house.ACTIVITY})
        assert await refusal(door, "consent.give", **asked, preview=shown) == "objected"
        assert await refusal(door, "consent.preview", **asked) == "objected"
        with pytest.raises(Declined, match=rf"widersprochen.*rights lift objected {house.ACTIVITY}"):
            await ask(door, "consent.give", **asked, preview=shown, language="de")
        assert list(door.desk.standing.live()) == []
        entries = (await ask(door, "ledger.list"))["entries"]
        assert [row["data"]["reason"] for row in entries if row["kind"] == "refusal"] == ["objected"] * 2
        assert not [row for row in entries if row["kind"] == "grant"]

        # the objection is taken back at the console: what was shown may be agreed to
        await verbs["rights.lift"]({"kind": "objected", "activity": house.ACTIVITY})
        await ask(door, "consent.give", **asked, preview=shown)
        (grant,) = door.desk.standing.live()
        assert grant.activity == house.ACTIVITY


@pytest.mark.parametrize("closing", [("restrict", {"category": "radio"}), ("deregister", {})])
async def test_no_consent_is_given_for_what_is_restricted_or_after_a_deregistration(
    tmp_path: Path, closing: tuple[str, dict[str, object]]
) -> None:
    async with opened(tmp_path) as door:
        verbs = rights_verbs.table(RightsDesk(door, GateHolder(door.desk)), door.desk)
        asked = {"activity": house.ACTIVITY, "ticket": "T-1", "recipient": "support"}
        shown = (await ask(door, "consent.preview", **asked))["preview"]
        await verbs[f"rights.{closing[0]}"](closing[1])
        said = await refusal(door, "consent.give", **asked, preview=shown)
        assert said == {"restrict": "restricted", "deregister": "deregistered"}[closing[0]]
        assert list(door.desk.standing.live()) == []
