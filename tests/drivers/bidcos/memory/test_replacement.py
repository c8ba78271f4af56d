"""A broken device's successor in a simulated home: rehearsed, written on all sides, undone."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.memory.registers import ListId, Peer
from drivers.bidcos.memory.replacement import Mark, read_mark, write_mark
from hub.contract import (
    AddPeering,
    CommandRefused,
    DeviceUnreachableError,
    ListPeerings,
    PutParamset,
    ReplaceDevice,
    Unpair,
    Written,
)

from ..home import Home, home

SWITCH, KEYS, REMOTE = "HM-LC-Sw1PBU-FM", "HM-RC-2-PBU-FM", "HM-RC-4-3"
OLD, NEW, WALL, HAND = 1, 2, 3, 4


async def _furnish(place: Home) -> None:
    """The old switch has a setting of its own and links with two remotes; then it breaks."""
    old = place.name(OLD).channel(1)
    for number in (WALL, HAND):
        await place.ask(AddPeering(sender=place.name(number).channel(1), receiver=old))
        place.device(number).teach_in()
        await place.wait(8.0)
    await place.ask(PutParamset(channel=old, paramset="MASTER", values={"STATUSINFO_MINDELAY": 5.0}))
    await place.ask(
        PutParamset(
            channel=old,
            paramset="LINK",
            peer=place.name(WALL).channel(1),
            values={"SHORT_ON_TIME": 120.0},
        )
    )
    place.device(OLD).misses = 1_000_000


def _peer(place: Home, number: int, channel: int = 1) -> bytes:
    return place.device(number).address + bytes((channel,))


def _query(place: Home, *, dry_run: bool = False, undo: bool = False) -> ReplaceDevice:
    return ReplaceDevice(old=place.name(OLD), new=place.name(NEW), dry_run=dry_run, undo=undo)


async def test_a_rehearsal_names_everything_and_writes_nothing() -> None:
    async with home(SWITCH, SWITCH, KEYS, REMOTE) as place:
        await _furnish(place)
        foreign = bytes.fromhex("2A3B4C05")
        place.device(OLD).misses = 0
        place.device(OLD).memory.add_peer(1, foreign)
        await place.ask(ListPeerings(device=place.name(OLD), refresh=True))
        sent = len(place.sent)

        done = await place.ask(_query(place, dry_run=True))

        assert len(place.sent) == sent
        assert done.written is Written.DRY_RUN
        assert done.parameters == 1
        new = place.name(NEW).channel(1)
        assert {link.receiver for link in done.peerings} == {new}
        assert {link.sender for link in done.peerings if not link.foreign} == {
            place.name(WALL).channel(1),
            place.name(HAND).channel(1),
        }
        assert [code for code in done.left_out if code.startswith("foreign_link")] == [
            f"foreign_link:{place.name(OLD).channel(1)} bidcos:2A3B4C:5"
        ]


async def test_the_successor_has_parameters_and_links_and_works_at_once() -> None:
    async with home(SWITCH, SWITCH, KEYS, REMOTE) as place:
        await _furnish(place)

        done = await place.ask(_query(place), 120.0)

        assert done.written is Written.PENDING  # for the remote in somebody's pocket
        place.device(HAND).teach_in()
        await place.wait(10.0)
        assert place.register(NEW, ListId(1, 1), 0x57) == 0x2A
        wall = Peer(place.device(WALL).address, 1)
        assert place.register(NEW, ListId(1, 3, wall), 0x08) == place.register(OLD, ListId(1, 3, wall), 0x08)
        for number in (WALL, HAND):
            peers = place.device(number).memory.peers[1]
            assert _peer(place, NEW) in peers
            assert _peer(place, OLD) not in peers
            assert _peer(place, number) in place.device(NEW).memory.peers[1]
        place.device(WALL).act("press@1")
        await place.wait(2.0)
        assert place.device(NEW).state()["on"] == [True]


async def test_the_old_device_takes_its_place_back_also_after_a_restart() -> None:
    with Home(SWITCH, SWITCH, KEYS, REMOTE) as place:
        place.world.power_on()
        async with place.running():
            await place.pair(OLD, NEW, WALL, HAND)
            await _furnish(place)
            await place.ask(_query(place), 120.0)
            place.device(HAND).teach_in()
            await place.wait(10.0)
        place.restart()
        async with place.running():
            done = await place.ask(_query(place, undo=True), 120.0)
            assert done.written is Written.PENDING
            place.device(HAND).teach_in()
            await place.wait(10.0)

            for number in (WALL, HAND):
                peers = place.device(number).memory.peers[1]
                assert _peer(place, OLD) in peers
                assert _peer(place, NEW) not in peers
            assert place.device(NEW).memory.peers[1] == []
            assert _peer(place, WALL) in place.device(OLD).memory.peers[1]
            with pytest.raises(CommandRefused, match="nothing_to_undo"):
                await place.ask(_query(place, undo=True))


async def test_a_broken_device_that_is_forgotten_takes_nothing_back() -> None:
    async with home(SWITCH, SWITCH, KEYS) as place:
        await place.ask(_query(place))
        assert [key for key in place.store.records if key.startswith("replaced/")]
        await place.wait_for(place.driver.execute(Unpair(device=place.name(OLD), forget_only=True)))
        assert not [key for key in place.store.records if key.startswith("replaced/")]


async def test_only_a_like_device_may_follow() -> None:
    async with home(SWITCH, "HM-CC-RT-DN") as place:
        with pytest.raises(CommandRefused) as refused:
            await place.ask(_query(place))
        assert (refused.value.code, refused.value.allowed) == ("not_alike", SWITCH)
        with pytest.raises(CommandRefused, match="same_device"):
            await place.ask(ReplaceDevice(old=place.name(OLD), new=place.name(OLD)))


@pytest.mark.parametrize(
    ("models", "firmware", "left"),
    [
        (("HM-LC-Sw1-SM", "HM-LC-Sw1-SM-ATmega168"), None, "no_such_parameter:{}:1 AES_ACTIVE"),
        (("HM-LC-Sw1-Pl-2", "HM-LC-Sw1-Pl-2"), 0x20, "not_in_firmware:{}:0 CONF_BUTTON_TIME"),
    ],
    ids=["another-model", "same-model"],
)
async def test_what_the_successor_does_not_know_is_laid_on_its_model_or_its_firmware(
    models: tuple[str, str], firmware: int | None, left: str
) -> None:
    async with home(*models) as place:
        if firmware is not None:  # taught in once more, it tells an older one
            new = place.device(NEW)
            new.blueprint = replace(new.blueprint, firmware=firmware)
            await place.pair_once(NEW)
            await place.until(lambda: place.description(NEW).firmware == "2.0")
            await place.wait(8.0)
        done = await place.ask(_query(place, dry_run=True))
        assert left.format(place.name(NEW)) in done.left_out
        assert {told.partition(":")[0] for told in done.left_out} == {left.partition(":")[0]}


async def test_a_successor_that_does_not_answer_is_told_and_a_neighbour_that_does_not_is_left_out() -> None:
    async with home(SWITCH, SWITCH, KEYS) as place:
        old = place.name(OLD).channel(1)
        await place.ask(AddPeering(sender=place.name(WALL).channel(1), receiver=old))
        await place.wait(3.0)
        place.device(NEW).misses = 1000
        with pytest.raises(DeviceUnreachableError):
            await place.ask(_query(place))

        place.device(NEW).misses = 0
        place.device(WALL).misses = 1000
        done = await place.ask(_query(place), 120.0)

        assert done.written is Written.VERIFIED
        assert [code.split(":")[0] for code in done.left_out] == ["not_written"] * len(done.left_out)
        assert any(str(place.name(WALL)) in code for code in done.left_out)
        assert _peer(place, WALL) in place.device(NEW).memory.peers[1]

        place.device(WALL).misses = 0  # it has power again: the same once more
        again = await place.ask(_query(place), 120.0)
        assert again.left_out == ()
        assert place.device(WALL).memory.peers[1].count(_peer(place, NEW)) == 1


_addresses = st.binary(min_size=3, max_size=3)


@given(
    moved=st.lists(
        st.tuples(_addresses, st.integers(0, 63), st.builds(Peer, _addresses, st.integers(0, 255))),
        max_size=6,
    )
)
def test_a_mark_says_what_was_written(moved: list[tuple[bytes, int, Peer]]) -> None:
    mark = Mark(links=moved, earlier={0: {"LOGGING": True}, 1: {"STATUSINFO_MINDELAY": 2.5}})
    assert read_mark(write_mark(mark)) == mark


def test_a_mark_of_the_version_before_has_links_alone() -> None:
    old = b'\x01[["1fb74a", 1, "1fb74b02"]]'
    assert read_mark(old) == Mark(links=[(b"\x1f\xb7\x4a", 1, Peer.parse("1fb74b02"))])


async def test_the_successor_gets_back_what_it_held_before_also_after_a_second_attempt_and_a_restart() -> (
    None
):
    with Home(SWITCH, SWITCH) as place:
        place.world.power_on()
        old, new = place.name(OLD).channel(1), place.name(NEW).channel(1)
        async with place.running():
            await place.pair(OLD, NEW)
            for channel, seconds in ((old, 5.0), (new, 3.0)):
                put = PutParamset(channel=channel, paramset="MASTER", values={"STATUSINFO_MINDELAY": seconds})
                await place.ask(put)
            mine = place.register(NEW, ListId(1, 1), 0x57)
            await place.ask(_query(place))
            assert place.register(NEW, ListId(1, 1), 0x57) == place.register(OLD, ListId(1, 1), 0x57) != mine
            await place.ask(_query(place))  # once more: what it holds now is not what it held before
        place.restart()
        async with place.running():
            assert (await place.ask(_query(place, dry_run=True, undo=True))).parameters == 1
            done = await place.ask(_query(place, undo=True))
            assert (done.written, done.parameters, done.left_out) == (Written.VERIFIED, 1, ())
            assert place.register(NEW, ListId(1, 1), 0x57) == mine
