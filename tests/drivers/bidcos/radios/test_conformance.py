"""One contract, two radios: whatever the driver relies on holds for both."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.radios.radio import Broken, Keys, Peer, RadioKind, Ready, Reception, Station

from .played import CENTRAL, DEVICE, Line, cul_line, event, module_line, question

MakeLine = Callable[[], Line]
LINES: list[MakeLine] = [cul_line, module_line]
both = pytest.mark.parametrize("make", LINES)
START_S = 2.0


@both
def test_it_starts_and_says_who_it_is(make: MakeLine) -> None:
    line = make()
    line.run(START_S)
    (ready,) = line.of(Ready)
    assert ready.identity.kind is line.radio.kind
    assert ready.identity.firmware
    assert ready.identity.hardware.isprintable()


@both
def test_it_does_nothing_before_it_is_woken(make: MakeLine) -> None:
    line = make()
    assert line.radio.wake_at_s == 0.0
    assert line.written == b""


@both
def test_what_it_hears_is_passed_on(make: MakeLine) -> None:
    line = make()
    line.run(START_S)
    line.hear(line.hardware.hear(event()))
    (heard,) = line.of(Reception)
    assert (heard.frame.sender, heard.frame.payload) == (DEVICE, b"\x01\x05")


@both
@pytest.mark.parametrize("flags", [0xA0, 0xB0, 0x80])
def test_what_is_sent_goes_on_the_air_as_it_is(make: MakeLine, flags: int) -> None:
    line = make()
    line.run(START_S)
    line.send(question(flags=flags))
    assert line.hardware.aired == [question(flags=flags)]


@both
def test_frames_leave_in_the_order_in_which_they_were_given(make: MakeLine) -> None:
    line = make()
    line.run(START_S)
    for counter in range(8):
        line.send(question(counter))
    line.run(10.0)
    assert [frame.counter for frame in line.hardware.aired] == list(range(8))


@both
def test_hardware_that_says_nothing_is_given_up_within_a_minute(make: MakeLine) -> None:
    line = make()
    line.hardware.silent = True
    line.run(60.0)
    assert line.of(Broken) == [Broken(code="silent")]
    assert line.radio.wake_at_s is None


@both
def test_hardware_that_falls_silent_is_noticed_within_a_minute(make: MakeLine) -> None:
    line = make()
    line.run(START_S)
    line.hardware.silent = True
    line.run(60.0)
    assert line.of(Broken) == [Broken(code="silent")]


@both
def test_firmware_that_is_not_for_us_is_said(make: MakeLine) -> None:
    line = make()
    line.hardware.be_another_firmware()
    line.run(60.0)
    assert line.of(Broken) == [Broken(code="wrong_firmware")]


@both
def test_a_restart_unseen_or_not_ends_with_a_radio_that_hears(make: MakeLine) -> None:
    line = make()
    line.run(START_S)
    said = line.hardware.restart()
    line.hear(said)
    line.run(30.0)
    assert not line.of(Broken)
    line.hear(line.hardware.hear(event()))
    assert line.of(Reception)


@both
def test_it_lives_for_a_day_without_being_woken_in_vain(make: MakeLine) -> None:
    line = make()
    line.run(600.0)
    assert not line.of(Broken)
    assert line.wakes < 600 * 4  # twice a second, and what a start needs


@both
def test_a_frame_that_can_not_be_sent_is_refused_at_once(make: MakeLine) -> None:
    line = make()
    line.run(START_S)
    too_long = Frame(counter=1, flags=0, kind=0x11, sender=CENTRAL, receiver=DEVICE, payload=bytes(99))
    with pytest.raises(ValueError, match="99"):
        line.radio.send(too_long, line.now_s)
    line.send(question())
    assert line.hardware.aired == [question()]


@both
def test_devices_and_keys_may_change_at_any_time(make: MakeLine) -> None:
    line = make()
    for peers in ({}, {DEVICE: Peer()}, {DEVICE: Peer(wakes=True)}, {}):
        station = Station(address=CENTRAL, keys=Keys(), peers=peers)
        line.pass_on(line.radio.know(station, line.now_s))
        line.run(1.0)
    assert not line.of(Broken)
    assert line.of(Ready)


@both
@given(
    noise=st.lists(st.binary(max_size=120)),
    cuts=st.lists(st.integers(1, 30), min_size=1),
)
def test_no_bytes_raise_and_it_hears_on_afterwards(
    make: MakeLine, noise: list[bytes], cuts: list[int]
) -> None:
    line = make()
    line.run(START_S)
    data = b"".join(noise) + b"\r\n"
    at = turn = 0
    while at < len(data):
        size = cuts[turn % len(cuts)]
        line.hear(data[at : at + size])
        line.run(0.01)
        at, turn = at + size, turn + 1
    line.run(40.0)
    if line.of(Broken):
        return  # it may have been told that it is another firmware
    line.hear(line.hardware.hear(event(counter=77)))
    assert 77 in [heard.frame.counter for heard in line.of(Reception)]


@both
@given(cuts=st.lists(st.integers(1, 9), min_size=1))
def test_no_cut_of_the_bytes_changes_what_is_heard(make: MakeLine, cuts: list[int]) -> None:
    line = make()
    line.run(START_S)
    data = b"".join(line.hardware.hear(event(counter)) for counter in range(12))
    at = turn = 0
    while at < len(data):
        size = cuts[turn % len(cuts)]
        line.hear(data[at : at + size])
        at, turn = at + size, turn + 1
    assert [heard.frame.counter for heard in line.of(Reception)] == list(range(12))


def test_the_kinds_are_the_words_of_the_configuration() -> None:
    assert {kind.value for kind in RadioKind} == {"cul", "module"}
