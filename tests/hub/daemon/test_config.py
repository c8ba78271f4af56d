"""homebase.toml: every mistake at once, by key, value and range; the example says what the program does."""

import logging
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from hub.daemon.config import Config, Mistakes, config_from
from hub.daemon.hub import read_config, run
from privacy.gate.config import BadConfig, GateConfig
from privacy.gate.config import config_from as gate_config_from
from privacy.recipients import RecipientRow
from tests.paths import ROOT

EXAMPLE = ROOT / "config" / "homebase.toml"


def test_the_example_holds_every_key_with_its_default() -> None:
    table = tomllib.loads(EXAMPLE.read_text("utf-8"))
    assert config_from(table) == Config()
    for section in fields(Config):
        keys = {key.name for key in fields(getattr(Config(), section.name))}
        assert set(table[section.name]) == keys
    assert gate_config_from(table, EXAMPLE) == GateConfig()
    assert set(table) == {section.name for section in fields(Config)} | {"gate", "lan", "backup", "updates"}


def test_the_example_names_every_key_of_a_recipient() -> None:
    block = EXAMPLE.read_text("utf-8").partition("# [[recipient]]\n")[2].partition("# [[device]]\n")[0]
    keys = re.findall(r"^# (\w+) = ", block, re.MULTILINE)
    assert set(keys) == set(RecipientRow.__struct_fields__)


def test_the_example_of_a_device_is_one() -> None:
    block = EXAMPLE.read_text("utf-8").partition("# [[device]]\n")[2]
    text = "[[device]]\n" + re.sub(r"^# ", "", block, flags=re.MULTILINE)
    ((name, entry),) = gate_config_from(tomllib.loads(text), EXAMPLE).devices.items()
    assert (name, entry.mac != "", len(entry.certificate_sha256)) == ("ccu", True, 64)


def test_all_mistakes_are_told_at_once() -> None:
    table: dict[str, object] = {
        "home": {"name": "", "language": "fr", "colour": "blue"},
        "history": {"raw_days": 0, "mean_years": "two"},
        "radio": {"driver": "../x", "port": "ttyACM0", "kind": "hmip"},
        "log": {"level": "loud"},
        "lights": {},
        "gate": {"port": 8480},
        "recipient": [],
    }
    with pytest.raises(Mistakes) as refused:
        config_from(table)
    keys = {mistake.key for mistake in refused.value.found}
    assert keys == {
        "[lights]",
        "home.name",
        "home.language",
        "home.colour",
        "history.raw_days",
        "history.mean_years",
        "radio.driver",
        "radio.port",
        "radio.kind",
        "log.level",
    }
    assert all(mistake.allowed for mistake in refused.value.found)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", [True, 30.0, "30", None, []])
def test_a_value_of_another_type_is_a_mistake(value: object) -> None:
    with pytest.raises(Mistakes):
        config_from({"history": {"raw_days": value}})


def test_a_missing_file_means_defaults(tmp_path: Path) -> None:
    assert read_config(tmp_path / "homebase.toml") == Config()


@pytest.mark.parametrize(
    "text", [b"[home\n", b"\xff\xfe", b"[home]\nlanguage = 'fr'\n", b"[radio]\ndriver = 'nosuch'\n"]
)
def test_a_bad_file_ends_the_hub_with_65_and_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, text: bytes
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # put back at the end: run sets its own
    config = tmp_path / "homebase.toml"
    config.write_bytes(text)
    folders = ["--state", str(tmp_path), "--run", str(tmp_path), "--ring", str(tmp_path)]
    assert run([*folders, "--config", str(config)]) == 65
    lines = [line for line in capfd.readouterr().err.splitlines() if line.startswith("homebase hub:")]
    assert len(lines) == 1


def test_the_language_of_the_start_counts_where_the_file_names_none() -> None:
    assert config_from({}, "en").home.language == "en"
    assert config_from({"home": {"name": "Flat"}}, "en").home.language == "en"
    assert config_from({"home": {"language": "de"}}, "en").home.language == "de"


@pytest.mark.parametrize(
    ("port", "mac", "wrong"),
    [
        ("tcp://192.168.1.20:2323", "00:04:a3:12:34:56", ""),
        ("tcp://127.0.0.1:2323", "", ""),
        ("tcp://192.168.1.20:2323", "", "radio.mac"),
        ("tcp://cuno.local:2323", "00:04:a3:12:34:56", "radio.port"),
        ("tcp://8.8.8.8:2323", "00:04:a3:12:34:56", "radio.port"),
        ("tcp://192.168.1.20:53", "00:04:a3:12:34:56", "radio.port"),
        ("/dev/ttyACM0", "00:04:a3:12:34:56", "radio.mac"),
        ("http://192.168.1.20:2323", "", "radio.port"),
    ],
)
def test_hub_and_gate_agree_on_what_a_stick_in_the_network_is(port: str, mac: str, wrong: str) -> None:
    table: dict[str, object] = {"radio": {"port": port, "mac": mac}}
    if not wrong:
        assert config_from(table).radio.port == port
        entry = gate_config_from(table, EXAMPLE).stick
        assert (str(entry), gate_config_from(table, EXAMPLE).serial) == (port, None)
        return
    with pytest.raises(Mistakes) as by_hub:
        config_from(table)
    with pytest.raises(BadConfig) as by_gate:
        gate_config_from(table, EXAMPLE)
    (ours,), (gates,) = by_hub.value.found, by_gate.value.mistakes
    assert (ours.key, ours.allowed) == (gates.key, gates.allowed) == (wrong, gates.allowed)


@pytest.mark.parametrize("key", ["port", "mac"])
def test_of_another_type_it_is_a_mistake_and_no_crash(key: str) -> None:
    with pytest.raises(BadConfig, match=f"radio.{key} = 5"):
        gate_config_from({"radio": {key: 5}}, EXAMPLE)


def test_a_path_stays_one_whatever_it_is_called() -> None:
    found = gate_config_from({"radio": {"port": "/dev/tcp://x"}}, EXAMPLE)
    assert (found.serial, found.stick) == (Path("/dev/tcp://x"), None)
