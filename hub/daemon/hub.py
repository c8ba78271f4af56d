"""The hub process: read the options and homebase.toml, serve until the gate ends it, say why in one line.

It runs inside the jail that the gate built; it opens no network and asks the gate for its serial device.
"""

import argparse
import asyncio
import gc
import signal
import sys
import tomllib
from collections.abc import Coroutine, Sequence
from pathlib import Path

from hub.contract import ConfigError, StoreError
from privacy.system import SystemClock, set_title

from .command_line import EPILOG, Parser
from .config import LANGUAGES, Config, config_from
from .log import ErrorCounter, start_logging
from .options import Options

EX_CONFIG, EX_CANT_WRITE, EX_IO, EX_PERMISSION = 65, 73, 74, 77
# how long the store's thread may keep the radio waiting; Python's 5 ms would be a late event
SWITCH_S = 0.001
_STORE_EXITS = {"io": EX_IO, "full": EX_CANT_WRITE}


def run(arguments: Sequence[str]) -> int:
    """Serve until ended; return the exit code."""
    options = _options(arguments)
    set_title("homebase hub")
    try:
        config = read_config(options.config, options.language)
    except ConfigError as error:
        return _say(f"{options.config.name}: {error}", EX_CONFIG)
    clock = SystemClock()
    errors = ErrorCounter(clock.monotonic)
    start_logging(config.log.level, errors)
    sys.setswitchinterval(SWITCH_S)
    gc.disable()  # until all is loaded: a sixth of the start would go into looking at what stays anyway
    try:
        from .wiring import Plan, serve  # noqa: PLC0415 - mistakes in the config are told before all this loads

        plan = Plan(options=options, config=config, clock=clock, errors=errors)
        asyncio.run(_until_ended(serve(plan)))
    except ConfigError as error:
        return _say(str(error), EX_CONFIG)
    except StoreError as error:
        return _say(error.what, _STORE_EXITS.get(error.code, EX_IO))
    except KeyboardInterrupt:
        return 130
    finally:
        gc.enable()
    return 0


async def _until_ended(life: Coroutine[None, None, None]) -> None:
    """Run ``life`` until SIGTERM or SIGINT: as process 1 of its jail the hub would not even notice them."""
    try:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(life, name="hub")
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    except* (ConfigError, StoreError) as failed:
        raise failed.exceptions[0] from failed


def read_config(path: Path, language: str = "de") -> Config:
    """Read and check homebase.toml; a file that does not exist means all defaults.

    language: the default of [home] language.

    Raises:
        ConfigError: unreadable, not TOML, or with mistakes, all of them at once.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        return config_from(tomllib.loads(text), language)
    except FileNotFoundError:
        return config_from({}, language)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError("file", str(error), "TOML in UTF-8", "correct that line") from error
    except OSError as error:
        raise ConfigError("file", error.strerror, "a readable file", "give its user read access") from error


def _options(arguments: Sequence[str]) -> Options:
    parser = Parser(
        prog="homebase hub",
        description="the jailed half, started by the gate",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--state", type=Path, required=True, help="folder of the hub's own data")
    parser.add_argument("--run", type=Path, required=True, help="folder with control.sock and stream.sock")
    parser.add_argument("--ring", type=Path, required=True, help="folder in memory for the newest values")
    parser.add_argument("--config", type=Path, required=True, help="homebase.toml")
    parser.add_argument("--demo", action="store_true", help="furnish the home at the first start")
    parser.add_argument("--language", choices=LANGUAGES, default="de", help="where homebase.toml names none")
    direct = "without a gate, open the serial port itself (systemd's unit)"
    parser.add_argument("--serial-direct", action="store_true", help=direct)
    return Options(**vars(parser.parse_args(arguments)))


def _say(line: str, code: int) -> int:
    print(f"homebase hub: {line}", file=sys.stderr)
    return code
