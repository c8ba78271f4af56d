"""What the console may ask about backups: one table, verb → function. A sheet's words come by here alone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from functools import wraps
from typing import Annotated

import msgspec

from privacy import backup_sheet, sealing
from privacy.conversation import Declined, Handler
from privacy.gate.backups.backups import Backups
from privacy.gate.backups.putting_back import Wish
from privacy.gate.backups.shelves import LOCAL, Wrong
from privacy.gate.storage.store import StoreError
from privacy.register import Language

Fields = Mapping[str, object]


class _Asked(msgspec.Struct, frozen=True):
    """The fields of all verbs; each takes what it needs. sheet: a sheet's words or code, kept nowhere."""

    key: Annotated[str, msgspec.Meta(max_length=80)] = ""
    vouched: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?\Z")] = ""
    target: Annotated[str, msgspec.Meta(max_length=32)] = LOCAL
    name: Annotated[str, msgspec.Meta(max_length=100)] = ""
    sheet: Annotated[str, msgspec.Meta(max_length=backup_sheet.MOST_TEXT)] = ""
    room: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    trial: bool = True
    replace: bool = False
    folder: bool = False
    history: bool = False
    run: int = 0
    language: Language = Language.EN


Verb = Callable[[Backups, _Asked], Awaitable[Fields]]


def table(backups: Backups) -> Mapping[str, Handler]:
    """All verbs, ready for privacy.gate.console.console."""
    return {name: _handler(backups, verb) for name, verb in _VERBS.items()}


def _handler(backups: Backups, verb: Verb) -> Handler:
    @wraps(verb)
    async def answer(message: Fields) -> Fields:
        try:
            fields = {key: value for key, value in message.items() if key in _Asked.__struct_fields__}
            return await verb(backups, msgspec.convert(fields, _Asked))
        except msgspec.ValidationError as error:
            raise Declined("bad_question", str(error)) from error
        except Wrong as wrong:
            raise Declined(wrong.code, wrong.what) from wrong
        except StoreError as error:
            raise Declined("ledger_not_writable", str(error)) from error

    return answer


async def _status(backups: Backups, asked: _Asked) -> Fields:
    return await backups.told(asked.target, asked.language)


async def _now(backups: Backups, asked: _Asked) -> Fields:
    """Begin one; ``backup.status`` tells how far it is. folder: a new stick, or the old one emptied."""
    return {"runs": await backups.start(new_folder=asked.folder)}


async def _history(backups: Backups, asked: _Asked) -> Fields:
    """history: in backups, from the next one on."""
    await backups.keep_history(wanted=asked.history)
    return {"history": asked.history}


async def _signer(backups: Backups, asked: _Asked) -> Fields:
    return {"signer": (await backups.signer()).hex()}


async def _sheet(backups: Backups, asked: _Asked) -> Fields:
    try:
        sealing.check_keys([asked.key])
    except sealing.NotAKey as error:
        raise Declined("bad_question", f"key: {error}") from error
    if not asked.vouched:
        raise Declined("bad_question", "vouched is missing")
    await backups.keep_sheet(asked.key, asked.vouched)
    return {}


async def _restore(backups: Backups, asked: _Asked) -> Fields:
    """Begin a check or a restore; ``backup.result`` tells how far it is, and what came of it."""
    secret = backup_sheet.read_sheet(asked.sheet)
    if secret is None:
        raise Declined("sheet_unreadable", "these are not a sheet's words; compare them letter by letter")
    wish = Wish(
        where=asked.target,
        name=asked.name,
        secret=secret,
        room=asked.room,
        trial=asked.trial,
        anyway=asked.replace,
    )
    return {"run": await backups.start_restore(wish)}


async def _result(backups: Backups, asked: _Asked) -> Fields:
    """How far a run is, or what came of it; that is told once."""
    done = backups.runs.told(asked.run)
    if done is None:
        return {"over": False, "progress": asdict(backups.progress)}
    return {
        "over": True,
        "name": done.name,
        "made": done.made,
        "version": done.version,
        "records": dict(done.records),
        "rooms": list(done.rooms),
        "devices": list(done.devices),
        "consents": done.gate,
        "applied": done.applied,
    }


async def _stop(backups: Backups, asked: _Asked) -> Fields:
    """stopped: false where the home is being put in place already."""
    return {"stopped": backups.runs.stop(asked.run)}


_VERBS: Mapping[str, Verb] = {
    "backup.status": _status,
    "backup.now": _now,
    "backup.history": _history,
    "backup.signer": _signer,
    "backup.sheet": _sheet,
    "backup.restore": _restore,
    "backup.result": _result,
    "backup.stop": _stop,
}
