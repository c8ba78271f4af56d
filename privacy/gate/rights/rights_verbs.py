"""What the console may ask about people's rights: one table, verb → function, like console_verbs.py.

Erasing and taking back need the console, or a statement that a phone signs (erasing.py); closing is also an
answer to the app.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from typing import Annotated, Literal

import msgspec

from privacy import checkpoint, notice
from privacy.conversation import ConversationLost, Declined, Handler
from privacy.gate.desk import Desk
from privacy.gate.rights.erasing import Erasing
from privacy.gate.rights.rights import NOTE_LIMIT, Closed, RightsDesk
from privacy.gate.storage import deletions
from privacy.gate.storage.closures import ClosureKind
from privacy.gate.storage.store import StoreError
from privacy.payload import timestamp
from privacy.ports import Holding
from privacy.register import Language
from privacy.rights import PAGE, Effect, Scope
from privacy.vocabulary import DataCategory

MOST = 2**53
Fields = Mapping[str, object]


class _Effect(msgspec.Struct, frozen=True):
    holding: Annotated[str, msgspec.Meta(max_length=64)]
    erased: int
    stays: int = 0
    why: Annotated[str, msgspec.Meta(max_length=200)] = ""


class _Person(msgspec.Struct, frozen=True):
    person: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class _Asked(msgspec.Struct, frozen=True):
    """The fields of all verbs; each takes what it needs. hub: what the hub said of its half."""

    language: Language = Language.EN
    holding: str = ""
    after: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE)] = PAGE
    activity: str = ""
    ticket: Annotated[str, msgspec.Meta(max_length=40)] = ""
    category: DataCategory | None = None
    person: str | None = None
    kind: ClosureKind = ClosureKind.OBJECTED
    reason: Annotated[str, msgspec.Meta(max_length=NOTE_LIMIT)] = ""
    step: Literal["authorisations", "data"] = "authorisations"
    hub: Annotated[list[_Effect], msgspec.Meta(max_length=200)] = msgspec.field(default_factory=list)


Verb = Callable[[RightsDesk, Desk, _Asked], Awaitable[Fields]]


def table(rights: RightsDesk, desk: Desk) -> Mapping[str, Handler]:
    """All verbs, ready for privacy.gate.console.console."""
    return {name: _handler(rights, desk, verb) for name, verb in _VERBS.items()}


def of_one_person(erasing: Erasing) -> Mapping[str, Handler]:
    """The gate's half of erasing one person, which the console asks for before the hub's."""

    async def here(message: Fields) -> Fields:
        try:
            asked = msgspec.convert({"person": message.get("person")}, _Person)
            effects = await erasing.erase_here(asked.person)
        except msgspec.ValidationError as error:
            raise Declined("bad_question", str(error)) from error
        except ConversationLost as error:
            raise Declined("hub_away", f"{error}; nothing was erased") from error
        except StoreError as error:
            raise Declined("ledger_not_writable", str(error)) from error
        return {"effects": [msgspec.to_builtins(one) for one in effects]}

    return {"rights.erase_person": here}


def _handler(rights: RightsDesk, desk: Desk, verb: Verb) -> Handler:
    @wraps(verb)
    async def answer(message: Fields) -> Fields:
        try:
            fields = {key: value for key, value in message.items() if key in _Asked.__struct_fields__}
            return await verb(rights, desk, msgspec.convert(fields, _Asked))
        except msgspec.ValidationError as error:
            raise Declined("bad_question", str(error)) from error
        except StoreError as error:
            raise Declined("ledger_not_writable", str(error)) from error

    return answer


def holding_json(rows: list[Holding], records: int | None, *, shown: bool) -> Fields:
    """One place, in the words of the hub's API. rows: its holdings, one for each category."""
    first = rows[0]
    return {
        "name": first.name,
        "where": first.where.value,
        "categories": [row.category.value for row in rows],
        "purpose": first.purpose,
        "retention_days": None if first.retention is None else first.retention.total_seconds() / 86_400,
        "reason": first.reason,
        "stays": list(dict.fromkeys(row.stays for row in rows if row.stays)),
        "records": records,
        "shown": shown,
    }


