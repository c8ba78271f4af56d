"""Which radio is at the other end, and at what speed: found out by what it answers. Pure.

A stick that is awake answers within milliseconds. One with an Arduino is reset by opening its port and is
deaf for two seconds, so the questions are asked again until then and beyond.
Source: docs/protocols/bidcos.md, "Stick lines", "Module frames".
"""

from dataclasses import dataclass

from ..codec.cul import LineDecoder, Version
from ..codec.uart import DualCommand, OsCommand, UartDecoder, UartFrame, encode_uart
from ..codec.uart_requests import Ask
from .radio import RadioKind

STICK_SPEED, MODULE_SPEED = 38400, 115200  # baud; USB sticks and networks ignore them
ROUNDS_S = (0.0, 2.0, 4.0, 7.0)  # after opening
GIVE_UP_S = 9.0
STICK_WAIT_S = 0.3  # how long a stick may take before modules are asked too

ASK_STICK = b"\nV\n"  # the empty line ends a half-typed one
# a boot loader and BidCoS firmware answer the first, firmware for two protocols the second
ASK_MODULE = encode_uart(Ask(command=OsCommand.GET_APP).frame(1)) + encode_uart(
    Ask(command=DualCommand.GET_APP).frame(2)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Set this speed (baud), then write."""

    speed: int
    write: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What answered, and the speed at which it did."""

    kind: RadioKind
    speed: int


class Recogniser:
    """Asks by turns. kinds: those that it may be; time is an argument."""

    def __init__(self, kinds: frozenset[RadioKind], now_s: float) -> None:
        self._kinds = kinds
        self._opened_s = now_s
        self._lines = LineDecoder()
        self._frames = UartDecoder()
        self._plan = _plan(kinds)
        self._speed = 0
        self.found: Found | None = None
        self.gave_up = False

    @property
    def wake_at_s(self) -> float:
        """When to call ``wake`` next."""
        return self._opened_s + (self._plan[0][0] if self._plan else GIVE_UP_S)

    def wake(self, now_s: float) -> Question | None:
        """The next question when its time has come."""
        if now_s < self.wake_at_s:
            return None
        if not self._plan:
            self.gave_up = self.found is None
            return None
        _, question = self._plan.pop(0)
        self._speed = question.speed
        return question

    def receive(self, data: bytes) -> None:
        """Look for an answer in what came. Never raises."""
        frames = [event for event in self._frames.feed(data) if isinstance(event, UartFrame)]
        lines = [event for event in self._lines.feed(data) if isinstance(event, Version)]
        if self.found is not None:
            return
        if frames and RadioKind.MODULE in self._kinds:
            self.found = Found(kind=RadioKind.MODULE, speed=self._speed)
        elif lines and RadioKind.CUL in self._kinds:
            self.found = Found(kind=RadioKind.CUL, speed=self._speed)


def _plan(kinds: frozenset[RadioKind]) -> list[tuple[float, Question]]:
    """When to ask what: in each round sticks first, which most homes have."""
    module = ASK_MODULE if RadioKind.MODULE in kinds else b""
    stick = ASK_STICK if RadioKind.CUL in kinds else b""
    slow = Question(speed=STICK_SPEED, write=stick)
    fast = Question(speed=MODULE_SPEED, write=module + stick)  # some builds of a-culfw are as fast
    if not stick:
        return [(at_s, fast) for at_s in ROUNDS_S]
    return [pair for at_s in ROUNDS_S for pair in ((at_s, slow), (at_s + STICK_WAIT_S, fast))]
