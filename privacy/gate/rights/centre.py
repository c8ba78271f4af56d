"""More of what the app's privacy centre shows: all consents, deletions that were asked for, the records.

Looking, and closing a ticket; opening is a statement of a phone. vouched.py signs what is answered.
"""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import parse_qs

import msgspec

from privacy.consent import Grant
from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.backups import target
from privacy.gate.door import spelling
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.outbox import failed_words
from privacy.gate.rights.rights import RightsDesk
from privacy.gate.storage import deletions, records
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.register import Language
from privacy.rights import PAGE

NEWEST = 500  # consents and deletions that are shown; an export has all
_DIGITS = 16


class _Ticket(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ticket: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]


def looking(door: Door) -> Mapping[tuple[str, str], Guarded]:
    """For owner and residents."""
    return {
        ("GET", "/gate/v1/consents"): answering(door, _consents),
        ("GET", "/gate/v1/deletions"): answering(door, _deletions),
    }


def owning(door: Door, rights: RightsDesk) -> Mapping[tuple[str, str], Guarded]:
    """For the owner: the gate's records, and that a ticket is closed."""

    async def page(_: Door, request: Request, language: Language) -> Answer:
        asked = parse_qs(request.query)
        name = asked.get("holding", [""])[0]
        after, limit = (_number(asked.get(key, [""])[0], otherwise) for key, otherwise in _PLACES)
        try:
            found = await rights.holder.export(name, after, max(1, min(limit, PAGE)))
        except KeyError:
            what = f"the gate shows no holding {name[:64]!r}"
            return problem(404, "unknown_holding", what, way_out="see /gate/v1/rights")
        return json_answer(200, {"columns": found.columns, "rows": found.rows, "after": found.after})

    async def close(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Ticket)
        return json_answer(200, {"deletions": await rights.close_ticket(asked.ticket)})

    return {
        ("GET", "/gate/v1/records"): answering(door, page),
        ("POST", "/gate/v1/tickets"): answering(door, close),
    }


_PLACES = (("after", 0), ("limit", PAGE))


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else otherwise


async def _consents(door: Door, request: Request, language: Language) -> Answer:
    """The newest first. state: as of an activity, or ``not_confirmed`` for one from before a restore."""
    desk = door.desk
    at = desk.time.instant()
    rows = await desk.store.read(lambda tx: list(records.grants(tx)))
    live = {grant.id: grant for grant in desk.standing.live()}

    def state(grant: Grant, ended: Reason | None) -> str:
        if grant.id not in live:
            return "withdrawn" if ended is None else spelling.ended(ended)
        now = live[grant.id]
        return "not_confirmed" if now.epoch != desk.standing.epoch else spelling.state(now, at)

    consents = [
        {
            **spelling.grant(grant),
            "title": _title(door, grant.activity, language),
            "mark": grant.mark,
            "categories": sorted(category.value for category in grant.categories),
            "key": grant.key,
            "state": state(grant, ended),
        }
        for grant, ended in reversed(rows[-NEWEST:])
    ]
    return json_answer(200, {"consents": consents, "all": len(rows), "at": timestamp(at.at)})


def _title(door: Door, activity: str, language: Language) -> str:
    row = door.desk.register.get(activity)
    return activity if row is None else row.texts[language].title


async def _deletions(door: Door, request: Request, language: Language) -> Answer:
    """What recipients have to delete, by when, and what they said; the latest first."""
    rows = await door.desk.store.read(deletions.every)
    told = [
        {
            **deletions.told(row),
            "answer": target.in_words(failed_words.told(row.answer, language), language),
            "title": _title(door, row.activity, language),
        }
        for row in reversed(rows[-NEWEST:])
    ]
    return json_answer(200, {"deletions": told, "all": len(rows)})
