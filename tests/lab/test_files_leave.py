"""Files that leave: encrypted by the gate as they come, in parts, taken up again, gone on a withdrawal."""

import asyncio
import hashlib
import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from privacy.client import GateDeclined
from privacy.consent import Wish
from privacy.gate.outbox import staging
from privacy.gate.storage import staged
from privacy.gate.storage.attempt import Result
from privacy.register import Form
from tests.lab.file_lab import BACKUP, TO_BACKUP, FileLab, at_work, built_register, far_side, pieces
from tests.lab.outside import Receiver
from tests.lab.tunnel_lab import until
from tests.needs import NETWORKS
from tests.privacy import house

pytestmark = [pytest.mark.lab, NETWORKS]

LATER = timedelta(minutes=2)  # than the first retry, and than a hub may be silent
FILE = os.urandom(300_000) + b"who lives here" + bytes(1_000_000)


@pytest.fixture
def far(wire: tuple[str, str], tmp_path: Path) -> Iterator[tuple[Receiver, Path]]:
    with far_side(wire, tmp_path) as made:
        yield made


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staged, "PART", 400_000)


async def ended(lab: FileLab, count: int = 1) -> list[dict[str, object]]:
    """The ends in the book, once there are so many."""
    found: list[dict[str, object]] = []

    async def over() -> bool:
        nonlocal found
        found = await lab.entries("transfer_end")
        return len(found) >= count

    await until(over)
    return found


