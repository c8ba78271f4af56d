"""Where the hub's things lie inside the jail. Pure."""

from dataclasses import dataclass
from pathlib import Path

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """state: own data; run: the gate's sockets; ring: in memory; config: homebase.toml; demo: furnish it.

    language: of the home where homebase.toml names none.
    serial_direct: open the serial port itself while no gate answers; for a unit that may.
    """

    state: Path
    run: Path
    ring: Path
    config: Path
    demo: bool = False
    language: str = "de"
    serial_direct: bool = False
