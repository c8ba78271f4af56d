"""Devices that listen to each other: links that the central made, and what they do with events."""

from dataclasses import replace

import pytest

from drivers.bidcos.codec.frames import Frame, encode_frame
from drivers.bidcos.codec.signing import DEFAULT_KEY, team_mac
from drivers.simulator.devices.blind import Blind
from drivers.simulator.devices.device import Device
from drivers.simulator.devices.dimmer import Dimmer
from drivers.simulator.devices.key import Key
from drivers.simulator.devices.power_meter import PowerMeter
from drivers.simulator.devices.sensor import Contact
from drivers.simulator.devices.smoke import SignedSmoke
from drivers.simulator.devices.switch import Switch
from drivers.simulator.devices.thermostat import Thermostat, WallThermostat

from .host import Host

KEY = bytes.fromhex("0A0B0C")


def linked(kind: type, channel: int = 1) -> tuple[Host, Device]:
    """A paired device that knows channel 2 of a key as a peer."""
    host = Host()
    device = host.of_kind(kind)
    host.pair(device)
    assert host.ask(device, 0x01, f"{channel:02X}010A0B0C0200")[0].payload == b"\x00"
    return host, device


def event(host: Host, device: Device, kind: int, payload: str, flags: int = 0xB0) -> list[Frame]:
    host.take()
    host.send(device, kind, payload, flags, sender=KEY)
    host.wait(0.7)
    return [frame for frame in host.take() if frame.sender == device.address and frame.receiver == KEY]


def test_a_key_dims_up_and_down() -> None:
    host, device = linked(Dimmer)
    (ack,) = event(host, device, 0x40, "0201")
    assert ack.payload[:2] == b"\x01\x01"
    host.wait(1.0)
    assert device.state()["level_percent"] == 100.0
    event(host, device, 0x40, "0202")
    host.wait(1.0)
    assert device.state()["level_percent"] == 0.0


def test_a_key_sends_a_blind_down_and_stops_it() -> None:
    host, device = linked(Blind)
    (ack,) = event(host, device, 0x40, "0201")
    assert ack.payload[3] == 0x20
    host.wait(3.0)
    event(host, device, 0x40, "0202")
    assert device.state()["moving"] is False
    assert device.state()["level_percent"] != 0.0


def test_a_sensor_switches_a_socket_that_measures() -> None:
    host, device = linked(PowerMeter)
    (ack,) = event(host, device, 0x41, "0201C8")
    assert ack.payload[:3] == bytes.fromhex("0101C8")
    assert device.state()["power_w"] == 60.0


def test_an_inhibited_switch_does_not_follow_its_peers() -> None:
    host, device = linked(Switch)
    assert host.ask(device, 0x11, "0101")[0].payload[:2] == b"\x01\x01"
    assert event(host, device, 0x41, "0201C8") == []
    host.ask(device, 0x11, "0001")
    assert len(event(host, device, 0x41, "0201C8")) == 1
    assert device.state()["on"] == [True]


@pytest.mark.parametrize("kind", [Thermostat, WallThermostat])
def test_an_open_window_closes_the_valve(kind: type) -> None:
    host, device = linked(kind, channel=3)
    event(host, device, 0x41, "0201C8")
    host.wait(600.0)
    assert device.state().get("valve_percent", 0) == 0


def team_frame(counter: int, counter16: int, value: int, key: bytes = DEFAULT_KEY) -> Frame:
    payload = bytes((0x02, counter, value, 0x00))
    bare = Frame(
        counter=counter, flags=0x14, kind=0x41, sender=KEY, receiver=b"\x51\x00\x0a", payload=payload
    )
    tail = counter16.to_bytes(2, "big")
    return replace(bare, payload=payload + tail + team_mac(key, bare, tail))


def test_a_signed_team_alarm_is_everybodys_alarm_but_not_a_forged_or_old_one() -> None:
    host, device = linked(SignedSmoke)

    def hear(frame: Frame) -> object:
        host.key_in("As" + encode_frame(frame).hex().upper())
        host.wait(0.7)
        return device.state()["alarm"]

    alarm = team_frame(7, 1, 0xC8)
    assert hear(replace(alarm, payload=alarm.payload[:4])) is False
    assert hear(team_frame(7, 1, 0xC8, key=bytes(16))) is False
    assert hear(alarm) is True
    assert hear(team_frame(8, 1, 0x01)) is False
    assert hear(alarm) is False


def test_events_of_strangers_do_nothing() -> None:
    host, device = linked(Switch)
    host.send(device, 0x40, "0301", sender=KEY)
    host.send(device, 0x40, "0201", sender=b"\x01\x01\x01")
    host.wait(1.0)
    assert device.state()["on"] == [False]


