"""What the hub tells of: from a detector to mailbox and phone until somebody knows, and over a gate's end."""

import asyncio
import shutil
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from hub.home.notifications.people import EVERY, Person
from hub.home.notifications.people_records import PeopleRecords
from hub.home.notifications.teller import Gate, Teller
from tests.hub.home.test_notifications import desk_in
from tests.lab.message_lab import (
    NUMBER,
    PORTS,
    Post,
    allowed,
    goes_on,
    later,
    post_between,
    stalled,
    started_again,
)
from tests.lab.test_account import _until
from tests.lab.tunnel_lab import client_of
from tests.needs import NETWORKS

pytestmark = [pytest.mark.lab, NETWORKS]
TOLD = "DANGER: smoke - Küche, 01 Mar "


@pytest.fixture
def post(wire: tuple[str, str], tmp_path: Path) -> Iterator[Post]:
    with post_between(wire, tmp_path) as made:
        yield made


def test_smoke_goes_by_mail_then_by_sms_and_so_on_until_somebody_acknowledges_it(
    post: Post, tmp_path: Path
) -> None:
    ways = allowed(post, "mail.send", ""), allowed(post, "sms.send", NUMBER)
    asyncio.run(_smoke(post, tmp_path, ways))


async def _smoke(post: Post, folder: Path, ways: tuple[str, str]) -> None:
    assert post.gate.sockets is not None
    (folder / "hub").mkdir()
    async with client_of(post.gate.sockets) as gate, desk_in(folder / "hub") as desk:
        people = PeopleRecords(desk.store)
        await people.put(Person(name="Ada", ways=ways))
        way_out = Gate(ask=gate.ask, name=lambda _: "Küche", zone=lambda: UTC)
        teller = Teller(desk.notifications, people, way_out, desk.clock)

        async def after(steps: int) -> list[list[str]]:
            """Texts by mail and by SMS beside the test messages, once so many steps passed."""
            for _ in range(2):
                await teller.once()
            sent = await asyncio.to_thread(post.ask, "messages.list")
            await asyncio.to_thread(
                _until, lambda: sum(map(len, map(post.arrived, PORTS))) == len(sent["messages"])
            )
            await desk.pass_by(seconds=EVERY.total_seconds() * steps)
            return [post.arrived(activity)[1:] for activity in PORTS]

        assert await after(0) == [[], []]  # the control: nothing waits
        await desk.report("STATE", True)
        assert await after(1) == [[f"{TOLD}12:00"], []]
        assert await after(1) == [[f"{TOLD}12:00"], [f"{TOLD}12:00"]]
        assert await after(0) == [[f"{TOLD}12:00"] * 2, [f"{TOLD}12:00"]]
        (one,) = desk.notifications.waiting()
        await desk.notifications.acknowledge(one.id, "Ada")
        await desk.pass_by(seconds=EVERY.total_seconds())
        assert await after(0) == [[f"{TOLD}12:00"] * 2, [f"{TOLD}12:00"]]
        await teller.once()
        assert [row.fate for row in await people.told([one.id])] == ["sent"] * 3


@pytest.mark.parametrize("how", ["stopped", "killed"])
def test_a_message_on_its_way_when_the_gate_ends_arrives_after_its_next_start(
    post: Post, tmp_path: Path, how: str
) -> None:
    lost = stalled(post, "sms.send")
    with started_again(post, left=_left(post, tmp_path / "1", how)):
        assert post.fate(lost) == "waiting"
        goes_on(post)
        later(post, 61)
        _until(lambda: post.fate(lost) == "sent")
        assert len(post.arrived("sms.send")) == 2  # the test message, and this one
        assert _ends(post, lost) == ["interrupted", "delivered"]
        taken_back = stalled(post, "sms.send")
        with started_again(post, left=_left(post, tmp_path / "2", how)):
            post.gate.ask("consent.withdraw", activity="sms.send")  # the control
            before = len(post.arrived("sms.send"))
            goes_on(post)
            for _ in range(2):
                later(post, 3600)
            assert post.fate(taken_back) == "withdrawn"
            assert len(post.arrived("sms.send")) == before
            assert "delivered" not in _ends(post, taken_back)
            assert post.gate.ask("ledger.verify")["findings"] == []


def _left(post: Post, place: Path, how: str) -> Path | None:
    """What a SIGKILL at this moment leaves on the disk."""
    return shutil.copytree(post.gate.folder, place) if how == "killed" else None


def _ends(post: Post, transfer: str) -> list[str]:
    entries = post.gate.ask("ledger.list", limit=200)["entries"]
    return [
        one["data"]["result"]
        for one in entries
        if one["kind"] == "transfer_end" and one["data"]["transfer"] == transfer
    ]
