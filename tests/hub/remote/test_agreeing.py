"""The shell's phone agrees at a real gate, by a real hub that carries both; and by one that lies."""

import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from hub.daemon.command_line import CommandFailed
from hub.daemon.phone.agreeing import Agreeing, Wanted, new_grant_key
from hub.daemon.phone.keys import PhoneKeys, read, write
from hub.remote.qr import Home
from privacy import jws
from privacy.decide import Permit, decide
from privacy.gate.answers import answers
from privacy.gate.answers.vouched import vouched
from privacy.gate.door.door import Door
from privacy.gate.phones import phone_answers, phone_front
from privacy.gate.phones.phone_front import Sheltered
from privacy.gate.phones.phones import Phones
from privacy.vocabulary import DataCategory
from tests.hub.home_in_a_box import running_home
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened

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

    async def __call__(self, question: Fields) -> Fields:
        answer = await self._ask(question)
        assert isinstance(answer, Mapping)
        if self.lies is not None:
            return {**answer, "content": str(answer["content"]).replace(*self.lies)}
        return answer


@contextlib.asynccontextmanager
async def agreeing(folder: Path) -> AsyncIterator[tuple[Agreeing, Door, Phones, Carrier]]:
    """An owner's phone in a session, and the gate behind its hub."""
    (folder / "gate").mkdir()
    (folder / "hub").mkdir()
    clock = ManualClock()
    async with opened(folder / "gate", clock=clock) as door, running_home(folder / "hub") as home:
        phones = Phones(door)
        carrier = Carrier(door, phones)
        home.front.handlers["front.ask"] = carrier
        shell = await paired(home)
        keys = PhoneKeys(
            hub_key=shell.hub_key,
            gate_key=phones.gate_key,
            private=shell.private,
            psk=shell.psk,
            ways=(Home(origin="http://127.0.0.1:8480"),),
            grant=new_grant_key(),
        )
        write(folder / "phone.json", keys)
        assert (folder / "phone.json").stat().st_mode & 0o777 == 0o600
        assert read(folder / "phone.json") == keys
        async with session(home, shell) as connection:
            phone = Agreeing(home=connection, keys=keys, clock=clock, random_bytes=os.urandom)
            yield phone, door, phones, carrier


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
