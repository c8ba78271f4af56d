"""homebase.toml: every mistake at once, by key, value and range; the example says what the program does."""

import logging
import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from hub.daemon.config import Config, Mistakes, config_from
from hub.daemon.hub import read_config, run
from privacy.gate.config import GateConfig
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
    assert set(table) == {section.name for section in fields(Config)} | {"gate"}


def test_the_example_names_every_key_of_a_recipient() -> None:
    block = EXAMPLE.read_text("utf-8").partition("# [[recipient]]\n")[2]
    keys = re.findall(r"^# (\w+) = ", block, re.MULTILINE)
    assert set(keys) == set(RecipientRow.__struct_fields__)


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
