"""Fixtures of the hub's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hub.home_in_a_box import Home, running_home


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[Home]:
    """A hub that was just started for the first time."""
    async with running_home(tmp_path) as home:
        yield home
