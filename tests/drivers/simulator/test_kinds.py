"""What each kind sends and obeys, byte for byte, as the reference describes it."""

import pytest

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.signing import DEFAULT_KEY, team_mac
from drivers.simulator.devices.blind import Blind
from drivers.simulator.devices.device import Device
from drivers.simulator.devices.dimmer import Dimmer
from drivers.simulator.devices.key import Key
from drivers.simulator.devices.memory import DEVICE_LIST
from drivers.simulator.devices.motion import Motion
from drivers.simulator.devices.power_meter import PowerMeter
from drivers.simulator.devices.sensor import Contact
from drivers.simulator.devices.smoke import SignedSmoke
from drivers.simulator.devices.surface import ActRefused
from drivers.simulator.devices.thermostat import Thermostat, WallThermostat
from drivers.simulator.devices.weather_sensor import WeatherSensor

from .host import CENTRAL, Host


def paired(kind: type) -> tuple[Host, Device]:
    host = Host()
    device = host.of_kind(kind)
    host.pair(device)
    return host, device


def test_a_dimmer_ramps_tells_its_direction_and_then_its_level() -> None:
    host, device = paired(Dimmer)
    (ack,) = host.ask(device, 0x11, "0201640014")  # 50 % over 2.0 s... ramp 0x0014 is mantissa 0, so none
    assert ack.payload[:4] == bytes.fromhex("01016400")
    (ack,) = host.ask(device, 0x11, "0201C80280")  # 100 % over 2.0 s
    assert ack.payload[3] == 0x10
    assert 0x64 <= ack.payload[2] < 0x80
    reports = host.listen(4.0, device)
    assert [(r.kind, r.payload[:4]) for r in reports] == [(0x10, bytes.fromhex("0601C800"))]


def test_a_dimmer_stops_on_its_way() -> None:
    host, device = paired(Dimmer)
    host.ask(device, 0x11, "0201C80640", wait_s=2.0)  # 100 % over 5.0 s
    (ack,) = host.ask(device, 0x11, "0301")
    assert 0x30 < ack.payload[2] < 0x90
    assert ack.payload[3] == 0x00


def test_a_blind_tells_its_direction_at_the_start_and_its_level_at_the_end() -> None:
    host, device = paired(Blind)
    (ack,) = host.ask(device, 0x11, "020164")
    assert ack.payload[3] == 0x20
    reports = host.listen(15.0, device)
    assert [r.payload[3] for r in reports] == [0x20, 0x00]
    assert reports[-1].payload[2] == 0x64


def test_a_blind_stops_where_it_is() -> None:
    host, device = paired(Blind)
    host.ask(device, 0x11, "020100", wait_s=5.0)
    (ack,) = host.ask(device, 0x11, "0301")
    assert 0x80 < ack.payload[2] < 0xC0
    assert ack.payload[3] == 0x00


def test_a_wall_thermostat_obeys_a_burst_and_tells_set_actual_and_humidity() -> None:
    host, device = paired(WallThermostat)
    host.wait(30.0)
    assert host.ask(device, 0x11, "86022B") == []
    (ack,) = host.ask(device, 0x11, "86022B", flags=0xB0)  # 21.5 degrees
    assert ack.payload[:3] == bytes((0x01, 0x02, 0x2B))
    reports = {frame.kind: frame for frame in host.listen(6.0, device)}
    assert set(reports) == {0x5A, 0x70, 0x10}
    climate = reports[0x5A].payload
    assert climate[0] >> 2 == 0x2B
    assert 180 < int.from_bytes(climate[:2], "big") & 0x3FF < 240
    assert 1 <= climate[2] <= 99
    assert reports[0x10].payload[0] == 0x0B
    assert reports[0x10].payload[3] & 0x1F == 15  # 3.0 V


