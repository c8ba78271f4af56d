"""All parts of a home that operations work on, joined by the wiring. No decisions."""

from dataclasses import dataclass

from hub.core import Bus, Dispatcher, DriverBoard, History, Registry, State
from hub.home.access import Access
from hub.home.account import Account
from hub.home.installation import Installation
from hub.home.moments import Moments
from hub.home.notifications.centre import Notifications
from hub.home.notifications.teller import Teller
from hub.home.phones import Phones
from hub.home.replacements import Replacements
from hub.home.rights import Rights
from hub.home.rooms import Rooms
from privacy.ports import Clock

from .channels import ChannelTexts


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The home's parts. called: its name in homebase.toml, until its people give it one."""

    version: str
    called: str
    clock: Clock
    access: Access
    rooms: Rooms
    replacements: Replacements
    bus: Bus
    registry: Registry
    state: State
    dispatcher: Dispatcher
    board: DriverBoard
    history: History
    channels: ChannelTexts
    rights: Rights
    account: Account
    installation: Installation
    phones: Phones
    moments: Moments
    notifications: Notifications
    teller: Teller

    @property
    def name(self) -> str:
        """What its people call it."""
        return self.installation.name or self.called
