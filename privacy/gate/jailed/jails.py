"""What the hub and the demo's simulator may see: their jails, as data."""

import sys
from dataclasses import dataclass
from pathlib import Path

from privacy.gate.jailed.jail import Bind, Jail
from privacy.gate.jailed.runtime import Places
from privacy.gate.jailed.view import python_view

_LOCALE = {"LANG": "C.UTF-8", "PYTHONUTF8": "1"}
# the hub makes no TLS, but aiohttp reads all certificates of the machine when it is imported: 0.1 s, 2 MB
_NO_CERTIFICATES = {"SSL_CERT_FILE": "/dev/null"}
_USER = tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The program's files. root: holds hub/ and privacy/; environment: the virtual environment, if any."""

    root: Path
    environment: Path | None

    @property
    def python(self) -> str:
        """The interpreter with the installed packages."""
        return str(self.environment / "bin/python") if self.environment else sys.executable

    def argv(self, module: str, *arguments: str) -> tuple[str, ...]:
        """Start ``module.main(arguments)``, isolated, from this code and no other.

        The name is the interpreter's path, which finds its packages by it; ``set_title`` shows another later.
        """
        start = (
            f"import sys; sys.path.insert(0, {str(self.root)!r}); from {module} import main; sys.exit(main())"
        )
        return (self.python, "-I", "-c", start, *arguments)


def hub_jail(
    installed: Installation, places: Places, config: Path, user: _USER, *, demo: bool, language: str = "de"
) -> Jail:
    """The hub: its folder, its two sockets, its ring, its configuration. language: where that names none."""
    shown = (Bind(source=str(config), inside="/config/homebase.toml"),) if config.exists() else ()
    return Jail(
        executable=installed.python,
        argv=installed.argv(
            "hub.daemon.__main__",
            *("hub", "--state", "/state", "--run", "/run/homebase", "--ring", "/run/homebase-ring"),
            *("--config", "/config/homebase.toml", "--language", language),
            *(("--demo",) if demo else ()),
        ),
        environ=_LOCALE | _NO_CERTIFICATES,
        read_only=(
            *python_view(installed.root, installed.environment),
            *shown,
            Bind(source=str(places.hub_run), inside="/run/homebase"),
        ),
        writable=(
            Bind(source=str(places.hub_state), inside="/state"),
            Bind(source=str(places.ring), inside="/run/homebase-ring"),
        ),
        user=user,
        hidden=(str(places.gate_state), str(places.console)),
    )


def simulator_jail(
    installed: Installation, places: Places, user: _USER, *, devices: int, speed: float
) -> Jail:
    """The simulated home: its folder and pseudo terminals, nothing that the hub sees."""
    return Jail(
        executable=installed.python,
        argv=installed.argv(
            "drivers.simulator.__main__",
            *("--dir", "/simulator", "--devices", str(devices), "--speed", str(speed)),
            *("--teach-in", "--control"),
        ),
        environ=_LOCALE,
        read_only=python_view(installed.root, installed.environment),
        writable=(Bind(source=str(places.simulator_state), inside="/simulator"),),
        user=user,
        hidden=(str(places.gate_state), str(places.console), str(places.hub_state)),
        terminals=True,
    )
