"""Usage history on servers for the app, under /gate/v1/histories: look, choose, leave out, ask back.

For the owner alone, by the same rules as the console's verbs (history_verbs.py). A consent is given and taken
back as for every activity. Which role asks is the hub's word, as for all answers here: it holds the values
themselves, so a choice that it invents gives nobody more than it has; what leaves stays sealed to the owner's
key, and each choice is an entry.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Annotated
from urllib.parse import parse_qs

import msgspec

from privacy.gate.answers.answers import answering
from privacy.gate.answers.api import Guarded
from privacy.gate.console.history_verbs import TROUBLES, declined, following
from privacy.gate.door.door import Door
from privacy.gate.front.exchange import Answer, Request, json_answer, problem
from privacy.gate.outbox import figures
from privacy.gate.storage import deletions, histories
from privacy.gate.storage.deletions import DeletionRequest
from privacy.gate.storage.histories import NOTHING_KNOWN, Left
from privacy.gate.storage.records import PREVIEW_KEPT, Outgoing
from privacy.gate.storage.store import Transaction
from privacy.payload import timestamp
from privacy.register import Language
from privacy.usage_history import MOST_SERIES

NEWEST = 400  # transfers of a purpose that are shown: a year of days; an export has all
Word = Annotated[str, msgspec.Meta(max_length=80)]
Words = Annotated[list[Word], msgspec.Meta(max_length=64)]
Fields = Mapping[str, object]
Act = Callable[[Door, Request, Language], Awaitable[Answer]]

_UNAVAILABLE = {"hub_away": 503}  # all other troubles are of what was asked for
_HERE = {  # the way out in the app, where it is another than the console's; German, English
    "too_many_series": ("lass vorher eine andere weg", "leave another one out first"),
    "unknown_datapoint": ("lade die Seite neu", "load the page anew"),
}
_UNKNOWN = {  # what, way out; both in German and English
    "unknown_purpose": (
        ("diesen Zweck oder Empfänger gibt es nicht", "there is no such purpose or recipient"),
        ("lade die Seite neu", "load the page anew"),
    ),
    "no_copy": (
        ("unsere Kopie davon gibt es nicht mehr", "our copy of it is gone"),
        ("das Protokoll nennt ihre Prüfsumme", "the ledger has its checksum"),
    ),
    "not_there": (
        (
            "diese Übertragung ist dort gelöscht, noch unterwegs oder unbekannt",
            "that transfer is deleted there, still on its way or unknown",
        ),
        (
            "was unterwegs ist, endet mit Weglassen oder Widerruf",
            "what is on its way ends when it is left out or withdrawn",
        ),
    ),
}


class _Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """add, leave_out: datapoints."""

    activity: Word
    add: Words = []
    leave_out: Words = []


class _Shown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    activity: Word
    recipient: Word


class _Back(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    activity: Word
    transfer: Word


class _Dated(msgspec.Struct, frozen=True):
    """Of a message, which is our own."""

    day: str


_NO_COPY: Fields = {
    "day": None,
    "at": None,
    "bytes": None,
    "fate": "",
    "refused": "",
    "attempts": 0,
    "next": None,
    "deletion": None,
}


def table(door: Door) -> Mapping[tuple[str, str], Guarded]:
    """Method and path → answer."""
    return {
        place: answering(door, partial(_in_words, act))
        for place, act in {
            ("GET", "/gate/v1/histories"): _look,
            ("POST", "/gate/v1/histories"): _choose,
            ("POST", "/gate/v1/histories/previews"): _preview,
            ("GET", "/gate/v1/histories/copies"): _copy,
            ("POST", "/gate/v1/histories/deletions"): _back,
        }.items()
    }


async def _in_words(act: Act, door: Door, request: Request, language: Language) -> Answer:
    try:
        return await act(door, request, language)
    except TROUBLES as error:
        said = declined(error, language)
        what, _, way_out = said.detail.rpartition("; ")
        if said.code in _HERE:
            way_out = _HERE[said.code][language is not Language.DE]
        code = said.code if said.code in _UNAVAILABLE else f"history_{said.code}"
        return problem(_UNAVAILABLE.get(said.code, 422), code, what or said.code, way_out=way_out)


def _unknown(code: str, language: Language) -> Answer:
    what, way_out = (texts[language is not Language.DE] for texts in _UNKNOWN[code])
    return problem(404, code, what, way_out=way_out)


async def _look(door: Door, request: Request, language: Language) -> Answer:
    """Each purpose with its series and what became of each transfer; nothing is made for it."""
    told = [await _purpose(door, activity) for activity in door.history.purposes()]
    return json_answer(200, {"purposes": told, "most": MOST_SERIES})


async def _purpose(door: Door, activity: str) -> Fields:
    waiting = await door.history.waiting(activity)

    def job(tx: Transaction) -> tuple[tuple[str, ...], list[Left], list[DeletionRequest]]:
        asked = [row for row in deletions.every(tx) if row.activity == activity]
        return histories.chosen(tx, activity), histories.left(tx, activity), asked

    series, left, asked = await door.desk.store.read(job)
    return {
        "activity": activity,
        "entered": _entered(door, activity),
        "recipients": [grant.recipient for grant in figures.live(door.desk, activity)],
        "series": series,
        "transfers": _transfers(waiting, left, asked)[:NEWEST],
    }


def _entered(door: Door, activity: str) -> list[str]:
    return sorted(row.name for row in door.desk.recipients.values() if activity in row.activities)


def _transfers(
    waiting: Sequence[tuple[str, Outgoing]], left: Sequence[Left], asked: Sequence[DeletionRequest]
) -> list[Fields]:
    """What waits, then what left, the latest first; of what has no copy here any more, its deletion alone.

    fate: waiting, begun, delivered, failed, cut; "" without a copy. next: when it is tried again.
    """
    requests = {one.transfer: one for one in asked}
    known = {item.transfer for _, item in waiting}
    rows: list[Fields] = [_waits(name, item) for name, item in waiting]
    rows += [_gone(one, requests.get(one.transfer)) for one in left if one.transfer not in known]
    known |= {one.transfer for one in left}
    for row in reversed(asked):
        if row.transfer not in known:
            rows.append(
                {**_NO_COPY, "transfer": row.transfer, "recipient": row.recipient, "deletion": _deletion(row)}
            )
    return rows


def _waits(recipient: str, item: Outgoing) -> Fields:
    return {
        **_NO_COPY,
        "transfer": item.transfer,
        "recipient": recipient,
        "day": msgspec.json.decode(item.body, type=_Dated).day,
        "bytes": len(item.body),
        "fate": "waiting",
        "attempts": item.attempts,
        "next": timestamp(item.next),
    }


def _gone(row: Left, asked: DeletionRequest | None) -> Fields:
    return {
        **_NO_COPY,
        "transfer": row.transfer,
        "recipient": row.recipient,
        "day": row.day,
        "at": timestamp(row.at),
        "bytes": row.size,
        "fate": row.result,
        "refused": row.refused,
        "deletion": None if asked is None else _deletion(asked),
    }


def _deletion(row: DeletionRequest) -> Fields:
    told = deletions.told(row)
    return {name: told[name] for name in ("state", "due", "attempts", "answer")}


async def _choose(door: Door, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_Choice)
    if asked.activity not in door.history.purposes():
        return _unknown("unknown_purpose", language)
    series = await door.history.choose(asked.activity, asked.add, asked.leave_out)
    return json_answer(200, {"series": series})


async def _preview(door: Door, request: Request, language: Language) -> Answer:
    """Exactly what leaves next, made now where there is none: the very bytes that go into the outbox.

    until: when it is thrown away, unless somebody agrees before; null under a consent.
    """
    asked = msgspec.json.decode(request.body, type=_Shown)
    if asked.activity not in door.history.purposes() or asked.recipient not in _entered(door, asked.activity):
        return _unknown("unknown_purpose", language)
    kept = await door.history.prepared(asked.activity, asked.recipient)
    if kept is None:
        return json_answer(200, {"state": "nothing_chosen", "day": None, "next": None})
    if not kept.body:
        state = "nothing_known" if kept.inside == NOTHING_KNOWN else "done"
        return json_answer(200, {"state": state, "day": kept.day, "next": None})
    until = None if kept.agreed else timestamp(kept.made + PREVIEW_KEPT)
    told = {**following(kept), "sha256": kept.sha256, "bytes": len(kept.body), "until": until}
    return json_answer(200, {"state": "ready", "day": kept.day, "next": told})


async def _copy(door: Door, request: Request, language: Language) -> Answer:
    asked = parse_qs(request.query).get("transfer", [""])[0]
    body = await door.desk.store.read(lambda tx: histories.copy(tx, asked))
    if body is None:
        return _unknown("no_copy", language)
    told = {"text": body.decode(), "sha256": sha256(body).hexdigest(), "bytes": len(body)}
    return json_answer(200, told)


async def _back(door: Door, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_Back)
    if asked.activity not in door.history.purposes():
        return _unknown("unknown_purpose", language)
    if not await door.history.back(asked.activity, asked.transfer):
        return _unknown("not_there", language)
    return json_answer(200, {"deletions": 1})
