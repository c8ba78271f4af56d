"""Paramsets of simulated devices: read, changed, read back; and what waits for a sleeper."""

import asyncio
from collections.abc import Mapping
from dataclasses import fields, replace

import pytest

from drivers.bidcos.codec.frames import Frame, encode_frame
from drivers.bidcos.memory.registers import ListId
from drivers.simulator.devices.memory import Memory
from hub.contract import (
    CommandRefused,
    ConfigurationChanged,
    ConfigurationState,
    DeviceUnreachableError,
    GetParamset,
    PutParamset,
    Written,
)

from ..home import Home, home

PLUG = CONTACT = REMOTE = 1  # the one device of each home
PLUG_MODEL, CONTACT_MODEL, REMOTE_MODEL = "HM-LC-Sw1-Pl-2", "HM-Sec-SCo", "HM-RC-4-3"


class WornMemory(Memory):
    """Of a device that does not keep one of its registers."""

    def write(self, target: object, registers: Mapping[int, int]) -> None:
        kept = {register: byte for register, byte in registers.items() if register != 0x57}
        super().write(target, kept)  # type: ignore[arg-type]


def _states(place: Home) -> list[tuple[str, ConfigurationState, str]]:
    return [
        (event.what, event.state, event.reason)
        for event in place.events
        if isinstance(event, ConfigurationChanged)
    ]


async def test_what_a_device_remembers_is_known_after_the_teach_in_without_asking() -> None:
    async with home(PLUG_MODEL) as place:
        sent = place.sent
        paramset = await place.ask(GetParamset(channel=place.name(PLUG).channel(1), paramset="MASTER"))

        assert place.sent == sent
        assert paramset.read_at is not None
        assert set(paramset.values) <= set(paramset.descriptions)
        assert paramset.pending == {}


async def test_a_parameter_is_written_and_read_back_and_its_neighbours_stay() -> None:
    async with home(PLUG_MODEL) as place:
        channel = place.name(PLUG).channel(1)
        before = await place.ask(GetParamset(channel=channel, paramset="MASTER"))
        assert before.values["STATUSINFO_MINDELAY"] == 2.0

        change = await place.ask(
            PutParamset(channel=channel, paramset="MASTER", values={"STATUSINFO_MINDELAY": 5.0})
        )

        assert change.written is Written.VERIFIED
        assert [(each.name, each.old, each.new) for each in change.changes] == [
            ("STATUSINFO_MINDELAY", 2.0, 5.0)
        ]
        assert place.register(PLUG, ListId(1, 1), 0x57) == 0x2A  # the random part was 1 and is
        after = await place.ask(GetParamset(channel=channel, paramset="MASTER"))
        assert after.values == {**before.values, "STATUSINFO_MINDELAY": 5.0}
        assert _states(place) == [("MASTER", ConfigurationState.VERIFIED, "")]


async def test_a_value_out_of_range_is_refused_with_parameter_value_and_range() -> None:
    async with home(PLUG_MODEL) as place:
        channel, sent = place.name(PLUG).channel(1), place.sent[:]

        with pytest.raises(CommandRefused) as refused:
            await place.ask(
                PutParamset(channel=channel, paramset="MASTER", values={"STATUSINFO_MINDELAY": 99.0})
            )
        with pytest.raises(CommandRefused) as unknown:
            await place.ask(PutParamset(channel=channel, paramset="MASTER", values={"COLOUR": 1}))

        assert (refused.value.code, refused.value.field) == ("out_of_range", "STATUSINFO_MINDELAY")
        assert (refused.value.value, refused.value.allowed) == (99.0, "0.5 … 15.5 s, NOT_USED (0)")
        assert (unknown.value.code, unknown.value.field) == ("unknown_parameter", "COLOUR")
        assert unknown.value.value == "COLOUR"
        assert "STATUSINFO_MINDELAY" in unknown.value.allowed
        assert place.sent == sent


