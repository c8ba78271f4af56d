"""An owner's entry of a device inside the house: what can be one, and that nothing else ever is."""

import re
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.inside import (
    LONGEST,
    NEVER_PORTS,
    InsideEntry,
    NotAnEntry,
    is_inside,
    is_mac,
    mistake_in,
    mistakes_in_devices,
    read_address,
    read_entry,
)

MAC = "00:04:a3:12:34:56"
PRINT = "0123456789abcdef" * 4
GOOD = (
    "tcp://192.168.1.20:2323",
    "tcp://10.0.0.1:1",
    "tcp://172.31.255.254:65535",
    "tcp://169.254.7.7:2000",
    "tcp://[fd00::20]:2323",
    "tcp://[fd12:3456:789a:bcde:f012:3456:789a:bcde]:2323",
    "tcp://[fe80::204:a3ff:fe12:3456%eth0]:2323",
)


@pytest.mark.parametrize("port", GOOD)
def test_an_address_of_this_house_with_its_mac_is_an_entry(port: str) -> None:
    entry = read_entry(port, MAC.upper())
    assert str(entry) == port
    assert entry.mac == MAC
    assert mistake_in(port, MAC) is None


@pytest.mark.parametrize("shown", [PRINT, PRINT.upper(), ":".join(re.findall("..", PRINT))])
def test_a_certificate_stands_in_the_cards_place_or_beside_it(shown: str) -> None:
    assert read_entry(GOOD[0], certificate_sha256=shown).certificate_sha256 == PRINT
    both = read_entry(GOOD[0], MAC, shown)
    assert (both.mac, both.certificate_sha256) == (MAC, PRINT)
    assert read_entry("tcp://127.0.0.1:2323", "", shown).certificate_sha256 == PRINT


@pytest.mark.parametrize("shown", [PRINT[:-1], PRINT + "0", "sha256:" + PRINT, PRINT[:-1] + "g", ":" * 64])
def test_what_is_no_fingerprint_is_refused(shown: str) -> None:
    with pytest.raises(NotAnEntry) as refused:
        read_entry(GOOD[0], MAC, shown)
    assert refused.value.key == "certificate_sha256"
    assert "openssl" in refused.value.allowed


@pytest.mark.parametrize(
    ("row", "keys"),
    [
        ({"name": "ccu", "address": GOOD[0], "mac": MAC}, []),
        ({"name": "ccu", "address": GOOD[0], "certificate_sha256": PRINT}, []),
        ({"name": "ccu", "address": "tcp://127.0.0.1:2001"}, []),
        ({"name": "ccu", "address": GOOD[0]}, ["mac"]),
        ({"name": "ccu", "address": "tcp://8.8.8.8:1", "mac": MAC}, ["address"]),
        ({"name": "ccu", "address": "/dev/ttyACM0"}, ["address"]),
        ({"name": "ccu"}, ["address"]),
        ({"name": "ccu", "address": 7}, ["address"]),
        ({"name": "ccu", "address": GOOD[0], "mac": 7}, ["mac"]),
        ({"name": "ccu", "address": GOOD[0], "certificate_sha256": "x"}, ["certificate_sha256"]),
        ({"name": "ccu", "address": GOOD[0], "certificate_sha256": 7}, ["certificate_sha256"]),
        ({"name": "radio", "address": GOOD[0], "mac": MAC, "port": 1}, ["name", "port"]),
    ],
)
def test_each_mistake_in_a_device_is_named_by_its_key(row: dict[str, object], keys: list[str]) -> None:
    assert [key for key, _, _ in mistakes_in_devices([row])] == [f"device.1.{key}" for key in keys]


@pytest.mark.parametrize("port", ["tcp://127.0.0.1:2323", "tcp://[::1]:2323"])
def test_on_this_machine_there_is_no_mac(port: str) -> None:
    assert read_entry(port).mac == ""
    with pytest.raises(NotAnEntry) as refused:
        read_entry(port, MAC)
    assert refused.value.key == "mac"


