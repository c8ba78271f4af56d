"""[lan] of homebase.toml: what it says, and each mistake with what is allowed."""

import tomllib
from dataclasses import fields
from ipaddress import ip_network
from pathlib import Path

import pytest

from privacy.gate.config import BadConfig, GateConfig, config_from
from privacy.gate.lan.settings import LanSettings
from privacy.gate.start import with_lan
from tests.paths import ROOT

FILE = Path("/etc/homebase/homebase.toml")


def test_everything_may_be_left_out() -> None:
    assert config_from({}, FILE).lan is None
    assert config_from({"lan": {}}, FILE).lan is None
    assert config_from({"lan": {"on": True}}, FILE).lan == LanSettings(on=True, port=8443)


def test_the_example_names_every_key() -> None:
    table = tomllib.loads((ROOT / "config" / "homebase.toml").read_text())["lan"]
    assert list(table) == [field.name for field in fields(LanSettings)]


def test_it_says_what_stands_there() -> None:
    table = {
        "on": True,
        "port": 443,
        "interfaces": ["eth0", "wlan0.5"],
        "name": "home.example.org",
        "certificate": "/etc/homebase/cert.pem",
        "key": "/etc/homebase/key.pem",
        "also": ["192.168.2.0/24", "fd00:2::/64"],
        "mdns": False,
    }
    assert config_from({"lan": table}, FILE).lan == LanSettings(
        on=True,
        port=443,
        interfaces=("eth0", "wlan0.5"),
        name="home.example.org",
        certificate=Path("/etc/homebase/cert.pem"),
        key=Path("/etc/homebase/key.pem"),
        also=(ip_network("192.168.2.0/24"), ip_network("fd00:2::/64")),
        mdns=False,
    )


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        (5, ["lan = 5", "[lan]"]),
        ({"on": 1, "mdns": "yes"}, ["lan.on = 1", "lan.mdns = 'yes'", "true or false"]),
        ({"port": 0}, ["lan.port = 0", "1 to 65535"]),
        ({"port": True}, ["lan.port = True"]),
        ({"interfaces": "eth0"}, ["lan.interfaces", 'such as "eth0"']),
        ({"interfaces": ["../x"]}, ["lan.interfaces"]),
        ({"name": "Home"}, ["lan.name = 'Home'", "host name with a dot"]),
        ({"name": "192.168.1.5"}, ["lan.name"]),
        ({"name": "*.example.org"}, ["lan.name"]),
        ({"certificate": "cert.pem", "key": "/k"}, ["lan.certificate = 'cert.pem'", "absolute"]),
        ({"certificate": "/c"}, ["lan.key", "both certificate and key"]),
        ({"key": "/k"}, ["lan.certificate", "both certificate and key"]),
        ({"also": ["0.0.0.0/0"]}, ["lan.also", "private"]),
        ({"also": ["9.9.9.0/24"]}, ["lan.also"]),
        ({"also": ["192.168.2.1/24"]}, ["lan.also"]),
        ({"also": ["::/0"]}, ["lan.also"]),
        ({"also": ["10.0.0.0/8"] * 17}, ["at most 16"]),
        ({"hsts": True}, ["lan.hsts", "one of: on, port"]),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(table: object, parts: list[str]) -> None:
    with pytest.raises(BadConfig) as found:
        config_from({"lan": table}, FILE)
    assert all(part in str(found.value) for part in parts), str(found.value)


def test_the_command_line_wins() -> None:
    off, on = GateConfig(), GateConfig(lan=LanSettings(on=True, port=9000))
    assert with_lan(off, None) == off
    assert with_lan(on, None) == on
    assert with_lan(off, True).lan == LanSettings(on=True)
    assert with_lan(on, False).lan == LanSettings(on=False, port=9000)
    assert with_lan(GateConfig(lan=LanSettings(port=9000)), True).lan == LanSettings(on=True, port=9000)
