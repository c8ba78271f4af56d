"""A hub that lies between phone and gate: noticed or without effect; each attack works with its guard off.

The hub carries every question and answer; it keeps, changes, swallows, repeats and invents them as it likes.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy import base64url, canonical, challenges, jws, keys, recipients
from privacy.gate.control import control_verbs
from privacy.gate.door.door import Door
from privacy.gate.phones import phone_verbs
from privacy.gate.phones.phones import Phones
from privacy.payload import timestamp
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_phones import paired, way_to
from tests.privacy.phone import Ask, NotConfirmed, Phone, Red

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class Credulous(Phone):
    """The control: it believes whatever comes back, signed or not, to whichever question."""

    async def believed(
        self, path: str, kind: str, body: Mapping[str, Any], mine: str | None = None
    ) -> Mapping[str, Any]:
        _, content = await self.ask(path, {"nonce": mine or "A" * 22, **body})
        if "signed" not in content:
            return dict(content)
        told = canonical.decode(content["signed"]["text"].encode())
        assert isinstance(told, dict)
        return dict(told["body"])


class Hub:
    """Passes everything on, and keeps it. lie: what it answers in the gate's place, by path."""

    def __init__(self, honest: Ask) -> None:
        self._honest = honest
        self.kept: list[tuple[str, Mapping[str, Any], tuple[int, Any]]] = []
        self.lie: dict[str, tuple[int, Any]] = {}
        self.swallows: set[str] = set()  # questions that never reach the gate

    async def ask(self, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        if path in self.lie:
            if path not in self.swallows:
                await self._honest(path, body)
            return self.lie[path]
        answer = await self._honest(path, body)
        self.kept.append((path, body, answer))
        return answer

    def last(self, path: str) -> tuple[Mapping[str, Any], tuple[int, Any]]:
        return next((body, answer) for at, body, answer in reversed(self.kept) if at == path)


async def between(door: Door, kind: type[Phone] = Phone) -> tuple[Phone, Hub, Phones]:
    """A phone that was paired honestly, and the hub that it has to go through from now on."""
    phones = Phones(door)
    hub = Hub(way_to(door, phones))
    phone = kind(hub.ask)
    await phone.enrol(phones.claim())
    return phone, hub, phones


async def statement_in_hand(phone: Phone) -> str:
    """A signed yes that the hub has seen and not passed on."""
    _, sha = await phone.preview()
    asked = await phone.challenge()
    return phone.sign(phone.yes(asked["challenge"], payload=sha))


def living(door: Door) -> int:
    return len(list(door.desk.standing.live()))


# hoarded


async def hoarded(door: Door, clock: ManualClock) -> int:
    phone, _, phones = await between(door)
    text = await statement_in_hand(phone)
    clock.passed_s += 601
    await way_to(door, phones)("statements", {"nonce": "A" * 22, "jws": text})
    return living(door)


async def test_a_hoarded_yes_is_too_old_after_ten_minutes(tmp_path: Path) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        assert await hoarded(door, clock) == 0


async def test_control_without_the_challenges_life_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(challenges, "LIFE_S", 1e9)
    clock = ManualClock()
    async with opened(tmp_path, clock) as door:
        assert await hoarded(door, clock) == 1


async def hoarded_over_a_withdrawal(door: Door) -> int:
    phone, _, phones = await between(door)
    text = await statement_in_hand(phone)
    await phone.withdraw()
    await phone.preview()  # the same bytes are shown once more
    await way_to(door, phones)("statements", {"nonce": "A" * 22, "jws": text})
    return living(door)


async def test_a_yes_from_before_a_withdrawal_opens_nothing_after_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await hoarded_over_a_withdrawal(door) == 0


async def test_control_without_voided_challenges_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(challenges.Challenges, "void", lambda self: None)
    async with opened(tmp_path) as door:
        assert await hoarded_over_a_withdrawal(door) == 1


# swapped


def swapped(text: str, **members: Any) -> str:
    header, payload, signature = text.split(".")
    changed = json.loads(jws.unbase64url(payload)) | members
    return f"{header}.{base64url.encode(canonical.encode(changed))}.{signature}"


async def swap(door: Door, **members: Any) -> Any:
    phone, _, phones = await between(door)
    text = swapped(await statement_in_hand(phone), **members)
    _, content = await way_to(door, phones)("statements", {"nonce": "A" * 22, "jws": text})
    return content.get("code")


async def test_a_yes_with_another_addressee_is_not_the_one_that_was_signed(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await swap(door, addressee="attacker@support.example.org") == "bad_signature"
        assert living(door) == 0


async def test_control_without_the_signature_the_attackers_addressee_is_agreed_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jws, "is_signed_by", lambda statement, point: True)
    (tmp_path / "one").mkdir()
    async with opened(tmp_path / "one") as door:  # behind the signature stands the key in homebase.toml
        assert await swap(door, addressee="attacker@support.example.org") == "addressee_not_declared"
    monkeypatch.setattr(recipients.Recipient, "addressee_of", lambda recipient, activity: None)
    async with opened(tmp_path) as door:
        assert await swap(door, addressee="attacker@support.example.org") is None
        (grant,) = door.desk.standing.live()
        assert grant.addressee == "attacker@support.example.org"


# replayed


def twin(text: str) -> str:
    """The same statement under another signature that is right too."""
    signature = jws.unbase64url(text.rpartition(".")[2])
    s = ORDER - int.from_bytes(signature[32:])
    return f"{text.rpartition('.')[0]}.{base64url.encode(signature[:32] + s.to_bytes(32))}"


async def replay(door: Door) -> int:
    """Replay a yes for three days, in its own bytes and in others, after its consent ended."""

    phone, hub, phones = await between(door)
    await phone.agree(form="until", payload=None, until=timestamp(house.START + timedelta(days=3)))
    text = hub.last("statements")[0]["jws"]
    assert living(door) == 1
    door.desk.standing.withdraw(lambda _: True)  # as after its end: nothing voids the challenge here
    for again in (text, twin(text)):
        await way_to(door, phones)("statements", {"nonce": "A" * 22, "jws": again})
    return living(door)


async def test_a_yes_counts_once_whatever_its_signature_looks_like(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await replay(door) == 0


async def test_control_with_challenges_that_are_not_used_up_it_counts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(challenges.Challenges, "take", lambda self, nonce, at: self._open.get(nonce))
    async with opened(tmp_path) as door:
        assert await replay(door) == 1


# swallowed


async def swallow(door: Door, kind: type[Phone], *, old_answer: bool) -> Mapping[str, Any]:
    phone, hub, _ = await between(door, kind)
    _, sha = await phone.preview()
    await phone.agree(payload=sha)
    invented = {"activity": house.ACTIVITY, "grants": [1], "cut": 0, "recorded": True, "entry": 9}
    if old_answer:  # one that the gate did sign, when the phone took back something else before
        await phone.withdraw("training")
        hub.lie["withdrawals"] = hub.last("withdrawals")[1]
    else:
        hub.lie["withdrawals"] = (200, invented)
    hub.swallows.add("withdrawals")
    return await phone.withdraw()


@pytest.mark.parametrize("old_answer", [False, True])
async def test_a_swallowed_withdrawal_is_not_confirmed(tmp_path: Path, *, old_answer: bool) -> None:
    async with opened(tmp_path) as door:
        with pytest.raises(NotConfirmed):
            await swallow(door, Phone, old_answer=old_answer)
        assert living(door) == 1


@pytest.mark.parametrize("old_answer", [False, True])
async def test_control_a_phone_that_checks_no_signature_believes_it(
    tmp_path: Path, *, old_answer: bool
) -> None:
    async with opened(tmp_path) as door:
        assert (await swallow(door, Credulous, old_answer=old_answer))["recorded"]
        assert living(door) == 1, "the phone thinks that it is withdrawn"


async def test_a_refusal_can_not_be_invented_for_a_yes_that_was_taken(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone, hub, _ = await between(door)
        text = await statement_in_hand(phone)
        hub.lie["statements"] = (409, {"code": "no_preview", "status": 409})
        with pytest.raises(NotConfirmed):
            await phone.state(text)


# frozen


async def freeze(door: Door, kind: type[Phone]) -> None:
    phone, hub, _ = await between(door, kind)
    await phone.look()
    hub.lie["checkpoints"] = hub.last("checkpoints")[1]
    await door.withdrawing.withdraw("training")
    await phone.look()


async def test_a_frozen_checkpoint_is_the_answer_to_another_question(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        with pytest.raises(NotConfirmed):
            await freeze(door, Phone)


async def test_control_a_phone_that_checks_no_nonce_sees_a_ledger_that_stands_still(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        await freeze(door, Credulous)


async def rewritten(folder: Path, *, remembers: bool) -> bool:
    """Somebody with the gate's key puts an older ledger in place and goes on; whether the phone turns red."""
    async with opened(folder) as door:
        phone, _, _ = await between(door)
        await door.desk.checkpoint()
    old = (folder / "gate.db").read_bytes()
    async with opened(folder) as door:
        await door.withdrawing.withdraw("training")
        await way(door, phone)
    for path in (*folder.glob("gate.db*"), folder / "head"):
        path.unlink()
    (folder / "gate.db").write_bytes(old)
    async with opened(folder) as door:
        for _ in range(5):
            await door.withdrawing.withdraw("advertising")
        phone.seen = phone.seen if remembers else None
        try:
            await way(door, phone)
        except Red:
            return True
    return False


async def way(door: Door, phone: Phone) -> None:
    phone.ask = way_to(door, Phones(door))
    await phone.look()


async def test_a_ledger_that_was_rolled_back_turns_the_phone_red(tmp_path: Path) -> None:
    assert await rewritten(tmp_path, remembers=True)


async def test_control_a_phone_that_remembers_no_checkpoint_notices_nothing(tmp_path: Path) -> None:
    assert not await rewritten(tmp_path, remembers=False)


# swapped previews

HARMLESS = '{"groups":{"system":{}},"ticket":"T-123"}'


class Shown(Credulous):
    """The control: it shows the hub's text and signs the hub's hash."""

    async def preview(self, **changes: Any) -> tuple[str, str]:
        asked = {"activity": house.ACTIVITY, "groups": ["system"], "ticket": "T-123", **changes}
        _, content = await self.ask("previews", {"nonce": "A" * 22, **asked})
        return content["text"], content["sha256"]


async def swap_preview(door: Door, kind: type[Phone]) -> str:
    phone, hub, _ = await between(door, kind)
    status, real = await way_to(door, Phones(door))(
        "previews",
        {"nonce": "A" * 22, "activity": house.ACTIVITY, "groups": ["system"], "ticket": "T-123"},
    )
    hub.lie["previews"] = (status, real | {"text": HARMLESS})
    text, sha = await phone.preview()
    await phone.agree(payload=sha)
    return text


async def test_a_swapped_preview_is_not_shown(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        with pytest.raises(NotConfirmed):
            await swap_preview(door, Phone)
        assert living(door) == 0


async def test_control_a_phone_that_signs_the_hubs_hash_agrees_to_what_it_did_not_see(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await swap_preview(door, Shown) == HARMLESS
        (grant,) = door.desk.standing.live()
        assert grant.payload_sha256 != hashlib.sha256(HARMLESS.encode()).hexdigest()


async def test_the_hash_of_a_text_that_the_gate_did_not_make_opens_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phone, _, _ = await between(door)
        sha = hashlib.sha256(HARMLESS.encode()).hexdigest()
        assert (await phone.agree(payload=sha))["reason"] == "no_preview"


# keys


async def enrol_without_the_code(door: Door) -> int:
    phones = Phones(door)
    honest = way_to(door, phones)
    phones.claim()  # the owner has a QR code on screen; the hub does not see it
    hubs = Phone(honest)
    await hubs.enrol(f"homebase:claim:1:{base64url.encode(door.desk.public_key)}:{'A' * 22}")
    return len(door.desk.keys.all())


async def test_a_hub_enrols_no_key_of_its_own(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert await enrol_without_the_code(door) == 0
        assert not {name for name in control_verbs.table(door) if name in phone_verbs.table(Phones(door))}


async def test_control_without_the_claims_check_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys.Claim, "accept", lambda *_: True)
    async with opened(tmp_path) as door:
        assert await enrol_without_the_code(door) == 1


async def test_another_gate_behind_the_hub_is_not_the_one_of_the_code(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    async with opened(tmp_path) as door, opened(tmp_path / "other") as other:
        phone = await paired(door, Phones(door))
        phone.ask = way_to(other, Phones(other))
        with pytest.raises(NotConfirmed):
            await phone.challenge()
