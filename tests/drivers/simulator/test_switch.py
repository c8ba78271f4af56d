from drivers.simulator.devices.switch import Switch

from .host import CENTRAL, Host


def switch(host: Host, number: int = 1) -> Switch:
    channel = host.device(number).channels[1]
    assert isinstance(channel, Switch)
    return channel


def test_a_switch_turns_on_acknowledges_in_the_window_and_reports_later() -> None:
    # given a paired switch
    host = Host()
    device = host.device(1)
    host.pair(device)

    # when the central turns it on
    sent_s = host.world.agenda.now_s
    counter = host.send(device, 0x11, "0201C80000")
    host.wait(0.3)

    # then it is on, says so with the same counter about 100 ms after the end of the command, and again later
    assert switch(host).is_on
    ((at_s, _),) = host.lines
    (ack,) = host.take()
    assert (ack.kind, ack.counter, ack.flags, ack.receiver) == (0x02, counter, 0x80, CENTRAL)
    assert ack.payload[:4] == bytes.fromhex("0101C800")
    command_s = 0.010 + (15 + 10) * 0.0008
    answer_s = 0.010 + 25 * 0.0008
    assert 0.090 <= at_s - sent_s - command_s - answer_s <= 0.095
    (report,) = host.listen(4.0, device)
    assert (report.kind, report.flags, report.payload[:4]) == (0x10, 0xA4, bytes.fromhex("0601C800"))


def test_an_on_time_ends_by_itself() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    (ack,) = host.ask(device, 0x11, "0201C8000000A0")  # 0.5 s
    assert ack.payload[2:4] == b"\xc8\x40"
    host.wait(0.4)
    assert not switch(host).is_on
    assert host.listen(5.0, device)[-1].payload[:4] == bytes.fromhex("06010000")


def test_a_repeated_command_is_answered_again_but_obeyed_once() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    host.send(device, 0x11, "0201C80000", counter=7)
    host.wait(0.3)
    switch(host).set(False)
    host.send(device, 0x11, "0201C80000", counter=7)
    host.wait(0.3)
    assert [frame.counter for frame in host.take()] == [7, 7]
    assert not switch(host).is_on


def test_strangers_are_not_obeyed() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    host.take()
    host.send(device, 0x11, "0201C80000", sender=b"\x99\x99\x99")
    host.send(device, 0x01, "00050000000000", sender=b"\x99\x99\x99")
    host.wait(1.0)
    assert not switch(host).is_on
    assert [(f.receiver, f.payload) for f in host.take()] == [(b"\x99\x99\x99", b"\x80")]


def test_an_unowned_device_is_deaf_to_commands() -> None:
    host = Host()
    assert host.ask(host.device(1), 0x11, "0201C80000") == []
    assert host.ask(host.device(1), 0x01, "00050000000000") == []


def test_out_of_range_is_refused() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    for payload in ("0201CA0000", "0202C80000", "02", "9901", ""):
        (answer,) = host.ask(device, 0x11, payload)
        assert answer.payload == b"\x80"
    assert not switch(host).is_on


def test_a_battery_switch_needs_the_burst() -> None:
    host = Host()
    device = next(d for d in host.world.devices.values() if d.blueprint.name == "HM-LC-Sw1-Ba-PCB")
    host.pair(device)
    host.wait(30.0)
    assert host.ask(device, 0x11, "0201C80000") == []
    (ack,) = host.ask(device, 0x11, "0201C80000", flags=0xB0)
    assert ack.payload[:3] == bytes.fromhex("0101C8")


def test_an_unheard_report_is_sent_six_times_with_one_counter() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    host.take()
    device.act("on", ())
    host.wait(20.0)
    reports = host.take()
    assert len(reports) == 6
    assert len({(f.counter, f.payload) for f in reports}) == 1


def test_a_peered_key_toggles_it() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    key = bytes.fromhex("0A0B0C")
    assert host.ask(device, 0x01, "01010A0B0C0200")[0].payload == b"\x00"
    host.send(device, 0x40, "0201", sender=key)
    host.wait(0.3)
    assert switch(host).is_on
    (ack,) = host.take()
    assert (ack.receiver, ack.payload[:3]) == (key, bytes.fromhex("0101C8"))
    host.send(device, 0x3E, "0A0B0C400202")
    host.wait(0.3)
    assert not switch(host).is_on
