"""Drivers by name: our own as packages of ``drivers``, others by entry point; and the gate's serial door.

Our own come first, so that nothing installed later can stand in for them, and no start has to read the
metadata of every installed package. A driver that is there but can't be imported is shown as lost; the home
runs on without it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Protocol, TypeVar, cast, runtime_checkable

from hub.contract import (
    BY_USER,
    Cause,
    Command,
    ConfigError,
    Datapoint,
    Driver,
    DriverContext,
    DriverError,
    LinkLost,
    OpenedPort,
    Query,
)
from privacy.client import GateClient, GateDeclined, GateLost

log = logging.getLogger(__name__)

GROUP = "homebase.drivers"
OWN = "drivers"
A = TypeVar("A")
LoadDriver = Callable[[str, DriverContext], Driver]
Make = Callable[[DriverContext], Driver]


@runtime_checkable
class Counting(Protocol):
    """A driver that counts frames."""

    def counters(self) -> Mapping[str, int]:
        """frames_received, frames_sent, frames_damaged, repeats since its start."""
        ...


def load_driver(name: str, context: DriverContext) -> Driver:
    """The driver ``name``; its code is loaded when it runs, so that nobody waits for it.

    Raises:
        ConfigError: there is none of this name.
    """
    return LateDriver(name, context, _own(name) or _installed(name))


def _own(name: str) -> Callable[[], Make] | None:
    if find_spec(f"{OWN}.{name}") is None:
        return None
    return lambda: cast(Make, getattr(import_module(f"{OWN}.{name}"), f"{name.capitalize()}Driver"))


def _installed(name: str) -> Callable[[], Make]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and our own drivers need it not

    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        allowed = ", ".join(sorted({"bidcos", *points}))
        raise ConfigError("radio.driver", name, f"an installed driver: {allowed}", "install it first")
    return points[name].load


class LateDriver:
    """A driver whose code is loaded when it first runs; until then its hardware counts as starting."""

    def __init__(self, name: str, context: DriverContext, load: Callable[[], Make]) -> None:
        self.name = name
        self._context = context
        self._load = load
        self._driver: Driver | None = None

    async def run(self) -> None:
        """Load and serve.

        Raises:
            DriverNotLoaded: it can't be imported; and what the driver raises.
        """
        if self._driver is None:
            try:
                make = await asyncio.to_thread(self._load)
            except (ImportError, AttributeError) as error:
                log.error("driver.not_loaded", extra={"driver": self.name, "reason": str(error)})
                raise DriverNotLoaded from error
            self._driver = make(self._context)
        await self._driver.run()

    async def execute(self, command: Command, cause: Cause = BY_USER) -> tuple[Datapoint, ...]:
        """Hand the command on.

        Raises:
            LinkLost: starting, when it is not loaded yet; and what the driver raises.
        """
        return await self._loaded().execute(command, cause)

    async def ask(self, query: Query[A], cause: Cause = BY_USER) -> A:
        """Hand the query on.

        Raises:
            LinkLost: starting, when it is not loaded yet; and what the driver raises.
        """
        return await self._loaded().ask(query, cause)

    def _loaded(self) -> Driver:
        if self._driver is None:
            raise LinkLost("starting")
        return self._driver

    def counters(self) -> Mapping[str, int]:
        """What the driver counts, if it does."""
        driver: object = self._driver
        return driver.counters() if isinstance(driver, Counting) else {}


class DriverNotLoaded(DriverError):
    """Its code can't be imported; tried again with growing pauses, for somebody may mend the installation."""


class GateSerialPort:
    """hub.contract.SerialPort through the gate: the jail has no serial device of its own."""

    def __init__(self, gate: GateClient) -> None:
        self._gate = gate

    async def open(self) -> OpenedPort:
        """Return what the gate opened.

        Raises:
            LinkLost: port_missing, port_busy, port_denied; no_gate, when the gate is away.
        """
        try:
            opened = await self._gate.open_serial()
        except GateDeclined as error:
            raise LinkLost(error.code) from error
        except GateLost as error:
            raise LinkLost("no_gate") from error
        return OpenedPort(descriptor=opened.descriptor, hardware_id=opened.hardware_id)
