"""When devices listen, what they lose, and what the air does where two speak at once."""

import random

import pytest

from drivers.simulator.agenda import Agenda
from drivers.simulator.air import Air, Conditions, Fate, Passage
from drivers.simulator.devices.device import Device
from drivers.simulator.devices.memory import DEVICE_LIST, ListId
from drivers.simulator.devices.repeater import Repeater
from drivers.simulator.places import Place, path_dbm, place_for

from .host import CENTRAL, Host
from .test_air import DATA, Radio

READ = "01040000000001"


def home(*names: str) -> tuple[Host, list[Device]]:
    host = Host(models=names)
    devices = list(host.world.devices.values())
    for device in devices:
        host.pair(device)
    host.listen(25.0)  # they sleep again
    return host, devices


def acknowledged(host: Host, device: Device, act: str, flags: int) -> bool:
    """Let something happen, acknowledge it with these flags; whether the device still listens 0.6 s later."""
    host.take()
    verb, *args = act.split()
    device.act(verb, tuple(args))
    host.wait(0.05)
    (event,) = [frame for frame in host.take() if frame.sender == device.address]
    host.wait(0.09)
    host.acknowledge(event, flags)
    host.wait(0.6)
    return device.is_awake


def test_a_config_device_listens_only_after_its_button() -> None:
    host, (remote,) = home("HM-RC-4")
    assert host.ask(remote, 0x01, READ, flags=0xB0) == []
    assert not acknowledged(host, remote, "press 1", 0x81)
    remote.teach_in()
    host.wait(0.1)
    assert host.ask(remote, 0x01, READ)[0].kind == 0x10


def test_a_wake_up_device_stays_for_more_when_its_acknowledgement_says_so() -> None:
    host, (sensor,) = home("HM-Sec-TiS")
    assert not acknowledged(host, sensor, "open", 0x80)
    assert acknowledged(host, sensor, "close", 0x81)


def test_an_input_stays_after_a_press_that_was_acknowledged_so() -> None:
    host, (inputs,) = home("HM-MOD-EM-8")
    assert acknowledged(host, inputs, "press 1", 0x81)


def test_a_broadcast_that_offers_to_listen_is_taken_up_with_a_wake_up_frame() -> None:
    host, (sensor,) = home("HM-WDS10-TH-O")
    host.take()
    sensor.act("press")
    host.wait(0.05)
    (told,) = host.take()
    assert told.flags == 0x86
    host.wait(0.09)
    (ack,) = host.ask(sensor, 0x12, "", flags=0xA1)
    assert ack.payload == b"\x00"
    assert sensor.is_awake


def test_conditional_burst_depends_on_its_register() -> None:
    host, (sensor,) = home("HM-WDS40-TH-I")
    sensor.memory.write(DEVICE_LIST, {0x01: 0})
    assert host.ask(sensor, 0x12, "", flags=0xB1) == []
    sensor.memory.write(DEVICE_LIST, {0x01: 1})
    assert host.ask(sensor, 0x12, "", flags=0xB1)[0].payload == b"\x00"


def test_one_frame_fits_into_the_receiver_while_an_answer_is_on_its_way() -> None:
    host, (switch,) = home("HM-LC-Sw1-FM")
    host.take()
    for counter in (0x70, 0x71, 0x72):
        host.send(switch, 0x11, "0201C80000", counter=counter)
    host.wait(1.0)
    answered = [frame.counter for frame in host.take() if frame.kind == 0x02]
    assert answered[0] == 0x70
    assert len(answered) == 2
    assert switch.inbox.overruns == 1


def test_the_transmit_tries_are_those_of_its_register() -> None:
    host, (contact,) = home("HM-Sec-SCo")
    contact.memory.write(DEVICE_LIST, {0x14: 2})
    host.take()
    contact.act("open")
    host.wait(10.0)
    assert len(host.take()) == 2
    assert (contact.outbox.repeats, contact.outbox.given_up) == (1, 1)


def test_a_device_too_far_away_is_not_heard() -> None:
    host, (contact,) = home("HM-Sec-SCo")
    contact.path_dbm = -110.0
    host.take()
    contact.act("open")
    host.wait(10.0)
    assert host.take() == []