@pytest.mark.parametrize(
    "port",
    [
        "tcp://cuno.local:2323",  # names
        "tcp://localhost:2323",
        "tcp://8.8.8.8:2323",  # outside
        "tcp://100.64.0.1:2323",
        "tcp://172.32.0.1:2323",
        "tcp://192.169.1.1:2323",
        "tcp://0.0.0.0:2323",
        "tcp://224.0.0.1:2323",
        "tcp://255.255.255.255:2323",
        "tcp://[2001:db8::1]:2323",
        "tcp://[2003:e1::1]:2323",
        "tcp://[ff02::1]:2323",
        "tcp://[fc00::1]:2323",
        "tcp://[::]:2323",
        "tcp://[::ffff:192.168.1.20]:2323",  # other spellings of an IPv4 address
        "tcp://[::ffff:c0a8:114]:2323",
        "tcp://[64:ff9b::c0a8:114]:2323",
        "tcp://3232235796:2323",
        "tcp://0xc0a80114:2323",
        "tcp://192.168.1:2323",
        "tcp://192.168.001.020:2323",
        "tcp://[fe80::1]:2323",  # of which interface?
        "tcp://[fd00::1%eth0]:2323",
        "tcp://[fe80::1%eth0/../x]:2323",
        "tcp://[fe80::1%]:2323",
        "tcp://[fe80::1%an-interface-too-long]:2323",
        "tcp://192.168.1.20",  # ports
        "tcp://192.168.1.20:0",
        "tcp://192.168.1.20:65536",
        "tcp://192.168.1.20:02323",
        "tcp://192.168.1.20:٢٣٢٣",
        *(f"tcp://192.168.1.20:{port}" for port in sorted(NEVER_PORTS)),
        "tcp://user@192.168.1.20:2323",  # more than an address
        "tcp://192.168.1.20:2323/",
        "tcp://192.168.1.20:2323?x",
        "tcp://192.168.1.20:2323\n",
        " tcp://192.168.1.20:2323",
        "TCP://192.168.1.20:2323",
        "udp://192.168.1.20:2323",
        "tcp://192.168.1.20:2323#8.8.8.8",
    ],
)
def test_nothing_else_is_one(port: str) -> None:
    with pytest.raises(NotAnEntry) as refused:
        read_entry(port, MAC)
    assert refused.value.key == "port"


@pytest.mark.parametrize(
    "mac",
    [
        "",
        "00:00:00:00:00:00",
        "01:00:5e:00:00:01",
        "ff:ff:ff:ff:ff:ff",
        "00-04-a3-12-34-56",
        "00:04:a3",
        MAC + " ",
    ],
)
def test_in_the_network_it_takes_one_cards_address(mac: str) -> None:
    with pytest.raises(NotAnEntry) as refused:
        read_entry(GOOD[0], mac)
    assert refused.value.key == "mac"
    assert "homebase doctor" in refused.value.allowed


def test_a_serial_device_is_a_path_and_has_no_mac() -> None:
    assert mistake_in("", "") is mistake_in("/dev/ttyACM0", "") is None
    for port, mac, key in (("ttyACM0", "", "port"), ("/dev/ttyACM0", MAC, "mac"), ("", MAC, "mac")):
        mistake = mistake_in(port, mac)
        assert mistake is not None
        assert mistake.key == key


LETTERS = "0123456789abcdefF.:[]%/@#- \n\0٣tcp"
EDITS = st.lists(
    st.tuples(
        st.integers(0, 60), st.sampled_from(("", *LETTERS, "1" * 40, "::", "%eth0")), st.integers(0, 2)
    ),
    min_size=1,
    max_size=4,
)


def mutated(text: str, edits: list[tuple[int, str, int]]) -> str:
    """An entry with a few letters changed, cut out or put in."""
    for at, letters, gone in edits:
        text = text[:at] + letters + text[at + gone :]
    return text


@given(st.builds(mutated, st.sampled_from(GOOD), EDITS) | st.text(max_size=200))
def test_whatever_is_written_it_is_an_address_of_the_house_or_refused(text: str) -> None:
    try:
        entry = read_address(text)
    except NotAnEntry:
        return
    assert len(text) <= LONGEST
    assert is_inside(entry.address)
    assert 1 <= entry.port <= 65535
    assert entry.port not in NEVER_PORTS
    assert read_address(str(entry)) == entry
    # by another hand: the whole text is that address and that port, no more
    host, _, port = text.removeprefix("tcp://").rpartition(":")
    assert (ip_address(host.strip("[]")), int(port)) == (entry.address, entry.port)


@pytest.mark.parametrize("text", ["tcp://" + "1" * 1_000_000, "tcp://[" + ":" * 1_000_000, "/" + "x" * 81])
def test_what_is_too_long_is_not_even_looked_at(text: str) -> None:
    with pytest.raises(NotAnEntry):
        read_address(text)


@given(st.text(max_size=40))
def test_a_mac_is_one_card_or_refused(text: str) -> None:
    assert not is_mac(text) or len(bytes.fromhex(text.replace(":", ""))) == 6


def test_an_entry_shows_itself_as_it_is_written() -> None:
    entry = InsideEntry(address=ip_address("fe80::1%eth0"), port=7)
    assert (str(entry), entry.scope, entry.host) == ("tcp://[fe80::1%eth0]:7", "eth0", "[fe80::1%eth0]")
