"""Which homebase.toml a home was started with, where nobody names it."""

from pathlib import Path

from privacy.places import CONFIG, RUN_STATE, demo_state
from privacy.system import environment

from ..command_line import EXIT_PERMISSION, CommandFailed
from ..speech import phrase


def state_of(named: Path | None) -> Path:
    """The folder of the home that is meant; without a name this machine's, else the demo's."""
    return (named or (RUN_STATE if RUN_STATE.exists() else demo_state(environment()))).absolute()


def config_of(state: Path) -> Path:
    """Return the configuration that a home of ``state`` is started with.

    Raises:
        CommandFailed: the folder is somebody else's.
    """
    inside = state / "homebase.toml"
    try:
        demo = state == demo_state(environment()).absolute() or (state / "simulator").exists()
        return inside if demo or inside.exists() else CONFIG
    except PermissionError as error:
        text = phrase("{state}: this user may not look inside; ask as its owner, or with sudo", state=state)
        raise CommandFailed(text, EXIT_PERMISSION) from error
