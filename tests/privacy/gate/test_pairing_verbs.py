"""The console's word on pairing: the gate draws the code and passes on nothing that is not of its form."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from hub.remote.qr import Home, RelayWay, decode
from privacy import base64url, recipients
from privacy.conversation import ConversationLost, Declined, Handler
from privacy.gate.desk import packaged_register
from privacy.gate.phones import pairing_verbs, relay_verbs
from privacy.gate.phones.phones import Phones
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_phones import way_to
from tests.privacy.phone import Phone

ORIGIN = "http://127.0.0.1:8480"
ROW = {"name": "relay", "role": "own", "host": "relay.example.org", "country": "DE", "transport": "mqtts"}
RELAYS, _ = recipients.read([ROW | {"activities": ["remote.access"]}], packaged_register())
OFFERED = {"relay": "relay", "wss_port": 8884, "route": "44" * 16, "slot": 7, "password": "p" * 24}
ELSEWHERE = OFFERED | {"relay": "elsewhere", "route": "55" * 16}
MADE: Mapping[str, object] = {"hub_key": "11" * 32, "pairing": "22" * 8, "secret": "33" * 16}


def origins() -> tuple[str, ...]:
    return (ORIGIN,)


class Hub:
    """The hub's end of control.sock, honest or not. says: its answer; None: it is away."""

    def __init__(self, says: Mapping[str, object] | None) -> None:
        self.says = says
        self.asked: list[tuple[str, dict[str, object]]] = []

    async def ask(self, op: str, **fields: object) -> Mapping[str, object]:
        self.asked.append((op, fields))
        if self.says is None:
            raise ConversationLost("away")
        return self.says


async def text_of(verbs: Mapping[str, Handler]) -> str:
    answer = await verbs["phone.code"]({})
    assert isinstance(answer, Mapping)
    return str(answer["text"])


