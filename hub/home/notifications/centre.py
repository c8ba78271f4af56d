"""Follows the home and keeps what people are told, in memory and in the store.

Read downwards: run → take (one event) or tick (what lasts) → say → _keep. Nothing leaves the house.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from hub.contract import (
    AirtimeChanged,
    Datapoint,
    DeviceReachable,
    DeviceRemoved,
    DeviceUnreachable,
    DriverState,
    DriverStateChanged,
    Origin,
    StoreError,
)
from hub.core import Bus, Change, HomeEvent, Registry
from privacy.ports import Clock
from privacy.vocabulary import DataCategory

from ..errors import Refused
from ..moments import Moments
from . import model
from .kinds import SETTLE, Kind, sign
from .model import UNKEPT, Notification
from .records import NotificationRecords

log = logging.getLogger(__name__)

TICK_S = 15.0
AFTER_S = 0.02  # pages are told a change first; what comes meanwhile is looked at together
SHOWN = 200  # of the past
FORGET_AFTER = timedelta(days=2)  # what is over for so long stands in the store alone
_HEARD = frozenset({Origin.REPORTED, Origin.CONFIRMED})
Key = tuple[Kind, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What notifications are made from. restricted: kinds of data that are used for nothing (Art. 18)."""

    bus: Bus
    registry: Registry
    moments: Moments
    restricted: Callable[[], frozenset[DataCategory]]