async def test_only_what_differs_is_written_and_a_rehearsal_writes_nothing() -> None:
    async with home(PLUG_MODEL) as place:
        channel, sent = place.name(PLUG).channel(1), len(place.sent)

        same = await place.ask(
            PutParamset(channel=channel, paramset="MASTER", values={"STATUSINFO_MINDELAY": 2.0})
        )
        rehearsal = await place.ask(
            PutParamset(channel=channel, paramset="MASTER", values={"STATUSINFO_MINDELAY": 3.0}, dry_run=True)
        )

        assert (same.written, same.changes) == (Written.UNCHANGED, ())
        assert rehearsal.written is Written.DRY_RUN
        assert [(each.old, each.new) for each in rehearsal.changes] == [(2.0, 3.0)]
        assert len(place.sent) == sent


async def test_a_device_that_does_not_keep_what_was_written_is_found_out() -> None:
    async with home(PLUG_MODEL) as place:
        plug = place.device(PLUG)
        plug.memory = WornMemory(**{each.name: getattr(plug.memory, each.name) for each in fields(Memory)})

        with pytest.raises(CommandRefused) as refused:
            await place.ask(
                PutParamset(
                    channel=place.name(PLUG).channel(1),
                    paramset="MASTER",
                    values={"STATUSINFO_MINDELAY": 5.0},
                )
            )

        assert (refused.value.code, refused.value.value, refused.value.allowed) == ("not_kept", "24", "2A")
        assert _states(place) == [("MASTER", ConfigurationState.FAILED, "not_kept")]


async def test_a_silent_device_leaves_a_named_state_and_the_write_can_be_repeated() -> None:
    async with home(PLUG_MODEL) as place:
        put = PutParamset(
            channel=place.name(PLUG).channel(1), paramset="MASTER", values={"STATUSINFO_MINDELAY": 5.0}
        )
        place.device(PLUG).misses = 1000

        with pytest.raises(DeviceUnreachableError):
            await place.ask(put)
        assert _states(place) == [("MASTER", ConfigurationState.FAILED, "silent")]
        assert not [key for key in place.store.records if key.startswith("wishes/")]

        place.device(PLUG).misses = 0
        assert (await place.ask(put)).written is Written.VERIFIED
        assert place.register(PLUG, ListId(1, 1), 0x57) == 0x2A


async def test_a_remote_takes_its_setting_when_its_button_is_pressed_and_until_then_it_waits() -> None:
    async with home(REMOTE_MODEL) as place:
        await place.wait(30.0)
        channel = place.name(REMOTE).channel(1)

        change = await place.ask(
            PutParamset(channel=channel, paramset="MASTER", values={"LONG_PRESS_TIME": 0.8})
        )

        assert change.written is Written.PENDING
        waiting = await place.ask(GetParamset(channel=channel, paramset="MASTER"))
        assert waiting.pending == {"LONG_PRESS_TIME": 0.8}
        assert waiting.values["LONG_PRESS_TIME"] == 0.4

        place.device(REMOTE).teach_in()
        await place.wait(5.0)

        done = await place.ask(GetParamset(channel=channel, paramset="MASTER"))
        assert (done.values["LONG_PRESS_TIME"], done.pending) == (0.8, {})
        assert _states(place) == [
            ("MASTER", ConfigurationState.PENDING, ""),
            ("MASTER", ConfigurationState.VERIFIED, ""),
        ]


async def test_a_newer_write_takes_the_place_of_one_that_waits_and_leaves_the_rest_of_it() -> None:
    async with home(REMOTE_MODEL) as place:
        await place.wait(30.0)
        channel = place.name(REMOTE).channel(1)
        for values in ({"LONG_PRESS_TIME": 0.8}, {"DBL_PRESS_TIME": 0.5}, {"LONG_PRESS_TIME": 0.4}):
            await place.ask(PutParamset(channel=channel, paramset="MASTER", values=values))
        sent = len(place.sent)

        place.device(REMOTE).teach_in()
        await place.wait(5.0)

        done = await place.ask(GetParamset(channel=channel, paramset="MASTER"))
        assert (done.values["LONG_PRESS_TIME"], done.values["DBL_PRESS_TIME"]) == (0.4, 0.5)
        written = [line for line in place.sent[sent:] if b"0108" in line]
        assert [line[-4:] for line in written] == [b"0905"]


