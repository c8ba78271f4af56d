"""What a phone may cost its hub: memory for what it does not read, and places where others wait."""

import asyncio
import contextlib
from pathlib import Path

import pytest

from hub.remote import visits
from hub.remote.visits import Visit, Visits
from tests.hub.home_in_a_box import running_home

from .phones import asked, paired, session

BOUND = 128 << 10
PINGS = 9_000  # beyond what the sockets between take by themselves


@pytest.mark.parametrize("bound", [BOUND, 1 << 40], ids=["bound", "control"])
async def test_a_phone_that_reads_nothing_does_not_fill_the_hubs_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bound: int
) -> None:
    monkeypatch.setattr(visits, "MOST_UNSENT", bound)
    seen: list[Visit] = []
    enter = Visits.enter

    def entered(self: Visits, visit: Visit) -> None:
        seen.append(visit)
        enter(self, visit)

    monkeypatch.setattr(Visits, "enter", entered)
    async with running_home(tmp_path) as home:
        guest = await paired(home, "guest")
        async with session(home, guest) as connection:
            phone, pipe, channel = connection._session, connection._pipe, seen[-1].session.channel
            most = 0

            async def flood() -> None:
                nonlocal most
                for _ in range(PINGS):
                    phone.ping()
                    for wire in phone.channel.take():
                        await pipe.send(wire)
                    most = max(most, channel.unsent)

            # when it asks on and reads nothing
            flooding = asyncio.create_task(flood())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(flooding), 5.0)
            # then little waits for it; without the bound more than four times as much
            assert most <= BOUND + 65_543 if bound == BOUND else most > 4 * BOUND
            # and nothing was lost: once it reads, all is answered
            assert channel.ended is None
            answer = await asked(connection, "health", {})
            assert answer["status"] == "ok"
            await flooding
