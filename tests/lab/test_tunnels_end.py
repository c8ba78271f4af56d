"""How tunnels end from the gate's side: by a withdrawal, a used-up amount, a disk that fails, time.

200 at once and slow receivers are measured by ``script/bench tunnel_cut``; here is that it happens at all.
"""

import asyncio
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from privacy.client import GateDeclined, Tunnel
from privacy.gate.door.withdrawing import Withdrawn
from privacy.gate.network import line
from privacy.reasons import Reason
from tests.lab.far_side import HELLO
from tests.lab.test_diagnosis import break_sync
from tests.lab.tunnel_lab import (
    CLOUD,
    HOST,
    TO_CLOUD,
    TO_VOICE,
    TunnelLab,
    built_register,
    receive,
    row,
    send,
    tunnel_lab,
    until,
)
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]

TUNNELS = 40  # of one grant at once; more come at a pace
AFTER_LIMIT = 65_536  # bytes of each after the decision
PATIENT_S = 5.0  # the budget is 50 ms; this machine may be busy with anything


@pytest.fixture
def sockets(tmp_path: Path) -> Path:
    (tmp_path / "gate").mkdir()
    (tmp_path / "s").mkdir()
    return tmp_path / "s"


@pytest.fixture
async def lab(wire: tuple[str, str], tmp_path: Path, sockets: Path) -> AsyncIterator[TunnelLab]:
    async with tunnel_lab(wire, tmp_path / "gate", sockets) as lab:
        yield lab


def fill(tunnel: Tunnel) -> int:
    """Write until nothing more is taken."""
    sent = 0
    with suppress(BlockingIOError):
        while True:
            sent += tunnel.socket.send(bytes(65536))
    return sent


async def withdraw(lab: TunnelLab) -> tuple[float, Withdrawn]:
    """When it was decided, by the clock of the recorder, and what the door says."""

    async def there() -> tuple[float, Withdrawn]:
        decided_s = time.time()
        return decided_s, await lab.gate.door.withdrawing.withdraw(CLOUD)

    return await asyncio.to_thread(lab.gate.call, there())


async def full_tunnels(lab: TunnelLab, count: int, mode: str) -> list[Tunnel]:
    tunnels = [await lab.opened() for _ in range(count)]
    await until(lambda: len(lab.far.arrived) == count and all(lab.far.arrived))
    lab.far.mode = mode
    for _ in range(5):
        for tunnel in tunnels:
            fill(tunnel)
        await asyncio.sleep(0.05)
    return tunnels


@pytest.mark.obligation("Q6.6-e")
async def test_a_withdrawal_ends_all_tunnels_of_slow_receivers_at_once(lab: TunnelLab) -> None:
    tunnels = await full_tunnels(lab, TUNNELS, "trickle")
    other = await lab.opened(TO_VOICE)
    await until(lambda: len(lab.far.arrived) == TUNNELS + 1 and lab.far.arrived[-1])
    lab.packets()
    decided_s, done = await withdraw(lab)
    await asyncio.sleep(0.2)
    late = [packet for packet in lab.packets() if packet.at_s >= decided_s and packet.size]
    assert len(done.cuts) == TUNNELS
    assert done.entry is not None
    after: dict[int, int] = {}
    for packet in late:
        after[packet.source] = after.get(packet.source, 0) + packet.size
    assert max(after.values(), default=0) <= AFTER_LIMIT
    assert max((packet.at_s - decided_s for packet in late), default=0.0) <= PATIENT_S
    assert {(await lab.ended(tunnel))["code"] for tunnel in tunnels} == {"withdrawn"}
    kinds = [entry["kind"] for entry in await lab.entries()]
    assert kinds[-1 - TUNNELS :] == ["withdrawal"] + ["cut"] * TUNNELS
    with pytest.raises(GateDeclined, match="withdrawn"):
        await lab.hub.open(TO_CLOUD)
    # another grant's goes on
    lab.far.mode, before = "keep", len(lab.far.arrived[-1])
    await send(other, b"still here")
    await until(lambda: len(lab.far.arrived[-1]) == before + 10)
    assert await lab.sound()


