"""The shell's phone agrees at a real gate, by a real hub that carries both; and by one that lies."""

import contextlib
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from hub.daemon.command_line import CommandFailed
from hub.daemon.phone.agreeing import Agreeing, Wanted, new_grant_key
from hub.daemon.phone.keys import PhoneKeys, read, write
from hub.remote.noise import public_key
from hub.remote.qr import Home as AtHome
from privacy import jws
from privacy.decide import Permit, decide
from privacy.gate.answers import answers
from privacy.gate.answers.vouched import vouched
from privacy.gate.door.door import Door
from privacy.gate.phones import pairing_verbs, phone_answers, phone_front
from privacy.gate.phones.phone_front import Sheltered
from privacy.gate.phones.phones import Phones
from privacy.vocabulary import DataCategory
from tests.hub.home_in_a_box import Home, running_home
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.phone import Phone

from .phones import paired, session

WANTED = Wanted(activity=house.ACTIVITY, recipient="support", groups=("system",), ticket="T-123", days=2.0)
SHA = sha256(b"bundle").hexdigest()
Fields = Mapping[str, object]


class Carrier:
    """What the hub carries, and what a hub in foreign hands makes of it."""

    def __init__(self, door: Door, phones: Phones) -> None:
        own = {
            place: Sheltered(roles=answers.HOUSEHOLD, answer=vouched(endpoint, door.desk.seed))
            for place, endpoint in {**answers.table(door), **phone_answers.table(door, phones)}.items()
        }
        self._ask = phone_front.table(own)["front.ask"]
        self.lies: tuple[str, str] | None = None
        self.swaps: Callable[[str], str] = str  # what becomes of a signed statement on its way
        self.tells = True  # whose session it is

    async def __call__(self, question: Fields) -> Fields:
        body = json.loads(str(question["body"] or "{}"))
        if "jws" in body:
            question = {**question, "body": json.dumps({**body, "jws": self.swaps(body["jws"])})}
        answer = await self._ask(question if self.tells else {**question, "session_key": ""})
        assert isinstance(answer, Mapping)
        if self.lies is not None:
            return {**answer, "content": str(answer["content"]).replace(*self.lies)}
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A hub in a box, and the gate behind it."""

    home: Home
    door: Door
    phones: Phones
    carrier: Carrier
    clock: ManualClock
    folder: Path

    @contextlib.asynccontextmanager
    async def phone(self, name: str) -> AsyncIterator[Agreeing]:
        """A paired phone in a session; its file has that name."""
        shell = await paired(self.home)
        keys = PhoneKeys(
            hub_key=shell.hub_key,
            gate_key=self.phones.gate_key,
            private=shell.private,
            psk=shell.psk,
            ways=(AtHome(origin="http://127.0.0.1:8480"),),
            grant=new_grant_key(),
        )
        write(self.folder / name, keys)
        assert (self.folder / name).stat().st_mode & 0o777 == 0o600
        assert read(self.folder / name) == keys
        async with session(self.home, shell) as connection:
            yield Agreeing(home=connection, keys=keys, clock=self.clock, random_bytes=os.urandom)


@contextlib.asynccontextmanager
async def house_of(folder: Path) -> AsyncIterator[House]:
    """A running hub, and a gate that it carries questions to."""
    (folder / "gate").mkdir()
    (folder / "hub").mkdir()
    clock = ManualClock()
    async with opened(folder / "gate", clock=clock) as door, running_home(folder / "hub") as home:
        phones = Phones(door)
        carrier = Carrier(door, phones)
        home.front.handlers["front.ask"] = carrier
        yield House(home=home, door=door, phones=phones, carrier=carrier, clock=clock, folder=folder)


@contextlib.asynccontextmanager
async def agreeing(folder: Path) -> AsyncIterator[tuple[Agreeing, Door, Phones, Carrier]]:
    """An owner's phone in a session, and the gate behind its hub."""
    async with house_of(folder) as made, made.phone("phone.json") as phone:
        yield phone, made.door, made.phones, made.carrier


def permitted(door: Door) -> bool:
    """Whether the gate would let that pass now."""
    desk = door.desk
    request = house.request(
        groups=frozenset({"system"}), categories=frozenset({DataCategory.SYSTEM}), payload_sha256=SHA
    )
    verdict = decide(request, desk.register, desk.recipients, desk.standing, desk.time.instant())
    return isinstance(verdict, Permit)


async def test_a_phone_enrols_agrees_sees_what_holds_and_takes_it_back(tmp_path: Path) -> None:
    async with agreeing(tmp_path) as (phone, door, phones, _):
        # given nothing, nothing passes, and a key that is not enrolled changes nothing
        assert not permitted(door)
        with pytest.raises(CommandFailed, match="unknown_key"):
            await phone.grant(WANTED)
        assert not permitted(door)
        # when it shows that it read the code, and agrees
        assert (await phone.enrol(jws.unbase64url(phones.claim_secret())))["may_grant"]
        told = await phone.grant(WANTED)
        assert (told["activity"], told["recipient"], told["via"]) == (house.ACTIVITY, "support", "phone")
        # then that passes, and the gate's signed list has it
        assert permitted(door)
        (held,) = (await phone.standing())["grants"]
        assert held["mark"] == told["mark"]
        assert held["categories"] == ["system"]
        # and its end is at most two days on
        assert held["until"] <= "2026-03-03T12:00:00.000Z"
        # when it takes that back, nothing passes
        assert (await phone.withdraw(house.ACTIVITY))["grants"] == [told["number"]]
        assert not permitted(door)
        assert (await phone.standing())["grants"] == []