def test_a_radiator_thermostat_sleeps_and_takes_a_command_after_its_report() -> None:
    # given a paired thermostat that sleeps again and does not listen to bursts
    host, device = paired(Thermostat)
    device.memory.write(DEVICE_LIST, {0x01: 0})
    host.wait(30.0)
    assert host.ask(device, 0x11, "86042A", flags=0xB0) == []

    # when it reports, is asked to stay awake in time, and gets its command
    for _ in range(400_000):
        host.wait(0.001)
        if any(f.kind == 0x10 and f.sender == device.address for f in host.frames()):
            break
    (info,) = [f for f in host.take() if f.sender == device.address]
    assert (info.flags, info.payload[0], len(info.payload)) == (0x86, 0x0A, 6)
    host.wait(0.09)
    (wake,) = host.ask(device, 0x12, "", flags=0xA1)
    assert wake.payload == b"\x00"
    (ack,) = host.ask(device, 0x11, "86042A")

    # then it is 21.0 degrees, and the next report says so
    assert ack.payload[:3] == bytes((0x01, 0x04, 0x2A))
    (report,) = [f for f in host.listen(5.0, device) if f.kind == 0x10]
    assert report.payload[1] >> 2 == 0x2A


def test_a_radiator_thermostat_hears_bursts_once_its_register_says_so() -> None:
    host, device = paired(Thermostat)
    for payload in ("00050000000000", "00080101", "0006"):
        assert host.ask(device, 0x01, payload)[0].payload == b"\x00"
    host.wait(30.0)
    (ack,) = host.ask(device, 0x11, "8304", flags=0xB0)
    assert ack.payload[5] >> 6 == 3
    assert ack.payload[5] & 0x3F == 5


def test_thermostat_modes_and_limits() -> None:
    host, device = paired(Thermostat)
    for payload, mode in (("81042D", 1), ("8004", 0), ("82042412150B1A18160B1ABB", 2)):
        device.stay_awake(2.0)
        (ack,) = host.ask(device, 0x11, payload)
        assert ack.payload[5] >> 6 == mode, payload
    for payload in ("860408", "86043E", "8602", "860", "8603" + "2A"):
        device.stay_awake(2.0)
        if len(payload) % 2 == 0:
            assert host.ask(device, 0x11, payload)[0].payload == b"\x80"


def test_a_cold_room_warms_and_an_open_window_cools_it() -> None:
    host = Host(speed=3600.0)
    device = host.of_kind(Thermostat)
    host.pair(device)
    host.wait(4.0)
    warm = device.state()["actual"]
    assert isinstance(warm, float)
    assert 18.0 < warm < 23.0
    device.act("window", ("open",))
    host.wait(1.0)
    cold = device.state()["actual"]
    assert isinstance(cold, float)
    assert cold < warm - 3.0
    assert device.state()["valve_percent"] == 0


def test_a_contact_tells_open_and_closed_and_repeats_until_acknowledged() -> None:
    host, device = paired(Contact)
    host.take()
    device.act("open", ())
    host.wait(12.0)
    events = host.take()
    assert len(events) == 6
    assert {(f.kind, f.flags, f.receiver, f.payload) for f in events} == {
        (0x41, 0xA2, CENTRAL, bytes.fromhex("0101C8"))
    }
    device.act("close", ())
    (event,) = host.listen(3.0, device)
    assert event.payload == bytes.fromhex("010200")


def test_a_contact_that_is_told_to_wait_stays_awake_for_more() -> None:
    host, device = paired(Contact)
    host.wait(30.0)
    host.take()
    device.act("open", ())
    host.wait(0.05)
    (event,) = host.take()
    host.wait(0.09)
    host.acknowledge(event, flags=0x81)
    host.wait(0.2)
    pages = host.ask(device, 0x01, "01040000000001")
    assert pages[0].kind == 0x10
    assert pages[0].payload[0] == 0x02


def test_a_contact_asleep_hears_nothing() -> None:
    host, device = paired(Contact)
    host.wait(30.0)
    assert host.ask(device, 0x01, "01040000000001") == []


def test_a_motion_detector_keeps_its_interval() -> None:
    host, device = paired(Motion)
    host.take()
    for _ in range(5):
        device.act("motion", ("70",))
        host.listen(2.0)
    host.wait(6.0)
    device.act("motion", ("71",))
    (event,) = host.listen(1.0, device)
    assert event.payload == bytes((0x01, 2, 71, 0x40))
    assert device.state()["events"] == 2


