"""The doctor's look at GSM modems of homebase.toml: whether they are there, and Gammu. Opens none of them."""

from collections.abc import Iterator
from pathlib import Path

from privacy.gate.config import BadConfig, read_config
from privacy.gate.doctor.doctor_finding import OK, WARN, Finding

BY_ID = Path("/dev/serial/by-id")


def modems(config: Path, by_id: Path = BY_ID) -> Iterator[Finding]:
    """A finding for each; nothing where none is entered, or the file is wrong, which another one says."""
    try:
        rows = read_config(config).recipients
    except BadConfig:
        return
    for device in (str(row.get("device")) for row in rows if row.get("transport") == "modem"):
        yield from _modem(device, by_id)


def _modem(device: str, by_id: Path) -> Iterator[Finding]:
    from privacy.gate.messages.modem import findings  # noqa: PLC0415 - most homes have none

    missing = findings(device)
    if not missing:
        yield Finding(name="modem", level=OK, text=f"modem at {device}")
    there = ", ".join(str(path) for path in sorted(by_id.glob("*"))) or "none"
    for text, way_out in missing:
        yield Finding(name="modem", level=WARN, text=text, way_out=way_out.format(there=there))