async def about(rights: RightsDesk, desk: Desk, language: Language) -> Fields:
    """The notice, all places of the gate, what is closed; an objection's reason stands in exports alone."""
    counts = await rights.holder.count()
    places: dict[str, list[Holding]] = {}
    for holding in rights.holder.holdings():
        places.setdefault(holding.name, []).append(holding)
    shown = rights.holder.shown()
    who = sorted(desk.recipients.values(), key=lambda row: row.name)
    return {
        "at": timestamp(desk.time.instant().at),
        "notice": notice.as_json(desk.register, who, language),
        "holdings": [
            holding_json(rows, counts.get(name), shown=name in shown) for name, rows in places.items()
        ],
        "hidden": [
            {"holding": one.holding, "field": one.field, "why": one.why} for one in rights.holder.hidden()
        ],
        **standing(desk),
    }


def standing(desk: Desk) -> Fields:
    """What is closed, and unknown files."""
    return {
        "closures": [
            {"kind": row.kind.value, "subject": row.subject, "since": timestamp(row.at)}
            for row in desk.closures.all()
        ],
        "unknown_files": list(desk.closures.strangers),
    }


def closed_json(row: Closed) -> Fields:
    """What was just closed."""
    return {"cut": row.cut, "entry": row.entry, "recorded": row.entry is not None}


async def _about(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    return await about(rights, desk, asked.language)


async def _status(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    rows = await desk.store.read(deletions.every)
    return {**standing(desk), "deletions": [deletions.told(row) for row in rows]}


async def _closed(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    return {"deletions": await rights.close_ticket(asked.ticket)}


async def _page(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    try:
        page = await rights.holder.export(asked.holding, asked.after, asked.limit)
    except KeyError as error:
        raise Declined("unknown_holding", f"the gate shows no holding {asked.holding[:64]!r}") from error
    return {"columns": page.columns, "rows": page.rows, "after": page.after}


async def _object(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    if desk.register.get(asked.activity) is None:
        raise Declined(
            "unknown_activity", f"{asked.activity[:64]!r} is not in the register; see homebase notice"
        )
    return closed_json(await rights.object_to(asked.activity, asked.reason, "console"))


async def _restrict(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    if asked.category is None:
        raise Declined("bad_question", "name a category")
    return closed_json(await rights.restrict(asked.category, "console"))


async def _lift(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    subject = asked.activity if asked.kind is ClosureKind.OBJECTED else ""
    if asked.kind is ClosureKind.RESTRICTED and asked.category is not None:
        subject = asked.category.value
    return {"lifted": await rights.lift(asked.kind, subject)}


async def _erase(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    if asked.person is not None and asked.category is not None:
        raise Declined("bad_question", "one person or one category, not both")
    answer = await rights.erase(Scope(person=asked.person, category=asked.category), _effects(asked))
    return {**answer, "key": checkpoint.verifier_key(desk.origin, desk.public_key)}


async def _deregister(rights: RightsDesk, desk: Desk, asked: _Asked) -> Fields:
    answer = await rights.deregister(asked.step, _effects(asked), asked.language)
    return {**answer, "key": checkpoint.verifier_key(desk.origin, desk.public_key)}


def _effects(asked: _Asked) -> list[Effect]:
    return [Effect(holding=one.holding, erased=one.erased, stays=one.stays, why=one.why) for one in asked.hub]


_VERBS: Mapping[str, Verb] = {
    "rights.about": _about,
    "rights.status": _status,
    "rights.page": _page,
    "rights.ticket_closed": _closed,
    "rights.object": _object,
    "rights.restrict": _restrict,
    "rights.lift": _lift,
    "rights.erase": _erase,
    "rights.deregister": _deregister,
}
