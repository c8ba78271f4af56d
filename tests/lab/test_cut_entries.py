"""Each entry of a cut follows its begin, and each begin has one end, whenever the withdrawal comes."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from privacy.gate.storage import unfinished
from privacy.gate.storage.store import Store, StoreError
from tests.lab.tunnel_lab import CLOUD, TO_CLOUD, TunnelLab, standing_grant, tunnel_lab, until
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]


@pytest.fixture
async def lab(wire: tuple[str, str], tmp_path: Path) -> AsyncIterator[TunnelLab]:
    (tmp_path / "gate").mkdir()
    (tmp_path / "s").mkdir()
    async with tunnel_lab(wire, tmp_path / "gate", tmp_path / "s") as made:
        yield made


async def story(lab: TunnelLab) -> list[tuple[int, int]]:
    """Of each transfer: how many begins and how many ends (or cuts) stand in the book."""
    kinds = {kind: await lab.entries(kind) for kind in ("transfer_begin", "transfer_end", "cut")}
    begins = Counter(str(one["transfer"]) for one in kinds["transfer_begin"])
    ends = Counter(str(one["transfer"]) for one in kinds["transfer_end"] + kinds["cut"])
    return [(begins[name], ends[name]) for name in sorted(begins.keys() | ends.keys())]


async def withdrawn_while_it_begins(lab: TunnelLab) -> None:
    """The disk is slow: the begin entry waits for its turn when the withdrawal comes."""
    first = await lab.opened()
    await until(lambda: lab.far.total > 0)
    first.socket.close()
    await lab.ended(first)
    slow, store = threading.Event(), lab.gate.door.desk.store
    await lab.gate_does(lambda: store.read(lambda tx: slow.wait(30)))
    await lab.opened()
    await until(lambda: any(one.begun for one in lab.gate.door.tunnels._open.values()))
    lab.packets()
    asked = asyncio.create_task(lab.ask("consent.withdraw", activity=CLOUD))
    await until(lambda: not lab.gate.door.tunnels.running())
    slow.set()
    await asked
    assert lab.packets() == []  # nothing of the second one left


async def test_who_is_cut_before_the_begin_is_written_leaves_no_entry_alone(lab: TunnelLab) -> None:
    await withdrawn_while_it_begins(lab)
    assert all(begins == ends == 1 for begins, ends in await story(lab))
    assert await lab.sound()


async def test_control_without_the_look_the_cut_stands_alone(
    lab: TunnelLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfinished, "is_open", lambda tx, transfer: True)
    await withdrawn_while_it_begins(lab)
    assert (0, 1) in await story(lab)


async def test_a_begin_that_the_disk_refuses_has_no_cut_either(
    lab: TunnelLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, real, refused = lab.gate.door.desk.store._store, Store.write, threading.Event()

    def full(self: Store, job: object, *, closing: bool = False) -> object:
        if not closing and not refused.is_set():
            refused.wait(30)  # the withdrawal comes meanwhile
            raise StoreError("full", "no space left")
        return real(self, job, closing=closing)  # type: ignore[arg-type]  # as it came

    first = await lab.opened()
    await until(lambda: lab.far.total > 0)
    first.socket.close()
    await lab.ended(first)
    monkeypatch.setattr(type(store), "write", full)
    await lab.opened()
    await until(lambda: any(one.begun for one in lab.gate.door.tunnels._open.values()))
    asked = asyncio.create_task(lab.ask("consent.withdraw", activity=CLOUD))
    await until(lambda: not lab.gate.door.tunnels.running())
    refused.set()
    await asked
    assert all(begins == ends == 1 for begins, ends in await story(lab))
    assert await lab.sound()


async def test_hurried_withdrawals_leave_one_begin_and_one_end_of_each(lab: TunnelLab) -> None:
    """Withdrawn at every moment of an opening: the book is even each time."""
    for pause_ms in range(0, 60, 3):
        opening = asyncio.create_task(lab.opened())
        await asyncio.sleep(pause_ms / 1000)
        await lab.ask("consent.withdraw", activity=CLOUD)
        await asyncio.wait({opening})
        _ = opening.exception()  # refused, when the withdrawal was faster
        await asyncio.to_thread(standing_grant, lab.gate, TO_CLOUD)
    await until(lambda: not lab.gate.door.tunnels.running())
    told = await story(lab)
    assert told
    assert set(told) == {(1, 1)}
    assert await lab.sound()
