"""What phones ask the gate under /gate/v1/, with answers that the gate signs over the phone's nonce.

The hub in between passes questions on and may lie about anything else. Closed schemas: an unknown member is
refused. Source: docs/protocols/gate.md, "Questions".
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

import msgspec

from privacy import attest, canonical, checkpoint, jws
from privacy.attest import NONCE
from privacy.gate.answers.answers import answering, refusal
from privacy.gate.answers.api import Guarded
from privacy.gate.door import spelling
from privacy.gate.door.door import Door
from privacy.gate.door.refused import Refused
from privacy.gate.front.exchange import PHONE_AWAY, Answer, Request, json_answer
from privacy.gate.phones.phones import Phones, Told, standing
from privacy.gate.storage import book, records
from privacy.gate.storage.store import Transaction
from privacy.payload import timestamp
from privacy.reasons import Reason
from privacy.register import Language
from privacy.statements import Point, SessionKey

Nonce = Annotated[str, msgspec.Meta(pattern=NONCE)]
NOTE_LIMIT = 2000  # characters of a checkpoint, with signatures of others
Number = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    nonce: Nonce


class _Enrolling(_Asked, frozen=True):
    grant_key: Point
    session_key: SessionKey
    mac: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9_-]{43}$")]


class _Stating(_Asked, frozen=True):
    jws: str | dict[str, str]


class _Last(_Asked, frozen=True):
    activity: Annotated[str, msgspec.Meta(max_length=64)]


class _Witness(_Asked, frozen=True):
    checkpoint: Annotated[str, msgspec.Meta(max_length=NOTE_LIMIT)]


class _Checkpoint(_Asked, frozen=True):
    old: Number = 0


def table(door: Door, phones: Phones) -> Mapping[tuple[str, str], Guarded]:
    """Method and path → answer; for owner and residents."""

    async def challenge(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Asked)
        return _signed(door, "challenge", asked.nonce, phones.challenge())

    async def keys(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Enrolling)

        async def enrol() -> Told:
            point, session_key, mac = (
                jws.unbase64url(text) for text in (asked.grant_key, asked.session_key, asked.mac)
            )
            key = await phones.enrol(point, session_key, asked.nonce, mac)
            return {"key": key.kid, "may_grant": key.may_grant, "epoch": door.desk.standing.epoch}

        return await _opening(door, "key", asked.nonce, language, enrol)

    async def statements(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Stating)

        async def state() -> Told:
            return await phones.state(asked.jws, request.session_key)

        return await _opening(door, "statement", asked.nonce, language, state)

    async def offers(_: Door, request: Request, language: Language) -> Answer:
        asked = msgspec.json.decode(request.body, type=_Asked)
        return _signed(door, "offers", asked.nonce, phones.offered())

    return {
        ("POST", f"/gate/v1/{place}"): answering(door, verb)
        for place, verb in {
            "challenges": challenge,
            "keys": keys,
            "statements": statements,
            "offers": offers,
            "standing": _standing,
            "checkpoints": _checkpoint,
            "witness": _witness,
            "last": _last,
        }.items()
    }


async def _opening(
    door: Door, kind: str, nonce: str, language: Language, act: Callable[[], Awaitable[Told]]
) -> Answer:
    """Do it and say so under the signature; a refusal is signed as well, or a hub could invent one."""
    try:
        return _signed(door, kind, nonce, {"done": True, **await act()})
    except jws.BadStatement as error:
        refused = Refused(Reason.BAD_STATEMENT, str(error))
    except Refused as error:
        refused = error
    return refusal(door, kind, nonce, language, refused)


async def _standing(door: Door, request: Request, language: Language) -> Answer:
    """What holds. Whoever asks this at home visits: texts that changed meanwhile count from now on."""
    asked = msgspec.json.decode(request.body, type=_Asked)
    if request.peer != PHONE_AWAY:
        await door.desk.visit()
    return _signed(door, "standing", asked.nonce, standing(door))


async def _checkpoint(door: Door, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_Checkpoint)
    note = await door.desk.checkpoint()

    def job(tx: Transaction) -> list[str]:
        size = int(note.split("\n")[1])
        if not 0 < asked.old <= size:
            return []
        return spelling.proof(book.consistency(tx, asked.old, size))

    body: Told = {
        "note": note,
        "old": asked.old,
        "proof": await door.desk.store.read(job),
        "at": timestamp(door.desk.time.instant().at),
        "recorded": not door.desk.unwritten,
    }
    return _signed(door, "checkpoint", asked.nonce, body)


async def _witness(door: Door, request: Request, language: Language) -> Answer:
    """What became of the book since a checkpoint that the phone kept, with the proof for it."""
    asked, desk = msgspec.json.decode(request.body, type=_Witness), door.desk
    note = await desk.checkpoint()
    since, old, proof = "not_ours", 0, list[str]()
    try:
        origin = checkpoint.origin_of(asked.checkpoint)
        seen = checkpoint.verify(asked.checkpoint, origin, desk.public_key)
    except checkpoint.BadCheckpoint:
        seen = None
    if seen is not None and seen.origin != desk.origin:
        since, old = "other_epoch", seen.size  # entry 0 names the book before
    elif seen is not None:
        size = checkpoint.verify(note, desk.origin, desk.public_key).size

        def job(tx: Transaction) -> tuple[book.Grown, list[str]]:
            found = book.grown(tx, seen)
            steps = book.consistency(tx, seen.size, size) if found is book.Grown.GREW and seen.size else []
            return found, spelling.proof(steps)

        found, proof = await desk.store.read(job)
        since, old = found.value, seen.size
    body: Told = {
        "note": note,
        "since": since,
        "old": old,
        "proof": canonical.checked(proof),
        "at": timestamp(desk.time.instant().at),
        "recorded": not desk.unwritten,
    }
    return _signed(door, "witness", asked.nonce, body)


async def _last(door: Door, request: Request, language: Language) -> Answer:
    asked = msgspec.json.decode(request.body, type=_Last)
    sent = await door.desk.store.read(lambda tx: records.latest_sent(tx, asked.activity))
    body: Told = {"activity": asked.activity, "transfer": None}
    text = None
    if sent is not None:
        told = spelling.sent(sent)
        text = told.pop("text")
        body |= {name: canonical.checked(value) for name, value in told.items()}
    return json_answer(200, {"text": text, **_told(door, "last", asked.nonce, body)})


def _signed(door: Door, kind: str, nonce: str, body: Told) -> Answer:
    return json_answer(200, _told(door, kind, nonce, body))


def _told(door: Door, kind: str, nonce: str, body: Told) -> dict[str, object]:
    return {"signed": signed(door, kind, nonce, body)}


def signed(door: Door, kind: str, nonce: str, body: Mapping[str, canonical.Json]) -> dict[str, str]:
    """Text and signature for a phone."""
    return attest.sign(attest.Answer(kind=kind, nonce=nonce, body=body), door.desk.seed)