def test_who_does_not_hear_the_other_talks_over_him_and_both_are_lost() -> None:
    # given two who are far from each other, the stick between them
    passages, stick = hidden_pair(None)
    assert [fate for _, fate in passages[0].fates] == [Fate.COLLIDED]
    assert len(passages) == 2
    assert stick.heard == []


def test_the_much_stronger_one_survives_where_receivers_capture() -> None:
    _, stick = hidden_pair(10.0, near=2.0)
    assert len(stick.heard) == 1


def hidden_pair(capture_db: float | None, near: float = 24.0) -> tuple[list[Passage], Radio]:
    agenda = Agenda()
    air = Air(agenda, random.Random(7).random, Conditions(capture_db=capture_db))
    one, two = Radio(agenda, Place(near, 0.0)), Radio(agenda, Place(-60.0, 0.0))
    stick = Radio(agenda, Place())
    air.join_everything(stick)
    passages: list[Passage] = []
    air.watch(passages.append)
    air.send(one, DATA)
    agenda.run_until(0.005)
    air.send(two, DATA)
    agenda.run_until(1.0)
    return passages, stick


def test_the_next_frames_collide_when_told_so() -> None:
    host, (switch,) = home("HM-LC-Sw1-FM")
    host.world.air.doomed = 1
    assert host.ask(switch, 0x11, "0201C80000") == []
    assert len(host.ask(switch, 0x11, "0201C80000")) == 1


def test_air_time_is_kept_by_sender_with_the_burst() -> None:
    host, (key,) = home("HM-Sec-Key")
    before = dict(host.world.air.airtime_s)
    host.ask(key, 0x12, "", flags=0xB1)
    spent = host.world.air.airtime_s[CENTRAL] - before[CENTRAL]
    assert spent == pytest.approx(0.360 + 20 * 0.0008)
    assert host.world.air.airtime_s[key.address] > before[key.address]


def test_a_place_is_as_far_as_it_sounds() -> None:
    far = Radio(Agenda(), place_for(-81.5, b"\x51\x00\x07"))
    assert path_dbm(far, Radio(Agenda(), Place())) == pytest.approx(-81.5)


def test_a_repeater_sends_on_what_its_table_says_once_and_marked() -> None:
    # given a repeater whose table has the contact and the central
    host, (repeater, contact) = home("HM-Sys-sRP-Pl", "HM-Sec-SCo")
    row = contact.address + CENTRAL + b"\x00"
    repeater.memory.write(ListId(channel=1, number=2), dict(enumerate(row, 1)))
    host.take()

    # when the contact tells something, and then another one does that is not in the table
    contact.act("open")
    host.wait(0.2)
    heard = [frame for frame in host.take() if frame.sender == contact.address]

    # then its frame comes twice, the second one marked, and that is answered as well
    assert [frame.flags for frame in heard] == [0xA2, 0xE2]
    assert len({frame.counter for frame in heard}) == 1
    host.acknowledge(heard[1])
    host.wait(3.0)
    assert contact.outbox.given_up == 0
    assert host.world.air.airtime_s[contact.address] > 0


def test_a_repeater_is_silent_about_strangers() -> None:
    host, (repeater, contact) = home("HM-Sys-sRP-Pl", "HM-Sec-SCo")
    assert any(isinstance(node, Repeater) for node in host.world.air._overhearing)
    host.take()
    contact.act("open")
    host.wait(0.2)
    assert [frame.flags for frame in host.take() if frame.sender == contact.address] == [0xA2]
    assert repeater.blueprint.repeats


def test_quirks_show_on_the_air() -> None:
    host, (switch,) = home("HM-LC-Sw1-FM")
    switch.quirks = {"double", "stray", "short-status"}
    answers = host.ask(switch, 0x01, "010E", wait_s=1.0)
    assert [(f.kind, f.counter - answers[0].counter) for f in answers] == [(0x02, 0), (0x02, 0), (0x10, 1)]
    assert {len(f.payload) for f in answers} == {4}
    switch.quirks = {"burst"}
    before_s = host.world.agenda.now_s
    (slow,) = host.ask(switch, 0x01, "010E", wait_s=1.0)
    assert slow.flags == 0x90
    assert 0.37 < host.lines_at_s - before_s - 0.03 < 0.45
    switch.quirks = {"sequences", "same-counter"}
    (first,) = host.ask(switch, 0x01, "01040000000001")
    assert first.payload[:2] == bytes((0x03, 0x08))