def test_a_remote_presses_short_and_long() -> None:
    host, device = paired(Key)
    host.take()
    device.act("press", ("3",))
    (short,) = host.listen(1.0, device)
    assert (short.kind, short.flags, short.payload) == (0x40, 0xA2, bytes((3, 1)))
    device.act("press", ("3", "long"))
    held = host.listen(3.0, device)
    assert {f.payload for f in held} == {bytes((0x43, 2))}
    assert len({f.counter for f in held}) == len(held) == 5


def test_a_weather_sensor_sends_by_itself() -> None:
    host, device = paired(WeatherSensor)
    frames = host.listen(400.0, device)
    assert len(frames) >= 2
    assert {(f.kind, f.flags, f.receiver) for f in frames} == {(0x70, 0x86, bytes(3))}
    device.act("weather", ("-3.5", "81"))
    (frame,) = host.listen(1.0, device)
    assert frame.payload == ((-35) & 0x7FFF).to_bytes(2, "big") + b"\x51"


def test_smoke_is_told_to_the_team_signed_and_to_the_central() -> None:
    host, device = paired(SignedSmoke)
    host.listen(3.0)
    device.act("smoke", ())
    frames = host.listen(8.0, device)
    team = [f for f in frames if f.kind == 0x41]
    assert len(team) == 6
    assert len({f.counter for f in team}) == 1
    signed = team[0]
    assert signed.flags == 0x14
    assert signed.payload[2] == 0xC8
    bare = Frame(
        counter=signed.counter,
        flags=signed.flags,
        kind=0x41,
        sender=signed.sender,
        receiver=signed.receiver,
        payload=signed.payload[:4],
    )
    assert signed.payload[6:] == team_mac(DEFAULT_KEY, bare, signed.payload[4:6])
    status = [f for f in frames if f.kind == 0x10]
    assert status[0].payload[:3] == bytes.fromhex("0601C8")
    device.act("clear", ())
    assert [f.payload[2] for f in host.listen(8.0, device) if f.kind == 0x10] == [0x00]


def test_a_power_meter_tells_each_change_and_counts() -> None:
    host, device = paired(PowerMeter)
    host.listen(5.0)
    device.act("load", ("100",))
    (ack,) = host.ask(device, 0x11, "0201C80000")
    assert ack.payload[:3] == bytes.fromhex("0101C8")
    event = next(f for f in host.listen(4.0, device) if f.kind == 0x5F)
    assert event.flags == 0xA4
    assert int.from_bytes(event.payload[3:6], "big") == 10_000
    cyclic = [f for f in host.listen(3600.0, device) if f.kind == 0x5E]
    assert len(cyclic) >= 18
    assert 950 <= int.from_bytes(cyclic[-1].payload[:3], "big") & 0x7FFFFF <= 1010  # 0.1 Wh
    assert len(cyclic[-1].payload) == 11


@pytest.mark.parametrize("verb", ["", "fly", "turn", "press 9 long", "battery", "level 101", "weather x"])
def test_no_device_does_what_it_has_no_button_for(verb: str) -> None:
    host = Host()
    words = verb.split() or [""]
    for device in host.world.devices.values():
        if (device.blueprint.name, words[0]) != ("HM-RC-4-3", "press") and words[0] == "press":
            continue  # most have a button without a number
        with pytest.raises(ActRefused, match=r"\w"):
            device.act(words[0], tuple(words[1:]))


def test_a_thermostat_asks_for_the_time_until_it_is_told() -> None:
    host, device = paired(WallThermostat)
    asked = [f for f in host.listen(400.0, device) if f.kind == 0x3F]
    assert len(asked) >= 2
    assert {(f.flags, f.receiver, f.payload) for f in asked} == {(0xA0, CENTRAL, b"")}
    device.power_loss()
    device.ask_time()
    host.wait(0.05)
    question = next(f for f in host.take() if f.kind == 0x3F)
    host.wait(0.06)
    host.send(device, 0x3F, "02022F000000", 0x80, counter=question.counter)
    host.wait(0.1)
    assert isinstance(device.told_local_s, float)
    assert [f for f in host.listen(400.0, device) if f.kind == 0x3F] == []
