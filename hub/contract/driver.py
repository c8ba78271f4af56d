"""What a driver is to the hub, and what the hub gives it. Pure types."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from hub.contract.causes import BY_USER, Cause
from hub.contract.commands import Command
from hub.contract.datapoints import Datapoint
from hub.contract.events import Event
from hub.contract.queries import Query
from privacy.ports import Clock, RandomBytes

if TYPE_CHECKING:
    from privacy.client import OpensTunnels

A = TypeVar("A")
# a record that says that the others come from a backup: the driver raises its counters, then deletes it
RESTORED_KEY = "restored"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPort:
    """An open serial device. descriptor: raw mode not yet set, non-blocking; whoever opened it closes it.

    hardware_id: what tells this piece of hardware from others of its kind, its USB serial number for
    example; empty when nothing does.
    """

    descriptor: int
    hardware_id: str = ""


class SerialPort(Protocol):
    """Opens the one serial device that this hub may use."""

    async def open(self) -> OpenedPort:
        """Open it for this hub alone.

        Raises:
            LinkLost: with the code port_missing, port_busy or port_denied; of a stick in the network also
                stick_unreachable, stick_refuses, or why the gate lets nobody speak with it.
        """
        ...


class DriverStore(Protocol):
    """A driver's own durable records: small values by key, in the hub's encrypted store."""

    async def load(self) -> Mapping[str, bytes]:
        """All records of this driver."""
        ...

    async def save(self, records: Mapping[str, bytes | None]) -> None:
        """Write all in one transaction; None deletes. On disk (fsync) when this returns.

        Raises:
            StoreError: nothing was written.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverContext:
    """What the hub hands to a driver. publish never blocks. gate: leads outward, under a grant."""

    clock: Clock
    random_bytes: RandomBytes
    serial: SerialPort
    gate: "OpensTunnels"
    store: DriverStore
    publish: Callable[[Event], None]
    settings: Mapping[str, object]  # the driver's own table of homebase.toml


class Driver(Protocol):
    """One kind of hardware. Built with a DriverContext; never raises from its constructor."""

    name: str

    async def run(self) -> None:
        """Serve until cancelled: publish DeviceAppeared for each known device first, then live.

        Raises:
            DriverError: the supervisor reports it and runs again after a pause.
        """
        ...

    async def execute(self, command: Command, cause: Cause = BY_USER) -> tuple[Datapoint, ...]:
        """Do it; return what the device confirmed (also published).

        Raises:
            CommandRefused: this driver can't do that.
            DriverError: it could not be done now.
        """
        ...

    async def ask(self, query: Query[A], cause: Cause = BY_USER) -> A:
        """Answer a query of queries.py or radio.py.

        Raises:
            CommandRefused: not_supported, and what the query names can't be done.
            DriverError: it could not be done now.
        """
        ...
