"""Who waits for which request. No I/O but futures."""

import asyncio

from hub.contract import Datapoint

from .exchange.lane import Deferred, Delivered, Failed, Request

Final = Delivered | Failed | None


class Waiter:
    """first: the first word (None: the link was lost); final: how it ended; confirmed: what was heard."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.first: asyncio.Future[Delivered | Failed | Deferred | None] = loop.create_future()
        self.final: asyncio.Future[Final] = loop.create_future()
        self.confirmed: list[Datapoint] = []


class Waiters:
    """By request. What nobody waits for is not kept."""

    def __init__(self) -> None:
        self._by_request: dict[Request, Waiter] = {}

    def add(self, request: Request) -> Waiter:
        """Wait for it; a second time it is the same waiter."""
        return self._by_request.setdefault(request, Waiter())

    def confirm(self, request: Request, confirmed: tuple[Datapoint, ...]) -> None:
        """An answer brought these."""
        if (waiter := self._by_request.get(request)) is not None:
            waiter.confirmed += confirmed

    def defer(self, outcome: Deferred) -> None:
        """The device sleeps."""
        waiter = self._by_request.get(outcome.request)
        if waiter is not None and not waiter.first.done():
            waiter.first.set_result(outcome)

    def finish(self, outcome: Delivered | Failed) -> None:
        """It ended."""
        waiter = self._by_request.pop(outcome.request, None)
        if waiter is None:
            return
        for future in (waiter.first, waiter.final):
            if not future.done():
                future.set_result(outcome)

    def drop(self) -> frozenset[Request]:
        """The link is lost: tell those who wait for a first word; returns their requests."""
        dropped = [request for request, waiter in self._by_request.items() if not waiter.first.done()]
        for request in dropped:
            waiter = self._by_request.pop(request)
            for future in (waiter.first, waiter.final):
                if not future.done():
                    future.set_result(None)
        return frozenset(dropped)