async def test_a_wrong_claim_and_a_wrong_name_are_refused_with_the_reason(tmp_path: Path) -> None:
    async with agreeing(tmp_path) as (phone, door, phones, _):
        phones.claim_secret()
        with pytest.raises(CommandFailed, match="claim_wrong"):
            await phone.enrol(bytes(16))
        await phone.enrol(jws.unbase64url(phones.claim_secret()))
        with pytest.raises(CommandFailed, match="allowed is"):
            await phone.grant(replace(WANTED, recipient="stranger"))
        with pytest.raises(CommandFailed, match="allowed is"):
            await phone.grant(replace(WANTED, activity="nothing"))
        assert not permitted(door)


LIES = {
    "another host": ("support.example.org", "evil.example.org"),
    "another kind": ('\\"kind\\":', '\\"kinds\\":'),
    "another signature": ('"signature":"', '"signature":"AA'),
}


@pytest.mark.parametrize("lies", LIES.values(), ids=LIES)
async def test_through_a_hub_that_lies_nothing_is_believed(tmp_path: Path, lies: tuple[str, str]) -> None:
    async with agreeing(tmp_path) as (phone, door, phones, carrier):
        await phone.enrol(jws.unbase64url(phones.claim_secret()))
        carrier.lies = lies
        with pytest.raises(CommandFailed, match="not confirmed"):
            await phone.grant(WANTED)
        assert not permitted(door)
        # the control: the same without the lie
        carrier.lies = None
        await phone.grant(WANTED)
        assert permitted(door)


# later phones


async def test_a_later_phone_is_named_by_the_words_that_it_shows(tmp_path: Path) -> None:
    async with house_of(tmp_path) as made, made.phone("owner") as owner, made.phone("later") as later:
        await owner.enrol(jws.unbase64url(made.phones.claim_secret()))
        # given a later phone that offers its key: that opens nothing, and nobody named it yet
        offered = await later.offer()
        assert (len(offered.words), offered.expires_in_s) == (6, 600)
        with pytest.raises(CommandFailed, match="unknown_key"):
            await later.grant(WANTED)
        assert await later.may_agree() is None
        assert not await later.named_within(0)
        # other words name nobody
        with pytest.raises(CommandFailed, match="no phone offers a key with these words"):
            await owner.name(offered.words[::-1], may_grant=True)
        assert len(made.phones.enrolled()) == 1
        # when an owner's phone names it by its words
        told = await owner.name(offered.words, may_grant=True)
        assert told["phone"] == public_key(later.keys.private)[:8].hex()
        # then it may agree
        assert await later.named_within(0)
        await later.grant(WANTED)
        assert permitted(made.door)


async def test_a_later_phone_that_may_take_back_agrees_to_nothing(tmp_path: Path) -> None:
    async with house_of(tmp_path) as made, made.phone("owner") as owner, made.phone("later") as later:
        await owner.enrol(jws.unbase64url(made.phones.claim_secret()))
        await owner.name((await later.offer()).words, may_grant=False)
        assert await later.may_agree() is False
        with pytest.raises(CommandFailed, match="key_may_not"):
            await later.grant(WANTED)
        with pytest.raises(CommandFailed, match="key_may_not"):  # nor names itself
            await later.name((await later.offer()).words, may_grant=True)


async def test_a_key_that_the_hub_offers_in_the_shells_place_is_not_confirmed(tmp_path: Path) -> None:
    async with house_of(tmp_path) as made, made.phone("owner") as owner, made.phone("later") as later:
        await owner.enrol(jws.unbase64url(made.phones.claim_secret()))
        mine = Phone(no_way, gate=made.phones.gate_key)

        def swap(text: str) -> str:
            said = json.loads(jws.unbase64url(text.split(".")[1]))
            return mine.sign({**said, **mine.both_keys})

        made.carrier.swaps, made.carrier.tells = swap, False
        with pytest.raises(CommandFailed, match="not confirmed"):
            await later.offer()
        made.carrier.swaps = str
        # the control: the gate holds the hub's key now, and only the words keep it out
        offered: Any = made.phones.offered()["offers"]
        assert [one["key"] for one in offered] == [mine.kid]
        words = mine.words(mine.point, mine.session_key, offered[0]["offer"])
        await owner.name(words, may_grant=True)
        assert mine.kid in {key.kid for key in made.phones.enrolled()}


@pytest.mark.parametrize("tells", [True, False])
async def test_a_phone_that_offers_another_session_key_would_outlive_its_removal(
    tmp_path: Path, *, tells: bool
) -> None:
    async with house_of(tmp_path) as made, made.phone("owner") as owner, made.phone("later") as later:
        await owner.enrol(jws.unbase64url(made.phones.claim_secret()))
        made.carrier.tells = tells
        other = replace(later, keys=replace(later.keys, private=os.urandom(32)))
        if tells:
            with pytest.raises(CommandFailed, match="bad_statement"):
                await other.offer()
            assert made.phones.offered()["offers"] == []
            return
        # the control: a hub that does not say whose session it is; when the phone is out, its key stays
        await owner.name((await other.offer()).words, may_grant=True)
        removed = pairing_verbs.hub_table(made.phones, lambda: (), {})["phone.removed"]
        assert await removed({"session_key": public_key(later.keys.private).hex()}) == {"key": "none"}
        assert len(made.phones.enrolled()) == 2


async def no_way(path: str, body: Mapping[str, object]) -> tuple[int, object]:
    raise AssertionError("a hub has no session of its own")
