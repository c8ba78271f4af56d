"""Sessions through a real Mosquitto: paired, answered and set by it alone; what is lost comes back."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.hub.lamp import LAMP
from tests.mosquitto import Mosquitto

from .relay_home import RelayHome, relay_home, trusted_broker

STATE = f"{LAMP}:1.STATE"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    with trusted_broker(tmp_path / "broker") as running:
        yield running


@pytest.fixture
async def there(tmp_path: Path, broker: Mosquitto) -> AsyncIterator[RelayHome]:
    async with relay_home(tmp_path / "hub", broker) as running:
        yield running


async def test_a_phone_is_paired_and_switches_a_lamp_by_the_relay_alone(there: RelayHome) -> None:
    await there.add()
    phone = await there.pair()
    async with phone.session() as connection:
        answer = await connection.ask("datapoints.set", {"id": STATE, "value": True}, os.urandom)
        assert json.loads(bytes(answer.body))["value"] is True
        assert (await there.state())["used"] == [phone.way.slot]
    assert len(there.home.lamp.causes) == 1
