"""Consents for streams, figures, histories, later copies and what the gate asks by itself: a standing yes.

There are no bytes to look at before, or the next ones are shown elsewhere: what is asked about is the
activity's text, with all that may be asked for, the recipient and who is meant behind it. What passes is
counted.
"""

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from privacy import base64url, notice, usage_history
from privacy.challenges import NONCE_SIZE
from privacy.consent import Grant, Wish, propose
from privacy.conversation import Declined, Handler, fields_as
from privacy.gate.console.console_verbs import why_unbuilt
from privacy.gate.door import spelling
from privacy.gate.door.door import Door
from privacy.gate.door.giving import About, Ready
from privacy.gate.door.previews import GIVEN_BY
from privacy.gate.door.refused import not_written
from privacy.gate.storage import records
from privacy.gate.storage.store import StoreError, Transaction
from privacy.reasons import Reason
from privacy.register import Form, Language, Mode

Fields = Mapping[str, object]
FAR = "backup.cloud"  # to places that need an access before anybody is meant
ASKED_BY_GATE = frozenset({"update.check"})  # it makes every byte of these itself, from nothing of the home


class _Asked(msgspec.Struct, frozen=True):
    activity: str
    recipient: str | None = None
    country: str | None = None
    language: Language = Language.EN


def table(door: Door) -> Mapping[str, Handler]:
    """The verbs ``consent.about`` and ``consent.allow``."""

    async def about(question: Fields) -> Fields:
        asked = fields_as(question, _Asked)
        await door.far.refresh()
        recipient = _recipient(door, asked)
        wish = _wish(door, asked, recipient)
        given = wish if isinstance(wish, Reason) else _proposed(door, wish, 0)
        if isinstance(given, Reason):  # nobody is asked to agree to what can't be given
            await door.desk.refuse(asked.activity, recipient, given, "")
            raise _declined(door, given, asked, recipient)
        row = door.desk.register.activities[given.activity]
        told = notice.activity_json(row, door.desk.recipients.values(), asked.language)
        return {"activity_text": told, "recipient": recipient, "addressee": given.addressee}

    async def allow(question: Fields) -> Fields:
        asked = fields_as(question, _Asked)
        try:
            await door.far.refresh()
            recipient = _recipient(door, asked)
            given = await _give(door, asked, recipient)
        except StoreError as error:
            raise not_written(error, asked.language) from error
        if isinstance(given, Reason):
            raise _declined(door, given, asked, recipient)
        return {"grant": spelling.grant(given)}

    return {"consent.about": about, "consent.allow": allow}


def _recipient(door: Door, asked: _Asked) -> str:
    """Whom the question names, else the only one that the activity has."""
    names = [row.name for row in door.desk.recipients.values() if asked.activity in row.activities]
    return asked.recipient or (names[0] if len(names) == 1 else "")


def _wish(door: Door, asked: _Asked, recipient: str) -> Wish | Reason:
    row = door.desk.register.get(asked.activity)
    if row is None:
        return Reason.UNKNOWN_ACTIVITY
    if not row.leaves_house or not row.built:
        return Reason.NOT_BUILT if row.leaves_house else Reason.STAYS_HOME
    who = door.desk.recipients.get(recipient)
    is_far = who is not None and who.is_far
    made_by_gate = row.measured or row.schema == usage_history.SCHEMA or row.id in ASKED_BY_GATE
    if row.mode is not Mode.TUNNELLED and not (made_by_gate or is_far):
        return Reason.UNKNOWN_RECIPIENT if row.id == FAR and who is None else Reason.WRONG_MODE
    return Wish(
        activity=row.id,
        recipient=recipient,
        addressee="" if who is None else who.addressee_of(row) or "",
        form=Form.STANDING,
        groups=frozenset(),
        categories=row.categories,
        ticket="",
        language=asked.language.value,
        country=asked.country,
    )


def _proposed(door: Door, wish: Wish, number: int) -> Grant | Reason:
    desk = door.desk
    return propose(wish, desk.register, desk.recipients, desk.time.instant().to_count_from(), number)


async def _give(door: Door, asked: _Asked, recipient: str) -> Grant | Reason:
    wish = _wish(door, asked, recipient)
    if isinstance(wish, Reason):
        return wish

    def make(tx: Transaction) -> Ready | Reason:
        grant = _proposed(door, wish, records.next_grant_id(tx))
        if isinstance(grant, Reason):
            return grant
        return door.ready(replace(grant, mark=base64url.encode(door.desk.random_bytes(NONCE_SIZE))), None)

    about = About(activity=wish.activity, recipient=recipient, ticket="")
    ready = await door.giving.give(about, make)
    return ready if isinstance(ready, Reason) else ready.grant


def _declined(door: Door, reason: Reason, asked: _Asked, recipient: str) -> Declined:
    way = why_unbuilt(door, reason, asked.activity, asked.language)
    way = GIVEN_BY.get(asked.activity, "") if reason is Reason.WRONG_MODE else way
    if reason is Reason.ADDRESSEE_NOT_DECLARED and asked.activity == FAR:
        way = f"homebase recipient access {recipient}"
    text = reason.text(asked.language)
    return Declined(reason.value, f"{text} ({way})" if way else text)