class Notifications:
    """One per home, and the one writer of its notifications. changed: told after each change."""

    def __init__(self, records: NotificationRecords, sources: Sources, clock: Clock) -> None:
        self._records, self._sources, self._clock = records, sources, clock
        self._latest: dict[Key, Notification] = {}
        self._settling_s: dict[Key, float] = {}  # since when it is so, monotonic
        self._unwritten: set[Key] = set()  # what the store did not take yet
        self._numbers = itertools.count(UNKEPT)
        self._changing = asyncio.Lock()  # from a look at what is known to what is written of it
        self._ticked_s = clock.monotonic()
        self.changed: Callable[[], None] = lambda: None

    async def load(self) -> None:
        """Read what lasted when the home ended.

        Raises:
            StoreError: it can't be read.
        """
        for one in await self._records.current(self._clock.now() - FORGET_AFTER):
            self._latest[one.kind, one.subject] = one

    async def run(self) -> None:
        """Follow the home until cancelled."""
        with self._sources.bus.subscribe("home.notifications") as subscription:
            while True:
                try:
                    async with asyncio.timeout(TICK_S):
                        await subscription.ready()
                except TimeoutError:
                    pass
                else:
                    await asyncio.sleep(AFTER_S)
                events = subscription.take_now()
                for event in events:
                    await self.take(event)
                if not events or self._clock.monotonic() - self._ticked_s >= TICK_S:
                    await self.tick()

    # look

    def waiting(self) -> tuple[Notification, ...]:
        """Those that somebody should look at, most urgent first, then the newest."""
        found = [one for one in self._latest.values() if one.waits]
        order = list(type(found[0].urgency)) if found else []
        return tuple(sorted(found, key=lambda one: (order.index(one.urgency), -one.latest.timestamp())))

    async def past(self) -> tuple[Notification, ...]:
        """The newest of all, whether they wait or not.

        Raises:
            StoreError: they can't be read.
        """
        return await self._records.latest(SHOWN)

    # change

    async def acknowledge(self, number: int, by: str) -> Notification:
        """Somebody knows of it. What was acknowledged before stays as it is.

        Raises:
            Refused: unknown_notification.
            StoreError: nothing was changed.
        """
        async with self._changing:
            known = await self._find(number)
            done = model.acknowledge(known, by, self._clock.now())
            if done is None:
                return known
            done, key = await self._records.keep(done), (done.kind, done.subject)
            if key in self._latest and self._latest[key].id == number:
                self._latest[key] = done
                self._unwritten.discard(key)
        self.changed()
        return done

    def erased(self) -> None:
        """They went from the store."""
        self._latest.clear()
        self._unwritten.clear()
        self.changed()

    def renamed(self, old: str, new: str) -> None:
        """Somebody has another name now; new: empty where they were erased."""
        for key, one in self._latest.items():
            if one.by == old:
                self._latest[key] = replace(one, by=new)

    async def _find(self, number: int) -> Notification:
        known = next((one for one in self._latest.values() if one.id == number), None)
        found = known or await self._records.one(number)
        if found is None:
            raise Refused("unknown_notification", field="id", value=number)
        return found

    # from events to matters

    async def take(self, event: HomeEvent) -> None:
        """Take one event in."""
        match event:
            case Change(datapoint=datapoint) if datapoint.origin in _HEARD:
                await self._take_value(datapoint)
            case DeviceUnreachable(device=device):
                # all are silent without a radio, and of that people are told already
                if not self._lost(device.interface):
                    await self.say(Kind.UNREACHABLE, str(device), so=True)
            case DeviceReachable(device=device):
                await self.say(Kind.UNREACHABLE, str(device), so=False)
            case DeviceRemoved(device=device):
                for kind in Kind:
                    await self.say(kind, str(device), so=False)
            case DriverStateChanged(driver=driver, state=state):
                await self.say(Kind.RADIO_LOST, driver, so=state is DriverState.LOST)
            case AirtimeChanged(driver=driver):
                used_up = event.used_ms >= event.limit_ms or event.exhausted_in_s == 0.0
                await self.say(Kind.AIRTIME_USED_UP, driver, so=used_up)
            case _:
                pass

    async def tick(self) -> None:
        """Look at what takes time: what lasts long enough by now, if the clock is sure; write what waits."""
        self._ticked_s = self._clock.monotonic()
        if (moment := self._sources.moments.now()) is not None:
            await self.say(Kind.CLOCK_UNSURE, "", so=not moment.sure)
        now_s = self._clock.monotonic()
        for kind, subject in list(self._settling_s):
            since_s = self._settling_s.get((kind, subject), now_s)
            if now_s - since_s >= SETTLE[kind].total_seconds():
                async with self._changing:
                    if self._settling_s.pop((kind, subject), None) is not None:
                        await self._begin(kind, subject)
        for key in list(self._unwritten):
            async with self._changing:
                await self._keep(self._latest.get(key))
        now = self._clock.now()
        for key, one in list(self._latest.items()):
            if not one.waits and one.ended is not None and now - one.ended > FORGET_AFTER:
                del self._latest[key]
                self._unwritten.discard(key)

    async def _take_value(self, datapoint: Datapoint) -> None:
        device = datapoint.id.channel.device
        await self.say(Kind.UNREACHABLE, str(device), so=False)  # also one of before a restart
        if datapoint.category in self._sources.restricted():
            return
        description = self._sources.registry.parameter(datapoint.id)
        if description is None:
            return
        found = sign(self._channel_type(datapoint), datapoint.id.parameter, description, datapoint.value)
        if found is not None:
            kind, so = found
            await self.say(kind, str(device), so=so)

    def _channel_type(self, datapoint: Datapoint) -> str:
        known = self._sources.registry.devices.get(datapoint.id.channel.device)
        channels: Iterator[str] = (
            channel.type
            for channel in (() if known is None else known.description.channels)
            if channel.index == datapoint.id.channel.index
        )
        return next(channels, "")

    def _lost(self, driver: str) -> bool:
        return self._is_open((Kind.RADIO_LOST, driver))

    async def say(self, kind: Kind, subject: str, *, so: bool) -> None:
        """It is so now, or it is not."""
        if not so and not self._changing.locked() and not self._is_open((kind, subject)):
            return  # nearly every value says this: nothing is wrong, and nothing was
        async with self._changing:
            known = self._latest.get((kind, subject))
            if not so:
                self._settling_s.pop((kind, subject), None)
                await self._keep(model.end(known, self._clock.now()))
            elif kind not in SETTLE:
                await self._begin(kind, subject)
            elif known is None or known.ended is not None:
                self._settling_s.setdefault((kind, subject), self._clock.monotonic())

    def _is_open(self, key: Key) -> bool:
        known = self._latest.get(key)
        return key in self._settling_s or (known is not None and known.ended is None)

    async def _begin(self, kind: Kind, subject: str) -> None:
        known = self._latest.get((kind, subject))
        await self._keep(model.begin(known, kind, subject, self._clock.now()))

    async def _keep(self, one: Notification | None) -> None:
        if one is None:
            return
        key = one.kind, one.subject
        try:
            one = await self._records.keep(one)
            self._unwritten.discard(key)
        except StoreError as error:  # people are told all the same; tick writes it later
            log.warning("notification.not_kept", extra={"code": error.code})
            self._unwritten.add(key)
            one = one if one.id else replace(one, id=next(self._numbers))
        self._latest[key] = one
        self.changed()
