"""Slots of relays that a code leaves out: nobody was shown their passwords, so they are free again."""

from collections.abc import Mapping
from pathlib import Path

from hub.remote.pairing import MOST_OPEN
from privacy.conversation import Declined
from tests.hub.home_in_a_box import Home, running_home

from .phones import ask, asked, paired, session

RELAY = {"name": "relay", "host": "relay.example.org", "tls_port": 8883, "wss_port": 0}


async def slots(home: Home) -> tuple[object, object]:
    rows = (await ask(home, "relays.list"))["relays"]
    assert isinstance(rows, list)
    (row,) = rows
    return row["used"], row["burned"]


async def test_a_slot_that_no_code_showed_is_free_again_and_one_that_was_shown_is_burned(
    tmp_path: Path,
) -> None:
    async with running_home(tmp_path) as home:
        await ask(home, "relays.add", **RELAY)
        code = await ask(home, "phones.code")
        assert await slots(home) == ([0], [])
        await ask(home, "phones.left_out", pairing=code["pairing"], relays=["other"])
        assert await slots(home) == ([0], [])
        await ask(home, "phones.left_out", pairing=code["pairing"], relays=["relay"])
        assert await slots(home) == ([], [])
        shown = await ask(home, "phones.code")
        assert await slots(home) == ([0], [])
    # codes end with the run: what was shown is burned, what was not is as new
    async with running_home(tmp_path) as home:
        assert await slots(home) == ([], [0])
        assert shown["pairing"] != code["pairing"]


async def test_a_code_that_a_phone_draws_keeps_no_slot_of_a_relay_that_the_gate_leaves_out(
    tmp_path: Path,
) -> None:
    async with running_home(tmp_path) as home, session(home, await paired(home)) as owner:
        await ask(home, "relays.add", **RELAY)
        drawn = await asked(owner, "phones.code", {})
        assert drawn["ways"] == ["h,http://127.0.0.1:8480"]
        assert await slots(home) == ([], [])
        # the control: where the gate names the relay the slot stays on the code
        home.front.names_relays = True
        assert "r,relay.test," in str(await asked(owner, "phones.code", {}))
        assert await slots(home) == ([0], [])


async def test_a_code_that_the_gate_can_not_draw_takes_neither_slot_nor_place(tmp_path: Path) -> None:
    async with running_home(tmp_path) as home, session(home, await paired(home)) as owner:
        await ask(home, "relays.add", **RELAY)

        async def away(_: Mapping[str, object]) -> Mapping[str, object]:
            raise Declined("busy", "not now")

        draws, home.front.handlers["phone.ways"] = home.front.handlers["phone.ways"], away
        for _ in range(MOST_OPEN):
            assert (await asked(owner, "phones.code", {}))["code"] == "gate_away"
        assert await slots(home) == ([], [])
        # and with the gate all places are there
        home.front.handlers["phone.ways"] = draws
        for _ in range(MOST_OPEN):
            assert "secret" in await asked(owner, "phones.code", {})
        assert (await asked(owner, "phones.code", {}))["code"] == "too_many_codes"
