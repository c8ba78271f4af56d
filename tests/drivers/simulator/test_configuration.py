"""Type 01 at the devices, and what they keep."""

import json
from pathlib import Path

import pytest

from drivers.simulator.devices.key import Key
from drivers.simulator.devices.memory import ListId, Memory, parse_list_id
from drivers.simulator.devices.motion import Motion
from drivers.simulator.devices.sensor import Contact
from drivers.simulator.devices.smoke import SignedSmoke
from drivers.simulator.store import read_memory, write_memory
from drivers.simulator.teach_in import TeachIn

from .host import CENTRAL, Host

LIST0 = "00040000000000"


def pages(host: Host, number: int, payload: str, *, acknowledge: bool = True) -> list[bytes]:
    host.take()
    host.send(host.device(number), 0x01, payload)
    frames = host.listen(3.0, host.device(number)) if acknowledge else []
    if not acknowledge:
        host.wait(10.0)
        frames = host.take()
    return [frame.payload for frame in frames if frame.kind == 0x10]


def test_registers_are_written_at_the_end_and_read_back() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    for payload in ("01050000000001", "0108573F3001"):
        assert host.ask(device, 0x01, payload)[0].payload == b"\x00"
    assert device.memory.register(0x57, 0, ListId(channel=1, number=1)) == 0x24
    assert host.ask(device, 0x01, "0106")[0].payload == b"\x00"
    assert pages(host, 1, "01040000000001") == [bytes.fromhex("020800300156" + "00573F0000")]
    (list0,) = pages(host, 1, LIST0)
    owner = b"".join(bytes(pair) for pair in zip((10, 11, 12), CENTRAL, strict=True))
    assert list0 == b"\x02\x02\x01" + owner + bytes.fromhex("15FF18000000")


def test_a_sequence_write_counts_up() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    for payload in ("01050000000001", "010730AABBCC", "0106"):
        assert host.ask(device, 0x01, payload)[0].payload == b"\x00"
    registers = device.memory.lists[ListId(channel=1, number=1)]
    assert [registers[n] for n in (0x30, 0x31, 0x32)] == [0xAA, 0xBB, 0xCC]


def test_long_lists_come_in_pages_each_acknowledged_with_counters_that_grow() -> None:
    host = Host()
    device = host.device(5)
    host.pair(device)
    device.stay_awake(10.0)
    host.take()
    counter = host.send(device, 0x01, "04040000000007")
    frames = [f for f in host.listen(6.0, device) if f.payload[:1] == b"\x03"]
    assert [f.counter for f in frames] == [counter + at for at in range(len(frames))]
    assert {f.flags for f in frames} == {0xA0}
    assert frames[-1].payload == b"\x03\x00"
    told = {f.payload[1] + at: value for f in frames[:-1] for at, value in enumerate(f.payload[2:])}
    assert told == device.memory.registers(ListId(channel=4, number=7))
    assert len(told) > 182
    assert max(len(f.payload) for f in frames) == 17


def test_an_unacknowledged_page_is_repeated_and_then_given_up() -> None:
    host = Host()
    host.pair(host.device(1))
    assert len(pages(host, 1, LIST0, acknowledge=False)) == 3
    assert host.device(1).outbox.given_up == 1


def test_writing_without_start_or_to_no_list_is_refused() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    for payload, answer in (
        ("01080801", 0x80),
        ("0106", 0x80),
        ("01050000000009", 0x84),
        ("0105AABBCC0103", 0x84),
        ("09050000000001", 0x84),
        ("010F", 0x80),
        ("01", 0x80),
        ("0102AABBCC0100", 0x84),
        ("0001AABBCC0100", 0x80),
    ):
        assert host.ask(device, 0x01, payload)[0].payload == bytes((answer,)), payload


def test_peers_are_added_listed_until_full_and_removed() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    for number in range(1, 7):
        assert host.ask(device, 0x01, f"0101AABB{number:02X}0100")[0].payload == b"\x00"
    assert host.ask(device, 0x01, "0101AABB070100")[0].payload == b"\x82"
    first, second = pages(host, 1, "0103")
    assert first == bytes.fromhex("01AABB0101AABB0201AABB0301AABB0401")
    assert second == bytes.fromhex("01AABB0501AABB060100000000")
    assert pages(host, 1, "0104AABB010103")[0][:1] == b"\x02"
    assert host.ask(device, 0x01, "0102AABB010100")[0].payload == b"\x00"
    assert len(device.memory.peers[1]) == 5
    assert host.ask(device, 0x01, "0104AABB010103")[0].payload == b"\x84"


