"""The line that joins the simulated home to real time and to its pty.

Runs in one event loop without tasks: the pty's reader and one timer call step, and the world catches up.
"""

import asyncio
from collections.abc import Callable

from .pty import Port
from .recorder import Recorder
from .world import World

RETRY_S = 0.01  # how often a full pty is tried again
RELEASE_S = 0.5


class Line:
    """Runs a world on a port.

    clock: monotonic seconds, the event loop's.
    """

    def __init__(self, port: Port, clock: Callable[[], float]) -> None:
        self.port = port
        self.recorder = Recorder(clock)
        self._clock = clock
        self._world: World | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._read_at_s = 0.0

    @property
    def world(self) -> World:
        """The home on this line."""
        assert self._world is not None, "start() comes first"
        return self._world

    def start(self, world: World) -> None:
        """Plug the stick in and let the home begin.

        Raises:
            OSError: there is no pty to be had.
        """
        self._world = world
        self.plug()
        self._release()
        world.power_on()
        self.step()

    def plug(self) -> None:
        """Plug the stick in: a new pty behind the same link."""
        if not self.port.is_plugged:
            self.world.stick.power_on()
            self.port.plug()
            asyncio.get_running_loop().add_reader(self.port.fileno(), self._read)

    def pull(self) -> None:
        """Pull the stick out."""
        if self.port.is_plugged:
            asyncio.get_running_loop().remove_reader(self.port.fileno())
            self.world.stick.power_off()
            self.port.pull()

    def step(self) -> None:
        """Let the home catch up with the clock, then sleep until its next appointment."""
        now_s = self._clock()
        self.world.agenda.run_until(now_s)
        self.port.flush(now_s)
        if self._timer is not None:
            self._timer.cancel()
        next_s = self.world.agenda.next_s
        if self.port.has_pending:
            next_s = now_s + RETRY_S if next_s is None else min(next_s, now_s + RETRY_S)
        if next_s is not None:
            self._timer = asyncio.get_running_loop().call_at(next_s, self.step)

    def stop(self) -> None:
        """End: the stick is gone, nothing happens any more."""
        self.pull()
        if self._timer is not None:
            self._timer.cancel()

    def emit(self, data: bytes) -> None:
        """Send what the stick says to its host."""
        self.port.write(data, self._clock())
        self.recorder.to_host(data, self._clock())

    def take(self, line: bytes) -> None:
        """Note a command line of the host at the time when it was read."""
        self.recorder.from_host(line, self._read_at_s)

    def _release(self) -> None:
        self.port.release()
        self.world.agenda.after(RELEASE_S, self._release)

    def _read(self) -> None:
        data = self.port.read()
        self._read_at_s = self._clock()
        if data:
            self.world.agenda.run_until(self._read_at_s)
            self.world.stick.write(data)
        self.step()
