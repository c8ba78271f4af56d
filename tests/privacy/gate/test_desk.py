"""What the gate's parts share: what holds is changed on the loop's thread alone."""

import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from privacy.canonical import Json
from privacy.consent import Grant
from privacy.gate.storage import records
from privacy.gate.storage.store import Transaction
from privacy.standing import Standing
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened


async def test_a_new_epoch_takes_its_consents_on_the_thread_that_decides(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    give = Standing.give

    def noted(self: Standing, grant: Grant) -> Grant | None:
        threads.append(threading.current_thread())
        return give(self, grant)

    def restored(tx: Transaction) -> Mapping[str, Json]:
        records.keep_grant(tx, house.grant())
        return {}

    monkeypatch.setattr(Standing, "give", noted)
    async with opened(tmp_path) as door:
        await door.desk.begin_epoch("restored", restored)
        assert [grant.id for grant in door.desk.standing.live()] == [house.grant().id]
    assert threads == [threading.main_thread()]