async def test_the_first_phones_code_holds_a_claim_that_enrols_and_later_ones_do_not(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones = Phones(door)
        verbs = pairing_verbs.table(phones, Hub(MADE).ask, origins, RELAYS)
        code = decode(await text_of(verbs))
        assert code.gate_key == phones.gate_key
        assert (code.hub_key, code.pairing, code.secret) == (b"\x11" * 32, b"\x22" * 8, b"\x33" * 16)
        assert code.ways == (Home(origin=ORIGIN),)
        claim = f"homebase:claim:1:{base64url.encode(code.gate_key)}:{base64url.encode(code.claim)}"
        assert (await Phone(way_to(door, phones)).enrol(claim))["done"]
        later = decode(await text_of(verbs))
        assert later.claim == b""


async def test_a_relays_host_is_the_one_that_the_owner_entered_and_no_other(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        # given a hub that offers a slot of that relay, and one of a relay that nobody entered
        offered = [OFFERED, ELSEWHERE]
        verbs = pairing_verbs.table(Phones(door), Hub({**MADE, "relays": offered}).ask, origins, RELAYS)
        code = decode(await text_of(verbs))
        relay = RelayWay(
            host="relay.example.org",
            tls_port=8883,
            wss_port=8884,
            route=b"\x44" * 16,
            slot=7,
            password="p" * 24,
        )
        assert code.ways == (Home(origin=ORIGIN), relay)


async def test_the_hub_is_told_which_relays_a_code_leaves_out_and_nothing_where_it_names_all(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as door:
        for offered, out in (([OFFERED, ELSEWHERE], ["elsewhere"]), ([OFFERED], None)):
            hub = Hub({**MADE, "relays": offered})
            verbs = pairing_verbs.table(Phones(door), hub.ask, origins, RELAYS)
            await text_of(verbs)
            told = [fields for op, fields in hub.asked if op == "phones.left_out"]
            assert told == ([] if out is None else [{"pairing": MADE["pairing"], "relays": out}])


async def test_a_home_served_in_its_network_is_found_there_too_and_four_ways_are_all(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        homes = (ORIGIN, "https://lumiko.local:8443")
        offered = [OFFERED | {"slot": slot} for slot in range(2)]
        hub = Hub({**MADE, "relays": offered})
        code = decode(await text_of(pairing_verbs.table(Phones(door), hub.ask, lambda: homes, RELAYS)))
        assert code.ways[:2] == tuple(Home(origin=origin) for origin in homes)
        assert [way.slot for way in code.ways[2:] if isinstance(way, RelayWay)] == [0, 1]


@pytest.mark.parametrize(
    "changed",
    [{"route": "44"}, {"slot": 16}, {"password": "p;r,evil.example.org"}, {"wss_port": 65_536}],
    ids=["route", "slot", "password", "port"],
)
async def test_a_hub_in_foreign_hands_writes_no_way_of_its_own(
    tmp_path: Path, changed: Mapping[str, object]
) -> None:
    async with opened(tmp_path) as door:
        hub = Hub({**MADE, "relays": [{**OFFERED, **changed}]})
        with pytest.raises(Declined, match="bad_question"):
            await pairing_verbs.table(Phones(door), hub.ask, origins, RELAYS)["phone.code"]({})


@pytest.mark.parametrize(
    "changed",
    [{"hub_key": "11" * 31}, {"pairing": "22:33"}, {"secret": None}, {"secret": "G" * 32}],
    ids=["short", "colon", "none", "letters"],
)
async def test_a_hub_in_foreign_hands_writes_nothing_into_a_code(
    tmp_path: Path, changed: Mapping[str, object]
) -> None:
    async with opened(tmp_path) as door:
        verbs = pairing_verbs.table(Phones(door), Hub({**MADE, **changed}).ask, origins, RELAYS)
        with pytest.raises(Declined, match="bad_question"):
            await verbs["phone.code"]({})
        assert not door.desk.claim.is_open


@pytest.mark.parametrize("question", [{}, {"phone": "11"}, {"phone": "G" * 16}, {"phone": 1}], ids=str)
async def test_what_is_not_of_its_form_is_not_asked(tmp_path: Path, question: Mapping[str, object]) -> None:
    async with opened(tmp_path) as door:
        hub = Hub({})
        with pytest.raises(Declined):
            await pairing_verbs.table(Phones(door), hub.ask, origins, RELAYS)["phone.remove"](question)
        assert hub.asked == []


async def test_a_phone_is_removed_at_the_gate_and_at_the_hub_by_one_name(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones, hub = Phones(door), Hub({"key": "none"})
        phone = Phone(way_to(door, phones))
        assert (await phone.enrol(phones.claim()))["done"]
        name = phone.session_key[:8].hex()
        answer = await pairing_verbs.table(phones, hub.ask, origins, RELAYS)["phone.remove"]({"phone": name})
        assert answer == {"key": True}
        assert phones.enrolled() == ()
        assert hub.asked == [("phones.remove", {"phone": name})]


async def test_a_hub_lets_a_phone_go_that_is_not_the_last_which_may_agree(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        phones = Phones(door)
        one, two = (Phone(way_to(door, phones)) for _ in range(2))
        for phone in (one, two):
            assert (await phone.enrol(phones.claim()))["done"]
        removed = pairing_verbs.hub_table(phones, origins, RELAYS)["phone.removed"]
        assert await removed({"session_key": one.session_key.hex()}) == {"key": "removed"}
        assert await removed({"session_key": one.session_key.hex()}) == {"key": "none"}
        assert await removed({"session_key": two.session_key.hex()}) == {"key": "kept"}
        assert [key.kid for key in phones.enrolled()] == [two.kid]


async def test_the_ways_that_a_paired_phone_draws_are_those_of_the_gate(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        ways = pairing_verbs.hub_table(Phones(door), origins, RELAYS)["phone.ways"]
        assert await ways({}) == {"ways": [f"h,{ORIGIN}"]}
        told = await ways({"relays": [OFFERED, OFFERED | {"relay": "elsewhere"}]})
        assert isinstance(told, dict)
        home, relay = told["ways"]
        assert home == f"h,{ORIGIN}"
        assert relay.startswith("r,relay.example.org,8883,8884,")


def test_three_relays_are_in_a_code_whichever_origins_the_home_has() -> None:
    there, here = "https://homebase-1.local:8443", "http://127.0.0.1:8080"
    relays = {name: replace(RELAYS["relay"], name=name) for name in ("one", "two", "three", "four")}
    offered = [
        relay_verbs.Offered(relay=name, wss_port=8884, route=f"{n:032x}", slot=n, password="A" * 24)
        for n, name in enumerate(relays)
    ]

    def ways(count: int, room: int = 1000) -> list[str]:
        return relay_verbs.ways((here, there), offered[:count], relays, room)

    # the origin of this machine makes room, that of the home's network does not
    assert [way[0] for way in ways(3)] == ["h", "r", "r", "r"]
    assert ways(3)[0] == f"h,{there}"
    # the control: with two relays both have room
    assert ways(2)[:2] == [f"h,{here}", f"h,{there}"]
    assert [way[0] for way in ways(2)[2:]] == ["r", "r"]
    # what has no room is named
    assert relay_verbs.left_out(offered, ";".join(ways(4))) == ["four"]
    assert relay_verbs.left_out(offered[:3], ";".join(ways(3, room=180))) == ["two", "three"]


async def test_a_hub_that_is_away_is_said_and_opens_no_claim(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        with pytest.raises(Declined, match="hub_away"):
            await pairing_verbs.table(Phones(door), Hub(None).ask, origins, RELAYS)["phone.code"]({})
        assert not door.desk.claim.is_open


async def test_claim_and_code_show_one_claim_for_ten_minutes_after_it_was_shown(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    async with opened(tmp_path, clock=clock) as door:
        phones = Phones(door)
        verbs = pairing_verbs.table(phones, Hub(MADE).ask, origins, RELAYS)

        async def shown() -> bytes:
            return decode(await text_of(verbs)).claim

        first = await shown()
        assert phones.claim().endswith(base64url.encode(first))
        clock.passed_s += 599.0
        assert await shown() == first
        clock.passed_s += 599.0
        text = phones.claim()
        assert text.endswith(base64url.encode(first))
        # whoever read the earlier code enrols by it
        assert (await Phone(way_to(door, phones)).enrol(text))["done"]
        # and a used one is shown no more, nor one that is over
        second = phones.claim()
        clock.passed_s += 600.0
        assert len({text, second, phones.claim()}) == 3
