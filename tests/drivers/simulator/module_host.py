"""A host of the simulated module in tests: it speaks UART frames, on a manual clock."""

import random

from drivers.bidcos.codec.frames import Frame
from drivers.bidcos.codec.uart import UartDamaged, UartDecoder, UartFrame, encode_uart
from drivers.bidcos.codec.uart_reports import Answer, RadioAnswer, Received, Report, parse_report
from drivers.bidcos.codec.uart_requests import Request
from drivers.simulator.air import Conditions
from drivers.simulator.devices.device import Device
from drivers.simulator.module import Module
from drivers.simulator.world import World, WorldConfig

CENTRAL = bytes.fromhex("1A2B3C")


class ModuleHost:
    """A home whose stick is a module; every report is kept with its counter."""

    def __init__(self, *models: str, conditions: Conditions | None = None, owned: bool = True) -> None:
        self.raw = b""
        self.reports: list[tuple[int, Report]] = []
        self.damaged = 0
        self._decoder = UartDecoder()
        self.world = World(
            WorldConfig(
                models=models,
                radios=("module",),
                central=CENTRAL if owned else None,
                conditions=conditions or Conditions(),
            ),
            uniform=random.Random(2).random,
            emit=self._take,
        )
        module = self.world.stick
        assert isinstance(module, Module)
        self.module = module
        self.counter = 0
        self.world.power_on()
        module.power_on()
        self.wait(0.2)

    def _take(self, data: bytes) -> None:
        self.raw += data
        for event in self._decoder.feed(data):
            if isinstance(event, UartDamaged):
                self.damaged += 1
            else:
                self.reports.append((event.counter, parse_report(event)))

    def wait(self, seconds: float) -> None:
        self.world.agenda.run_until(self.world.agenda.now_s + seconds)

    def write(self, frame: UartFrame) -> None:
        self.module.write(encode_uart(frame))

    def ask(self, request: Request, wait_s: float = 0.05) -> list[Report]:
        """Send a request; every report that carries its counter."""
        self.counter = self.counter % 255 + 1
        self.reports.clear()
        self.write(request.frame(self.counter))
        self.wait(wait_s)
        return [report for counter, report in self.reports if counter == self.counter]

    def answer(self, request: Request, wait_s: float = 0.05) -> Answer | RadioAnswer:
        (report,) = self.ask(request, wait_s)
        assert isinstance(report, Answer | RadioAnswer), report
        return report

    def status(self, request: Request, wait_s: float = 0.05) -> int:
        """The status of an answer that is no radio answer."""
        answer = self.answer(request, wait_s)
        assert isinstance(answer, Answer), answer
        return answer.status

    def info(self, request: Request) -> bytes:
        """What follows the status."""
        answer = self.answer(request)
        assert isinstance(answer, Answer), answer
        return answer.info

    def received(self) -> list[Received]:
        """What was reported as heard since the last request."""
        return [report for _, report in self.reports if isinstance(report, Received)]

    def device(self, number: int = 1) -> Device:
        return list(self.world.devices.values())[number - 1]

    def frame(self, device: Device, kind: int, payload: str, flags: int = 0xA0, counter: int = 0x21) -> Frame:
        return Frame(
            counter=counter, flags=flags, kind=kind, sender=CENTRAL, receiver=device.address,
            payload=bytes.fromhex(payload),
        )  # fmt: skip
