"""Disclosures to an authority: the owner's own act at the console, written down before anything is made.

Clause 4, ``disclosure.authority``. The gate sends nothing: whoever sits at the console gets files and carries
them. Verbs of the console alone; no network path and no hub can ask for one.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Annotated

import msgspec

from privacy import canonical
from privacy.conversation import Declined, Handler
from privacy.gate.desk import Desk
from privacy.gate.storage.store import StoreError, Transaction
from privacy.ledger import Kind

MOST = 500  # told at once, the latest
_LIST = (
    "SELECT content FROM entries WHERE content IS NOT NULL"
    " AND json_extract(CAST(content AS TEXT), '$.kind') = ? ORDER BY seq DESC LIMIT ?"
)
Fields = Mapping[str, object]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$")]


class _Begun(msgspec.Struct, frozen=True):
    """authority: who; law: by which provision; reference: its file number; holdings: what is handed out."""

    authority: Words
    law: Words
    reference: Words
    holdings: Annotated[
        list[Annotated[str, msgspec.Meta(pattern=r"^(hub|gate)\.[a-z_]{1,40}$")]],
        msgspec.Meta(min_length=1, max_length=64),
    ]


class _Made(msgspec.Struct, frozen=True):
    """of: the entry of its beginning; sha256: of the list of files that was written; records: how many."""

    of: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    records: Annotated[int, msgspec.Meta(ge=0, le=2**53)]


def table(desk: Desk) -> Mapping[str, Handler]:
    """All verbs, ready for privacy.gate.console.console."""
    return {
        "disclosure.begin": _handler(desk, _begin),
        "disclosure.made": _handler(desk, _made),
        "disclosure.list": _handler(desk, _list),
    }


def _handler(desk: Desk, verb: Callable[[Desk, Fields], Awaitable[Fields]]) -> Handler:
    @wraps(verb)
    async def answer(message: Fields) -> Fields:
        try:
            return await verb(desk, message)
        except msgspec.ValidationError as error:
            raise Declined("bad_question", str(error)) from error
        except StoreError as error:
            raise Declined("ledger_not_writable", f"{error}; nothing is handed out") from error

    return answer


async def _begin(desk: Desk, message: Fields) -> Fields:
    asked = msgspec.convert(_of(message, _Begun), _Begun)
    data: dict[str, canonical.Json] = {
        "authority": asked.authority,
        "law": asked.law,
        "reference": asked.reference,
        "holdings": sorted(asked.holdings),
        "via": "console",
    }
    return {"entry": await desk.record(Kind.DISCLOSURE, data)}


async def _made(desk: Desk, message: Fields) -> Fields:
    asked = msgspec.convert(_of(message, _Made), _Made)
    data: dict[str, canonical.Json] = {"of": asked.of, "sha256": asked.sha256, "records": asked.records}
    return {"entry": await desk.record(Kind.DISCLOSURE, data)}


async def _list(desk: Desk, message: Fields) -> Fields:
    def job(tx: Transaction) -> list[object]:
        rows = tx.execute(_LIST, (Kind.DISCLOSURE.value, MOST)).fetchall()
        return [msgspec.json.decode(row[0]) for row in rows if isinstance(row[0], bytes | str)]

    return {"disclosures": (await desk.store.read(job))[::-1]}


def _of(message: Fields, kind: type[msgspec.Struct]) -> dict[str, object]:
    return {key: value for key, value in message.items() if key in kind.__struct_fields__}
