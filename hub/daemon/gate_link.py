"""Keeps the hub connected with its gate; without one the home goes on, with radio and rules and no door."""

import asyncio
import logging
from datetime import datetime

import msgspec

from hub.core import apart
from hub.home.access import Access
from hub.home.moments import Moments
from hub.home.permits import Moment
from privacy.client import GateClient, GateDeclined, GateLost, fields_as
from privacy.ports import Clock

log = logging.getLogger(__name__)

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 5.0
ASK_TIME_S = 30.0
ASK_AGAIN_S = 0.2  # while the gate is away


async def keep_connected(gate: GateClient, access: Access, clock: Clock, version: str) -> None:
    """Connect, say hello, serve, and again after a pause that grows without a gate; until cancelled."""
    pause_s = FIRST_PAUSE_S
    told = False
    while True:
        if await apart(_converse(gate, access, version, tell=not told), "gate.converse"):
            pause_s = FIRST_PAUSE_S
        told = True
        await clock.sleep(pause_s)
        pause_s = min(pause_s * 2.0, LONGEST_PAUSE_S)


async def _converse(gate: GateClient, access: Access, version: str, *, tell: bool) -> bool:
    """One connection to its end; whether there was one. tell: log its loss, unless known: it may be long."""
    was_connected = False

    async def claimed() -> None:
        try:
            await gate.claimed()
        except (GateLost, GateDeclined):
            log.warning("gate.not_told")  # hello says it at the next connection

    try:
        await gate.connect()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(gate.run(), name="gate.run")
            welcome = await gate.hello(version=version, claimed=access.claimed)
            access.expect(welcome.setup_token, claimed)
            was_connected = True
            log.info("gate.connected")
    except* (GateLost, GateDeclined) as lost:
        if tell or was_connected:
            log.warning("gate.lost", extra={"reason": str(lost.exceptions[0])})
    return was_connected


async def clock_held(gate: GateClient) -> bool | None:
    """The gate's word whether the clock jumped ahead and nobody confirmed it; None: the gate is away."""
    try:
        return bool((await gate.ask("clock")).get("held"))
    except (GateLost, GateDeclined):
        return None


async def keep_time(gate: GateClient, moments: Moments, clock: Clock) -> None:
    """Ask the gate what time it is, and tell it the home's timezone, again and again; until cancelled."""
    while True:
        asked_s = clock.monotonic()
        try:
            zone = "" if moments.zone is None else str(moments.zone)
            told = fields_as(await gate.ask("clock", timezone=zone), _Clock)
        except (GateLost, GateDeclined):
            await clock.sleep(ASK_AGAIN_S)
            continue
        moments.told(Moment(at=told.at, running_s=told.running_s, sure=told.sure), asked_s)
        await clock.sleep(ASK_TIME_S)


class _Clock(msgspec.Struct):
    at: datetime
    running_s: float
    sure: bool


async def board_serial(gate: GateClient) -> str:
    """The serial number that the machine's board tells the gate; "" where there is none, or no gate."""
    try:
        told = (await gate.ask("board")).get("serial")
    except (GateLost, GateDeclined):
        return ""
    return told if isinstance(told, str) else ""
