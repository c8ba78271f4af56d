"""From an open line to a radio that is ready: which one it is, and its start-up.

What is asked and answered is in recognise.py, cul_radio.py and module.py; here it only waits.
"""

import termios
from collections.abc import Callable, Mapping
from datetime import datetime

from hub.contract import LinkLost
from privacy.ports import Clock

from .cul_radio import CulRadio
from .link import SerialLink
from .module import ModuleRadio
from .radio import Broken, Radio, RadioEvent, RadioKind, Ready, Station
from .recognise import Recogniser

KINDS: Mapping[str, frozenset[RadioKind]] = {
    "auto": frozenset(RadioKind),
    "cul": frozenset({RadioKind.CUL}),
    "module": frozenset({RadioKind.MODULE}),
}
Make = Callable[[RadioKind], Radio]


def maker(station: Station, clock: Clock, now: Callable[[], datetime]) -> Make:
    """Builds a radio of the kind that was found."""

    def make(kind: RadioKind) -> Radio:
        if kind is RadioKind.MODULE:
            return ModuleRadio(station, clock.monotonic(), now)
        return CulRadio(clock.monotonic())

    return make


async def recognise(link: SerialLink, clock: Clock, kinds: frozenset[RadioKind]) -> RadioKind:
    """Ask until one answers, at its speed.

    Raises:
        LinkLost: silent, when none does; port_missing.
    """
    search = Recogniser(kinds, clock.monotonic())
    while search.found is None:
        question = search.wake(clock.monotonic())
        if search.gave_up:
            raise LinkLost("silent")
        if question is not None:
            _set_speed(link, question.speed)
            link.write(question.write)
        data, _ = await link.read_until(search.wake_at_s)
        search.receive(data)
    return search.found.kind


async def bring_up(link: SerialLink, clock: Clock, radio: Radio) -> tuple[RadioEvent, ...]:
    """Start a radio; what it said from its readiness on.

    Raises:
        LinkLost: silent, wrong_firmware; port_missing.
    """
    turn = radio.wake(clock.monotonic())
    while True:
        link.write(turn.write)
        for at, event in enumerate(turn.events):
            if isinstance(event, Broken):
                raise LinkLost(event.code)
            if isinstance(event, Ready):
                return turn.events[at:]
        wake_s = radio.wake_at_s
        assert wake_s is not None  # only a broken radio needs no more waking
        data, at_s = await link.read_until(wake_s)
        turn = radio.receive(data, at_s) if data else radio.wake(clock.monotonic())


def _set_speed(link: SerialLink, speed: int) -> None:
    try:
        link.set_speed(speed)
    except (OSError, termios.error) as error:
        raise LinkLost("port_denied") from error
