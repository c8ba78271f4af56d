"""What the console may ask about notice, consents and the ledger: one table, verb → function.

Only console.sock knows these verbs; the hub's sockets don't. A refusal is an error with the reason's code and
its sentence in the language of whoever asks.
"""

import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import wraps
from typing import Annotated

import msgspec

from privacy import checkpoint, notice, notice_linked
from privacy.consent import Wish, wrong_recipient
from privacy.conversation import ConversationLost, Declined, Handler
from privacy.gate.console.console_words import declined
from privacy.gate.door import receipts, spelling
from privacy.gate.door.door import Door
from privacy.gate.door.refused import Refused, not_written
from privacy.gate.storage import book, records
from privacy.gate.storage.store import StoreError
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.recipients import Recipient
from privacy.register import Activity, Form, Language

PAGE = 200
_WAYS_OUT = {  # what an owner may take back
    Reason.OBJECTED: "homebase rights lift objected {activity}",
    Reason.RESTRICTED: "homebase rights status; homebase rights lift restricted CATEGORY",
    Reason.DEREGISTERED: "homebase rights lift deregistered",
}
MOST = 2**53  # of a number in a question
Fields = Mapping[str, object]


class _Asked(msgspec.Struct, frozen=True):
    """The fields of all verbs; each takes what it needs. term_s: of ``until``; after, limit: of a page."""

    language: Language = Language.EN
    activity: str = ""
    recipient: str | None = None
    ticket: str = ""
    groups: list[str] | None = None
    form: Form = Form.ONCE
    term_s: int | None = None
    country: str | None = None
    preview: str = ""
    checkpoint: str = ""
    number: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
    old: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
    after: Annotated[int, msgspec.Meta(ge=-1, le=MOST)] = -1
    limit: int = PAGE


def table(door: Door) -> Mapping[str, Handler]:
    """All verbs, ready for privacy.gate.console.console."""
    return {name: _handler(door, verb) for name, verb in _VERBS.items()}


def _handler(door: Door, verb: Callable[[Door, _Asked], Awaitable[Fields]]) -> Handler:
    @wraps(verb)
    async def answer(message: Fields) -> Fields:
        language, activity = Language.EN, ""
        try:
            fields = {key: value for key, value in message.items() if key in _Asked.__struct_fields__}
            asked = msgspec.convert(fields, _Asked)
            language, activity = asked.language, asked.activity
            return await verb(door, asked)
        except msgspec.ValidationError as error:
            raise Declined("bad_question", str(error)) from error
        except Refused as refused:
            detail = refused.reason.text(language)
            way_out = refused.detail or why_unbuilt(door, refused.reason, activity, language)
            way_out = way_out or _WAYS_OUT.get(refused.reason, "").format(activity=activity)
            detail += f" ({way_out})" if way_out else ""
            raise Declined(refused.reason.value, detail) from refused
        except StoreError as error:
            raise not_written(error, language) from error
        except ConversationLost as error:
            raise declined("hub_away", language, error) from error

    return answer


def why_unbuilt(door: Door, reason: Reason, activity: str, language: Language) -> str:
    """What the register says of a row that nobody can have; "" where that is not the reason."""
    row = door.desk.register.get(activity) if reason is Reason.NOT_BUILT else None
    return "" if row is None or row.unbuilt is None else row.unbuilt[language]


async def _notice(door: Door, asked: _Asked) -> Fields:
    desk, who = door.desk, _by_name(door)
    return {
        "text": notice.as_text(desk.register, who, asked.language),
        "notice": notice.as_json(desk.register, who, asked.language),
    }


async def _notice_page(door: Door, asked: _Asked) -> Fields:
    from privacy import notice_page  # noqa: PLC0415 - rarely asked for; it loads every name of HTML's characters

    return {"page": notice_page.as_html(door.desk.register, _by_name(door), asked.language)}


async def _notice_linked(door: Door, asked: _Asked) -> Fields:
    return {"linked": notice_linked.as_linked(door.desk.register, _by_name(door))}


def _by_name(door: Door) -> list[Recipient]:
    return sorted(door.desk.recipients.values(), key=lambda row: row.name)


async def _receipt(door: Door, asked: _Asked) -> Fields:
    found = await receipts.receipt_of(door.desk, asked.number)
    if found is None:
        raise declined("no_entry", asked.language, asked.number)
    return {"receipt": found}


