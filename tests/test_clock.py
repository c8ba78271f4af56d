import asyncio
from datetime import timedelta

from tests.clock import START, ManualClock, settle


async def test_sleepers_wake_in_order_at_their_own_time() -> None:
    clock = ManualClock()
    woken: list[tuple[str, float]] = []

    async def sleeper(name: str, seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.monotonic()))

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleeper("late", 3.0))
        tasks.create_task(sleeper("early", 1.0))
        await settle()
        assert clock.sleeping == 2
        await clock.advance(5.0)

    assert woken == [("early", 1.0), ("late", 3.0)]
    assert clock.now() == START + timedelta(seconds=5)


def test_a_jump_moves_only_the_wall_clock() -> None:
    clock = ManualClock()
    clock.jump(timedelta(hours=2))
    assert (clock.now() - START, clock.monotonic()) == (timedelta(hours=2), 0.0)
