"""[lan] of homebase.toml. Pure: the mistakes of a table, and what it says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

PORT = 8443
Network = IPv4Network | IPv6Network
_HOST = re.compile(r"(?=.{4,100}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")
_INTERFACE = re.compile(r"[A-Za-z0-9_.@-]{1,15}")
ALSO_LIMIT = 16
_ALSO = (
    'at most 16 networks such as "192.168.2.0/24" or "fd00:2::/64": private ones, and none all of the world'
)
_PRIVATE = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fd00::/8")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanSettings:
    """What the owner says about the home's network.

    port: 1 to 65535. interfaces: names, none looks for the home's. name: of this home, "" takes a random one,
    or those of the certificate. certificate, key: the owner's own, both or neither. also: networks behind a
    router that may come in, too.
    """

    on: bool = False
    port: int = PORT
    interfaces: tuple[str, ...] = ()
    name: str = ""
    certificate: Path | None = None
    key: Path | None = None
    also: tuple[Network, ...] = ()
    mdns: bool = True


def settings_from(table: Mapping[str, object]) -> LanSettings:
    """Read a table without mistakes."""
    certificate, key = str(table.get("certificate", "")), str(table.get("key", ""))
    return LanSettings(
        on=table.get("on") is True,
        port=_number(table.get("port", PORT)) or PORT,
        interfaces=tuple(_words(table.get("interfaces", []))),
        name=str(table.get("name", "")),
        certificate=Path(certificate) if certificate else None,
        key=Path(key) if key else None,
        also=tuple(ip_network(text) for text in _words(table.get("also", []))),
        mdns=table.get("mdns", True) is True,
    )


def mistakes_in(table: object) -> Iterator[tuple[str, object, str]]:
    """What is wrong with [lan]: key, value, allowed."""
    if not isinstance(table, dict):
        yield "lan", table, "a section [lan]"
        return
    checks = {
        "on": (_is_flag, "true or false"),
        "port": (_is_port, "1 to 65535"),
        "interfaces": (_are_interfaces, 'a list of at most 8 interfaces such as "eth0"'),
        "name": (_is_name, 'a host name with a dot, in small letters, such as "home.example.org", or ""'),
        "certificate": (_is_path, "an absolute path of a PEM file with the chain, or empty"),
        "key": (_is_path, "an absolute path of a PEM file, or empty"),
        "also": (_are_networks, _ALSO),
        "mdns": (_is_flag, "true or false"),
    }
    for key, value in table.items():
        known = checks.get(key)
        if known is None:
            yield f"lan.{key}", value, f"one of: {', '.join(checks)}"
        elif not known[0](value):
            yield f"lan.{key}", value, known[1]
    certificate, key = table.get("certificate", ""), table.get("key", "")
    if bool(certificate) != bool(key):
        missing = "key" if certificate else "certificate"
        yield f"lan.{missing}", "", "both certificate and key, or neither"


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_port(value: object) -> bool:
    return _number(value) is not None


def _number(value: object) -> int | None:
    return value if type(value) is int and 1 <= value <= 65535 else None


def _is_name(value: object) -> bool:
    if value == "":
        return True
    return (
        isinstance(value, str)
        and _HOST.fullmatch(value) is not None
        and not value.rpartition(".")[2].isdigit()
    )


def _is_path(value: object) -> bool:
    return isinstance(value, str) and (value == "" or value.startswith("/"))


def _words(value: object) -> list[str]:
    return [str(word) for word in value] if isinstance(value, list) else []


def _are_interfaces(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 8
        and all(isinstance(word, str) and _INTERFACE.fullmatch(word) for word in value)
    )


def _are_networks(value: object) -> bool:
    if not isinstance(value, list) or len(value) > ALSO_LIMIT:
        return False
    return all(isinstance(text, str) and _is_private(text) for text in value)


def _is_private(text: str) -> bool:
    try:
        network = ip_network(text)
    except ValueError:
        return False
    return any(network.version == one.version and network.subnet_of(one) for one in _PRIVATE)  # type: ignore[arg-type]