async def test_a_file_arrives_encrypted_to_the_agreed_key_and_in_one_piece(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    async with at_work(wire, tmp_path, far) as lab:
        done = await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        assert (done.leaves, done.size) == (True, len(FILE))
        (end,) = await ended(lab)
        assert end["result"] == "delivered"
        assert lab.opened() == FILE
        arrived = lab.arrived()
        assert b"who lives here" not in arrived
        (begin,) = await lab.entries("transfer_begin")
        assert begin["sha256"] == hashlib.sha256(FILE).hexdigest() == done.sha256
        assert begin["sealed_sha256"] == hashlib.sha256(arrived).hexdigest()
        assert (begin["sealed_to"], begin["bytes"]) == (house.SUPPORT_KEY, len(arrived))
        assert end["sent"] == len(arrived)
        assert {one.headers["homebase-transfer"] for one in lab.receiver.arrived} == {done.transfer}
        await lab.round()
        assert lab.files() == []


async def test_it_is_taken_up_where_the_line_broke_also_after_a_restart(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    receiver = far[0]
    receiver.errors_from = 3  # the third part and all after it
    async with at_work(wire, tmp_path, far) as lab:
        await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        (first,) = await ended(lab)
        assert first["result"] == "failed"
        (path,) = lab.files()
        kept = path.read_bytes()
        assert FILE[:64] not in kept
    receiver.errors_from = None
    async with at_work(wire, tmp_path, far) as lab:
        lab.gate.clock.ahead += LATER
        await lab.round()
        second = (await ended(lab, 2))[1]
        assert second["result"] == "delivered"
        assert lab.opened() == FILE
        begun = await lab.entries("transfer_begin")
        assert [one["from_part"] for one in begun] == [1, 3]
        assert begun[1]["bytes"] == len(kept) - 2 * 400_000
        taken = [one.headers["homebase-part"] for one in receiver.arrived]
        assert taken == ["1/4", "2/4", "3/4", "4/4"]


async def test_a_withdrawal_ends_it_and_nothing_of_it_stays(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    far[0].mode = "slow"
    async with at_work(wire, tmp_path, far) as lab:
        await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        opened = await lab.hub.ask("stage.open", **asked())
        await until(lab.gate.door.deliveries.running)
        assert len(lab.files()) >= 1
        assert (await lab.ask("consent.withdraw", activity=BACKUP))["cut"] == 1
        assert lab.gate.door.deliveries.running() == ()
        await until(lambda: lab.files() == [])
        with pytest.raises(GateDeclined) as refused:
            await lab.hub.ask("stage.part", transfer=opened["transfer"], number=0, data="eHg=")
        assert refused.value.code == "not_taken"
        with pytest.raises(GateDeclined) as refused:
            await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        assert refused.value.code == "withdrawn"
        far[0].go_on.set()
        await lab.round()
        assert (await lab.ask("ledger.verify"))["findings"] == []


async def test_without_a_consent_nothing_is_taken(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    async with at_work(wire, tmp_path, far, granted=False) as lab:
        with pytest.raises(GateDeclined) as refused:
            await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        assert refused.value.code == "no_consent"
        assert (lab.files(), lab.receiver.arrived) == ([], [])


async def test_one_yes_is_for_one_file_and_for_no_other(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    register = built_register(forms=frozenset({Form.ONCE}))
    async with at_work(wire, tmp_path, far, register=register, granted=False) as lab:
        shown = await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        other = await lab.hub.hand_over(TO_BACKUP, pieces(FILE[::-1]))
        assert not shown.leaves
        assert lab.receiver.arrived == []
        wish = Wish(
            activity=BACKUP,
            recipient="vault",
            form=Form.ONCE,
            groups=frozenset(),
            ticket="",
            language="en",
            addressee=house.SUPPORT_KEY,
            categories=TO_BACKUP.categories,
        )
        given = await asyncio.to_thread(lab.gate.call, lab.gate.door.give(wish, shown.transfer))
        assert given.outcome is not None
        assert given.outcome.result is Result.DELIVERED
        assert lab.opened() == FILE
        assert (await lab.entries("grant"))[0]["payload_sha256"] == shown.sha256
        # the yes was for that file, and is used up: the other one waits for its own, until its time is over
        assert {one.headers["homebase-transfer"] for one in lab.receiver.arrived} == {shown.transfer}
        await lab.round()
        assert [path.stem for path in lab.files()] == [other.transfer]
        lab.gate.clock.ahead += timedelta(hours=1)
        await lab.round()
        await until(lambda: _swept(lab))
        assert len(await lab.entries("transfer_begin")) == 1


def asked() -> dict[str, object]:
    return {"activity": BACKUP, "recipient": "vault", "categories": ["backup"]}


async def test_what_is_not_whole_is_not_sent_and_not_kept(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    async with at_work(wire, tmp_path, far) as lab:
        data = b64encode(b"x" * 1000).decode()
        for number, size, digest in (
            (1, 1000, hashlib.sha256(b"x" * 1000).hexdigest()),  # a gap
            (0, 1001, hashlib.sha256(b"x" * 1000).hexdigest()),
            (0, 1000, "0" * 64),
        ):
            name = (await lab.hub.ask("stage.open", **asked()))["transfer"]
            said = []
            for op, fields in (
                ("stage.part", {"number": number, "data": data}),
                ("stage.close", {"size": size, "sha256": digest}),
            ):
                with suppress(GateDeclined):
                    await lab.hub.ask(op, transfer=name, **fields)
                    said.append(op)
            assert said == ([] if number else ["stage.part"])
        await lab.hub.ask("stage.open", **asked())  # and a hub that falls silent
        lab.gate.clock.ahead += LATER
        await lab.round()
        await until(lambda: _swept(lab))
        assert await lab.entries("transfer_begin") == []


async def _swept(lab: FileLab) -> bool:
    await lab.round()
    return lab.files() == []


async def test_a_file_of_more_than_a_days_amount_is_refused_while_it_comes(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    async with at_work(wire, tmp_path, far, register=built_register(bytes_per_day=500_000)) as lab:
        with pytest.raises(GateDeclined) as refused:
            await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        assert refused.value.code == "file_too_large"
        await until(lambda: _swept(lab))


async def test_on_a_full_disk_it_is_declined_and_the_home_goes_on(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(wire, tmp_path, far) as lab:
        monkeypatch.setattr(staging, "LEAVE_FREE", 1 << 60)
        with pytest.raises(GateDeclined) as refused:
            await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        assert refused.value.code == "not_taken"
        assert "disk" in str(refused.value)
        monkeypatch.setattr(staging, "LEAVE_FREE", 0)
        real = os.fdopen

        def full(descriptor: int, *how: Any, **more: Any) -> Any:
            os.close(descriptor)
            return real(os.open("/dev/full", os.O_WRONLY), *how, **more)

        monkeypatch.setattr(os, "fdopen", full)
        with pytest.raises(GateDeclined) as refused:
            await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        assert refused.value.code == "not_taken"
        monkeypatch.setattr(os, "fdopen", real)
        assert (await lab.hub.hand_over(TO_BACKUP, pieces(FILE))).leaves
        assert (await ended(lab))[0]["result"] == "delivered"


async def test_files_of_no_row_are_swept_at_the_start(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    (tmp_path / "gate" / staged.FOLDER).mkdir(parents=True)
    (tmp_path / "gate" / staged.FOLDER / "0123456789abcdef.age").write_bytes(b"left by a kill")
    async with at_work(wire, tmp_path, far) as lab:
        await until(lambda: lab.files() == [])
        await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        assert (await ended(lab))[0]["result"] == "delivered"


async def test_a_file_that_is_gone_is_said_to_be(
    wire: tuple[str, str], tmp_path: Path, far: tuple[Receiver, Path]
) -> None:
    far[0].mode = "error"
    async with at_work(wire, tmp_path, far) as lab:
        await lab.hub.hand_over(TO_BACKUP, pieces(FILE))
        await ended(lab)
        (path,) = lab.files()
        path.unlink()
        far[0].mode = "ok"
        lab.gate.clock.ahead += LATER
        await lab.round()
        await until(lambda: _refused(lab))
        assert (await lab.entries("refusal"))[-1]["reason"] == "file_lost"
        assert len(await lab.entries("transfer_begin")) == 1


async def _refused(lab: FileLab) -> bool:
    return bool(await lab.entries("refusal"))
