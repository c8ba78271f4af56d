"""[updates] of homebase.toml."""

from pathlib import Path

import pytest

from privacy.gate.config import BadConfig, GateConfig, config_from
from privacy.gate.updates.settings import UpdateSettings

FILE = Path("homebase.toml")


def test_without_a_root_nobody_is_asked() -> None:
    assert config_from({"updates": {"root": "", "install": False}}, FILE) == GateConfig()
    found = config_from({"updates": {"root": "/etc/homebase/update-root.json", "install": True}}, FILE)
    assert found.updates == UpdateSettings(root=Path("/etc/homebase/update-root.json"), install=True)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"root": "update-root.json"}, "updates.root = 'update-root.json': allowed is an absolute path"),
        ({"root": "/root.json", "install": "yes"}, "updates.install = 'yes': allowed is true or false"),
        ({"url": "https://updates.example.org"}, "allowed is one of: root, install"),
        ("/root.json", "allowed is a section [updates]"),
    ],
)
def test_each_mistake_is_named(table: object, said: str) -> None:
    with pytest.raises(BadConfig) as bad:
        config_from({"updates": table}, FILE)
    assert said in str(bad.value)