async def test_waiting_settings_survive_a_restart_of_the_hub() -> None:
    with Home(CONTACT_MODEL) as place:
        place.world.power_on()
        async with place.running():
            await place.pair(CONTACT)
            await place.wait(30.0)
            put = PutParamset(
                channel=place.name(CONTACT).channel(1), paramset="MASTER", values={"EVENT_DELAYTIME": 5.0}
            )
            assert (await place.ask(put)).written is Written.PENDING
        place.restart()

        async with place.running():
            await place.wait(2.0)
            assert _states(place)[-2:] == [("MASTER", ConfigurationState.PENDING, "")] * 2  # said anew
            get = GetParamset(channel=place.name(CONTACT).channel(1), paramset="MASTER")
            assert (await place.ask(get)).pending == {"EVENT_DELAYTIME": 5.0}
            place.device(CONTACT).act("open")
            await place.wait(5.0)

            paramset = await place.ask(get)
            assert (paramset.values["EVENT_DELAYTIME"], paramset.pending) == (5.0, {})
            assert _states(place)[-1] == ("MASTER", ConfigurationState.VERIFIED, "")


async def test_a_bad_air_changes_nothing_but_the_time_it_takes() -> None:
    async with home(PLUG_MODEL, loss=0.2) as place:
        channel = place.name(PLUG).channel(1)
        for seconds in (5.0, 3.0, 7.0):
            put = PutParamset(channel=channel, paramset="MASTER", values={"STATUSINFO_MINDELAY": seconds})
            written = None
            for _ in range(4):
                try:
                    written = (await place.ask(put)).written
                except DeviceUnreachableError:
                    continue
                break
            assert written in {Written.VERIFIED, Written.UNCHANGED}  # when only the answer was lost
            assert place.register(PLUG, ListId(1, 1), 0x57) == 0x20 | round(seconds * 2)


async def test_what_somebody_else_changes_at_the_device_is_known_at_once() -> None:
    async with home(PLUG_MODEL) as place:
        plug = place.device(PLUG)
        told = Frame(
            counter=0x77,
            flags=0xA4,
            kind=0x10,
            sender=plug.address,
            receiver=plug.memory.central,
            payload=bytes.fromhex("0401000000000157260000"),
        )
        plug.transmit(encode_frame(told))
        await place.wait(1.0)

        get = GetParamset(channel=place.name(PLUG).channel(1), paramset="MASTER")
        assert (await place.ask(get)).values["STATUSINFO_MINDELAY"] == 3.0


async def test_who_asks_what_a_sleeper_was_asked_before_is_not_kept_waiting() -> None:
    async with home(REMOTE_MODEL) as place:
        place.driver._services.registers.forget(place.device(REMOTE).address)
        await place.wait(30.0)
        get = GetParamset(channel=place.name(REMOTE).channel(1), paramset="MASTER")

        first = await place.ask(get, 5.0)
        second = await place.ask(get, 5.0)  # the question waits for the remote's button

        assert (first.read_at, second.read_at) == (None, None)
        assert second.values["LONG_PRESS_TIME"] == 0.4  # as the device leaves the factory
        assert (first.reading, second.reading) == (True, True)  # and so it is said
        assert first.told_at["LONG_PRESS_TIME"] is None
        place.device(REMOTE).teach_in()
        await place.wait(5.0)
        told = await place.ask(get)
        assert told.read_at is not None
        assert (told.reading, told.told_at["LONG_PRESS_TIME"]) == (False, told.read_at)


async def test_who_reads_a_sleeper_anew_is_told_how_old_the_values_are_and_that_it_is_read_later() -> None:
    async with home(REMOTE_MODEL) as place:
        await place.wait(30.0)
        get = GetParamset(channel=place.name(REMOTE).channel(1), paramset="MASTER", refresh=True)
        before = await place.ask(replace(get, refresh=False))
        assert not before.reading
        told = await place.ask(get, 5.0)
        assert (told.reading, told.values) == (True, before.values)
        assert told.told_at["LONG_PRESS_TIME"] == before.told_at["LONG_PRESS_TIME"] is not None
        place.device(REMOTE).teach_in()
        await place.wait(5.0)
        after = await place.ask(replace(get, refresh=False))
        assert not after.reading
        later, earlier = after.told_at["LONG_PRESS_TIME"], told.told_at["LONG_PRESS_TIME"]
        assert later is not None
        assert earlier is not None
        assert later > earlier