async def test_control_without_the_reset_the_kernel_goes_on_sending(
    lab: TunnelLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "reset", lambda _: None)  # and closed politely
    await full_tunnels(lab, 1, "stuck")
    decided_s, _ = await withdraw(lab)
    lab.packets()
    lab.far.mode = "keep"
    await until(lambda: lab.far.ended)
    assert sum(packet.size for packet in lab.packets() if packet.at_s >= decided_s) > 0


async def test_a_tunnel_that_both_sides_ended_can_be_cut_until_all_arrived(lab: TunnelLab) -> None:
    (tunnel,) = await full_tunnels(lab, 1, "stuck")
    with suppress(OSError):
        tunnel.socket.shutdown(socket.SHUT_WR)
    before = lab.far.total
    _, done = await withdraw(lab)
    assert len(done.cuts) == 1
    lab.far.mode = "keep"
    await until(lambda: lab.far.ended)
    assert lab.far.ended == ["ConnectionResetError"]
    assert lab.far.total - before <= AFTER_LIMIT  # what had arrived there and was not read


async def test_a_tunnel_that_the_hub_left_ends_though_the_recipient_never_hangs_up(lab: TunnelLab) -> None:
    left, half = await lab.opened(), await lab.opened()
    for tunnel in (left, half):
        assert await receive(tunnel, len(HELLO)) == HELLO
    await send(left, b"the last words")
    await until(lambda: any(one.endswith(b"the last words") for one in lab.far.arrived))
    lab.far.mode = "stuck"  # it reads no more, and so hears of no end
    left.socket.close()
    half.socket.shutdown(socket.SHUT_WR)  # this one still listens
    told = await lab.ended(left)
    assert told["result"] == "closed"
    assert told["sent"] in {len(one) for one in lab.far.arrived}
    assert lab.far.ended == []
    await asyncio.sleep(2.5)  # two more looks
    assert (await lab.hub.outcome(half))["result"] == "running"


async def test_what_no_longer_may_be_is_cut_within_a_second_or_so(lab: TunnelLab) -> None:
    tunnel = await lab.opened()
    await until(lambda: lab.far.total > 0)
    await lab.gate_does(lambda: lab.gate.door.desk.standing.close(CLOUD, Reason.OBJECTED))
    told = await lab.ended(tunnel)
    assert (told["result"], told["code"]) == ("cut", "objected")
    (cut,) = await lab.entries("cut")
    assert cut["reason"] == "objected"
    with pytest.raises(GateDeclined, match="objected"):
        await lab.hub.open(TO_CLOUD)


async def test_the_daily_amount_ends_the_day_and_the_next_day_goes_on(
    wire: tuple[str, str], tmp_path: Path, sockets: Path
) -> None:
    async with tunnel_lab(wire, tmp_path / "gate", sockets, register=built_register(200_000)) as lab:
        tunnel = await lab.opened()
        with suppress(OSError):
            await send(tunnel, bytes(1_000_000))
        told = await lab.ended(tunnel)
        assert (told["result"], told["code"]) == ("cut", "budget_used_up")
        await until(lambda: lab.far.ended)
        assert 100_000 < lab.far.total <= 200_000
        with pytest.raises(GateDeclined, match="budget_used_up"):
            await lab.hub.open(TO_CLOUD)
        before = lab.far.total
        await lab.opened(TO_VOICE)  # another grant has an amount of its own
        await until(lambda: lab.far.total > before)
        lab.gate.clock.ahead = timedelta(days=1)
        before = lab.far.total
        await lab.opened()
        await until(lambda: lab.far.total > before)
        assert await lab.sound()


async def test_control_under_a_larger_amount_all_of_it_arrives(lab: TunnelLab) -> None:
    tunnel = await lab.opened()
    await send(tunnel, bytes(1_000_000))
    await until(lambda: lab.far.total > 1_000_000)


