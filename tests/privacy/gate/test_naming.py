"""Later phones' keys: offered, compared and named, through a hub that swaps, replays and invents."""

import contextlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from privacy import base64url, challenges, jws, keys, offers
from privacy.gate.door.door import Door
from privacy.gate.phones import pairing_verbs
from privacy.gate.phones.phones import Phones
from privacy.gate.storage.store import StoreError, Transaction
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_console_verbs import ask
from tests.privacy.gate.test_hostile_hub import between
from tests.privacy.gate.test_phones import kinds, no_hub, paired, way_to
from tests.privacy.phone import NotConfirmed, Phone, Refused


def later_than(owner: Phone) -> Phone:
    """A phone that is paired by a code which the owner's phone drew."""
    return Phone(owner.ask, gate=owner.gate)


def hub_verb(phones: Phones, session_key: bytes) -> Any:
    """An honest hub that removes a phone tells the gate."""
    verbs = pairing_verbs.hub_table(phones, lambda: ("http://127.0.0.1:1",), {})
    return verbs["phone.removed"]({"session_key": session_key.hex()})


def counts(door: Door, phone: Phone) -> bool:
    return door.desk.keys.get(phone.kid) is not None


async def test_a_later_phone_offers_its_key_and_agrees_once_an_owners_phone_named_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        owner = await paired(door, Phones(door))
        later = later_than(owner)
        # offering opens nothing
        shown = await later.offer()
        assert len(shown) == 6
        assert (await later.agree())["reason"] == "unknown_key"
        # when its words are the same on both
        done = await owner.name(shown)
        assert (done["key"], done["may_grant"]) == (later.kid, True)
        # then it may agree, by the gate's signed list too, and the offer is gone
        told = await later.believed("standing", "standing", {})
        assert {"key": later.kid, "may_grant": True} in told["keys"]
        _, sha = await later.preview()
        assert (await later.agree(payload=sha))["done"]
        assert await owner.offers() == {}
        entries = (await ask(door, "ledger.list"))["entries"]
        written = [entry["data"] for entry in entries if entry["kind"] == "key"]
        assert written[1] == {"key": later.kid, "action": "enrolled", "may_grant": True, "by": owner.kid}
    async with opened(tmp_path) as door:
        assert counts(door, later)


