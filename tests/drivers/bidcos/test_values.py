"""Setting values that are more than one byte, and keys that are held."""

import asyncio

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.messages import Ack, AckStatus, KeyPress
from hub.contract import ChannelAddress, CommandRefused, DatapointChanged, SetValue, Value

from .bench import Bench, paired, running

DEVICE = "bidcos:SIM0000001"


def _agreeable(bench: Bench) -> None:
    """The device acknowledges everything."""

    def answer(frame: Frame) -> None:
        if frame.kind != 0x02:
            message = AckStatus(channel=1, value=0, flags=0, tail=b"\x30") if frame.kind == 0x01 else Ack()
            bench.stick.tell(message, counter=frame.counter, flags=0x80)

    bench.stick.on_frame = answer


async def _set(bench: Bench, channel: int, parameter: str, value: Value) -> None:
    address = ChannelAddress.parse(f"{DEVICE}:{channel}")
    await bench.driver.execute(SetValue(channel=address, parameter=parameter, value=value))


def _orders(bench: Bench) -> list[str]:
    return [frame.payload.hex() for frame in bench.stick.sent if frame.kind == 0x11]


async def test_a_melody_in_a_wrong_format_is_refused_with_the_format_and_nothing_is_sent() -> None:
    async with running(paired("HM-OU-CFM-Pl")) as bench:
        _agreeable(bench)
        with pytest.raises(CommandRefused, match="out_of_range") as refused:
            await _set(bench, 2, "SUBMIT", "loud")
        assert refused.value.allowed.startswith("volume 0-1")
        assert not _orders(bench)

        await _set(bench, 2, "SUBMIT", "1,1,10,5")

        assert _orders(bench) == ["8002c80105" + "00" * 9 + "0c80"]


async def test_a_display_gets_its_text_in_parts_one_after_the_other() -> None:
    async with running(paired("HM-Dis-EP-WM55")) as bench:
        _agreeable(bench)
        await _set(bench, 3, "SUBMIT", ",".join(["0x02", *["0x41"] * 20, "0x03"]))
        assert _orders(bench) == ["800302" + "41" * 13, "8003" + "41" * 7 + "03"]


async def test_a_remotes_display_shows_what_was_set_before() -> None:
    async with running(paired("HM-RC-19")) as bench:
        _agreeable(bench)
        await _set(bench, 18, "TEXT", "12")
        await _set(bench, 18, "BULB", True)
        assert not _orders(bench)

        await _set(bench, 18, "SUBMIT", True)
        await _set(bench, 18, "SUBMIT", True)

        assert _orders(bench) == ["8012" + "2020203132" + "010000", "8012" + "2020202020" + "000000"]


async def test_a_door_is_unlocked_for_a_while() -> None:
    async with running(paired("HM-Sec-Key")) as bench:
        _agreeable(bench)
        await _set(bench, 1, "RELOCK_DELAY", 60.0)
        await _set(bench, 1, "STATE", True)
        await _set(bench, 1, "STATE", True)
        assert _orders(bench) == ["8001014c", "800101ff"]


async def test_the_keys_of_a_thermostat_are_locked_on_channel_0() -> None:
    async with running(paired("HM-TC-IT-WM-W-EU")) as bench:
        _agreeable(bench)
        await _set(bench, 0, "INHIBIT", True)
        assert _orders(bench) == ["0100"]
        with pytest.raises(CommandRefused, match="not_writable"):
            await _set(bench, 0, "UNREACH", True)


async def test_a_held_key_is_told_while_it_is_held_and_when_it_is_let_go() -> None:
    async with running(paired("HM-RC-4-3")) as bench:
        held = KeyPress(channel=1, counter=9, long=True)
        for counter in (20, 21, 22):
            bench.stick.tell(held, counter=counter, flags=0x84)
            await asyncio.sleep(0.05)
        bench.stick.tell(held, counter=23, flags=0xA0)
        await bench.until(lambda: f"{DEVICE}:1.PRESS_LONG_RELEASE" in bench.values())

        told = [
            event.datapoint.id.parameter
            for event in bench.events
            if isinstance(event, DatapointChanged) and event.datapoint.id.parameter.startswith("PRESS")
        ]
        assert told == ["PRESS_LONG", "PRESS_CONT", "PRESS_CONT", "PRESS_LONG_RELEASE"]