def test_status_and_serial_requests_are_answered() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    (status,) = host.ask(device, 0x01, "010E")
    assert status.payload[:4] == bytes.fromhex("01010000")
    assert 0x20 <= status.payload[4] < 0x70
    assert pages(host, 1, "0009") == [b"\x00SIM0000001"]


def test_a_device_paired_by_its_serial_answers_its_caller() -> None:
    host = Host()
    device = host.device(2)
    host.send(bytes(3), 0x01, b"\x01\x0a" + b"SIM0000002", 0x84)
    host.wait(0.5)
    (info,) = host.take()
    assert (info.kind, info.flags, info.receiver, info.sender) == (0x00, 0xA4, CENTRAL, device.address)
    assert host.ask(device, 0x01, "00050000000000")[0].payload == b"\x00"


def test_unpairing_and_factory_reset_set_it_free() -> None:
    host = Host()
    device = host.device(1)
    host.pair(device)
    for payload in ("00050000000000", "000802000A000B000C00", "0006"):
        assert host.ask(device, 0x01, payload)[0].payload == b"\x00"
    assert not device.memory.is_paired
    host.wait(30.0)
    host.pair(device)
    host.ask(device, 0x01, "0101AABBCC0100")
    assert host.ask(device, 0x11, "0400", wait_s=1.0)[0].payload == b"\x00"
    assert not device.memory.is_paired
    assert device.memory.peers == {}


def test_a_learning_device_listens_only_for_a_while() -> None:
    host = Host()
    device = host.device(1)
    device.teach_in()
    host.wait(25.0)
    assert host.ask(device, 0x01, "00050000000000") == []


def test_the_memory_survives_on_disk_and_a_broken_one_is_named(tmp_path: Path) -> None:
    host = Host()
    host.pair(host.device(1))
    host.ask(host.device(1), 0x01, "0101AABBCC0100")
    path = tmp_path / "memory.json"
    write_memory(path, host.world)
    assert path.stat().st_mode & 0o777 == 0o600
    again = Host()
    read_memory(path, again.world)
    for serial, device in host.world.devices.items():
        assert again.world.devices[serial].memory.to_json() == device.memory.to_json()
    for text in ("", "[]", '{"version": 9}', json.dumps({"version": 1, "devices": {"SIM0000001": {"lists": 3, "peers": {"x": []}}}})):  # fmt: skip  # noqa: E501
        path.write_text(text)
        with pytest.raises(ValueError, match=r"memory\.json"):
            read_memory(path, Host().world)
    path.unlink()
    read_memory(path, Host().world)


def test_list_ids_are_read_as_they_are_written() -> None:
    target = ListId(channel=4, number=7, peer=b"\x01\x02\x03\x04")
    assert parse_list_id(str(target)) == target
    assert Memory(lists={}).central == bytes(3)


def test_teach_in_pairs_twelve_devices_within_a_minute() -> None:
    # given a home with nobody's devices and a hub that pairs whoever asks, one after the other
    host = Host()
    TeachIn(host.world).start()
    start_s = host.world.agenda.now_s
    central = "".join(f"{r:02X}{b:02X}" for r, b in zip((10, 11, 12), CENTRAL, strict=True))

    # when it answers every teach-in
    heard = []
    while host.world.unpaired() and host.world.agenda.now_s < start_s + 120:
        host.wait(0.02)
        for frame in host.take():
            heard.append(frame)
            device = next(d for d in host.world.devices.values() if d.address == frame.sender)
            if frame.kind == 0x00 and not device.memory.is_paired:
                for payload in ("00050000000000", "00080201" + central, "0006"):
                    host.ask(device, 0x01, payload)

    # then all are paired, at most about one button a second
    assert host.world.unpaired() == []
    assert host.world.agenda.now_s - start_s < 30.0
    assert host.of_kind(Key).memory.is_paired

    # and who has a cover was closed, and reported what it sees
    host.wait(10.0)
    heard += host.take()
    reports = [frame.sender for frame in heard if frame.kind == 0x10 and frame.payload[:2] == b"\x06\x01"]
    for kind in (Contact, Motion, SignedSmoke):
        assert host.of_kind(kind).address in reports


def test_teach_in_becomes_slower_where_nobody_answers() -> None:
    host = Host(devices=2)
    TeachIn(host.world).start()
    host.wait(60.0)
    pressed = len(host.take())
    host.wait(60.0)
    assert 10 <= len(host.take()) <= 14
    assert pressed > 14
