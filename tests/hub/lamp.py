"""A driver for tests: a lamp, a blind's stop and a thermometer, without radio. A plug-in like any other."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar, cast

from hub.contract import (
    BY_USER,
    Cause,
    ChannelDescription,
    Command,
    CommandRefused,
    Datapoint,
    DatapointChanged,
    DatapointId,
    DeviceAddress,
    DeviceAppeared,
    DeviceDescription,
    DeviceRemoved,
    DeviceUnreachableError,
    DriverContext,
    DriverState,
    DriverStateChanged,
    LinkLost,
    Origin,
    PairingProgress,
    PairingStage,
    ParameterDescription,
    ParameterType,
    Query,
    ReceiveMode,
    SetValue,
    StartPairing,
    StopPairing,
    Unpair,
    Value,
)
from privacy.vocabulary import DataCategory

A = TypeVar("A")
LAMP = DeviceAddress("lamp", "LAMP000001")
STATE = "lamp:LAMP000001:1.STATE"
LEVEL = "lamp:LAMP000001:1.LEVEL"
STOP = "lamp:LAMP000001:1.STOP"
TEMPERATURE = "lamp:LAMP000001:1.TEMPERATURE"
_ACTUATOR = DataCategory.ACTUATOR_STATE
PARAMETERS = {
    "STATE": ParameterDescription(type=ParameterType.BOOL, category=_ACTUATOR, writable=True),
    "LEVEL": ParameterDescription(
        type=ParameterType.FLOAT, category=_ACTUATOR, min=0.0, max=1.0, step=0.005, writable=True
    ),
    "STOP": ParameterDescription(type=ParameterType.ACTION, category=_ACTUATOR, writable=True),
    "TEMPERATURE": ParameterDescription(
        type=ParameterType.FLOAT, category=DataCategory.CLIMATE, unit="°C", min=-20.0, max=60.0
    ),
}


def describe(address: DeviceAddress = LAMP) -> DeviceDescription:
    return DeviceDescription(
        address=address,
        model="TEST-LAMP",
        firmware="1.0",
        serial=address.serial,
        receive_modes=frozenset({ReceiveMode.ALWAYS}),
        channels=(
            ChannelDescription(index=0, type="MAINTENANCE", parameters={}),
            ChannelDescription(index=1, type="DIMMER", parameters=PARAMETERS),
        ),
    )


class LampDriver:
    """``fault``: raised by the next commands; ``report``: what the device says by itself.

    ``answers``: what it tells when asked. ``asleep``: it hears later that it was released; ``wake``: now.
    """

    name = "lamp"

    def __init__(self, context: DriverContext) -> None:
        self.context = context
        self.fault: Exception | None = None
        self.asleep = False
        self.executed: list[Command] = []
        self.causes: list[Cause] = []  # of what was executed or asked
        self.asked: list[object] = []
        self.answers: dict[type, object] = {}  # by kind of query: what is answered, or raised
        self.running = asyncio.Event()
        self.newcomers: list[str] = []  # serial numbers that pair when the window opens

    async def run(self) -> None:
        self.context.publish(DeviceAppeared(description=describe()))
        self.report(TEMPERATURE, 21.5)
        self.report(STATE, False)
        self.context.publish(
            DriverStateChanged(driver="lamp", state=DriverState.READY, at=self.context.clock.now())
        )
        self.running.set()
        await asyncio.Event().wait()

    def report(self, name: str, value: Value, origin: Origin = Origin.REPORTED) -> Datapoint:
        datapoint_id = DatapointId.parse(name)
        description = PARAMETERS[datapoint_id.parameter]
        datapoint = Datapoint(
            id=datapoint_id,
            value=value,
            unit=description.unit,
            at=self.context.clock.now(),
            origin=origin,
            category=description.category,
        )
        self.context.publish(DatapointChanged(datapoint=datapoint))
        return datapoint

    async def execute(self, command: Command, cause: Cause = BY_USER) -> tuple[Datapoint, ...]:
        if self.fault is not None:
            raise self.fault
        self.executed.append(command)
        self.causes.append(cause)
        match command:
            case SetValue(parameter="STOP"):
                return ()
            case SetValue():
                name = str(command.channel.datapoint(command.parameter))
                return (self.report(name, command.value, Origin.CONFIRMED),)
            case StartPairing():
                self._step(PairingStage.OPEN, command.seconds)
                self._welcome_newcomers()
            case StopPairing():
                self._step(PairingStage.CLOSED, None)
            case Unpair():
                if not self.asleep or command.forget_only:
                    self.wake(command.device)
            case _:
                raise CommandRefused("not_supported")
        return ()

    async def ask(self, query: Query[A], cause: Cause = BY_USER) -> A:
        self.asked.append(query)
        self.causes.append(cause)
        answer = self.answers.get(type(query))
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            raise CommandRefused("not_supported", field="query", value=type(query).__name__)
        return cast("A", answer)

    def wake(self, released: DeviceAddress) -> None:
        self.context.publish(DeviceRemoved(device=released))

    def _welcome_newcomers(self) -> None:
        if self.newcomers:
            for serial in self.newcomers:
                self.context.publish(DeviceAppeared(description=describe(DeviceAddress("lamp", serial))))
            self._step(PairingStage.CLOSED, None)

    def _step(self, stage: PairingStage, seconds: float | None) -> None:
        now = self.context.clock.now()
        until = None if seconds is None else now + timedelta(seconds=seconds)
        self.context.publish(PairingProgress(interface="lamp", stage=stage, at=now, until=until))


FAULTS: dict[str, Callable[[], Exception]] = {
    "device_unreachable": lambda: DeviceUnreachableError(LAMP, 3),
    "radio_lost": lambda: LinkLost("port_missing"),
}
