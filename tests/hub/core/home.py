"""A small home for tests: one of each parameter type, and a driver that follows the contract in memory."""

import asyncio
from datetime import UTC, datetime
from typing import TypeVar, cast

from hub.contract import (
    BY_USER,
    Cause,
    ChannelDescription,
    Command,
    Datapoint,
    DatapointId,
    DeviceAddress,
    DeviceDescription,
    Origin,
    ParameterDescription,
    ParameterType,
    Query,
    ReceiveMode,
    SetValue,
    Value,
)
from privacy.vocabulary import DataCategory

A = TypeVar("A")
AT = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
DEVICE = DeviceAddress("bidcos", "SIM0000001")
SWITCH = DEVICE.channel(1)
STATE = SWITCH.datapoint("STATE")
PRESS = DEVICE.channel(2).datapoint("PRESS_SHORT")


def parameter(kind: ParameterType, **fields: object) -> ParameterDescription:
    return ParameterDescription(
        type=kind,
        category=DataCategory.ACTUATOR_STATE,
        **{"writable": True, **fields},  # type: ignore[arg-type] # test tables of mixed fields
    )


PARAMETERS = {
    "STATE": parameter(ParameterType.BOOL),
    "LEVEL": parameter(ParameterType.FLOAT, min=0.0, max=1.0, special={"OLD_LEVEL": 1.01}),
    "SET_TEMPERATURE": parameter(
        ParameterType.FLOAT, unit="°C", min=5.0, max=30.0, step=0.5, special={"OFF": 4.5, "ON": 30.5}
    ),
    "CONTROL_MODE": parameter(ParameterType.ENUM, enum=("AUTO-MODE", "MANU-MODE", "PARTY-MODE")),
    "COUNT": parameter(ParameterType.INTEGER, min=0, max=255),
    "TEXT": parameter(ParameterType.STRING),
    "STOP": parameter(ParameterType.ACTION),
    "BRIGHTNESS": parameter(ParameterType.INTEGER, writable=False),
}

DESCRIPTION = DeviceDescription(
    address=DEVICE,
    model="HM-TEST",
    firmware="1.0",
    serial=DEVICE.serial,
    receive_modes=frozenset({ReceiveMode.ALWAYS}),
    channels=(
        ChannelDescription(index=1, type="SWITCH", parameters=PARAMETERS),
        ChannelDescription(
            index=2,
            type="KEY",
            parameters={"PRESS_SHORT": parameter(ParameterType.ACTION, writable=False)},
        ),
    ),
)


def value(
    new: Value,
    origin: Origin = Origin.REPORTED,
    *,
    of: DatapointId = STATE,
    at: datetime = AT,
    category: DataCategory = DataCategory.ACTUATOR_STATE,
) -> Datapoint:
    return Datapoint(id=of, value=new, unit=None, at=at, origin=origin, category=category)


class RecordingDriver:
    """Confirms every SetValue; ``executed`` and ``asked`` are what reached it, ``causes`` why."""

    def __init__(self, name: str = "bidcos") -> None:
        self.name = name
        self.asked: list[object] = []
        self.causes: list[Cause] = []
        self.executed: list[Command] = []

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def execute(self, command: Command, cause: Cause = BY_USER) -> tuple[Datapoint, ...]:
        self.executed.append(command)
        self.causes.append(cause)
        if isinstance(command, SetValue):
            confirmed = command.channel.datapoint(command.parameter)
            return (value(command.value, Origin.CONFIRMED, of=confirmed),)
        return ()

    async def ask(self, query: Query[A], cause: Cause = BY_USER) -> A:
        self.asked.append(query)
        self.causes.append(cause)
        return cast(A, None)
