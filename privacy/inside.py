"""A device inside the house as the owner enters it: an address, a port, its MAC address or certificate.

Pure. Never a name, as whoever answers for names would choose the device; never an address beyond the house;
never a port at which something sits that would carry the bytes on: resolvers, routers, proxies.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

SCHEME = "tcp://"
LONGEST = 80  # characters of an entry; the longest that can be right has 76
ALLOWED_PORT = (
    'an absolute path such as "/dev/ttyACM0", or a stick in this network, "tcp://192.168.1.20:2323" or'
    ' "tcp://[fd00::20]:2323": an address in figures (10/8, 172.16/12, 192.168/16, 169.254/16, fd00::/8,'
    " fe80::/10 with %interface, loopback), never a name, and not the port of a resolver, router or proxy"
)
ALLOWED_MAC = (
    'the MAC address of the stick in the network, such as "00:04:a3:12:34:56"; homebase doctor shows it;'
    " only with a tcp:// port that is not on this machine"
)
ALLOWED_DEVICE = (
    '"tcp://192.168.1.30:80" or "tcp://[fd00::30]:80": an address of this network in figures, never a name,'
    " and not the port of a resolver, router or proxy"
)
ALLOWED_WHO = (
    'the MAC address of the device, such as "00:1a:22:12:34:56" (homebase doctor shows it; none for a device'
    " on this machine), or certificate_sha256, or both"
)
ALLOWED_CERTIFICATE = (
    "the SHA-256 fingerprint of the device's TLS certificate: 64 hexadecimal digits, with or without colons"
    " (openssl x509 -fingerprint -sha256)"
)
RESERVED = frozenset({"radio"})  # the stick's entry
ALLOWED_NAME = 'a name of its own: a to z, 0 to 9 and "-", a letter first, at most 32, and not "radio"'
_DEVICE_KEYS = ("name", "address", "mac", "certificate_sha256")
_NAME = re.compile("[a-z][a-z0-9-]{0,31}")
# 53, 853, 5353: resolvers; 67, 547: address servers; 1900, 5351: routers (UPnP, NAT-PMP); the rest: proxies
NEVER_PORTS = frozenset({53, 67, 547, 853, 1900, 5351, 5353, 1080, 3128, 8080, 8118, 8888, 9050, 9150})
_NETWORKS_4 = tuple(
    IPv4Network(text)
    for text in ("10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
)
_NETWORKS_6 = tuple(IPv6Network(text) for text in ("::1/128", "fd00::/8", "fe80::/10"))
_LINK_LOCAL_6 = IPv6Network("fe80::/10")
_ENTRY = re.compile(
    r"tcp://(?:\[([0-9A-Fa-f:]{2,39}(?:%[A-Za-z0-9_.-]{1,15})?)\]|([0-9.]{7,15})):([1-9][0-9]{0,4})"
)
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31}")
_MAC = re.compile(r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}")

Address = IPv4Address | IPv6Address


class NotAnEntry(ValueError):
    """Keys of homebase.toml do not make an entry. key: port, mac or certificate_sha256; allowed: in words."""

    def __init__(self, key: str, allowed: str) -> None:
        super().__init__(key, allowed)
        self.key, self.allowed = key, allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class InsideEntry:
    """One device. mac: lower case with colons; "" on this machine's loopback, which has none.

    certificate_sha256: of the certificate that it shows under TLS, 64 lower-case hexadecimal digits; "": none
    was entered, and what is spoken with it is between it and the driver. One of the two tells who it is.
    """

    address: Address
    port: int
    mac: str = ""
    certificate_sha256: str = ""

    def __str__(self) -> str:
        return f"{SCHEME}{self.host}:{self.port}"

    @property
    def host(self) -> str:
        """The address as it stands in an entry, IPv6 in brackets."""
        return f"[{self.address}]" if isinstance(self.address, IPv6Address) else str(self.address)

    @property
    def scope(self) -> str:
        """The interface that a link-local IPv6 address names; else empty."""
        return (self.address.scope_id or "") if isinstance(self.address, IPv6Address) else ""


def mistake_in(port: str, mac: str) -> NotAnEntry | None:
    """What is wrong with ``[radio] port`` and ``mac``, a path or an entry; None: they are right."""
    if port.startswith(SCHEME):
        try:
            read_entry(port, mac)
        except NotAnEntry as mistake:
            return mistake
        return None
    if port and not port.startswith("/"):
        return NotAnEntry("port", ALLOWED_PORT)
    return NotAnEntry("mac", ALLOWED_MAC) if mac else None


def mistakes_in_devices(rows: object) -> Iterator[tuple[str, object, str]]:
    """What is wrong with the tables [[device]]: key, value, allowed."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        yield "device", rows, "tables [[device]]"
        return
    names = [row.get("name") for row in rows]
    for number, row in enumerate(rows):
        label = f"device.{number + 1}"
        name = row.get("name")
        if (
            not isinstance(name, str)
            or not _NAME.fullmatch(name)
            or name in RESERVED
            or names.count(name) > 1
        ):
            yield f"{label}.name", name, ALLOWED_NAME
        if (wrong := _mistake_in_device(row)) is not None:
            yield f"{label}.{wrong.key}", row.get(wrong.key, ""), wrong.allowed
        for key in row.keys() - set(_DEVICE_KEYS):
            yield f"{label}.{key}", row[key], f"one of: {', '.join(_DEVICE_KEYS)}"


