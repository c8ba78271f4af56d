"""Hands events to whoever asked for them. Publishing never blocks and never fails because of a subscriber."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum

from hub.contract import (
    AirtimeChanged,
    ConfigurationChanged,
    DeviceAppeared,
    DeviceChanged,
    DeviceReachable,
    DeviceRemoved,
    DeviceUnreachable,
    DriverStateChanged,
    PairingProgress,
    RadioIdentified,
)

from .state import Change

HomeEvent = (
    Change
    | DeviceAppeared
    | DeviceChanged
    | DeviceRemoved
    | DeviceUnreachable
    | DeviceReachable
    | PairingProgress
    | DriverStateChanged
    | AirtimeChanged
    | RadioIdentified
    | ConfigurationChanged
)


class WhenFull(Enum):
    """What a full queue does; publishing goes on in any case."""

    COALESCE = "coalesce"  # newest value per datapoint; other events up to the capacity, then lagging
    LAG = "lag"  # keep what is there in order, drop the new event, lagging


class Subscription:
    """One subscriber's queue. Iterate ``take``; look at ``lagging`` after it."""

    def __init__(self, name: str, capacity: int, when_full: WhenFull) -> None:
        self.name = name
        self.lagging = (
            False  # events were dropped: take a new snapshot of registry and state, then set it False
        )
        self._capacity = capacity
        self._when_full = when_full
        self._events: deque[HomeEvent] = deque()
        self._newest: dict[object, HomeEvent] | None = None  # in use while coalescing, until taken
        self._others = 0
        self._ready = asyncio.Event()

    def __len__(self) -> int:
        return len(self._events) + len(self._newest or ())

    async def take(self) -> list[HomeEvent]:
        """Wait for events, return all of them, oldest first; a coalesced value stands at its newest place."""
        await self.ready()
        return self.take_now()

    async def ready(self) -> None:
        """Wait until there are events."""
        await self._ready.wait()

    def take_now(self) -> list[HomeEvent]:
        """All events that wait, perhaps none."""
        self._ready.clear()
        events = list(self._events) if self._newest is None else list(self._newest.values())
        self._events.clear()
        self._newest = None
        self._others = 0
        return events

    def offer(self, event: HomeEvent) -> None:
        """Queue one event; called by the bus."""
        if self._newest is None:
            if len(self._events) < self._capacity:
                self._events.append(event)
                self._ready.set()
                return
            if self._when_full is WhenFull.LAG:
                self.lagging = True
                return
            waiting, self._newest = list(self._events), {}
            self._events.clear()
            for earlier in waiting:
                self._coalesce(self._newest, earlier)
        self._coalesce(self._newest, event)

    def _coalesce(self, newest: dict[object, HomeEvent], event: HomeEvent) -> None:
        if isinstance(event, Change):
            first = newest.pop(event.datapoint.id, None)  # popped, so that it moves to the end
            if isinstance(first, Change):
                event = replace(event, previous=first.previous, reported=first.reported or event.reported)
            newest[event.datapoint.id] = event
        elif self._others < self._capacity:
            self._others += 1
            newest[self._others] = event
        else:
            self.lagging = True


class Bus:
    """Copies each event to every subscriber's queue, in the order of subscription."""

    def __init__(self) -> None:
        self._subscriptions: list[Subscription] = []

    def publish(self, event: HomeEvent) -> None:
        """Hand out one event. Never blocks, never raises."""
        for subscription in self._subscriptions:
            subscription.offer(event)

    @contextmanager
    def subscribe(
        self, name: str, *, capacity: int = 1000, when_full: WhenFull = WhenFull.COALESCE
    ) -> Iterator[Subscription]:
        """Receive everything that is published while the block runs.

        capacity: events that wait before ``when_full`` applies, ≥ 1. While coalescing at most that many
            other events and one value per datapoint wait.
        """
        if capacity < 1:
            raise ValueError(f"capacity {capacity} is not ≥ 1")
        subscription = Subscription(name, capacity, when_full)
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)
