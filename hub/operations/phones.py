"""Operations on phones, for the owner: draw a code, compare words, let in, change, let go."""

from datetime import datetime, timedelta
from typing import cast

from msgspec import UNSET, UnsetType

from hub.home import phones as home
from hub.home.errors import Refused
from hub.home.permits import Hours, Permit, Term, term_from
from hub.home.roles import Role
from privacy import base64url

from . import phone_messages as messages
from .house import House
from .messages import Nothing
from .operation import Caller
from .permit_messages import HoursInfo, expires_told, hours_told, rooms_told
from .translate import rfc3339

LONGEST = timedelta(days=731)


async def list_phones(house: House, _: Caller, __: Nothing) -> messages.PhoneList:
    """All phones with what each may, and when it was last here."""
    return messages.PhoneList(phones=tuple(map(_phone, await house.phones.all())))


async def begin_code(house: House, _: Caller, asked: messages.BeginCode) -> messages.NewCode:
    """Begin a pairing; whoever asks draws the code, for ten minutes."""
    code = await house.phones.code(relays=asked.relays)
    ways = await house.phones.ways(code)
    return messages.NewCode(
        pairing_id=code.pairing.hex(),
        hub_key=base64url.encode(code.hub_key),
        pairing=base64url.encode(code.pairing),
        secret=base64url.encode(code.secret),
        ways=ways,
        without=code.without,
        left_out=home.relays_left_out(code.slots, ways),
        expires_in_s=code.expires_in_s,
    )


async def list_waiting(house: House, _: Caller, __: Nothing) -> messages.Waiting:
    """Phones whose six words wait to be compared."""
    waiting, ended = await house.phones.waiting()
    return messages.Waiting(
        waiting=tuple(
            messages.WaitingPhone(pairing=one.pairing.hex(), name=one.name, words=one.words)
            for one in waiting
        ),
        ended=tuple(
            messages.EndedPairing(pairing=one.pairing.hex(), why=cast("messages.Why", one.why))
            for one in ended
        ),
    )


async def admit_phone(house: House, _: Caller, asked: messages.AdmitPhone) -> messages.Phone:
    """Let a phone in whose words are the same."""
    permit = _checked(
        Permit(
            role=Role(asked.role),
            rooms=_rooms(house, asked.rooms),
            hours=_hours(house, asked.hours),
            term=_term(house, asked.expires),
        ),
    )
    return _phone(await house.phones.admit(bytes.fromhex(asked.pairing), asked.name, permit))


async def refuse_phone(house: House, _: Caller, asked: messages.OnePairing) -> None:
    """Let a phone not in: the words differ, or the code was shown by mistake."""
    await house.phones.refuse(bytes.fromhex(asked.pairing))


async def change_phone(house: House, _: Caller, asked: messages.ChangePhone) -> messages.Phone:
    """Change a phone's name, role, rooms, hours or end; it counts at once.

    Raises:
        Refused: last_owner. Whoever has the password owns the home; where nobody has, the last owner's phone
            stays one, whoever asks.
    """
    known = next((one for one in await house.phones.all() if one.id == asked.id), None)
    if known is None or known.permit is None:
        raise Refused("unknown_phone", field="id", value=asked.id)
    before = known.permit
    permit = Permit(
        role=before.role if isinstance(asked.role, UnsetType) else Role(asked.role),
        rooms=before.rooms if isinstance(asked.rooms, UnsetType) else _rooms(house, asked.rooms),
        hours=before.hours if isinstance(asked.hours, UnsetType) else _hours(house, asked.hours),
        term=before.term if isinstance(asked.expires, UnsetType) else _term(house, asked.expires),
    )
    name = known.name if asked.name is UNSET else asked.name
    keep_owner = not house.access.claimed
    return _phone(await house.phones.change(asked.id, name, _checked(permit), keep_owner=keep_owner))


async def remove_phone(house: House, caller: Caller, asked: messages.OnePhone) -> messages.Removed:
    """Let a phone go: its session ends at once, and its key at the gate counts no more.

    Raises:
        Refused: last_owner, as in change_phone; the console removes a stolen phone all the same.
    """
    keep_owner = bool(caller.phone) and not house.access.claimed
    return messages.Removed(key=(await house.phones.remove(asked.id, keep_owner=keep_owner)).value)


# what is asked


def _rooms(house: House, ids: list[str] | None) -> frozenset[str] | None:
    if ids is None:
        return None
    known = {room.id for room in house.rooms.all()}
    for name in ids:
        if name not in known:
            raise Refused("unknown_room", field="rooms", value=name)
    return frozenset(ids)


def _hours(house: House, hours: HoursInfo | None) -> Hours | None:
    if hours is None:
        return None
    if hours.from_minutes >= hours.to_minutes:
        raise Refused(
            "out_of_range", field="hours.to_minutes", value=hours.to_minutes, allowed="after from_minutes"
        )
    if house.moments.zone is None:
        raise Refused("no_timezone", field="hours")
    return Hours(
        days=frozenset(day - 1 for day in hours.days),
        from_minute=hours.from_minutes,
        to_minute=hours.to_minutes,
    )


def _term(house: House, text: str | None) -> Term | None:
    if text is None:
        return None
    now = house.moments.now()
    if now is None or not now.sure:
        raise Refused("clock_unsure", field="expires")
    try:
        until = datetime.fromisoformat(text)
        if until.tzinfo is None:
            raise ValueError(text)
    except ValueError as error:
        raise Refused("wrong_type", field="expires", value=text, allowed="RFC 3339 with a zone") from error
    if not now.at < until <= now.at + LONGEST:
        raise Refused("out_of_range", field="expires", value=text, allowed="from now to two years on")
    return term_from(until, now)


def _checked(permit: Permit) -> Permit:
    limited = (permit.rooms, permit.hours, permit.term) != (None, None, None)
    if permit.role is Role.OWNER and limited:
        raise Refused("owner_limited", field="role", value=permit.role.value)
    return permit


# what is told


def _phone(phone: home.PhoneInfo) -> messages.Phone:
    permit = phone.permit
    return messages.Phone(
        id=phone.id,
        name=phone.name,
        role=None if permit is None else permit.role.value,
        rooms=rooms_told(permit),
        hours=hours_told(permit),
        expires=expires_told(permit),
        state=phone.state.value,
        since=rfc3339(phone.since),
        last_seen=None if phone.last_seen is None else rfc3339(phone.last_seen),
        connected=phone.connected,
        may_agree=phone.may_agree,
    )
