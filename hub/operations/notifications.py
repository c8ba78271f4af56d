"""Operations on notifications. Whoever is limited to rooms sees those of their devices."""

from collections.abc import Iterable

from hub.contract import DeviceAddress
from hub.home.notifications import model
from hub.home.phones import phone_id

from .house import House
from .messages import Nothing, Notification
from .notification_messages import NotificationList, OneNotification
from .operation import Caller
from .translate import rfc3339
from .view import View, view_of


async def list_notifications(house: House, caller: Caller, _: Nothing) -> NotificationList:
    """The newest notifications, those that are over too."""
    view = view_of(house.rooms, caller.permit)
    return NotificationList(notifications=told(await house.notifications.past(), view))


async def acknowledge(house: House, caller: Caller, asked: OneNotification) -> Notification:
    """Say that one knows of it: then nobody is told again."""
    done = await house.notifications.acknowledge(int(asked.id), await _name(house, caller))
    return _message(done)


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


def _message(one: model.Notification) -> Notification:
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
    )
