"""Operations on notifications. Whoever is limited to rooms sees those of their devices."""

from collections.abc import Iterable
from typing import Literal, cast

from hub.contract import DeviceAddress
from hub.home.errors import Refused
from hub.home.notifications import model
from hub.home.notifications.people import Person, Quiet
from hub.home.phones import phone_id

from . import notification_messages as messages
from .house import House
from .messages import Nothing
from .notification_messages import Notification, NotificationList, OneNotification, Told
from .operation import Caller
from .translate import rfc3339
from .view import View, view_of


async def list_notifications(house: House, caller: Caller, _: Nothing) -> NotificationList:
    """The newest notifications, those that are over too."""
    view = view_of(house.rooms, caller.permit)
    found = [one for one in await house.notifications.past() if _sees(view, one.subject)]
    names = {one.id: one.name for one in await house.teller.records.people()}
    tellings: dict[int, list[Told]] = {}
    for row in await house.teller.records.told([one.id for one in found]):
        told_to = Told(person=names.get(row.person, ""), at=rfc3339(row.at), fate=row.fate, what=row.what)
        tellings.setdefault(row.notification, []).append(told_to)
    return NotificationList(
        notifications=tuple(_message(one, tuple(tellings.get(one.id, ()))) for one in found)
    )


async def acknowledge(house: House, caller: Caller, asked: OneNotification) -> Notification:
    """Say that one knows of it: then nobody is told again."""
    done = await house.notifications.acknowledge(int(asked.id), await _name(house, caller))
    return _message(done)


async def list_people(house: House, _: Caller, __: Nothing) -> messages.People:
    """Whom to tell by messages, and by which ways."""
    return messages.People(
        people=tuple(map(_person, await house.teller.records.people())),
        ways=tuple(
            messages.Way(
                id=way.id,
                kind=cast("Literal['email', 'sms', 'push']", way.kind),
                label=way.label,
                allowed=way.allowed,
                last_sent=None if way.last_sent is None else rfc3339(way.last_sent),
            )
            for way in await house.teller.ways()
        ),
    )


async def set_person(house: House, _: Caller, asked: messages.SetPerson) -> messages.ToldPerson:
    """Say whom to tell, in which order and when not; who has that name already is changed."""
    quiet = asked.quiet
    person = Person(
        name=asked.name,
        ways=tuple(asked.ways),
        quiet=None if quiet is None else Quiet(from_minute=quiet.from_minute, to_minute=quiet.to_minute),
    )
    return _person(await house.teller.records.put(person))


async def drop_person(house: House, _: Caller, asked: messages.OnePerson) -> None:
    """Tell somebody no more."""
    if not await house.teller.records.drop(int(asked.id)):
        raise Refused("unknown_told_person", field="id", value=asked.id)


def told(found: Iterable[model.Notification], view: View) -> tuple[Notification, ...]:
    """Those of them that a view shows."""
    return tuple(_message(one) for one in found if _sees(view, one.subject))


def _sees(view: View, subject: str) -> bool:
    if view.is_whole:
        return True
    try:
        return view.sees(DeviceAddress.parse(subject))
    except ValueError:  # a driver, or the Home Base itself
        return view.inspects


async def _name(house: House, caller: Caller) -> str:
    if caller.phone:
        mine = phone_id(caller.phone)
        return next((one.name for one in await house.phones.all() if one.id == mine), "")
    return "" if caller.session is None else await house.access.name(caller.session.person)


def _person(one: Person) -> messages.ToldPerson:
    return messages.ToldPerson(
        id=str(one.id),
        name=one.name,
        ways=one.ways,
        quiet_from=None if one.quiet is None else one.quiet.from_minute,
        quiet_to=None if one.quiet is None else one.quiet.to_minute,
    )


def _message(one: model.Notification, tellings: tuple[Told, ...] = ()) -> Notification:
    return Notification(
        id=str(one.id),
        kind=one.kind.value,
        urgency=one.urgency.value,
        subject=one.subject,
        begun_at=rfc3339(one.begun),
        latest_at=rfc3339(one.latest),
        count=one.count,
        ended_at=None if one.ended is None else rfc3339(one.ended),
        acknowledged_at=None if one.acknowledged is None else rfc3339(one.acknowledged),
        acknowledged_by=one.by,
        waiting=one.waits,
        told=tellings,
    )
