"""No delivery leaves with a field that is not declared, whoever put it into the store."""

import asyncio
import json
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from privacy import canonical
from privacy.gate.door.door import Door
from privacy.gate.outbox import earlier, sending
from privacy.gate.outbox.deletion_requests import DeletionRequests
from privacy.gate.storage import deletions, records
from privacy.gate.storage.records import Outgoing
from privacy.standing import EarlierTransfer
from tests.privacy import house
from tests.privacy.gate.at_the_door import opened
from tests.privacy.gate.test_console_verbs import ask
from tests.privacy.test_payload import made


async def first_said(door: Door, going: Awaitable[object]) -> dict[str, Any]:
    """What the book says first of that attempt; then the attempt is ended: there is nobody outside."""
    before = len((await ask(door, "ledger.list"))["entries"])
    attempt = asyncio.ensure_future(going)
    try:
        async with asyncio.timeout(30):
            while len(entries := (await ask(door, "ledger.list"))["entries"]) == before:
                await asyncio.sleep(0.001)
    finally:
        attempt.cancel()
        await asyncio.wait([attempt])
    return dict(entries[before])


def no_check(activity: object, body: bytes) -> None:
    """The guard, switched off."""


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
async def test_a_bundle_with_a_field_too_many_leaves_only_with_the_check_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(sending, "check_body", no_check)
    async with opened(tmp_path) as door:
        at = door.desk.time.instant().at
        body = canonical.encode(json.loads(made()) | {"name": "Ada"})
        sha = sha256(body).hexdigest()
        grant = replace(house.grant(), epoch=door.desk.standing.epoch, payload_sha256=sha)
        door.desk.standing.give(grant)
        item = Outgoing(
            transfer="00112233445566ff",
            grant_id=grant.id,
            groups=grant.groups,
            sha256=sha,
            body=body,
            delete_by=at + timedelta(days=1),
            first=at,
            next=at,
            attempts=0,
        )
        await door.desk.store.write(lambda tx: records.keep_outgoing(tx, item))
        said = await first_said(door, door.deliveries.deliver(grant, item))
        if guarded:
            assert (said["kind"], said["data"]["reason"]) == ("refusal", "unknown_field")
        else:
            assert (said["kind"], said["data"]["transfer"]) == ("transfer_begin", item.transfer)


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
async def test_a_request_for_deletion_with_free_text_leaves_only_with_the_check_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(earlier, "check_body", no_check)
    async with opened(tmp_path) as door:
        at, transfer = door.desk.time.instant().at, "Ada Lovelace, 2nd floor"
        recipient = house.grant().recipient
        door.desk.standing.sent(EarlierTransfer(id=transfer, recipient=recipient, ticket="T-1"))
        await door.desk.store.write(
            lambda tx: deletions.expect(tx, transfer, recipient, "T-1", at - timedelta(days=1))
        )
        due = await door.desk.store.read(lambda tx: deletions.due(tx, at))
        said = await first_said(door, DeletionRequests(door.desk, door.far.delete).ask(due))
        if guarded:
            assert (said["kind"], said["data"]["reason"]) == ("refusal", "unknown_field")
            assert "Ada" not in json.dumps(said)
        else:
            assert (said["kind"], said["data"]["transfer"]) == ("deletion", transfer)
