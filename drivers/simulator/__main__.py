"""`homebase simulator`: a simulated home behind a CUL stick on a pty, as a process of its own.

Read downwards: main → _serve. What is simulated is world.py, the line to real time is line.py.
"""

import argparse
import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from importlib import resources
from pathlib import Path
from typing import NoReturn

from privacy.system import set_title

from . import system
from .control import Control, ControlProtocol
from .day import TIME, Moment, Player, parse_day
from .devices.catalogue import named
from .line import Line
from .load import Load
from .pty import Port
from .store import keep_private, read_memory, remove, write_memory
from .tcp import TcpPort, read_place
from .teach_in import TeachIn
from .world import STICK_NAMES, World, WorldConfig

MEMORY_FILE = "memory.json"
RADIOS = {"cul": ("cul",), "module": ("module",), "both": ("cul", "module")}
CONTROL_NAME = "control.sock"
MORNING_S = 6 * 3600.0
KEEP_INTERVAL_S = 1.0


def main(argv: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or SIGINT; return the exit code: 0, 65 bad file, 70 own fault, 73 can't write."""
    options = _parse(argv)
    set_title("homebase simulator")
    try:
        options.dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        asyncio.run(_serve(options))
    except ValueError as error:
        print(f"homebase simulator: {error}", file=sys.stderr)
        return 65
    except OSError as error:
        print(f"homebase simulator: {error.filename or options.dir}: {error.strerror}", file=sys.stderr)
        return 73
    except RuntimeError as error:
        print(f"homebase simulator: stopped by a fault of its own: {error}", file=sys.stderr)
        return 70
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One line instead of the whole usage."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = _Parser(
        prog="homebase simulator",
        description="A simulated Homematic home behind a CUL stick on a pty.",
        epilog="exit codes: 0 stopped · 2 usage · 65 bad file · 70 internal error · 73 can't write",
    )
    parser.add_argument("--dir", type=Path, required=True, help="folder for stick, memory and control socket")
    parser.add_argument("--devices", type=_between(1, 10_000), default=12, metavar="N", help="default 12")
    parser.add_argument(
        "--models",
        type=_models,
        default=(),
        metavar="NAMES",
        help="instead of --devices: model names or codes with commas between them; stars: all common ones",
    )
    parser.add_argument(
        "--radio",
        choices=tuple(RADIOS),
        default="cul",
        help="stick of text lines, HM-MOD-RPI-PCB, or both on one air (stick and stick2); default cul",
    )
    parser.add_argument(
        "--listen",
        type=_place,
        default=None,
        metavar="ADDRESS:PORT",
        help="the (first) stick is in the network, such as 127.0.0.1:2323, in place of a pty",
    )
    parser.add_argument(
        "--speed",
        type=float,
        default=1.0,
        metavar="X",
        help="home seconds per second, 1 to 3600; the radio always runs in real time",
    )
    parser.add_argument("--seed", type=int, default=None, metavar="N", help="repeatable chance")
    parser.add_argument(
        "--teach-in", action="store_true", help="press the teach-in button of unowned devices"
    )
    parser.add_argument(
        "--central",
        type=_address,
        default=None,
        metavar="HEX",
        help="owner of devices without memory, 6 hex digits; for benches",
    )
    parser.add_argument("--day", default="packaged", metavar="FILE", help="table of a day, or none")
    parser.add_argument(
        "--start",
        type=_clock_time,
        default=None,
        metavar="HH:MM",
        help="home time at the start; default now, or 06:00 with --speed above 1",
    )
    parser.add_argument("--control", action="store_true", help="open control.sock in the folder")
    parser.add_argument(
        "--load",
        type=_between(0, 20_000),
        default=0,
        metavar="R",
        help="changes a second from the sensors, over an air that takes no time",
    )
    options = parser.parse_args(argv)
    if not 1.0 <= options.speed <= 3600.0:
        parser.error(f"--speed {options.speed}: 1 to 3600")
    return options


