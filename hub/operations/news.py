"""What is new in a home since a client was told last: kept small by keeping only the newest. Pure.

A message of ``Changes`` tells one ``News``. Values and devices are told as they are when the message is
made; steps of a teach-in are told all, one per message.
"""

from dataclasses import dataclass, field
from typing import assert_never

from hub.contract import (
    AirtimeChanged,
    ConfigurationChanged,
    Datapoint,
    DatapointId,
    DeviceAddress,
    DeviceAppeared,
    DeviceChanged,
    DeviceReachable,
    DeviceRemoved,
    DeviceUnreachable,
    DriverStateChanged,
    PairingProgress,
    RadioIdentified,
)
from hub.core import Change, HomeEvent

from .house import House
from .notification_messages import Notification
from .notifications import told as notifications_told
from .seen import devices_seen, drivers_seen, rooms_seen, values_seen
from .stream_messages import Changes, Snapshot
from .translate import (
    PENDING,
    datapoint_message,
    device_message,
    driver_message,
    pairing_message,
    room_message,
)
from .view import View

MOST_STEPS = 32  # of a teach-in that wait for a slow client; older ones go first


@dataclass(slots=True, kw_only=True)
class News:
    """What has to be told. rooms, notifications: all of them, because one changed."""

    values: dict[DatapointId, Datapoint] = field(default_factory=dict)
    devices: set[DeviceAddress] = field(default_factory=set)
    removed: set[DeviceAddress] = field(default_factory=set)
    drivers: set[str] = field(default_factory=set)
    steps: list[PairingProgress] = field(default_factory=list)
    rooms: bool = False
    notifications: bool = False

    def __bool__(self) -> bool:
        devices = self.values or self.devices or self.removed
        return bool(devices or self.drivers or self.steps or self.rooms or self.notifications)

    def add(self, event: HomeEvent) -> None:
        """Take one event in."""
        match event:
            case Change(datapoint=datapoint):
                self.values[datapoint.id] = datapoint
                if datapoint.id.parameter == PENDING:
                    self.devices.add(datapoint.id.channel.device)
            case DeviceAppeared(description=description) | DeviceChanged(description=description):
                self.devices.add(description.address)
                self.removed.discard(description.address)
            case DeviceReachable(device=device) | DeviceUnreachable(device=device):
                self.devices.add(device)
            case DeviceRemoved(device=device):
                self._remove(device)
            case (
                DriverStateChanged(driver=driver)
                | AirtimeChanged(driver=driver)
                | RadioIdentified(driver=driver)
            ):
                self.drivers.add(driver)
            case ConfigurationChanged(device=device):
                self.devices.add(device)
            case PairingProgress():
                self.steps = [*self.steps[1 - MOST_STEPS :], event]
            case _:
                assert_never(event)

    def joined(self, later: "News") -> "News":
        """Both in one, the later winning; neither is changed."""
        both = News(
            values={**self.values, **later.values},
            devices=self.devices | later.devices,
            removed=(self.removed - later.devices) | later.removed,
            drivers=self.drivers | later.drivers,
            steps=(self.steps + later.steps)[-MOST_STEPS:],
            rooms=self.rooms or later.rooms,
            notifications=self.notifications or later.notifications,
        )
        for device in later.removed:
            both._remove(device)
        return both

    def _remove(self, device: DeviceAddress) -> None:
        self.removed.add(device)
        self.devices.discard(device)
        for known in [known for known in self.values if known.channel.device == device]:
            del self.values[known]


def everything(house: House) -> News:
    """News for a client that missed some: all that there is."""
    return News(
        values=dict(house.state.values),
        devices=set(house.registry.devices),
        drivers=set(house.board.statuses),
        rooms=True,
        notifications=True,
    )


def snapshot(house: House, seq: int, view: View) -> Snapshot:
    """The first message of a stream."""
    drivers = tuple(drivers_seen(house, view))
    return Snapshot(
        seq=seq,
        home=house.name,
        snapshot=tuple(datapoint_message(datapoint) for datapoint in values_seen(house, view)),
        devices=tuple(device_message(house, device) for device in devices_seen(house, view)),
        rooms=tuple(room_message(room) for room in rooms_seen(house, view)),
        drivers=tuple(driver_message(status) for status in drivers),
        pairing=tuple(pairing_message(step) for one in drivers for step in house.board.trace(one.name)),
        notifications=notifications_told(house.notifications.waiting(), view),
    )


def told(house: House, news: News, view: View) -> tuple[Changes, News]:
    """The message for ``news`` (its seq is 0) and what is left for the next one."""
    known, values = house.registry.devices, list(news.values.values())
    devices = [device for device in news.devices if device in known]
    if not view.is_whole:  # rooms may be others than when the news were gathered
        values = [one for one in values if view.sees(one.id.channel.device)]
        devices = [device for device in devices if view.sees(device)]
    changes = Changes(
        seq=0,
        changes=tuple(map(datapoint_message, values)),
        devices=tuple(device_message(house, known[device]) for device in devices),
        removed=tuple(str(device) for device in news.removed),
        drivers=tuple(
            driver_message(house.board.statuses[name])
            for name in news.drivers
            if name in house.board.statuses
        ),
    )
    if news.rooms:
        changes.rooms = tuple(room_message(room) for room in rooms_seen(house, view))
    if news.notifications:
        changes.notifications = notifications_told(house.notifications.waiting(), view)
    if news.steps:
        changes.pairing = pairing_message(news.steps[0])
    return changes, News(steps=news.steps[1:])


class Narrow:
    """News for one who does not see everything: a device that comes into view appears, one that leaves goes.

    Begins with what a snapshot of this moment shows.
    """

    def __init__(self, house: House, view: View) -> None:
        self._house, self._view = house, view
        self._known = {device.description.address for device in devices_seen(house, view)}
        self._rooms = tuple(rooms_seen(house, view))
        self._notifications = self._notified()

    def of(self, news: News) -> News:
        """What of these is theirs to know; ``news`` stays as it is."""
        sees, inspects = self._view.sees, self._view.inspects
        mine = News(
            values={name: one for name, one in news.values.items() if sees(name.channel.device)},
            drivers=set(news.drivers) if inspects else set(),
            steps=list(news.steps) if inspects else [],
        )
        for device in news.devices:
            self._look(device, mine)
        for device in news.removed & self._known:
            self._known.discard(device)
            mine.removed.add(device)
        if news.rooms and (rooms := tuple(rooms_seen(self._house, self._view))) != self._rooms:
            self._rooms, mine.rooms = rooms, True
        if (told := self._notified()) != self._notifications:  # also where a device came into view
            self._notifications, mine.notifications = told, True
        return mine

    def _notified(self) -> tuple[Notification, ...]:
        return notifications_told(self._house.notifications.waiting(), self._view)

    def _look(self, device: DeviceAddress, mine: News) -> None:
        if self._view.sees(device):
            if device not in self._known:
                values = self._house.state.values
                mine.values |= {name: one for name, one in values.items() if name.channel.device == device}
                self._known.add(device)
            mine.devices.add(device)
        elif device in self._known:
            self._known.discard(device)
            mine.removed.add(device)