async def _preview(door: Door, asked: _Asked) -> Fields:
    row = door.desk.register.get(asked.activity)
    await _check_recipient(door, row, asked)
    groups = frozenset(asked.groups or (row.groups if row else ()))
    shown = await door.previews.preview(asked.activity, groups, asked.ticket)
    return {**spelling.preview(shown), "activity_text": _about(door, shown.activity, asked.language)}


async def _check_recipient(door: Door, row: Activity | None, asked: _Asked) -> None:
    """Whom the question names, if anybody, must be one that the activity has: before anybody agrees."""
    if row is None or asked.recipient is None:
        return
    who = door.desk.recipients.get(asked.recipient)
    wrong = Reason.UNKNOWN_RECIPIENT if who is None else wrong_recipient(who, row, asked.country)
    if wrong is not None:
        await door.desk.refuse(row.id, asked.recipient, wrong, asked.ticket)
        raise Refused(wrong)


def command(activity: str, ticket: str, preview_id: str, named_home: str) -> str:
    """The command that gives a one-time consent for what was shown. named_home: as Start's."""
    home = f" {named_home}" if named_home else ""
    return f"homebase consent give {activity} --ticket {ticket} --once --preview {preview_id}{home}"


def _about(door: Door, activity: str, language: Language) -> Fields:
    row = door.desk.register.activities[activity]
    return notice.activity_json(row, door.desk.recipients.values(), language)


async def _shown(door: Door, asked: _Asked) -> Fields:
    """A preview that was made before, for example in the app."""
    shown = await door.desk.store.read(lambda tx: records.preview(tx, asked.preview))
    if shown is None or shown.expires <= door.desk.time.instant().at:
        raise declined("no_preview", asked.language, asked.preview)
    return {**spelling.preview(shown), "activity_text": _about(door, shown.activity, asked.language)}


async def _give(door: Door, asked: _Asked) -> Fields:
    shown = await door.desk.store.read(lambda tx: records.preview(tx, asked.preview))
    recipient = asked.recipient or _only_recipient(door, asked.activity)
    wish = Wish(
        activity=asked.activity,
        recipient=recipient,
        addressee=_addressee(door, asked.activity, recipient),
        form=asked.form,
        groups=shown.groups if shown is not None else frozenset(),
        ticket=asked.ticket,
        language=asked.language.value,
        term=None if asked.term_s is None else timedelta(seconds=asked.term_s),
        country=asked.country,
    )
    return spelling.given(await door.give(wish, asked.preview), asked.language)


def _addressee(door: Door, activity: str, recipient: str) -> str:
    """The keys that the recipient's row names: the command has shown them before it asked."""
    row, who = door.desk.register.get(activity), door.desk.recipients.get(recipient)
    return "" if row is None or who is None else who.addressee_of(row) or ""


def _only_recipient(door: Door, activity: str) -> str:
    names = [row.name for row in door.desk.recipients.values() if activity in row.activities]
    return names[0] if len(names) == 1 else ""


async def _list(door: Door, asked: _Asked) -> Fields:
    at = door.desk.time.instant()
    rows = await door.desk.store.read(lambda tx: list(records.grants(tx)))
    live = {grant.id: grant for grant in door.desk.standing.live()}
    told = [
        {
            **spelling.grant(grant),
            "state": spelling.state(live[grant.id], at)
            if grant.id in live
            else spelling.ended(reason)
            if reason is not None
            else "withdrawn",
        }
        for grant, reason in rows
    ]
    return {
        "consents": told[-asked.limit :],
        "clock_sure": at.sure,
        "running": list(door.deliveries.running()),
    }


async def _withdraw(door: Door, asked: _Asked) -> Fields:
    if door.desk.register.get(asked.activity) is None:
        raise declined("unknown_activity", asked.language, repr(asked.activity[:64]))
    return spelling.withdrawn(await door.withdrawing.withdraw(asked.activity, asked.recipient))


async def _reopen(door: Door, asked: _Asked) -> Fields:
    return {"activity": asked.activity, "entry": await door.reopen(asked.activity)}


async def _send(door: Door, asked: _Asked) -> Fields:
    return {"deliveries": [spelling.outcome(one, asked.language) for one in await door.send(asked.activity)]}


async def _last(door: Door, asked: _Asked) -> Fields:
    row = await door.desk.store.read(lambda tx: records.latest_sent(tx, asked.activity))
    return {"last": None if row is None else spelling.sent(row)}