def _mistake_in_device(row: Mapping[str, object]) -> NotAnEntry | None:
    address, mac, certificate = (row.get(key, "") for key in _DEVICE_KEYS[1:])
    for key, value, allowed in (
        ("address", address, ALLOWED_DEVICE),
        ("mac", mac, ALLOWED_WHO),
        ("certificate_sha256", certificate, ALLOWED_CERTIFICATE),
    ):
        if not isinstance(value, str):
            return NotAnEntry(key, allowed)
    try:
        read_entry(str(address), str(mac), str(certificate))
    except NotAnEntry as wrong:
        if wrong.key == "port":
            return NotAnEntry("address", ALLOWED_DEVICE)
        return NotAnEntry("mac", ALLOWED_WHO) if wrong.key == "mac" else wrong
    return None


def read_entry(port: str, mac: str = "", certificate_sha256: str = "") -> InsideEntry:
    """Read ``[radio] port`` and ``mac``, or the keys of a [[device]], which may have a certificate instead.

    Raises:
        NotAnEntry: they are no entry of a device inside the house.
    """
    entry = read_address(port)
    if certificate_sha256 and not _FINGERPRINT.fullmatch(certificate_sha256):
        raise NotAnEntry("certificate_sha256", ALLOWED_CERTIFICATE)
    known = mac != "" or certificate_sha256 != ""
    if (entry.address.is_loopback and mac) or not (entry.address.is_loopback or known):
        raise NotAnEntry("mac", ALLOWED_MAC)
    if mac and not is_mac(mac):
        raise NotAnEntry("mac", ALLOWED_MAC)
    certificate = certificate_sha256.replace(":", "").lower()
    return replace(entry, mac=mac.lower(), certificate_sha256=certificate)


def read_address(port: str) -> InsideEntry:
    """Read ``[radio] port`` alone; who the device is stays open.

    Raises:
        NotAnEntry: it is no address of this house.
    """
    found = _ENTRY.fullmatch(port) if len(port) <= LONGEST else None
    if found is None or int(found[3]) > 65535 or int(found[3]) in NEVER_PORTS:
        raise NotAnEntry("port", ALLOWED_PORT)
    try:
        address = ip_address(found[1] or found[2])
    except ValueError as error:
        raise NotAnEntry("port", ALLOWED_PORT) from error
    if not is_inside(address):
        raise NotAnEntry("port", ALLOWED_PORT)
    return InsideEntry(address=address, port=int(found[3]))


def is_inside(address: Address) -> bool:
    """Whether ``address`` can only be of this house: private, of this link, or of this machine."""
    if isinstance(address, IPv4Address):
        return any(address in network for network in _NETWORKS_4)
    bare = IPv6Address(int(address))
    if (bare in _LINK_LOCAL_6) != (address.scope_id is not None):
        return False  # a link-local address means nothing without its interface, and others have none
    return any(bare in network for network in _NETWORKS_6)


def is_mac(text: str) -> bool:
    """Whether ``text`` names one network card: not all zero, not a group of them."""
    if _MAC.fullmatch(text) is None:
        return False
    first, *rest = bytes.fromhex(text.replace(":", ""))
    return not first & 1 and any((first, *rest))