@pytest.mark.parametrize("frames", range(1, 8))
async def test_a_hub_that_is_killed_after_any_frame_of_a_write_ends_it_after_its_restart(frames: int) -> None:
    with Home(PLUG_MODEL) as place:
        place.world.power_on()
        async with place.running():
            await place.pair(PLUG)
            put = PutParamset(
                channel=place.name(PLUG).channel(1),
                paramset="MASTER",
                values={"STATUSINFO_MINDELAY": 5.0, "STATUSINFO_RANDOM": 3.0},
            )
            sent = len(place.sent)
            task = asyncio.ensure_future(place.driver.ask(put))
            await place.until(lambda: len(place.sent) >= sent + frames or task.done(), 10.0)
            task.cancel()  # whoever asked is gone with the hub
        place.restart()

        async with place.running():
            await place.wait(10.0)

            assert place.register(PLUG, ListId(1, 1), 0x57) == 0x6A
            get = GetParamset(channel=place.name(PLUG).channel(1), paramset="MASTER")
            told = await place.ask(get)
            assert (told.values["STATUSINFO_MINDELAY"], told.pending) == (5.0, {})
            assert not [key for key in place.store.records if key.startswith("wishes/")]


async def test_a_stick_that_is_pulled_in_the_middle_of_a_write_leaves_it_waiting() -> None:
    with Home(PLUG_MODEL) as place:
        place.world.power_on()
        async with place.running():
            await place.pair(PLUG)
            put = PutParamset(
                channel=place.name(PLUG).channel(1), paramset="MASTER", values={"STATUSINFO_MINDELAY": 5.0}
            )
            sent = len(place.sent)
            task = asyncio.ensure_future(place.driver.ask(put))
            await place.until(lambda: len(place.sent) >= sent + 2, 10.0)
        assert (await task).written is Written.PENDING

        async with place.running():  # the same process, the stick is back
            await place.wait(10.0)
            assert place.register(PLUG, ListId(1, 1), 0x57) == 0x2A
            assert _states(place)[-1] == ("MASTER", ConfigurationState.VERIFIED, "")


async def test_who_wants_back_what_the_device_has_is_told_that_nothing_waits_any_more() -> None:
    async with home(REMOTE_MODEL) as place:
        await place.wait(30.0)
        channel = place.name(REMOTE).channel(1)
        for seconds in (0.8, 0.4):  # there, and back again
            put = PutParamset(channel=channel, paramset="MASTER", values={"LONG_PRESS_TIME": seconds})
            await place.ask(put)
        await place.wait(1.0)

        assert _states(place)[-1] == ("MASTER", ConfigurationState.VERIFIED, "")
        assert not [key for key in place.store.records if key.startswith("wishes/")]
        sent = len(place.sent)
        place.device(REMOTE).teach_in()
        await place.wait(5.0)
        assert not [line for line in place.sent[sent:] if b"0108" in line]


async def test_two_who_change_one_list_at_once_both_get_what_they_want() -> None:
    async with home(PLUG_MODEL) as place:
        channel = place.name(PLUG).channel(1)
        puts = [
            place.driver.ask(PutParamset(channel=channel, paramset="MASTER", values=values))
            for values in ({"STATUSINFO_MINDELAY": 5.0}, {"STATUSINFO_RANDOM": 3.0})
        ]
        tasks = [asyncio.ensure_future(put) for put in puts]
        await place.until(lambda: all(task.done() for task in tasks), 20.0)

        assert [task.result().written for task in tasks] == [Written.VERIFIED] * 2
        assert place.register(PLUG, ListId(1, 1), 0x57) == 0x6A


async def test_neighbouring_bits_that_were_not_told_are_read_before_they_are_written() -> None:
    async with home(PLUG_MODEL) as place:
        radio, at = place.device(PLUG).address, place.clock.now()
        place.driver._services.registers.note_list(radio, ListId(1, 1), {0x08: 0}, at)  # half of it was lost
        put = PutParamset(
            channel=place.name(PLUG).channel(1), paramset="MASTER", values={"STATUSINFO_MINDELAY": 5.0}
        )
        assert (await place.ask(put)).written is Written.VERIFIED
        assert place.register(PLUG, ListId(1, 1), 0x57) == 0x2A  # the random part was 1 and is
