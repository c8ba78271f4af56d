"""The gate's two jailed programs and how one is begun: no event loop yet, so that the hub starts before it.

The hub takes longest to start; the gate loads its own parts meanwhile.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from privacy.gate.jailed.jail import Jail, Jailed, spawn
from privacy.gate.jailed.jails import Installation, hub_jail, simulator_jail
from privacy.gate.jailed.runtime import Places
from privacy.gate.jailed.users import ACCOUNT, choose_user, hand_over

HUB_NICENESS = -10  # ours; only root may ask for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to keep alive. name: before its lines. jail: made anew for each start. started: told each pid."""

    name: str
    jail: Callable[[], Jail]
    started: Callable[[int], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A program that runs. lines: the reading end of all that it prints; whoever takes it closes it."""

    jailed: Jailed
    lines: int

    def end(self) -> None:
        """Kill it, for a gate that can't start after all."""
        self.jailed.kill()
        self.jailed.wait()
        os.close(self.lines)


def begin(program: Program) -> Begun:
    """Start a program in its jail.

    Raises:
        JailError: it could not be built; nothing runs.
    """
    reading, writing = os.pipe()
    try:
        jailed = spawn(program.jail(), stdout=writing, stderr=writing)
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return Begun(jailed=jailed, lines=reading)


def hub_program(
    installed: Installation, places: Places, config: Path, *, demo: bool, language: str
) -> Program:
    """The hub, as its own user when the gate is root."""

    def jail() -> Jail:
        user = choose_user(places.hub_state, ACCOUNT)
        hand_over(places.hub_state, user)
        hand_over(places.ring.resolve(), user)
        return hub_jail(installed, places, config, user, demo=demo, language=language)

    return Program(name="hub", jail=jail, started=_prefer)


def _prefer(pid: int) -> None:
    """Let the hub run before others where that is allowed: a device waits 250 ms for its answer."""
    with suppress(PermissionError, ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, pid, HUB_NICENESS)


def simulator_program(
    installed: Installation, places: Places, started: Callable[[int], None], *, devices: int, speed: float
) -> Program:
    """The demo's simulated home, as another user than the hub."""

    def jail() -> Jail:
        user = choose_user(places.simulator_state)
        hand_over(places.simulator_state, user)
        return simulator_jail(installed, places, user, devices=devices, speed=speed)

    return Program(name="simulator", jail=jail, started=started)
