"""A disclosure is the owner's act at the console: recorded or refused, and asked for by nobody else."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from privacy.conversation import Declined
from privacy.gate.account import account_verbs
from privacy.gate.account.account import Account
from privacy.gate.control import control_verbs, tunnel_verbs
from privacy.gate.door.door import Door
from privacy.gate.rights import disclosures
from privacy.gate.storage.store import StoreError
from tests.privacy.gate.at_the_door import opened

DEMAND = {
    "authority": "Amtsgericht Bonn",
    "law": "§ 100j StPO",
    "reference": "12 Js 34/26",
    "holdings": ["hub.history"],
}


async def ask(door: Door, verb: str, **fields: object) -> dict[str, Any]:
    reply = await disclosures.table(door.desk)[f"disclosure.{verb}"](fields)
    assert isinstance(reply, Mapping)
    return dict(reply)


@pytest.mark.obligation("Q4-c")
async def test_it_is_in_the_ledger_and_listed_in_order(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        assert (await ask(door, "list"))["disclosures"] == []
        number = (await ask(door, "begin", **DEMAND))["entry"]
        await ask(door, "made", of=number, sha256="ab" * 32, records=3)
        begun, made = (await ask(door, "list"))["disclosures"]
        assert (begun["seq"], begun["kind"], begun["data"]) == (
            number,
            "disclosure",
            DEMAND | {"via": "console"},
        )
        assert made["data"] == {"of": number, "sha256": "ab" * 32, "records": 3}


@pytest.mark.obligation("Q4-c")
async def test_what_can_not_be_recorded_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path) as door:

        async def full(*_: object, **__: object) -> object:
            raise StoreError("full", "the disk is full")

        monkeypatch.setattr(door.desk.store, "write", full)
        with pytest.raises(Declined, match="nothing is handed out"):
            await ask(door, "begin", **DEMAND)


@pytest.mark.parametrize(
    "change",
    [
        {"authority": ""},
        {"law": "x" * 201},
        {"reference": "a\nb"},
        {"holdings": []},
        {"holdings": ["/etc/passwd"]},
    ],
    ids=["nobody", "long", "two_lines", "nothing", "a_path"],
)
async def test_a_demand_without_its_particulars_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    async with opened(tmp_path) as door:
        with pytest.raises(Declined) as declined:
            await ask(door, "begin", **(DEMAND | change))
        assert declined.value.code == "bad_question"
        assert (await ask(door, "list"))["disclosures"] == []


@pytest.mark.obligation("Q4-c")
async def test_no_socket_of_the_hub_knows_these_verbs(tmp_path: Path) -> None:
    async with opened(tmp_path) as door:
        theirs = {*control_verbs.table(door), *tunnel_verbs.table(door.tunnels)}
        console = {*disclosures.table(door.desk), *account_verbs.table(Account(door, "x"), door.desk)}
        assert theirs & console == set()
