"""What the console may ask about access data of far targets: keep it, forget it, say whose it is."""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from privacy.conversation import Declined, Handler, fields_as
from privacy.gate.backups.far_door import FarDoor
from privacy.gate.desk import Desk
from privacy.gate.storage import access
from privacy.gate.storage.access import AccessData
from privacy.gate.storage.store import StoreError

Fields = Mapping[str, object]
_SHOWN = r"^[^\x00-\x1f\x7f-\x9f]{1,128}\Z"


class _Asked(msgspec.Struct, frozen=True):
    """user: name or access key; password: or secret key, "" forgets both."""

    recipient: Annotated[str, msgspec.Meta(max_length=32)]
    user: Annotated[str, msgspec.Meta(pattern=_SHOWN)] = "-"
    password: Annotated[str, msgspec.Meta(max_length=256)] = ""


def table(desk: Desk, door: FarDoor) -> Mapping[str, Handler]:
    """The verbs ``recipient.access`` and ``recipient.drop_access``."""

    async def keep(question: Fields) -> Fields:
        asked = _checked(desk, question)
        if not asked.password or not asked.password.isprintable() or ":" in asked.user:
            raise Declined(
                "access_form", 'user: 1 to 128 printable characters without ":"; password: 1 to 256'
            )
        row = AccessData(recipient=asked.recipient, sender="", user=asked.user, password=asked.password)
        at = desk.time.instant().at
        return await _written(lambda tx: access.keep_access_data(tx, row, at), asked.recipient)

    async def drop(question: Fields) -> Fields:
        asked = _checked(desk, question)
        return await _written(lambda tx: access.drop_access_data(tx, asked.recipient), asked.recipient)

    async def _written(job: access.Job, name: str) -> Fields:
        try:
            await desk.store.write(job)
            await door.refresh()
        except StoreError as error:
            raise Declined("ledger_not_writable", str(error)) from error
        return {"recipient": name, "addressee": desk.recipients[name].behind}

    return {"recipient.access": keep, "recipient.drop_access": drop}


def _checked(desk: Desk, question: Fields) -> _Asked:
    asked = fields_as(question, _Asked)
    who = desk.recipients.get(asked.recipient)
    if who is None or not who.is_far:
        there = ", ".join(sorted(row.name for row in desk.recipients.values() if row.is_far)) or "none"
        raise Declined(
            "unknown_recipient", f"no place for backups of that name in homebase.toml; there: {there}"
        )
    return asked
