"""What tests of relays share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mosquitto import Mosquitto

from .relay_home import trusted_broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real broker with a certificate that both ends trust."""
    with trusted_broker(tmp_path / "broker") as running:
        yield running