async def test_what_was_reserved_and_not_used_is_given_back(lab: TunnelLab) -> None:
    tunnel = await lab.opened()
    await until(lambda: lab.far.total > 0)
    tunnel.socket.close()
    await until(lambda: lab.far.ended)

    async def spent() -> int:
        from privacy.gate.storage import amounts

        desk = lab.gate.door.desk
        at = desk.time.instant().at
        return await desk.store.read(lambda tx: amounts.sent_today(tx, CLOUD, "cloud", at))

    async def given_back() -> bool:
        return bool(await asyncio.to_thread(lab.gate.call, spent()) == lab.far.total)

    await until(given_back)


async def test_with_a_full_disk_nothing_leaves(wire: tuple[str, str], tmp_path: Path, sockets: Path) -> None:
    disk = tmp_path / "gate"
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m,mode=700", "tmpfs", disk], check=True)
    try:
        async with tunnel_lab(wire, disk, sockets) as lab:
            with (disk / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
                while True:
                    ballast.write(bytes(4096))
            codes: list[str] = []
            while not codes or codes[-1] != "ledger_not_writable":  # what the log still takes passes
                told = await lab.ended(await _hello_and_goodbye(lab))
                codes.append(str(told["code"]))
                assert len(codes) < 200
            begun = len(await lab.entries("transfer_begin"))
            lab.packets()
            told = await lab.ended(await lab.opened())
            assert (told["result"], told["code"]) == ("refused", "ledger_not_writable")
            assert lab.packets() == []
            assert len(lab.far.arrived) == begun == len(codes) - 1
            (disk / "ballast").unlink()
            await lab.opened()
            await until(lambda: len(lab.far.arrived) == begun + 1)
    finally:
        subprocess.run(["umount", disk], check=True)


async def _hello_and_goodbye(lab: TunnelLab) -> Tunnel:
    tunnel = await lab.opened()
    tunnel.socket.shutdown(socket.SHUT_WR)
    return tunnel


async def test_when_the_disk_can_not_sync_nothing_leaves_and_what_runs_ends_with_its_amount(
    wire: tuple[str, str], tmp_path: Path, sockets: Path
) -> None:
    async with tunnel_lab(wire, tmp_path / "gate", sockets, register=built_register(800_000)) as lab:
        tunnel = await lab.opened()
        await until(lambda: lab.far.total > 0)
        await asyncio.to_thread(lab.gate.call, break_sync(lab.gate.door.desk.store._store, lab))  # type: ignore[arg-type]
        with suppress(OSError):
            await send(tunnel, bytes(800_000))
        told = await lab.ended(tunnel)
        assert (told["result"], told["code"]) == ("cut", "ledger_not_writable")
        await until(lambda: lab.far.ended)
        assert lab.far.total <= 100_000  # one slice was on the disk before
        lab.packets()
        with pytest.raises(GateDeclined, match="ledger_not_writable"):
            await lab.hub.open(TO_VOICE)
        assert lab.packets() == []


async def test_a_gate_that_stops_writes_down_what_it_cut(
    wire: tuple[str, str], tmp_path: Path, sockets: Path
) -> None:
    async with tunnel_lab(wire, tmp_path / "gate", sockets) as lab:
        await lab.opened()
        await until(lambda: lab.far.total > 0)
        await asyncio.to_thread(lab.gate.stop)
    async with tunnel_lab(wire, tmp_path / "gate", sockets) as lab:
        (cut,) = await lab.entries("cut")
        assert cut["reason"] == "the gate stops"
        assert await lab.sound()


async def test_a_recipient_in_disorder_is_told_as_it_is(
    wire: tuple[str, str], tmp_path: Path, sockets: Path
) -> None:
    rows = [row("cloud", HOST, CLOUD, port=4443), row("voice", "nowhere.example.org", TO_VOICE.activity)]
    async with tunnel_lab(wire, tmp_path / "gate", sockets, rows=rows) as lab:
        refused = await lab.ended(await lab.opened())
        assert refused["result"] == "failed"
        assert "refused" in str(refused["what"])
        unknown = await lab.ended(await lab.opened(TO_VOICE))
        assert "no such name" in str(unknown["what"])
        ends = await lab.entries("transfer_end")
        assert [end["result"] for end in ends] == ["failed", "failed"]
