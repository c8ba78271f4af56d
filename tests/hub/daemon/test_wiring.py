"""The wired hub behind a gate's sockets: it connects, parks streams and answers."""

import asyncio
from pathlib import Path

from hub.daemon.config import Config
from hub.daemon.hub import Options
from hub.daemon.log import ErrorCounter
from hub.daemon.system import SystemClock
from hub.daemon.wiring import serve
from tests.hub.front import Front


async def test_a_started_hub_answers_health_on_a_parked_stream(tmp_path: Path) -> None:
    # given a gate that listens, and a hub started against it
    clock = SystemClock()
    options = Options(
        state=tmp_path, run=tmp_path, ring=tmp_path, config=tmp_path / "homebase.toml", demo=False
    )
    async with Front(tmp_path) as front, asyncio.TaskGroup() as tasks:
        hub = tasks.create_task(serve(options, Config(), clock, ErrorCounter(clock.monotonic)))

        # when a browser asks for its health
        async with front.browser() as browser, browser.get("/api/v1/health") as answer:
            # then it answers, and further streams wait
            assert answer.status == 200
            assert await answer.json() == {"status": "ok", "version": "0.1.0"}
            await asyncio.sleep(0.05)
            assert front.parked == 4
        assert front.hellos[0]["claimed"] is False
        hub.cancel()
