"""From the command's options to a running gate, or to one line that says what is wrong and how to mend it."""

import gc
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from privacy.gate.config import BadConfig, GateConfig, Mistake, read_config
from privacy.gate.jailed.jail import JailError
from privacy.gate.jailed.jails import Installation
from privacy.gate.jailed.programs import begin, hub_program
from privacy.gate.jailed.runtime import (
    AlreadyRunning,
    CantWrite,
    NotOurs,
    Places,
    PortTaken,
    listen,
    listen_on_loopback,
    prepared,
)
from privacy.gate.machine.output import say
from privacy.gate.machine.process import close_to_others
from privacy.system import SystemClock, random_bytes, set_title
from privacy.version import VERSION

Announce = Callable[[str], None]

EXIT_CONFIG, EXIT_CANT_WRITE, EXIT_IO, EXIT_PERMISSION = 65, 73, 74, 77


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What hub/daemon/commands/start.py hands over.

    mode: run, demo or gate. port, lan: None takes homebase.toml's. config_must_exist: the owner named it.
    environment: the virtual environment, "" without one. devices, speed: of the demo's simulated home.
    language: of the home where homebase.toml names none. named_home: wiring.Start's.
    """

    mode: str
    state: str
    run: str
    config: str
    config_must_exist: bool
    port: int | None
    lan: bool | None
    environment: str
    devices: int
    speed: float
    language: str = "de"
    named_home: str = ""


def run(options_json: str, root: Path, announce: Announce) -> int:
    """Run the gate until it is stopped; return the exit code. root: folder of our code."""
    options = Options(**json.loads(options_json))
    set_title("homebase gate")
    close_to_others()
    places, config_file = Places(state=Path(options.state), run=Path(options.run)), Path(options.config)
    try:
        if options.config_must_exist and not config_file.exists():
            raise BadConfig(config_file, (Mistake(key="--config", value=options.config, allowed="a file"),))
        config = with_lan(read_config(config_file), options.lan)
        port = config.port if options.port is None else options.port
        alone = options.mode == "gate"
        with (
            prepared(places, demo=options.mode == "demo", two_users=alone),
            listen_on_loopback(port) as listening,
        ):
            return _begin(options, root, config, listening, announce)
    except BadConfig as error:
        return _say(str(error), EXIT_CONFIG)
    except PortTaken as error:
        return _say(
            f"port {error.port}: {error.reason}; choose another with --port N, 0 picks a free one", EXIT_IO
        )
    except (CantWrite, AlreadyRunning) as error:
        return _say(str(error), EXIT_CANT_WRITE)
    except (NotOurs, JailError) as error:
        return _say(str(error), EXIT_PERMISSION)


def with_lan(config: GateConfig, wanted: bool | None) -> GateConfig:
    """``config`` with the home's network on or off as the command line says; None: as it is."""
    if wanted is None or wanted == (config.lan is not None and config.lan.on):
        return config
    from privacy.gate.lan.settings import LanSettings  # noqa: PLC0415 - only where it is asked for

    return replace(config, lan=replace(config.lan or LanSettings(), on=wanted))


def _begin(
    options: Options, root: Path, config: GateConfig, listening: socket.socket, announce: Announce
) -> int:
    """Start the hub first, as it takes longest; then load and run the rest."""
    places = Places(state=Path(options.state), run=Path(options.run))
    installed = Installation(
        root=root, environment=Path(options.environment) if options.environment else None
    )
    hub, begun = None, None
    # the folder around them is closed to everybody but the jail, or of the group that gate and hub share
    inside = 0o660 if options.mode == "gate" else 0o666
    names = ("control.sock", "stream.sock", "tunnel.sock")
    control, streams, tunnels = (listen(places.hub_run / name, inside) for name in names)
    if options.mode != "gate":
        demo = options.mode == "demo"
        hub = hub_program(installed, places, Path(options.config), demo=demo, language=options.language)
        begun = begin(hub)
    import asyncio  # noqa: PLC0415 - all of these: the hub starts meanwhile
    import logging  # noqa: PLC0415

    from privacy.gate import wiring  # noqa: PLC0415
    from privacy.gate.machine.output import SayHandler  # noqa: PLC0415
    from privacy.gate.opening import CantOpen, open_desk  # noqa: PLC0415

    logging.basicConfig(level=logging.INFO, handlers=[SayHandler()])
    try:
        opened = open_desk(
            places.gate_state, config.recipients, SystemClock(), random_bytes, VERSION, places.tombstones
        )
    except CantOpen as error:
        if begun is not None:
            begun.end()
        return _say(str(error), error.code)

    opened.desk.messages_kept = timedelta(days=config.messages_days)
    start = wiring.Start(
        places=places,
        installed=installed,
        config=config,
        listening=listening,
        control=control,
        streams=streams,
        tunnels=tunnels,
        opened=opened,
        hub=hub,
        begun=begun,
        demo=options.mode == "demo",
        devices=options.devices,
        speed=options.speed,
        named_home=options.named_home,
    )
    gc.freeze()  # what is loaded stays: no collection looks at it again
    gc.enable()  # off since __main__.py
    return asyncio.run(wiring.serve(start, announce))


def _say(line: str, code: int) -> int:
    say(f"homebase: {line}")
    return code
