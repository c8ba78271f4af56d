"""Drivers by entry point, and what the gate's serial door is to them."""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import cast

from hub.contract import ConfigError, Driver, DriverContext, LinkLost
from privacy.client import GateClient, GateDeclined, GateLost

GROUP = "homebase.drivers"
LoadDriver = Callable[[str, DriverContext], Driver]


def load_driver(name: str, context: DriverContext) -> Driver:
    """Build the driver that is installed under ``name``.

    Raises:
        ConfigError: none has this name.
    """
    installed = {point.name: point for point in entry_points(group=GROUP)}
    if name not in installed:
        raise ConfigError("radio.driver", name, ", ".join(sorted(installed)) or "none is installed")
    make = cast(Callable[[DriverContext], Driver], installed[name].load())
    return make(context)


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
