"""Where a home keeps its things: folders that the gate makes and the command line looks for."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

RUN_STATE = Path("/var/lib/homebase")  # `homebase run` and systemd
SYSTEM_RUN = Path("/run/homebase")  # made by tmpfiles.d for the system's own home
RUN_VARIABLE = "HOMEBASE_RUN"
CONFIG = Path("/etc/homebase/homebase.toml")


def demo_state(environment: Mapping[str, str]) -> Path:
    """The demo's folder, by the XDG base directory specification."""
    base = environment.get("XDG_STATE_HOME") or str(Path(environment.get("HOME", "/")) / ".local/state")
    return Path(base) / "homebase/demo"


def runtime_folder(state: Path, environment: Mapping[str, str]) -> Path:
    """Where the home of ``state`` has its sockets while it runs."""
    return next(_runtime_folders(state, environment))


def named_run(environment: Mapping[str, str]) -> Path | None:
    """The folder of sockets that this shell's homes and commands use, where it names one."""
    named = environment.get(RUN_VARIABLE)
    return Path(named) if named else None


def running_homes(state: Path | None, environment: Mapping[str, str]) -> Iterator[Path]:
    """Runtime folders in which the home of ``state`` may be found, best first; without a state any home."""
    named = named_run(environment)
    if state is None and named is not None:
        yield named
        return
    for folder in [state] if state is not None else [RUN_STATE, demo_state(environment)]:
        yield from _runtime_folders(folder, environment)


def _runtime_folders(state: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    if state == RUN_STATE and SYSTEM_RUN.is_dir():
        yield SYSTEM_RUN
    name = "homebase-" + hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:8]
    for base in (environment.get("XDG_RUNTIME_DIR"), environment.get("TMPDIR") or "/tmp"):  # noqa: S108 - 0700 inside
        if base and Path(base).is_dir():
            yield Path(base) / name
