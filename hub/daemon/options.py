"""Where the hub's things lie inside the jail. Pure."""

from dataclasses import dataclass
from pathlib import Path

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """state: own data; run: the gate's sockets; ring: in memory; config: homebase.toml; demo: furnish it."""

    state: Path
    run: Path
    ring: Path
    config: Path
    demo: bool = False
