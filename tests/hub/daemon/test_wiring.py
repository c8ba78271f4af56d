"""The wired hub behind a gate's sockets: it connects, parks streams and answers."""

import asyncio
from pathlib import Path

from tests.hub.home_in_a_box import running_home


async def test_a_started_hub_answers_health_on_a_parked_stream(tmp_path: Path) -> None:
    # given a hub started against a gate that listens
    async with running_home(tmp_path) as home:
        # when a browser asks for its health
        async with home.browser() as browser, browser.get("/api/v1/health") as answer:
            # then it answers, and further streams wait
            assert answer.status == 200
            assert await answer.json() == {"status": "ok", "version": "0.1.0"}
            await asyncio.sleep(0.05)
            assert home.front.parked == 4
        assert home.front.hellos[0]["claimed"] is False
