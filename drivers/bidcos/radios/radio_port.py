"""One radio on an open line: found, started, read and written. What it says goes to the driver.

What radios are: radio.py. The line itself: link.py. Finding and starting: opening.py.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from hub.contract import DriverContext, LinkLost

from ..codec.frames import Frame
from .link import SerialLink
from .opening import KINDS, bring_up, maker, recognise
from .radio import Radio, RadioEvent, Station, Turn
from .tally import Tally

ANSWERS = frozenset({0x02, 0x03})  # types that a radio which answers by itself sends by itself
Take = Callable[[RadioEvent, float], None]


class RadioPort:
    """The way to the air. take: an event and when it came; due: told when to call ``wake``."""

    def __init__(
        self,
        context: DriverContext,
        tally: Tally,
        station: Callable[[], Station],
        take: Take,
        due: Callable[[float | None], None],
    ) -> None:
        self._context = context
        self._clock = context.clock
        self._tally = tally
        self._station = station
        self._take = take
        self._due = due
        self._link: SerialLink | None = None
        self._radio: Radio | None = None
        self._began: tuple[RadioEvent, ...] = ()

    @property
    def answers_itself(self) -> bool:
        """It acknowledges, repeats, signs and wakes by itself."""
        return self._radio is not None and self._radio.capabilities.answers_itself

    @property
    def hardware_id(self) -> str:
        """What tells its hardware from others of its kind; empty when nothing does."""
        return "" if self._link is None else self._link.hardware_id

    @property
    def verdict_s(self) -> float | None:
        """Within so many seconds it says what became of a frame; None: it never does."""
        return None if self._radio is None else self._radio.capabilities.verdict_s

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Find and start the radio; it can be used until the block ends.

        Raises:
            LinkLost: it is gone, silent, or not one of ours.
        """
        try:
            async with SerialLink(self._context.serial, self._clock) as link:
                kinds = KINDS.get(str(self._context.settings.get("kind", "auto")), KINDS["auto"])
                make = maker(self._station(), self._clock, self._clock.now)
                self._radio = make(await recognise(link, self._clock, kinds))
                self._began = await bring_up(link, self._clock, self._radio)
                self._link = link
                yield
        finally:
            self._link = self._radio = None

    async def read(self) -> None:
        """Pass on what it says, until it is lost.

        Raises:
            LinkLost: it is gone or broken.
        """
        self._pass_on(Turn(events=self._began), self._clock.monotonic())
        while self._link is not None and self._radio is not None:
            data, at_s = await self._link.read()
            self._pass_on(self._radio.receive(data, at_s), at_s)

    def send(self, frame: Frame) -> None:
        """Put a frame on the air, unless that is the radio's own business."""
        if self._radio is None or (self.answers_itself and frame.kind in ANSWERS):
            return
        self._tally.send(frame)
        now_s = self._clock.monotonic()
        self._pass_on(self._radio.send(frame, now_s), now_s)

    def wake(self, now_s: float) -> None:
        """Let it do what is due."""
        if self._radio is not None:
            self._pass_on(self._radio.wake(now_s), now_s)

    def know(self, now_s: float) -> None:
        """Devices or keys may have come, gone or changed; a stick knows nobody anyhow."""
        if self._radio is not None and self.answers_itself:
            self._pass_on(self._radio.know(self._station(), now_s), now_s)

    def _pass_on(self, turn: Turn, at_s: float) -> None:
        if turn.write and self._link is not None:
            with contextlib.suppress(LinkLost):  # the reader says so
                self._link.write(turn.write)
        for event in turn.events:
            self._tally.hear(event)
            self._take(event, at_s)
        self._due(None if self._radio is None else self._radio.wake_at_s)
