"""What owners tell a company about themselves: each field of the activity's closed list from its one source.

The address is the gate's own, and confirmed; name and serial number are the hub's, and believed no more than
their form; what is written for one letter comes with the question. Nothing here sends anything.
"""

import os
from collections.abc import Mapping

from privacy import canonical, closed_schema
from privacy.closed_schema import FieldRefused
from privacy.gate.desk import Desk
from privacy.gate.outbox.figures import Collect
from privacy.gate.storage.mail_addresses import mail_address
from privacy.version import VERSION

OF_HUB = frozenset({"name", "serial"})  # fields that the hub knows


class Missing(Exception):
    """Something that has to be in it is not known, or has another form. field: of the register."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


async def body(desk: Desk, collect: Collect, activity: str, entered: Mapping[str, str]) -> bytes:
    """The bytes of that activity as they would leave now.

    entered: fields that people wrote for it, in place of what is known; "" leaves one out.

    Raises:
        Missing: see there.
        StoreError, ConversationLost, Declined: what is known can't be read.
    """
    row = desk.register.activities[activity]
    names = {field.name for field in row.fields}
    known = {"configuration": f"{VERSION}:{os.uname().machine}", "email": await _confirmed(desk), **entered}
    if asked := sorted((names & OF_HUB) - entered.keys()):
        told = (await collect(activity, asked)).get("groups")
        known |= {name: str(told.get(name) or "") for name in asked} if isinstance(told, Mapping) else {}
    payload = {name: value for name, value in known.items() if name in names and value}
    try:
        return canonical.encode(dict(closed_schema.check(row.fields, payload)))
    except FieldRefused as error:
        raise Missing(error.field) from error


async def _confirmed(desk: Desk) -> str:
    """The account's address; "" before its link was used."""
    found = await desk.store.read(mail_address)
    return "" if found is None or found.confirmed is None else found.address
