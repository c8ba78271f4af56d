"""Drivers by name: our own as packages of ``drivers``, others by entry point; and the gate's serial door.

Our own come first, so that nothing installed later can stand in for them, and no start has to read the
metadata of every installed package. A driver that is there but can't be imported is shown as lost; the home
runs on without it.
"""

import logging
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from hub.contract import Command, ConfigError, Datapoint, Driver, DriverContext, LinkLost
from privacy.client import GateClient, GateDeclined, GateLost

log = logging.getLogger(__name__)

GROUP = "homebase.drivers"
OWN = "drivers"
LoadDriver = Callable[[str, DriverContext], Driver]


def load_driver(name: str, context: DriverContext) -> Driver:
    """Build the driver ``name``.

    Raises:
        ConfigError: there is none of this name.
    """
    try:
        make = _own(name) or _installed(name)
    except (ImportError, AttributeError) as error:
        log.error("driver.not_loaded", extra={"driver": name, "reason": str(error)})
        return AbsentDriver(name)
    return make(context)


def _own(name: str) -> Callable[[DriverContext], Driver] | None:
    if find_spec(f"{OWN}.{name}") is None:
        return None
    made = getattr(import_module(f"{OWN}.{name}"), f"{name.capitalize()}Driver")
    return cast(Callable[[DriverContext], Driver], made)


def _installed(name: str) -> Callable[[DriverContext], Driver]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow, and our own drivers need it not

    points = {point.name: point for point in entry_points(group=GROUP)}
    if name not in points:
        allowed = ", ".join(sorted({"bidcos", *points}))
        raise ConfigError("radio.driver", name, f"an installed driver: {allowed}", "install it first")
    return cast(Callable[[DriverContext], Driver], points[name].load())


class AbsentDriver:
    """Stands where a driver could not be loaded."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def run(self) -> None:
        """Never serves.

        Raises:
            LinkLost: always.
        """
        raise LinkLost("not_loaded")

    async def execute(self, command: Command) -> tuple[Datapoint, ...]:
        """Never executes.

        Raises:
            LinkLost: always.
        """
        raise LinkLost("not_loaded")


class GateSerialPort:
    """hub.contract.SerialPort through the gate: the jail has no serial device of its own."""

    def __init__(self, gate: GateClient) -> None:
        self._gate = gate

    async def open(self) -> int:
        """Return the descriptor that the gate opened.

        Raises:
            LinkLost: port_missing, port_busy, port_denied; no_gate, when the gate is away.
        """
        try:
            return await self._gate.open_serial()
        except GateDeclined as error:
            raise LinkLost(error.code) from error
        except GateLost as error:
            raise LinkLost("no_gate") from error