async def _clock(door: Door, asked: _Asked) -> Fields:
    at = door.desk.time.instant()
    return {
        "now": timestamp(at.wall),
        "floor": timestamp(at.floor),
        "sure": at.sure,
        "held": door.desk.time.held,
    }


async def _confirm_clock(door: Door, asked: _Asked) -> Fields:
    await door.desk.confirm_clock()
    await door.desk.store.write(door.desk.time.tick)
    return await _clock(door, asked)


async def _entries(door: Door, asked: _Asked) -> Fields:
    limit = max(1, min(asked.limit, PAGE))
    rows = await door.desk.store.read(lambda tx: book.page(tx, asked.after, limit))
    return {**await ledger_state(door), "entries": [spelling.exported(row) for row in rows]}


async def ledger_state(door: Door) -> Fields:
    """Size, root and last checkpoint."""
    size, root, note = await door.desk.store.read(lambda tx: (book.size(tx), book.root(tx), book.latest(tx)))
    return {"size": size, "root": base64.b64encode(root).decode(), "checkpoint": note}


async def _show(door: Door, asked: _Asked) -> Fields:
    row = await door.desk.store.read(lambda tx: book.one(tx, asked.number))
    if row is None:
        raise Declined("no_entry", f"there is no entry {asked.number}; see homebase ledger list")
    return {"entry": spelling.exported(row)}


async def _verify(door: Door, asked: _Asked) -> Fields:
    desk = door.desk
    await desk.checkpoint()
    findings = await desk.store.read(lambda tx: book.check(tx, desk.origin, desk.public_key))
    return {
        **await ledger_state(door),
        "key": checkpoint.verifier_key(desk.origin, desk.public_key),
        "findings": [{"seq": finding.seq, "what": finding.what} for finding in findings],
    }


async def _prove(door: Door, asked: _Asked) -> Fields:
    """Inclusion of ``number``, or consistency from ``old``, under a checkpoint of now."""
    note = await door.desk.checkpoint()
    state = checkpoint.verify(note, door.desk.origin, door.desk.public_key)
    try:
        if asked.old:
            steps = await door.desk.store.read(lambda tx: book.consistency(tx, asked.old, state.size))
            return {"checkpoint": note, "old": asked.old, "proof": spelling.proof(steps)}
        steps = await door.desk.store.read(lambda tx: book.inclusion(tx, asked.number, state.size))
    except ValueError as error:
        raise Declined("no_entry", f"{error}; see homebase ledger list") from error
    row = await door.desk.store.read(lambda tx: book.one(tx, asked.number))
    assert row is not None
    return {"checkpoint": note, "entry": spelling.exported(row), "proof": spelling.proof(steps)}


async def _witness(door: Door, asked: _Asked) -> Fields:
    """Whether the book only grew since a checkpoint that somebody kept."""
    desk = door.desk
    try:
        seen = checkpoint.verify(asked.checkpoint, desk.origin, desk.public_key)
    except checkpoint.BadCheckpoint as error:
        what = f"{error}; after a restore entry 0 names the book before"
        raise Declined("bad_checkpoint", what) from error
    wrong = await desk.store.read(lambda tx: book.witnessed(tx, seen))
    steps: list[bytes] = []
    if wrong is None and seen.size:
        count = await desk.store.read(book.size)
        steps = await desk.store.read(lambda tx: book.consistency(tx, seen.size, count))
    return {**await ledger_state(door), "old": seen.size, "wrong": wrong, "proof": spelling.proof(steps)}


_VERBS: Mapping[str, Callable[[Door, _Asked], Awaitable[Fields]]] = {
    "notice": _notice,
    "notice.page": _notice_page,
    "notice.linked": _notice_linked,
    "consent.preview": _preview,
    "consent.shown": _shown,
    "consent.give": _give,
    "consent.list": _list,
    "consent.withdraw": _withdraw,
    "consent.reopen": _reopen,
    "consent.send": _send,
    "consent.last": _last,
    "consent.receipt": _receipt,
    "consent.clock": _clock,
    "consent.confirm_clock": _confirm_clock,
    "ledger.list": _entries,
    "ledger.show": _show,
    "ledger.verify": _verify,
    "ledger.prove": _prove,
    "ledger.witness": _witness,
}
