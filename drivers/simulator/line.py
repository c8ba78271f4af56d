"""The line that joins the simulated home to real time and to its ptys or TCP port.

Runs in one event loop without tasks: the pty's reader and one timer call step, and the world catches up.
"""

import asyncio
from collections.abc import Callable, Mapping

from .module import Module
from .pty import Port
from .recorder import Recorder
from .tcp import TcpPort
from .world import STICK_NAMES, World

RETRY_S = 0.01  # how often a full pty is tried again
RELEASE_S = 0.5


class Line:
    """Runs a world on its sticks' ports.

    port: of the first stick, to which the recorder listens; more: of the others, by name.
    clock: monotonic seconds, the event loop's.
    """

    def __init__(
        self,
        port: Port | TcpPort,
        clock: Callable[[], float],
        more: Mapping[str, Port | TcpPort] | None = None,
    ) -> None:
        self.port = port
        self.ports: dict[str, Port | TcpPort] = {STICK_NAMES[0]: port, **(more or {})}
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
        """Plug the sticks in and let the home begin.

        Raises:
            OSError: there is no pty to be had.
        """
        self._world = world
        for name in self.ports:
            self.plug(name)
        self._release()
        world.power_on()
        self.step()

    def plug(self, name: str = STICK_NAMES[0]) -> None:
        """Plug a stick in: a new pty behind the same link."""
        port = self.ports[name]
        if not port.is_plugged:
            port.plug()
            asyncio.get_running_loop().add_reader(port.fileno(), self._read, name)
            self.world.sticks[name].power_on()

    def pull(self, name: str = STICK_NAMES[0]) -> None:
        """Pull a stick out."""
        port = self.ports[name]
        if port.is_plugged:
            asyncio.get_running_loop().remove_reader(port.fileno())
            self.world.sticks[name].power_off()
            port.pull()

    def step(self) -> None:
        """Let the home catch up with the clock, then sleep until its next appointment."""
        now_s = self._clock()
        self.world.agenda.run_until(now_s)
        for port in self.ports.values():
            port.flush(now_s)
        if self._timer is not None:
            self._timer.cancel()
        next_s = self.world.agenda.next_s
        if any(port.has_pending for port in self.ports.values()):
            next_s = now_s + RETRY_S if next_s is None else min(next_s, now_s + RETRY_S)
        if next_s is not None:
            self._timer = asyncio.get_running_loop().call_at(next_s, self.step)

    def stop(self) -> None:
        """End: the sticks are gone, nothing happens any more."""
        for name in self.ports:
            self.pull(name)
        if self._timer is not None:
            self._timer.cancel()

    def emit(self, data: bytes) -> None:
        """Send what the first stick says to its host."""
        at_s = self._clock()  # before it is written: whoever reads it may take the processor from us at once
        self.port.write(data, at_s)
        if isinstance(self.world.stick, Module):
            self.recorder.note(data, at_s, to_host=True)
        else:
            self.recorder.to_host(data, at_s)

    def emitter(self, name: str) -> Callable[[bytes], None]:
        """What sends the bytes of another stick to its host."""
        return lambda data: self._write(name, data)

    def _write(self, name: str, data: bytes) -> None:
        self.ports[name].write(data, self._clock())

    def take(self, line: bytes) -> None:
        """Note a command line of the host at the time when it was read."""
        self.recorder.from_host(line, self._read_at_s)

    def _release(self) -> None:
        for port in self.ports.values():
            port.release()
        self.world.agenda.after(RELEASE_S, self._release)

    def _read(self, name: str) -> None:
        data = self.ports[name].read()
        self._read_at_s = self._clock()
        if data:
            self.world.agenda.run_until(self._read_at_s)
            stick = self.world.sticks[name]
            if isinstance(stick, Module) and stick is self.world.stick:
                self.recorder.note(data, self._read_at_s, to_host=False)
            stick.write(data)
        self.step()
