"""How the hub hands the gate a file that shall leave, on control.sock: open it, part by part, close it.

Under a consent with an end or a standing one it leaves at once; where the activity has the form ``once``, it
waits as a preview for a yes that names its SHA-256.
"""

import binascii
from collections.abc import Mapping
from dataclasses import replace

from privacy.consent import Grant
from privacy.conversation import Declined, Handler
from privacy.gate.control.tunnel_verbs import request_of
from privacy.gate.door.door import Door
from privacy.gate.outbox.staging import PART, Declining
from privacy.gate.storage import records, staged
from privacy.gate.storage.records import PREVIEW_KEPT, Preview
from privacy.gate.storage.staged import Staged
from privacy.gate.storage.store import StoreError, Transaction
from privacy.payload import LONGEST_KEPT
from privacy.register import Form, Language

Fields = Mapping[str, object]
_NO_DIGEST = "0" * 64  # before its end nobody knows the file's


def table(door: Door) -> Mapping[str, Handler]:
    """The questions ``stage.open``, ``stage.part`` and ``stage.close``."""

    async def open_(question: Fields) -> Fields:
        try:
            name = await door.staging.open(replace(request_of(question), payload_sha256=_NO_DIGEST))
        except Declining as error:
            raise _declined(error) from error
        return {"transfer": name, "part": PART}

    async def part(question: Fields) -> Fields:
        match question:
            case {"transfer": str(name), "number": int(number), "data": str(data)}:
                pass
            case _:
                raise Declined("bad_field", "allowed are transfer, number and data (base64)")
        try:
            await door.staging.part(name, number, binascii.a2b_base64(data, strict_mode=True))
        except binascii.Error as error:
            raise Declined("bad_field", "data: is no base64") from error
        except Declining as error:
            raise _declined(error) from error
        return {}

    async def close(question: Fields) -> Fields:
        match question:
            case {"transfer": str(name), "size": int(size), "sha256": str(digest)}:
                pass
            case _:
                raise Declined("bad_field", "allowed are transfer, size and sha256")
        try:
            leaves = await _closed(door, name, size, digest)
        except Declining as error:
            raise _declined(error) from error
        except StoreError as error:
            raise Declined(error.code, "the file could not be written down, so it does not leave") from error
        return {"transfer": name, "leaves": leaves}

    return {"stage.open": open_, "stage.part": part, "stage.close": close}


async def _closed(door: Door, name: str, size: int, digest: str) -> bool:
    """Whether it leaves now; else it waits for a yes."""
    ticket = door.staging.ticket(name)
    row = await door.staging.close(name, size, digest)
    try:
        return await _kept(door, row, ticket)
    finally:
        door.staging.settled(name)


async def _kept(door: Door, row: Staged, ticket: str) -> bool:
    desk, at = door.desk, door.desk.time.instant().at
    activity = desk.register.activities[row.activity]
    shown = Preview(
        id=row.transfer,
        activity=row.activity,
        ticket=ticket,
        groups=frozenset(),
        sha256=row.sha256,
        body=b"",
        delete_by=at + (activity.storage or LONGEST_KEPT),
        expires=at + PREVIEW_KEPT,
    )
    grant = desk.standing.covering(row.activity, row.recipient, ticket, row.addressee, row.sha256)
    if isinstance(grant, Grant) and grant.form is not Form.ONCE:
        item = records.begun(shown, grant, at, row.transfer)

        def leave(tx: Transaction) -> None:
            staged.keep(tx, row)
            records.keep_outgoing(tx, item)

        await desk.store.write(leave)
        door.retry(grant, item)
        return True
    if Form.ONCE not in activity.forms:
        assert not isinstance(grant, Grant)
        await desk.refuse(row.activity, row.recipient, grant, ticket)
        raise Declining(grant.value, grant)

    def wait(tx: Transaction) -> None:
        staged.keep(tx, row)
        records.keep_preview(tx, shown)

    await desk.store.write(wait)
    return False


def _declined(error: Declining) -> Declined:
    if error.reason is None:
        return Declined("not_taken", error.what)
    return Declined(error.reason.value, error.reason.text(Language.EN))
