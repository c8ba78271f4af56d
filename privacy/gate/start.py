"""From the command's options to a running gate, or to one line that says what is wrong and how to mend it."""

import gc
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from privacy.gate.config import BadConfig, GateConfig, Mistake, read_config
from privacy.gate.front import PortTaken, listen_on_loopback
from privacy.gate.output import say
from privacy.gate.runtime import AlreadyRunning, CantWrite, NotOurs, Places, prepared
from privacy.gate.system import close_to_others, set_title

EXIT_CONFIG, EXIT_CANT_WRITE, EXIT_IO, EXIT_PERMISSION = 65, 73, 74, 77


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What hub/daemon/commands/start.py hands over.

    mode: run, demo or gate. port: None takes homebase.toml's. config_must_exist: it was named by the owner.
    environment: the virtual environment, "" without one. devices, speed: of the demo's simulated home.
    """

    mode: str
    state: str
    run: str
    config: str
    config_must_exist: bool
    port: int | None
    environment: str
    devices: int
    speed: float


def run(options_json: str, root: Path, announce: Callable[[str], None]) -> int:
    """Run the gate until it is stopped; return the exit code. root: folder of our code."""
    options = Options(**json.loads(options_json))
    set_title("homebase gate")
    close_to_others()
    places, config_file = Places(state=Path(options.state), run=Path(options.run)), Path(options.config)
    try:
        if options.config_must_exist and not config_file.exists():
            raise BadConfig(config_file, (Mistake(key="--config", value=options.config, allowed="a file"),))
        config = read_config(config_file)
        port = config.port if options.port is None else options.port
        with prepared(places, demo=options.mode == "demo"), listen_on_loopback(port) as listening:
            return _serve(options, root, config, listening, announce)
    except BadConfig as error:
        return _say(str(error), EXIT_CONFIG)
    except PortTaken as error:
        return _say(
            f"port {error.port}: {error.reason}; choose another with --port N, 0 picks a free one", EXIT_IO
        )
    except (CantWrite, AlreadyRunning) as error:
        return _say(str(error), EXIT_CANT_WRITE)
    except NotOurs as error:
        return _say(str(error), EXIT_PERMISSION)


def _serve(
    options: Options,
    root: Path,
    config: GateConfig,
    listening: socket.socket,
    announce: Callable[[str], None],
) -> int:
    import asyncio  # noqa: PLC0415 - the errors above need no loop
    import logging  # noqa: PLC0415

    from privacy.gate import wiring  # noqa: PLC0415
    from privacy.gate.jails import Installation  # noqa: PLC0415
    from privacy.gate.opening import CantOpen, open_desk  # noqa: PLC0415
    from privacy.gate.output import SayHandler  # noqa: PLC0415
    from privacy.gate.system import SystemClock, random_bytes  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, handlers=[SayHandler()])
    places = Places(state=Path(options.state), run=Path(options.run))
    try:
        opened = open_desk(places.gate_state, config.recipients, SystemClock(), random_bytes, wiring.VERSION)
    except CantOpen as error:
        return _say(str(error), error.code)
    start = wiring.Start(
        places=places,
        installed=Installation(
            root=root, environment=Path(options.environment) if options.environment else None
        ),
        config_file=Path(options.config),
        config=config,
        listening=listening,
        opened=opened,
        with_hub=options.mode != "gate",
        demo=options.mode == "demo",
        devices=options.devices,
        speed=options.speed,
    )
    gc.freeze()  # what is loaded stays: no collection looks at it again
    gc.enable()  # off since __main__.py
    return asyncio.run(wiring.serve(start, announce))


def _say(line: str, code: int) -> int:
    say(f"homebase: {line}")
    return code