def _between(low: int, high: int) -> Callable[[str], int]:
    def checked(text: str) -> int:
        if not text.isdigit() or not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"{text}: {low} to {high}")
        return int(text)

    return checked


def _place(text: str) -> tuple[str, int]:
    try:
        return read_place(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _models(text: str) -> tuple[str, ...]:
    try:
        return tuple(named(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _clock_time(text: str) -> float:
    if (match := TIME.fullmatch(text)) is None:
        raise argparse.ArgumentTypeError(f"{text}: 00:00 to 23:59")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return hours * 3600.0 + minutes * 60 + seconds


def _address(text: str) -> bytes:
    with contextlib.suppress(ValueError):
        address = bytes.fromhex(text)
        if len(address) == 3 and any(address):
            return address
    raise argparse.ArgumentTypeError(f"{text}: 6 hex digits, not 000000")


async def _serve(options: argparse.Namespace) -> None:
    day = _read_day(options.day)
    names = STICK_NAMES[1 : len(RADIOS[options.radio])]
    more = {name: Port(options.dir / name) for name in names}
    first = Port(options.dir / STICK_NAMES[0]) if options.listen is None else TcpPort(*options.listen)
    line = Line(first, system.monotonic, more)
    world = _make_world(options, line)
    memory = options.dir / MEMORY_FILE
    read_memory(memory, world)
    player = Player(world, day) if day else None
    if player is not None:
        player.start()
    if options.teach_in:
        TeachIn(world).start()
    load = Load(world)
    line.start(world)
    gc.collect()
    gc.freeze()  # no collection over the devices may delay a frame
    if options.load:
        load.set(options.load)
        line.step()
    async with contextlib.AsyncExitStack() as stack:
        if options.control:
            await stack.enter_async_context(_control(options.dir / CONTROL_NAME, Control(line, load, player)))
        print(f"homebase simulator: stick at {line.port.link}, {len(world.devices)} devices", flush=True)
        try:
            await _keep_until_stopped(world, memory)
        finally:
            line.stop()
            write_memory(memory, world)


def _make_world(options: argparse.Namespace, line: Line) -> World:
    start_s = options.start
    if start_s is None:
        start_s = system.local_day_s() if options.speed == 1.0 else MORNING_S
    return World(
        WorldConfig(
            devices=options.devices,
            models=options.models,
            radios=RADIOS[options.radio],
            speed=options.speed,
            day_start_s=start_s,
            central=options.central,
        ),
        uniform=system.chance(options.seed),
        emit=line.emit,
        on_line=line.take,
        more=[line.emitter(name) for name in line.ports if name != STICK_NAMES[0]],
        now_s=system.monotonic(),
    )


def _read_day(name: str) -> tuple[Moment, ...]:
    if name == "none":
        return ()
    if name == "packaged":
        return parse_day(resources.files("drivers.simulator").joinpath("day.toml").read_text("utf-8"))
    try:
        return parse_day(Path(name).read_text("utf-8"))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


@contextlib.asynccontextmanager
async def _control(path: Path, control: Control) -> AsyncIterator[None]:
    remove(path)
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(lambda: ControlProtocol(control), path)
    keep_private(path)
    try:
        yield
    finally:
        server.close()
        remove(path)


async def _keep_until_stopped(world: World, memory: Path) -> None:
    """Write the devices' memory down, at most once a second, until a signal ends the process.

    Raises:
        RuntimeError: something failed in a timer or reader; a home that stands still would only look alive.
    """
    stopped = asyncio.Event()
    failures: list[str] = []

    def fail(_: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        failures.append(repr(context.get("exception", context.get("message"))))
        stopped.set()

    loop = asyncio.get_running_loop()
    loop.set_exception_handler(fail)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    kept = -1
    while not stopped.is_set():
        if world.memory_changes != kept:
            kept = world.memory_changes
            write_memory(memory, world)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), KEEP_INTERVAL_S)
    if failures:
        raise RuntimeError(failures[0])


if __name__ == "__main__":
    sys.exit(main())
