"""What the console may ask about usage history on servers: show each purpose exactly, choose its series.

Consent is given and taken back as for every activity (tunnel_consents.py, console_verbs.py).
"""

from collections.abc import Awaitable, Callable, Mapping

import msgspec

from privacy.closed_schema import FieldRefused
from privacy.conversation import ConversationLost, Declined, Handler, fields_as
from privacy.gate.door import spelling
from privacy.gate.door.door import Door
from privacy.gate.door.refused import not_written
from privacy.gate.outbox import figures
from privacy.gate.outbox.usage_history import NOT_MADE, TooMany
from privacy.gate.storage import histories, records
from privacy.gate.storage.histories import Kept
from privacy.gate.storage.records import Outgoing
from privacy.gate.storage.store import StoreError
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.register import Language
from privacy.sealing import NotAKey
from privacy.usage_history import MOST_SERIES

Fields = Mapping[str, object]
_WORDS = {  # German, English
    "too_many_series": (
        f"höchstens {MOST_SERIES} Messreihen je Zweck; lass andere weg: homebase history cloud leave-out",
        f"{MOST_SERIES} series at most for one purpose; leave others out: homebase history cloud leave-out",
    ),
    "hub_away": (
        "die Hausseite antwortet nicht ({detail}); läuft sie? homebase doctor",
        "the hub does not answer ({detail}); is it running? homebase doctor",
    ),
    "unknown_field": (
        "die Hausseite gab keinen Tag in der vereinbarten Form ({detail}); aktualisiere und starte sie neu",
        "the hub gave no day of the agreed form ({detail}); update and restart it",
    ),
    "addressee_not_declared": (
        "der Empfänger hat keinen Schlüssel, für den verschlüsselt werden kann; keys in homebase.toml",
        "the recipient has no key to encrypt to; keys in homebase.toml",
    ),
    "unknown_datapoint": (
        "diesen Datenpunkt hat dieses Zuhause nicht: {detail}; homebase watch nennt alle, die sich ändern",
        "this home has no such datapoint: {detail}; homebase watch names all that change",
    ),
}


class _Asked(msgspec.Struct, frozen=True):
    """activity: of the purpose; "" for all. add, leave_out: datapoints."""

    activity: str = ""
    add: list[str] = []
    leave_out: list[str] = []
    language: Language = Language.EN


Verb = Callable[[Door, _Asked], Awaitable[Fields]]
TROUBLES = (*NOT_MADE, TooMany)
"""What showing or choosing may raise besides StoreError."""


def table(door: Door) -> Mapping[str, Handler]:
    """The verbs ``history.show`` and ``history.choose``."""
    return {"history.show": _handler(door, _show), "history.choose": _handler(door, _choose)}


def _handler(door: Door, verb: Verb) -> Handler:
    async def answer(question: Fields) -> Fields:
        asked = fields_as(question, _Asked)
        known = door.history.purposes()
        if asked.activity and asked.activity not in known:
            words = f"{Reason.UNKNOWN_ACTIVITY.text(asked.language)} ({', '.join(known)})"
            raise Declined(Reason.UNKNOWN_ACTIVITY.value, words)
        try:
            return await verb(door, asked)
        except StoreError as error:
            raise not_written(error, asked.language) from error
        except TROUBLES as error:
            raise declined(error, asked.language) from error

    return answer


def declined(error: Exception, language: Language) -> Declined:
    """One of TROUBLES in words: what, then a semicolon, a blank and the way out."""
    code, detail = "too_many_series", str(error)
    match error:
        case ConversationLost():
            code = "hub_away"
        case FieldRefused():
            code = "unknown_field"
        case NotAKey():
            code = "addressee_not_declared"
        case Declined():
            code, detail = error.code, error.detail
    if code not in _WORDS:
        return Declined(code, detail)
    german, english = _WORDS[code]
    return Declined(code, (german if language is Language.DE else english).format(detail=detail))


async def _show(door: Door, asked: _Asked) -> Fields:
    """Each purpose: also before there is a consent."""
    wanted = [asked.activity] if asked.activity else door.history.purposes()
    return {"purposes": [await _purpose(door, activity, asked.language) for activity in wanted]}


async def _choose(door: Door, asked: _Asked) -> Fields:
    return {"series": await door.history.choose(asked.activity, asked.add, asked.leave_out)}


async def _purpose(door: Door, activity: str, language: Language) -> Fields:
    row, store = door.desk.register.activities[activity], door.desk.store
    names = [who.name for who in door.desk.recipients.values() if activity in who.activities]
    waiting = await door.history.waiting(activity)
    prepared = [await door.history.prepared(activity, name) for name in sorted(names)]
    chosen, last = await store.read(
        lambda tx: (histories.chosen(tx, activity), records.latest_sent(tx, activity))
    )
    return {
        "activity": activity,
        "title": row.texts[language].title,
        "purpose": row.texts[language].purpose,
        "data": row.texts[language].data,
        "entered": sorted(names),
        "recipients": [grant.recipient for grant in figures.live(door.desk, activity)],
        "series": chosen,
        "next": [following(one) for one in prepared if one is not None and one.body],
        "waiting": [_waiting(name, item) for name, item in waiting],
        "last": None if last is None else spelling.sent(last),
    }


def following(kept: Kept) -> Fields:
    """text: exactly what leaves; inside: what is sealed in it."""
    return {
        "recipient": kept.recipient,
        "addressee": kept.addressee,
        "day": kept.day,
        "at": timestamp(kept.at),
        "text": kept.body.decode(),
        "inside": msgspec.json.decode(kept.inside),
    }


def _waiting(recipient: str, item: Outgoing) -> Fields:
    """text: exactly what leaves, sealed as it was shown before."""
    return {
        "recipient": recipient,
        "transfer": item.transfer,
        "attempts": item.attempts,
        "at": timestamp(item.next),
        "text": item.body.decode(),
    }
