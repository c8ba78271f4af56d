"""Which addresses are outside the house: our own table, the standard library's differs between versions.

Pure. Sources: the IANA special-purpose address registries. For IPv6 only global unicast (2000::/3) can be
outside, so mapped, compatible, translated (64:ff9b::/96), site-local and unique-local forms never are.
No option changes any of this.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

_INSIDE_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by providers' translators
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_6 = IPv6Network("2000::/3")
_INSIDE_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them: an IPv4 address hides inside
        "2001:db8::/32",
        "2002::/16",  # 6to4: an IPv4 address hides inside
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)


def is_outside(address: IPv4Address | IPv6Address) -> bool:
    """Whether ``address`` is on the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _INSIDE_4)
    if address.scope_id is not None or address not in _GLOBAL_6:
        return False
    return not any(address in network for network in _INSIDE_6)
