"""Unit tests ask no name server: here the machine has none."""

from pathlib import Path

import pytest

from privacy.gate.network import resolver


@pytest.fixture(autouse=True)
def no_name_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(resolver, "CONFIGURATION", tmp_path / "no-resolv.conf")
