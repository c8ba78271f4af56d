"""The unit that ships for a receiver is valid and tight."""

import re
from pathlib import Path

from tests.paths import ROOT
from tests.test_systemd import analyze

NAME = "homebase-support.service"


def test_the_unit_is_valid_and_tight(tmp_path: Path) -> None:
    text = (ROOT / "config/support" / NAME).read_text()
    assert "homebase support serve --dir /var/lib/homebase-support" in text
    (tmp_path / NAME).write_text(text.replace("/opt/homebase/.venv/bin/homebase", "/bin/true"))
    found = analyze("verify", "--man=no", str(tmp_path / NAME), folder=tmp_path)
    assert [line for line in found.stderr.splitlines() if "homebase" in line] == []
    rated = analyze("security", "--offline=true", NAME, folder=tmp_path).stdout
    exposure = re.search(r"Overall exposure level for homebase-support\.service: ([0-9.]+)", rated)
    assert exposure is not None
    assert float(exposure[1]) <= 2.0
