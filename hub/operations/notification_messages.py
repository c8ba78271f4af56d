"""Requests and answers about notifications, as JSON."""

from typing import Annotated, Literal

from msgspec import Meta

from .messages import Answer, Name, Request, Time

NotificationId = Annotated[str, Meta(pattern="^[0-9]{1,15}$", description="names a notification")]


Urgency = Literal["danger", "alarm", "device", "info"]


class OneNotification(Request):
    """Name a notification."""

    id: NotificationId


class Told(Answer):
    """A message about a notification. fate: how far it came.

    waiting, sent (the service took it), delivered, unknown (no receipt came), failed, expired, withdrawn or
    refused.
    """

    person: str
    at: Time
    fate: str
    what: str


class Notification(Answer):
    """Something that people have to know.

    kind: smoke, water, overheated, sabotage, unreachable, battery_low, radio_lost, airtime_used_up,
    clock_unsure or drill_due. subject: a device's address, a driver's name, or empty. ended_at: null while
    it lasts. waiting: somebody should still look. acknowledged_by: empty for the command line.
    told: in the list only.
    """

    id: str
    kind: str
    urgency: Urgency
    subject: str
    begun_at: Time
    latest_at: Time
    count: int
    ended_at: Time | None
    acknowledged_at: Time | None
    acknowledged_by: str
    waiting: bool
    told: tuple[Told, ...] = ()


class NotificationList(Answer):
    """The newest ones, newest first."""

    notifications: tuple[Notification, ...]


WayId = Annotated[
    str, Meta(pattern="^[0-9a-f]{12}$", description="of an address or number, as the gate calls it")
]
Minute = Annotated[int, Meta(ge=0, le=1439, description="of the day")]


class QuietHours(Request):
    """When somebody is told of danger and alarms only; it may go over midnight. By the home's timezone."""

    from_minute: Minute
    to_minute: Minute


class SetPerson(Request):
    """Say whom to tell, by name. ways: in the order they are tried; quiet: null for never."""

    name: Name
    ways: Annotated[list[WayId], Meta(max_length=8)]
    quiet: QuietHours | None = None


class OnePerson(Request):
    """Name somebody who is told."""

    id: NotificationId


class ToldPerson(Answer):
    """Somebody who is told. quiet_from, quiet_to: minutes of the day, null for never."""

    id: str
    name: str
    ways: tuple[str, ...]
    quiet_from: int | None
    quiet_to: int | None


class Way(Answer):
    """An address or number that the gate knows. allowed: the owner agreed; last_sent: null for never."""

    id: str
    kind: Literal["email", "sms", "push"]
    label: str
    allowed: bool
    last_sent: Time | None


class People(Answer):
    """Whom to tell, and by which ways that can be; no ways while the gate is away."""

    people: tuple[ToldPerson, ...]
    ways: tuple[Way, ...]
