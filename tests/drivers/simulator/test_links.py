"""Devices that act on each other over the air, without a hub: what the link's registers say."""

from collections.abc import Mapping

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.simulator.devices import setpoint
from drivers.simulator.devices.device import Device
from drivers.simulator.devices.links import Reaction, decide, link_defaults, seconds8
from drivers.simulator.devices.memory import ListId
from drivers.simulator.devices.peering import Peering

from .host import CENTRAL, Host


def home(*names: str) -> tuple[Host, list[Device]]:
    host = Host(models=names)
    devices = list(host.world.devices.values())
    for device in devices:
        host.pair(device)
    host.listen(3.0)
    return host, devices


def link(
    host: Host, sender: tuple[Device, int], receiver: tuple[Device, int], registers: Mapping[int, int] = {}
) -> None:
    """Peer two channels as a central does, both ways, and write registers of the receiver's side."""
    for (device, channel), (other, far) in ((receiver, sender), (sender, receiver)):
        device.stay_awake(5.0)
        payload = f"{channel:02X}01{other.address.hex()}{far:02X}00"
        assert host.ask(device, 0x01, payload)[0].payload == b"\x00"
    target = ListId(channel=receiver[1], number=3, peer=sender[0].address + bytes((sender[1],)))
    receiver[0].memory.write(target, registers)


def act(host: Host, device: Device, what: str, seconds: float = 3.0) -> None:
    verb, *args = what.split()
    device.act(verb, tuple(args))
    host.listen(seconds)


def test_a_key_toggles_a_light_and_the_hub_hears_of_both() -> None:
    host, (remote, light) = home("HM-RC-4-3", "HM-LC-Sw1-FM")
    link(host, (remote, 2), (light, 1))
    act(host, remote, "press 2")
    assert light.state()["on"] == [True]
    act(host, remote, "press 2")
    assert light.state()["on"] == [False]
    act(host, remote, "press 1")
    assert light.state()["on"] == [False]


def test_the_keys_of_a_pair_switch_on_and_off() -> None:
    host, (remote, light) = home("HM-RC-4-3", "HM-LC-Sw1-FM")
    remote.stay_awake(5.0)
    pair = remote.address.hex()
    assert host.ask(light, 0x01, f"0101{pair}0102")[0].payload == b"\x00"
    for key in (1, 2):
        assert host.ask(remote, 0x01, f"{key:02X}01{light.address.hex()}0100")[0].payload == b"\x00"
    for key, on in ((2, True), (2, True), (1, False), (1, False), (2, True)):
        act(host, remote, f"press {key}")
        assert light.state()["on"] == [on], key


def test_motion_lights_the_hall_for_its_on_time_while_it_is_dark() -> None:
    host, (motion, light) = home("HM-Sec-MDIR-2", "HM-LC-Sw1-FM")
    # below the limit of brightness from off and from on: jump to on, for 10 s
    link(host, (motion, 1), (light, 1), {0x03: 0x22, 0x04: 100, 0x07: 0x2A, 0x0B: 0x13})
    act(host, motion, "motion 180")
    assert light.state()["on"] == [False]
    host.wait(16.0)
    act(host, motion, "motion 20", 5.0)
    assert light.state()["on"] == [True]
    host.listen(6.0)
    assert light.state()["on"] == [False]


def test_a_long_press_dims_step_by_step() -> None:
    host, (remote, lamp) = home("HM-RC-4-3", "HM-LC-Dim1T-Pl")
    link(host, (remote, 1), (lamp, 1), {0x8A: 0x24, 0x0A: 0x01})
    act(host, remote, "press 1 long 2")
    level = lamp.state()["level_percent"]
    assert isinstance(level, float)
    assert 20.0 <= level <= 50.0


def test_an_open_window_lowers_the_thermostat_beside_it() -> None:
    host, (contact, radiator) = home("HM-Sec-SCo", "HM-CC-RT-DN")
    link(host, (contact, 1), (radiator, 3))
    contact.memory.write(ListId(channel=1, number=4, peer=radiator.address + b"\x03"), {0x01: 1})
    act(host, contact, "open", 6.0)
    assert radiator.state()["set"] == 12.0
    act(host, contact, "close", 6.0)
    assert radiator.state()["set"] != 12.0


