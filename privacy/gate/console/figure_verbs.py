"""What the console may ask about figures that leave: what is asked for and why, what it costs, what left.

The app asks the same (figure_answers.py). Looking only; consent is given and taken back as for every activity
(tunnel_consents.py, console_verbs.py).
"""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256

import msgspec

from privacy import anonymise, notice
from privacy.activity import Metric
from privacy.conversation import ConversationLost, Handler, fields_as
from privacy.gate.console.console_words import declined
from privacy.gate.door import spelling
from privacy.gate.door.door import Door
from privacy.gate.door.refused import not_written
from privacy.gate.outbox import figures
from privacy.gate.outbox.figures import NoFigure
from privacy.gate.storage import budget, pseudonyms, records
from privacy.gate.storage.budget import Asked
from privacy.gate.storage.pseudonyms import Prepared
from privacy.gate.storage.store import StoreError
from privacy.payload import timestamp
from privacy.register import Language

Fields = Mapping[str, object]
_MEANING = {
    Language.DE: (
        "Wer alles andere weiß, errät eine Tatsache von zweien so oft richtig: aus einer Antwort in"
        " {answer} von 1000 Fällen, aus allen dieses Monats in {month}, aus allen bisher in {life};"
        " durch bloßen Zufall in 500."
    ),
    Language.EN: (
        "Who knows all else guesses one fact of two right so often: by one answer in {answer} of 1000 cases,"
        " by all of this month in {month}, by all so far in {life}; by mere chance in 500."
    ),
}


class _Asked(msgspec.Struct, frozen=True):
    language: Language = Language.EN


def table(door: Door) -> Mapping[str, Handler]:
    """The verbs ``telemetry.show`` and ``monitor.show``."""
    return {"telemetry.show": _handler(door, telemetry), "monitor.show": _handler(door, monitor)}


def _handler(door: Door, verb: Callable[[Door, Language], Awaitable[Fields]]) -> Handler:
    async def show(question: Fields) -> Fields:
        asked = fields_as(question, _Asked)
        try:
            return await verb(door, asked.language)
        except StoreError as error:
            raise not_written(error, asked.language) from error
        except ConversationLost as error:
            raise declined("hub_away", asked.language, error) from error
        except NoFigure as error:
            raise declined("unknown_field", asked.language, error) from error

    return show


async def telemetry(door: Door, language: Language) -> Fields:
    """What the statistics ask for, what they cost, each week that was asked for, and how a message looks.

    Raises:
        StoreError: the store can't be read.
    """
    now = await door.telemetry.state()
    spent = now.spent
    guesses = {
        "answer": anonymise.guess_permille(anonymise.EPSILON_MILLI),
        "month": anonymise.guess_permille(spent.month_milli),
        "life": anonymise.guess_permille(spent.life_milli),
    }
    return {
        **await _about(door, budget.ACTIVITY, language),
        "week": now.week.label,
        "asked": now.asked.name,
        "epsilon": {
            "answer_milli": anonymise.EPSILON_MILLI,
            "month": now.week.month,
            "month_milli": spent.month_milli,
            "month_limit_milli": anonymise.MONTH_MILLI,
            "life_milli": spent.life_milli,
            "life_limit_milli": anonymise.LIFE_MILLI,
            "guess_permille": guesses,
            "meaning": _MEANING[language].format(**guesses),
        },
        "example": anonymise.message(now.asked, now.week, 0).decode(),
        "weeks": [_week(row) for row in now.weeks],
    }


async def monitor(door: Door, language: Language) -> Fields:
    """For each recipient exactly what it would get next: also before there is a consent.

    Raises:
        StoreError, ConversationLost, Declined, NoFigure: it can't be made.
    """
    names = [row.name for row in door.desk.recipients.values() if pseudonyms.ACTIVITY in row.activities]
    prepared = [await door.monitoring.prepared(name) for name in sorted(names)]
    return {
        **await _about(door, pseudonyms.ACTIVITY, language),
        "next": [_following(one) for one in prepared],
    }


def _following(one: Prepared) -> Fields:
    return {
        "recipient": one.recipient,
        "week": one.week,
        "at": timestamp(one.at),
        "text": one.body.decode(),
        "sha256": sha256(one.body).hexdigest(),
        "bytes": len(one.body),
    }


async def _about(door: Door, activity: str, language: Language) -> Fields:
    """The activity, its figures with their reasons, who gets them now, and what left last."""
    row = door.desk.register.activities[activity]
    last = await door.desk.store.read(lambda tx: records.latest_sent(tx, activity))
    return {
        "activity": activity,
        "title": row.texts[language].title,
        "data": row.texts[language].data,
        "recipients": [grant.recipient for grant in figures.live(door.desk, activity)],
        "metrics": [_metric(metric, language) for metric in row.metrics],
        "last": None if last is None else spelling.sent(last),
    }


def _metric(metric: Metric, language: Language) -> Fields:
    return {
        "name": metric.name,
        "unit": metric.unit,
        "text": metric.text[language],
        "answers": notice.answers(metric),
        "reason": metric.reason[language],
    }


def _week(row: Asked) -> Fields:
    return {
        "week": row.week,
        "metric": row.metric,
        "state": row.state,
        "at": timestamp(row.at),
        "epsilon_milli": row.epsilon_milli,
    }
