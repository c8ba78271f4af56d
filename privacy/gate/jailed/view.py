"""What a jailed Python program needs to see of the machine: interpreter, environment, our packages."""

import sys
from pathlib import Path

from privacy.gate.jailed.jail import Bind
from privacy.gate.jailed.mounts import SYSTEM

PACKAGES = (
    "hub",
    "drivers",
    "privacy",
    "config",
)  # of a checkout; its history, tests and the rest stay outside


def python_view(code_root: Path, environment: Path | None) -> tuple[Bind, ...]:
    """Read-only binds, each at its own path: base interpreter, virtual environment (if any), our code.

    code_root: the folder that holds ``hub`` and ``privacy``: a checkout or site-packages.
    """
    wanted = [Path(sys.base_prefix)] if environment is None else [Path(sys.base_prefix), environment]
    if environment is None or not code_root.resolve().is_relative_to(environment.resolve()):
        wanted += [code_root / name for name in PACKAGES if (code_root / name).is_dir()]
    return tuple(Bind(source=str(path), inside=str(path)) for path in wanted if not _is_system(path))


def _is_system(path: Path) -> bool:
    return any(path.is_relative_to(part) for part in SYSTEM)
