"""What the driver remembers survives, and what it can't read is not guessed."""

from drivers.bidcos.members.records import (
    COUNTER_BLOCK,
    DeviceRecord,
    new_central,
    read_records,
    reserved_counter,
    write_central,
    write_device,
)

RECORD = DeviceRecord(address=b"\x51\x00\x09", model=0x00A1, firmware=0x24, serial="SIM0000009", counter=250)


def test_what_was_written_is_read_again() -> None:
    records = read_records({"central": write_central(b"\x12\x34\x56"), RECORD.key: write_device(RECORD)})
    assert records.central == b"\x12\x34\x56"
    assert records.devices == (RECORD,)
    assert RECORD.firmware_text == "2.4"


def test_broken_and_newer_records_are_named_and_left_alone() -> None:
    newer = b"\x07" + write_device(RECORD)[1:]
    records = read_records({"central": b"\x07abc", "device/a": newer, "device/b": b"", "device/c": b"\x01{"})
    assert records.central is None
    assert records.devices == ()
    assert records.unreadable == ("device/a", "device/b", "device/c")


def test_our_address_is_nobody_elses() -> None:
    offered = iter([bytes(3), b"\xfd\x00\x01", b"\x51\x00\x09", b"\x12\x34\x56"])
    assert new_central(lambda _size: next(offered), frozenset({b"\x51\x00\x09"})) == b"\x12\x34\x56"


def test_counters_are_written_ahead_and_wrap() -> None:
    assert reserved_counter(250) == (250 + COUNTER_BLOCK) % 256