def test_a_remote_switches_a_sleeping_switch_directly_with_burst() -> None:
    # given a remote and a battery switch that know each other, the remote told to use a burst
    host = Host()
    remote = host.of_kind(Key)
    switch = next(d for d in host.world.devices.values() if d.blueprint.name == "HM-LC-Sw1-Ba-PCB")
    host.pair(remote)
    host.pair(switch)
    there, back = switch.address.hex() + "0100", remote.address.hex() + "0200"
    assert host.ask(switch, 0x01, "0101" + back, flags=0xB0)[0].payload == b"\x00"
    assert host.ask(remote, 0x01, "0201" + there)[0].payload == b"\x00"
    for payload in ("0205" + there[:8] + "04", "02080101", "0206"):
        assert host.ask(remote, 0x01, payload)[0].payload == b"\x00", payload
    host.wait(30.0)

    # when its button is pressed
    remote.act("press", ("2",))
    heard = host.listen(3.0)

    # then the switch is on without the hub, and the hub was told by both
    assert switch.state()["on"] == [True]
    assert [f.flags for f in heard if f.sender == remote.address] == [0xB2, 0xA2]
    assert any(f.sender == switch.address and f.receiver == remote.address for f in heard)


@pytest.mark.parametrize(
    ("kind", "refused"),
    [
        (Contact, "11 02 01 C8"),
        (Key, "11 02 01 C8"),
        (SignedSmoke, "11 02 01 C8"),
        (Dimmer, "02 02 C8"),
        (Dimmer, "02"),
        (Blind, "02 02 C8"),
        (Blind, "02 01 CA"),
        (Blind, "05 01"),
    ],
)
def test_what_a_kind_cannot_do_is_refused(kind: type, refused: str) -> None:
    host = Host()
    device = host.of_kind(kind)
    host.pair(device)
    device.stay_awake(5.0)
    assert host.ask(device, 0x11, refused.replace(" ", ""))[0].payload == b"\x80"


@pytest.mark.parametrize(
    ("kind", "acts"),
    [
        (Dimmer, {"on": 100.0, "off": 0.0, "toggle": 100.0, "press": 0.0}),
        (Blind, {"level 20": 20.0, "down": 0.0, "up": 100.0, "press": 0.0, "toggle": 100.0}),
    ],
)
def test_buttons_on_the_device_itself(kind: type, acts: dict[str, float]) -> None:
    host = Host()
    device = host.of_kind(kind)
    host.pair(device)
    for act, level in acts.items():
        verb, *args = act.split()
        device.act(verb, tuple(args))
        host.wait(25.0)
        assert device.state()["level_percent"] == level, act


def test_a_dimmer_keeps_its_last_level_and_ends_its_on_time() -> None:
    host = Host()
    device = host.of_kind(Dimmer)
    host.pair(device)
    for payload in ("02014B", "020100", "0201C900000140"):  # 37.5 %, off, last level for 1 s
        host.ask(device, 0x11, payload, wait_s=0.7)
    assert device.state()["level_percent"] == 37.5
    host.wait(3.0)
    assert device.state()["level_percent"] == 0.0
    host.ask(device, 0x11, "0001")
    assert device.state()["level_percent"] == 0.0


def test_a_blind_obeys_a_level_on_its_way_and_the_one_it_has() -> None:
    host = Host()
    device = host.of_kind(Blind)
    host.pair(device)
    host.ask(device, 0x11, "020100", wait_s=3.0)
    host.ask(device, 0x11, "0201C9")
    host.wait(20.0)
    assert device.state()["level_percent"] == 100.0
    (ack,) = host.ask(device, 0x11, "0201C8")
    assert ack.payload[2:4] == b"\xc8\x00"
    for payload in ("01050000000001", "01080B000C0A", "0106"):  # 1.0 s down
        host.ask(device, 0x01, payload)
    host.ask(device, 0x11, "020100", wait_s=1.3)
    assert device.state() == {"level_percent": 0.0, "moving": False}
    device.act("up", ())
    host.wait(1.0)
    device.act("stop", ())
    assert device.state()["moving"] is False


def test_covers_and_boost_and_comfort() -> None:
    host = Host()
    contact, motion, radiator = host.device(6), host.device(7), host.device(5)
    for device in (contact, motion, radiator):
        host.pair(device)
        host.listen(3.0)
    for device in (contact, motion):
        device.act("cover", ("open",))
        (status,) = [f for f in host.listen(1.5, device) if f.kind == 0x10]
        assert status.payload[3] & 0x0E == 0x0E
    for payload, half in (("8404", 42), ("8504", 34)):
        radiator.stay_awake(2.0)
        assert host.ask(radiator, 0x11, payload)[0].payload[2] == half
    radiator.act("press", ())
    radiator.stay_awake(2.0)
    assert host.ask(radiator, 0x01, "040E")[0].payload[5] == 0xC0 | 5
    host.wait(301.0)
    radiator.stay_awake(2.0)
    assert host.ask(radiator, 0x01, "040E")[0].payload[5] >> 6 == 0


@pytest.mark.parametrize("name", ["HM-Sec-SD", "HM-Sec-SD-2"])
def test_an_alarm_wakes_the_whole_team_over_the_air_and_nobody_else(name: str) -> None:
    # given three detectors, two of them in one team
    host = Host(models=(name, name, name))
    one, two, other = host.world.devices.values()
    for device in (one, two, other):
        host.pair(device)
    for device in (one, two):
        assert host.ask(device, 0x01, "0101AABBCC0100", flags=0xB0)[0].payload == b"\x00"
    host.listen(30.0)

    # when one smells smoke, and later nothing any more
    one.act("smoke")
    host.listen(8.0)

    # then the other one of its team is loud too, until then
    assert [device.state()["alarm"] for device in (one, two, other)] == [True, True, False]
    one.act("clear")
    host.listen(8.0)
    assert two.state()["alarm"] is False
