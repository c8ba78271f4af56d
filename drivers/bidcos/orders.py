"""Orders that wait until a sleeper wakes: on disk before anybody is told so, and sent after a restart too.

An order waits for an hour and not longer: thermostats wake every few minutes, and what somebody wanted
yesterday must surprise nobody today. Only what obeyed twice does no more than once is kept: whether the
device took it in the moment of a crash nobody knows. No I/O but the store. Read downwards: place → defer →
finish.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.contract import (
    Cause,
    ConfigurationChanged,
    ConfigurationState,
    DriverContext,
    StoreError,
    Urgency,
    Value,
)

from .exchange.lane import Delivered, Failed, Failure, Request
from .members.household import Household

ORDERS_PREFIX = "orders/"
ORDERS_VERSION = b"\x01"
VALID_S = 3600.0
CLOCK_SLACK_S = (
    5.0  # an order of the future was given by a clock that was set back: how old it is nobody knows
)
VALUES = "VALUES"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One value for one channel. along: what was set before and goes with it; at: when it was given."""

    device: bytes
    channel: int
    parameter: str
    value: Value
    along: Mapping[str, Value]
    at: datetime
    cause: Cause

    @property
    def place(self) -> tuple[int, str]:
        """A later order for the same place replaces this one."""
        return self.channel, self.parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    order: Order
    request: Request
    until_s: float
    restored: bool  # it waited before a restart: it stays on disk until its end is known


class Orders:
    """What waits, by device and place. One writer: the driver."""

    def __init__(self, context: DriverContext, household: Household) -> None:
        self._context = context
        self._household = household
        self._placed: dict[Request, _Placed] = {}  # whether it has to wait nobody said yet
        self._waiting: dict[bytes, dict[tuple[int, str], _Placed]] = {}
        self._changed: set[bytes] = set()

    def place(self, request: Request, order: Order, *, restored: bool = False) -> None:
        """It is about to be sent."""
        if all(step.harmless_twice for step in request.steps):
            age_s = max(0.0, (self._context.clock.now() - order.at) / timedelta(seconds=1))
            until_s = self._context.clock.monotonic() + VALID_S - age_s
            self._placed[request] = _Placed(order=order, request=request, until_s=until_s, restored=restored)

    def defer(self, request: Request) -> None:
        """The device sleeps: what was placed waits."""
        if request not in self._placed:
            return
        placed = self._placed.pop(request)
        self._waiting.setdefault(request.device, {})[placed.order.place] = placed
        self._changed.add(request.device)
        self._tell(placed.order, ConfigurationState.PENDING)

    def finish(self, outcome: Delivered | Failed) -> None:
        """The device took it, or will not."""
        if self._placed.pop(outcome.request, None) is not None:
            self._changed.add(outcome.request.device)
        for waiting in self._waiting.get(outcome.request.device, {}).values():
            if waiting.request is outcome.request:
                if isinstance(outcome, Failed) and outcome.reason is not Failure.REPLACED:
                    self._end(waiting.order, ConfigurationState.FAILED, outcome.reason.value)
                else:  # a newer order speaks for itself
                    self._end(waiting.order, ConfigurationState.VERIFIED)
                return

    def too_old(self) -> list[Request]:
        """Those whose time is over: they wait no longer, and are to be withdrawn."""
        now_s = self._context.clock.monotonic()
        found = [each for mine in self._waiting.values() for each in mine.values() if each.until_s <= now_s]
        for each in found:
            self._end(each.order, ConfigurationState.FAILED, "too_old")
        return [each.request for each in found]

    def _end(self, order: Order, state: ConfigurationState, reason: str = "") -> None:
        mine = self._waiting[order.device]
        del mine[order.place]
        if not mine:
            del self._waiting[order.device]
        self._changed.add(order.device)
        self._tell(order, state, reason)
        if any(each.order.channel == order.channel for each in mine.values()):
            self._tell(order, ConfigurationState.PENDING)

    def _tell(self, order: Order, state: ConfigurationState, reason: str = "") -> None:
        if (member := self._household.at(order.device)) is not None:
            at = self._context.clock.now()
            self._context.publish(
                ConfigurationChanged(
                    device=member.address,
                    channel=order.channel,
                    what=VALUES,
                    state=state,
                    at=at,
                    reason=reason,
                )
            )

    # what is written down

    async def flush(self) -> None:
        """Write down what waits.

        Raises:
            StoreError: nothing was written; it is tried again.
        """
        changed, self._changed = self._changed, set()
        if not changed:
            return
        records = {ORDERS_PREFIX + device.hex(): _write(self._of(device)) for device in changed}
        try:
            await self._context.store.save(records)
        except StoreError:
            self._changed |= changed
            raise

    def _of(self, device: bytes) -> list[Order]:
        """What is to be done for a device after a restart."""
        placed = [each for each in self._placed.values() if each.restored and each.request.device == device]
        return [each.order for each in (*placed, *self._waiting.get(device, {}).values())]

    def waiting(self, device: bytes) -> list[Order]:
        """What waits until a device wakes."""
        return [each.order for each in self._waiting.get(device, {}).values()]

    def load(self, stored: Mapping[str, bytes]) -> list[Order]:
        """The orders that are not too old, oldest first; the others, and what can't be read, are erased."""
        now, found = self._context.clock.now(), []
        for key, value in stored.items():
            if not key.startswith(ORDERS_PREFIX):
                continue
            try:
                device = bytes.fromhex(key.removeprefix(ORDERS_PREFIX))
            except ValueError:
                continue
            self._changed.add(device)
            try:
                orders = _read(device, value)
            except (ValueError, KeyError, TypeError):  # an order is worth an hour: what it was nobody misses
                continue
            found += [order for order in orders if _is_fresh(order, now)]
        return sorted(found, key=lambda order: order.at)


def _is_fresh(order: Order, now: datetime) -> bool:
    return -CLOCK_SLACK_S <= (now - order.at) / timedelta(seconds=1) < VALID_S


def _write(orders: list[Order]) -> bytes | None:
    rows = [
        {
            "channel": order.channel,
            "parameter": order.parameter,
            "value": order.value,
            "along": dict(order.along),
            "at": order.at.isoformat(),
            "cause": [int(order.cause.urgency), order.cause.name],
        }
        for order in orders
    ]
    return ORDERS_VERSION + json.dumps(rows).encode() if rows else None


def _read(device: bytes, value: bytes) -> tuple[Order, ...]:
    if value[:1] != ORDERS_VERSION:
        raise ValueError("unknown version")
    return tuple(
        Order(
            device=device,
            channel=int(row["channel"]),
            parameter=str(row["parameter"]),
            value=row["value"],
            along=dict(row["along"]),
            at=datetime.fromisoformat(row["at"]),
            cause=Cause(Urgency(row["cause"][0]), str(row["cause"][1])),
        )
        for row in json.loads(value[1:])
    )