def test_radiators_follow_the_wall_thermostat_of_their_team() -> None:
    host, (wall, radiator) = home("HM-TC-IT-WM-W-EU", "HM-CC-RT-DN")
    link(host, (wall, 2), (radiator, 2))
    host.listen(5.0)
    act(host, wall, "turn 23.5", 10.0)
    assert radiator.state()["set"] == 23.5


def test_a_valve_goes_where_its_regulator_says() -> None:
    host, (regulator, valve) = home("HM-CC-TC", "HM-CC-VD")
    link(host, (regulator, 2), (valve, 1))
    act(host, regulator, "turn 28")
    host.listen(240.0)
    assert valve.state()["valve_percent"] == pytest.approx(regulator.state()["valve_percent"], abs=8)
    assert float(str(valve.state()["valve_percent"])) > 20


def test_a_key_turns_a_lock_without_the_hub() -> None:
    host, (remote, lock) = home("HM-RC-Key4-3", "HM-Sec-Sir-WM")
    link(host, (remote, 1), (lock, 3))
    remote.memory.write(ListId(channel=1, number=4, peer=lock.address + b"\x03"), {0x01: 1})
    act(host, remote, "press 1")
    assert lock.state()["on"] == [False, False, True]


def test_what_a_link_says_is_read_from_its_registers() -> None:
    def event(value: int | None, registers: Mapping[int, int], is_on: bool = False) -> Reaction | None:
        table = {**link_defaults(), **registers}
        host = Host(models=("HM-LC-Sw1-FM",))
        device = host.device(1)
        peering = Peering(device, device.channels)
        peer = b"\x0a\x0b\x0c\x01"
        device.memory.lists[ListId(channel=1, number=3, peer=peer)] = table
        kind, payload = (0x40, "0105") if value is None else (0x41, f"0105{value:02X}")
        frame = host_frame(peer, kind, payload)
        read = peering._event(frame, 1, peer)
        assert read is not None
        return decide(read, is_on=is_on)

    assert event(None, {}) == Reaction(on=True)
    assert event(None, {}, is_on=True) == Reaction(on=False, level=0)
    assert event(None, {0x0A: 0}) is None
    assert event(None, {0x0A: 2}) == Reaction(on=True)  # 5 presses: odd
    assert event(None, {0x0A: 3}) == Reaction(on=False, level=0)
    assert event(None, {0x0B: 0x00}) is None
    assert event(None, {0x06: 0x23, 0x07: 0x4A}) == Reaction(on=True, delay_s=3.0, on_for_s=50.0)
    assert event(0x20, {0x03: 0x40, 0x04: 0x10, 0x05: 0x30}) == Reaction(on=True)
    assert event(0x40, {0x03: 0x40, 0x04: 0x10, 0x05: 0x30}) is None
    assert event(0x40, {0x03: 0x50, 0x04: 0x10, 0x05: 0x30}) == Reaction(on=True)
    assert seconds8(0xE2) == 7200.0


def host_frame(peer: bytes, kind: int, payload: str) -> Frame:
    return Frame(
        counter=1, flags=0xA4, kind=kind, sender=peer[:3], receiver=CENTRAL, payload=bytes.fromhex(payload)
    )


def test_the_week_program_drives_the_thermostat() -> None:
    # given a thermostat that was told it is Monday, 2 March 2026, 5:00 in a zone of UTC+1
    host, (radiator,) = home("HM-CC-RT-DN")
    monday_s = (26 * 365 + 7 + 31 + 28 + 1) * 86_400 + 4 * 3600  # since 2000, UTC
    radiator.told_local_s = monday_s + 3600 - host.world.home_s()
    week = ListId(channel=4, number=7)
    entry = setpoint.WEEK_START + 2 * setpoint.DAY_SIZE  # Monday's first: until 5:30 16.5 degrees, then 24
    rows = [(33, 66), (48, 288)]
    for at, (half, until) in enumerate(rows):
        word = (half << 9 | until).to_bytes(2, "big")
        radiator.memory.write(week, {entry + 2 * at: word[0], entry + 2 * at + 1: word[1]})

    # when the time comes
    assert radiator.state()["set"] == 16.5
    host.listen(1900.0)

    # then it wants what the program says, and a hand on the wheel holds until the next switch
    assert radiator.state()["set"] == 24.0
    radiator.act("turn", ("19",))
    host.listen(10.0)
    assert radiator.state()["set"] == 19.0
