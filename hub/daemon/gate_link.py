"""Keeps the hub connected with its gate; without one the home goes on, with radio and rules and no door."""

import asyncio
import logging

from hub.home.access import Access
from privacy.client import GateClient, GateDeclined, GateLost
from privacy.ports import Clock

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0


async def keep_connected(gate: GateClient, access: Access, clock: Clock, version: str) -> None:
    """Connect, say hello, serve, and again after a pause that grows without a gate; until cancelled."""

    async def claimed() -> None:
        try:
            await gate.claimed()
        except (GateLost, GateDeclined):
            log.warning("gate.not_told")  # hello says it at the next connection

    pause_s = FIRST_PAUSE_S
    told = False
    while True:
        try:
            await gate.connect()
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(gate.run(), name="gate.run")
                welcome = await gate.hello(version=version, claimed=access.claimed)
                access.expect(welcome.setup_token, claimed)
                pause_s, told = FIRST_PAUSE_S, False
                log.info("gate.connected")
        except* (GateLost, GateDeclined) as lost:
            if not told:  # once per change: a gate may be away for long
                log.warning("gate.lost", extra={"reason": str(lost.exceptions[0])})
            told = True
        await clock.sleep(pause_s)
        pause_s = min(pause_s * 2.0, LONGEST_PAUSE_S)
