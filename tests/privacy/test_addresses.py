"""Which addresses are outside: forms that hide an inside address are not."""

from ipaddress import ip_address

import pytest

from privacy.addresses import is_outside


@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.255.255"),
        *("192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7"),
        *("203.0.113.9", "224.0.0.251", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:9.9.9.9", "::9.9.9.9", "64:ff9b::909:909", "64:ff9b:1::1", "fe80::1"),
        *("fec0::1", "fc00::1", "fd12::1", "ff02::fb", "100::1", "2001::1", "2001:db8::1", "2002:909:909::1"),
        *("3fff::1", "5f00::1", "2001:0:909:909::1", "fe80::1%eth0", "2620:fe::9%eth0"),
    ],
)
def test_is_not_outside(text: str) -> None:
    assert not is_outside(ip_address(text))


@pytest.mark.parametrize(
    "text", ["9.9.9.9", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2620:fe::9", "2a00:1450::1"]
)
def test_is_outside(text: str) -> None:
    assert is_outside(ip_address(text))