async def test_who_is_named_twice_counts_once_and_other_rights_need_another_offer(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        owner = await paired(door, Phones(door))
        later = later_than(owner)
        shown = await later.offer()
        (one,) = (await owner.offers()).values()
        first = await owner.name(shown)
        before = door.desk.keys.all(), await kinds(door)
        # when the answer was lost, and it is named anew
        again = owner.naming((await owner.challenge())["challenge"], one)
        assert await owner.state(again) == first
        assert (door.desk.keys.all(), await kinds(door)) == before
        # an offer that was used gives no other rights
        less = owner.naming((await owner.challenge())["challenge"], one, may_grant=False)
        assert (await owner.state(less))["reason"] == "no_offer"
        assert (await owner.name(await later.offer(), may_grant=False))["may_grant"] is False
        assert (await later.agree())["reason"] == "key_may_not"


# the hub swaps the key


async def swapped_on_its_way(door: Door, kind: type[Phone]) -> tuple[bool, bool]:
    """The hub offers a key of its own in the later phone's place; whether it counts, and the right one."""
    owner, hub, phones = await between(door)
    mine, honest = later_than(owner), way_to(door, phones)

    async def instead(path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        if path != "statements":
            return await hub.ask(path, body)
        sign = mine.stated("key-offer", (await mine.challenge())["challenge"], **mine.both_keys)
        return await honest(path, {**body, "jws": mine.sign(sign)})

    later = kind(instead, gate=owner.gate)
    await owner.name(await later.offer())
    return counts(door, mine), counts(door, later)


class Careless(Phone):
    """The control: it shows the words of whatever was offered in its place."""

    async def offer(self) -> tuple[str, ...]:
        asked = await self.challenge()
        await self.state(self.sign(self.stated("key-offer", asked["challenge"], **self.both_keys)))
        ((shown, _),) = (await self.offers()).items()
        return shown


async def test_a_key_that_the_hub_offers_in_a_phones_place_is_noticed_there(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        with pytest.raises(NotConfirmed, match="another key"):
            await swapped_on_its_way(door, Phone)
        assert len(door.desk.keys.all()) == 1


async def test_control_a_phone_that_shows_the_words_of_another_key_is_taken_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await swapped_on_its_way(door, Careless) == (True, False)


async def offered_beside(door: Door, choose: Callable[[Phone, tuple[str, ...]], Any]) -> bool:
    """The hub offers its key first, and keeps the later phone's own away; whether the hub's counts."""
    owner, _, _ = await between(door)
    mine = later_than(owner)
    await mine.offer()
    later = later_than(owner)
    shown = later.words(later.point, later.session_key, "A" * 22)  # the hub let it see no real offer
    with contextlib.suppress(NotConfirmed):
        await choose(owner, shown)
    return counts(door, mine)


async def name_the_only_one(owner: Phone, _: tuple[str, ...]) -> None:
    """The control: nobody compares."""
    (shown,) = await owner.offers()
    await owner.name(shown)


async def test_a_key_whose_words_nobody_shows_is_not_named(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert not await offered_beside(door, Phone.name)


async def test_control_who_names_without_comparing_names_the_hubs_key(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await offered_beside(door, name_the_only_one)


async def swapped_in_the_naming(door: Door) -> bool:
    """The hub puts its own offered key into the owner's signed statement; whether it counts."""
    owner, _, phones = await between(door)
    later, mine = later_than(owner), later_than(owner)
    shown = await later.offer()
    found = await owner.offers()
    text = owner.naming((await owner.challenge())["challenge"], found[shown])
    beside = await mine.offer()
    theirs = (await owner.offers())[beside]
    header, payload, signature = text.split(".")
    said = json.loads(jws.unbase64url(payload))
    said |= {name: theirs[name] for name in ("grant_key", "offer", "session_key")}
    changed = f"{header}.{mine.sign(said).split('.')[1]}.{signature}"
    await way_to(door, phones)("statements", {"nonce": "A" * 22, "jws": changed})
    return counts(door, mine)


async def test_a_key_that_the_hub_puts_into_the_naming_was_not_signed(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert not await swapped_in_the_naming(door)


async def test_control_without_the_signature_the_hubs_key_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jws, "is_signed_by", lambda statement, point: True)
    async with opened(tmp_path) as door:
        assert await swapped_in_the_naming(door)


# a key that somebody does not have


async def offers_anothers(door: Door) -> list[bool]:
    """A phone offers another's key, once under that key's id and once under its own; what is offered then."""
    owner, _, phones = await between(door)
    thief, victim = later_than(owner), later_than(owner)
    for kid in (victim.kid, thief.kid):
        said = thief.stated("key-offer", (await thief.challenge())["challenge"], **victim.both_keys)
        text = thief.sign(said, kid)
        await way_to(door, phones)("statements", {"nonce": "A" * 22, "jws": text})
    return [one["key"] == victim.kid for one in (await owner.offers()).values()]


async def test_nobody_offers_a_key_that_is_anothers(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await offers_anothers(door) == []


async def test_control_without_the_signature_anothers_key_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jws, "is_signed_by", lambda statement, point: True)
    async with opened(tmp_path) as door:
        assert await offers_anothers(door) == [True]


# words by trying


async def test_trying_draws_no_other_words_and_pushes_nobody_out(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        owner, _, _ = await between(door)
        later, mine = later_than(owner), later_than(owner)
        shown = await later.offer()
        # the same keys are the same offer, however often
        assert len({await mine.offer() for _ in range(20)}) == 1
        # other keys are eight at most, and the first stays
        for _ in range(offers.MOST - 2):
            await later_than(owner).offer()
        with pytest.raises(Refused, match="too_many_offers"):
            await later_than(owner).offer()
        assert (await owner.name(shown))["done"]
        # and after ten minutes there is room again
        clock.passed_s += offers.LIFE_S
        assert await owner.offers() == {}
        await later_than(owner).offer()


async def test_control_with_room_for_any_number_a_hub_draws_words_at_will(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "MOST", 1000)
    async with opened(tmp_path) as door:
        owner, _, _ = await between(door)
        assert len({await later_than(owner).offer() for _ in range(20)}) == 20


# replayed


async def replayed(door: Door) -> tuple[bool, int]:
    """Both statements are said again after the phone was removed; whether it counts, and what is offered."""
    owner, hub, phones = await between(door)
    later = later_than(owner)
    await owner.name(await later.offer())
    said = [body["jws"] for path, body, _ in hub.kept if path == "statements"]
    assert await phones.remove(later.kid)
    for text in said:
        await way_to(door, phones)("statements", {"nonce": "A" * 22, "jws": text})
    return counts(door, later), len(await owner.offers())


async def test_an_offer_and_a_naming_count_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await replayed(door) == (False, 0)


async def test_control_with_challenges_that_are_not_used_up_a_removed_phone_is_offered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(challenges.Challenges, "take", lambda self, nonce, at: self._open.get(nonce))
    async with opened(tmp_path) as door:
        # what keeps it out then is that the new offer is another than the one that was named
        assert await replayed(door) == (False, 1)


async def test_control_with_an_offer_that_is_the_same_again_it_counts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(challenges.Challenges, "take", lambda self, nonce, at: self._open.get(nonce))
    async with opened(tmp_path) as door:
        door.desk.offers = offers.Offers(bytes)
        assert await replayed(door) == (True, 0)


# without the right to


async def names_with(door: Door, *, may_grant: bool) -> bool:
    """A phone that was named with these rights names another; whether that one counts."""
    owner, _, _ = await between(door)
    guest, friend = later_than(owner), later_than(owner)
    await owner.name(await guest.offer(), may_grant=may_grant)
    done = await guest.name(await friend.offer())
    assert done["done"] or done["reason"] == "key_may_not"
    return counts(door, friend)


async def test_a_guests_key_names_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert not await names_with(door, may_grant=False)


async def test_control_an_owners_key_does(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await names_with(door, may_grant=True)


async def test_a_strangers_key_names_nobody_not_even_itself(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        owner, _, _ = await between(door)
        later = later_than(owner)
        assert (await later.name(await later.offer()))["reason"] == "unknown_key"
        assert not counts(door, later)


# removed


async def test_a_phone_that_was_removed_is_named_no_more(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        owner, _, phones = await between(door)
        later, other = later_than(owner), later_than(owner)
        shown, beside = await later.offer(), await other.offer()
        (one,) = [one for words, one in (await owner.offers()).items() if words == shown]
        assert await hub_verb(phones, later.session_key) == {"key": "none"}
        text = owner.naming((await owner.challenge())["challenge"], one)
        assert (await owner.state(text))["reason"] == "no_offer"
        # at the console too
        console = pairing_verbs.table(phones, no_hub, lambda: ("http://127.0.0.1:1",), {})
        with pytest.raises(Exception, match="hub_away"):
            await console["phone.remove"]({"phone": other.session_key[:8].hex()})
        assert beside not in await owner.offers()
        assert len(door.desk.keys.all()) == 1


async def removed_while_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str | None, bool]:
    """The hub says that a phone is out while its key is written down; the reason, and whether it counts."""
    async with opened(folder) as door:
        owner, _, phones = await between(door)
        later = later_than(owner)
        shown = await later.offer()
        keep, said = door.desk.store.write, list[Any]()

        async def slowly(job: Callable[[Transaction], Any], **how: Any) -> Any:
            done = await keep(job, **how)
            if not said:
                said.append(await hub_verb(phones, later.session_key))
            return done

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(door.desk.store, "write", slowly)
            done = await owner.name(shown)
        assert said == [{"key": "none"}]
    async with opened(folder) as door:
        return done.get("reason"), counts(door, later)


async def test_a_phone_that_is_removed_while_it_is_named_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await removed_while_named(tmp_path, monkeypatch) == ("no_offer", False)


async def test_control_without_the_second_look_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers.Offers, "settle", lambda self, offer: True)
    assert await removed_while_named(tmp_path, monkeypatch) == (None, True)


async def test_its_removal_takes_a_named_key_and_the_last_owners_goes_at_the_console_alone(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as door:
        owner, _, phones = await between(door)
        later = later_than(owner)
        await owner.name(await later.offer())
        assert await hub_verb(phones, owner.session_key) == {"key": "removed"}
        assert await hub_verb(phones, later.session_key) == {"key": "kept"}
        assert (await later.name(await later.offer(), may_grant=False))["reason"] == "last_key"
        asked = (await owner.challenge())["challenge"]
        assert (await owner.state(owner.sign(owner.stated("clock", asked))))["reason"] == "unknown_key"
        console = pairing_verbs.table(phones, no_hub, lambda: ("http://127.0.0.1:1",), {})
        with pytest.raises(Exception, match="hub_away"):
            await console["phone.remove"]({"phone": later.session_key[:8].hex()})
        assert door.desk.keys.all() == ()


# bad days


async def test_what_could_not_be_written_does_not_count_and_can_be_named_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path) as door:
        owner, _, _ = await between(door)
        later = later_than(owner)
        shown = await later.offer()

        async def full(*_: object, **__: object) -> None:
            raise StoreError("disk_full", "no space left")

        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(door.desk.store, "write", full)
            with pytest.raises(NotConfirmed):
                await owner.name(shown)
        assert not counts(door, later)
        assert (await owner.name(shown))["done"]


async def test_a_home_that_is_full_of_phones_names_no_more_and_the_offer_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        owner, _, _ = await between(door)
        later = later_than(owner)
        shown = await later.offer()
        (first,) = door.desk.keys.all()
        for number in range(keys.MOST - 1):
            fields = {name: getattr(first, name) for name in first.__dataclass_fields__}
            door.desk.keys.add(keys.PhoneKey(**{**fields, "kid": f"kid-{number}"}))
        assert (await owner.name(shown))["reason"] == "too_many_keys"
        assert shown in await owner.offers()


async def test_keys_that_are_none_and_a_session_key_that_was_swapped_are_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        owner, _, _ = await between(door)
        later = later_than(owner)
        none = later.both_keys | {"grant_key": base64url.encode(bytes(65))}
        said = later.stated("key-offer", (await later.challenge())["challenge"], **none)
        assert (await later.state(later.sign(said)))["reason"] == "bad_statement"
        shown = await later.offer()
        one = dict((await owner.offers())[shown]) | {"session_key": base64url.encode(bytes(32))}
        text = owner.naming((await owner.challenge())["challenge"], one)
        assert (await owner.state(text))["reason"] == "no_offer"
        assert (await owner.name(shown))["done"]  # which did not use it up
