"""Requests and answers about notifications, as JSON."""

from typing import Annotated

from msgspec import Meta

from .messages import Answer, Notification, Request

NotificationId = Annotated[str, Meta(pattern="^[0-9]{1,15}$", description="names a notification")]


class OneNotification(Request):
    """Name a notification."""

    id: NotificationId


class NotificationList(Answer):
    """The newest ones, newest first."""

    notifications: tuple[Notification, ...]
