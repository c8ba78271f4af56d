"""The devices' own memory on disk: one JSON file, replaced as a whole. All file I/O of the simulator."""

import json
from pathlib import Path

from .world import World

VERSION = 1


def read_memory(path: Path, world: World) -> None:
    """Give the devices back what they kept; no file means factory-new devices.

    Raises:
        ValueError: the file is not a memory; the message says how to go on.
        OSError: it can't be read.
    """
    if not path.exists():
        return
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(kept, dict) or kept.get("version") != VERSION:
            raise ValueError(f"version is not {VERSION}")
        world.remember(kept["devices"])
    except (ValueError, KeyError, AttributeError) as error:
        raise ValueError(
            f"{path}: not a device memory ({error}); remove it for factory-new devices"
        ) from error


def write_memory(path: Path, world: World) -> None:
    """Keep what the devices know.

    Raises:
        OSError: it can't be written.
    """
    devices = {serial: device.memory.to_json() for serial, device in world.devices.items()}
    fresh = path.with_name(path.name + ".new")
    fresh.write_text(json.dumps({"version": VERSION, "devices": devices}), encoding="utf-8")
    fresh.chmod(0o600)
    fresh.replace(path)


def remove(path: Path) -> None:
    """Remove what an earlier run left."""
    path.unlink(missing_ok=True)


def keep_private(path: Path) -> None:
    """Let nobody but the owner use a socket."""
    path.chmod(0o600)
