"""Agreeing and taking back at the same moment: the withdrawal wins, and nothing is given twice."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.opening import CantOpen, open_desk
from privacy.reasons import Reason
from tests.privacy import house
from tests.privacy.gate.at_the_door import ManualClock, opened
from tests.privacy.gate.test_console_verbs import ask


@pytest.mark.obligation("T2-c")
async def test_a_withdrawal_during_a_consent_wins_at_every_moment(tmp_path: Path) -> None:
    for moments in range(40):
        folder = tmp_path / str(moments)
        folder.mkdir()
        async with opened(folder) as door:
            shown = await ask(door, "consent.preview", activity=house.ACTIVITY, ticket="T-1")
            asked = {"activity": house.ACTIVITY, "ticket": "T-1", "preview": shown["preview"]}

            async def give(asked: dict[str, Any] = asked, door: Any = door) -> str:
                try:
                    await ask(door, "consent.give", **asked, recipient="support")
                except Declined as refused:
                    return refused.code
                return "given"

            async with asyncio.TaskGroup() as tasks:
                giving = tasks.create_task(give())
                for _ in range(moments):
                    await asyncio.sleep(0.0003)
                await door.withdrawing.withdraw(house.ACTIVITY)
            assert not list(door.desk.standing.live()), giving.result()
        async with opened(folder) as door:
            assert not list(door.desk.standing.live()), "it came back with the restart"


async def test_one_preview_is_agreed_to_once_however_often_at_the_same_time(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        shown = await ask(door, "consent.preview", activity=house.ACTIVITY, ticket="T-1")
        asked = {"activity": house.ACTIVITY, "ticket": "T-1", "preview": shown["preview"]}
        answers: list[str] = []

        async def give() -> None:
            try:
                await ask(door, "consent.give", **asked, recipient="support")
                answers.append("given")
            except Declined as refused:
                answers.append(refused.code)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(5):
                _ = tasks.create_task(give())
        assert sorted(answers) == ["given", *[Reason.NO_PREVIEW.value] * 4]
        assert len((await ask(door, "consent.list"))["consents"]) == 1


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"ca_file": "/nowhere/ca.pem"}, "ca_file = '/nowhere/ca.pem'; allowed is a readable file"),
        ({"role": "partner"}, "diagnosis.remote allows processor"),
    ],
)
def test_a_wrong_recipient_stops_the_start_with_65(
    tmp_path: Path, change: dict[str, object], text: str
) -> None:
    with pytest.raises(CantOpen, match=r"homebase\.toml: .*; correct the file") as failed:
        open_desk(tmp_path, [house.SUPPORT | change], ManualClock(), bytes, "0.1.0")
    assert text in str(failed.value)
    assert failed.value.code == 65
    assert not list(tmp_path.iterdir())


def test_a_store_that_can_not_be_opened_stops_the_start_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "gate.db").write_bytes(bytes(8192))
    with pytest.raises(CantOpen, match="put the key back") as failed:
        open_desk(tmp_path, [], ManualClock(), bytes, "0.1.0")
    assert failed.value.code == 74
