"""The gate's part of homebase.toml: [gate], [lan], [backup], [updates], [radio]'s port, recipients, devices.

All mistakes are found at once. The other sections are the hub's; it checks them itself at its start.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from privacy.gate.backups.settings import BackupSettings, mistakes_in, settings_from
from privacy.vocabulary import MOST_TOLD_DAYS, TOLD_DAYS

if TYPE_CHECKING:
    from privacy.gate.lan.settings import LanSettings
    from privacy.gate.updates.settings import UpdateSettings
    from privacy.inside import InsideEntry

PORT = 8480  # of the front on 127.0.0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """One wrong key. allowed: range or values in words."""

    key: str
    value: object
    allowed: str

    def __str__(self) -> str:
        return f"{self.key} = {self.value!r}: allowed is {self.allowed}"


class BadConfig(Exception):
    """homebase.toml can't be used; carries every mistake."""

    def __init__(self, path: Path, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(path, mistakes)
        self.path, self.mistakes = path, mistakes

    def __str__(self) -> str:
        return f"{self.path}: " + " · ".join(str(mistake) for mistake in self.mistakes) + "; correct the file"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateConfig:
    """What the gate reads.

    port: 1 to 65535 on 127.0.0.1, 0 lets the kernel choose. serial: the radio's device, None looks for one,
    unless stick names one in the network.
    recipients: tables of [[recipient]], unread (privacy/register.py checks them). devices: of [[device]].
    lan: of [lan], None where all is as it comes. messages_days: [notifications] keep_days.
    backup: of [backup].
    updates: of [updates], None where it names no root.
    """

    port: int = PORT
    serial: Path | None = None
    stick: "InsideEntry | None" = None
    recipients: tuple[Mapping[str, object], ...] = ()
    devices: "Mapping[str, InsideEntry]" = field(default_factory=dict)
    lan: "LanSettings | None" = None
    messages_days: int = TOLD_DAYS
    backup: BackupSettings = field(default_factory=BackupSettings)
    updates: "UpdateSettings | None" = None


def read_config(path: Path) -> GateConfig:
    """Read the file; one that does not exist gives the defaults.

    Raises:
        BadConfig: unreadable, not TOML, or mistakes in the gate's sections.
    """
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return GateConfig()
    except OSError as error:
        raise BadConfig(
            path, (Mistake(key="file", value=error.strerror, allowed="a readable file"),)
        ) from error
    import tomllib  # noqa: PLC0415 - most homes have no file: costs start and memory only where needed

    try:
        return config_from(tomllib.loads(text.decode()), path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(path, (Mistake(key="file", value=str(error), allowed="TOML in UTF-8"),)) from error


def config_from(table: Mapping[str, object], path: Path) -> GateConfig:
    """Check a parsed homebase.toml.

    Raises:
        BadConfig: with all mistakes.
    """
    if mistakes := tuple(_mistakes(table)):
        raise BadConfig(path, mistakes)
    gate, radio, recipients = table.get("gate", {}), table.get("radio", {}), table.get("recipient", [])
    assert isinstance(gate, dict)
    assert isinstance(radio, dict)
    assert isinstance(recipients, list)
    serial = radio.get("port", "")
    stick = _stick(serial, radio.get("mac", ""))
    return GateConfig(
        port=gate.get("port", PORT),
        serial=Path(serial) if serial and stick is None else None,
        stick=stick,
        recipients=tuple(recipients),
        devices=_devices(table.get("device", [])),
        lan=_lan(table.get("lan")),
        messages_days=_keep_days(table.get("notifications")),
        backup=settings_from(backup)
        if isinstance(backup := table.get("backup", {}), dict)
        else BackupSettings(),
        updates=_updates(table.get("updates")),
    )


def _mistakes(table: Mapping[str, object]) -> Iterator[Mistake]:
    gate, radio, recipients = table.get("gate", {}), table.get("radio", {}), table.get("recipient", [])
    if not isinstance(gate, dict):
        yield Mistake(key="gate", value=gate, allowed="a section [gate]")
    else:
        for key, value in gate.items():
            if key != "port":
                yield Mistake(key=f"gate.{key}", value=value, allowed="one of: port")
            elif type(value) is not int or not 0 <= value <= 65535:
                yield Mistake(key="gate.port", value=value, allowed="0 to 65535, 0 picks a free one")
    if not isinstance(radio, dict):
        yield Mistake(key="radio", value=radio, allowed="a section [radio]")
    else:
        yield from _mistakes_of_stick(radio.get("port", ""), radio.get("mac", ""))
    if not isinstance(recipients, list) or not all(isinstance(entry, dict) for entry in recipients):
        yield Mistake(key="recipient", value=recipients, allowed="tables [[recipient]]")
    yield from _mistakes_of_devices(table.get("device", []))
    for key, value, allowed in mistakes_in(table.get("backup", {})):
        yield Mistake(key=key, value=value, allowed=allowed)
    if "lan" in table:
        from privacy.gate.lan import settings as lan  # noqa: PLC0415 - as below

        for key, value, allowed in lan.mistakes_in(table["lan"]):
            yield Mistake(key=key, value=value, allowed=allowed)
    yield from _mistakes_of_updates(table.get("updates", {}))


def _updates(table: object) -> "UpdateSettings | None":
    if not isinstance(table, dict):
        return None
    from privacy.gate.updates import settings as updates  # noqa: PLC0415 - few homes have it: costs start

    return updates.settings_from(table)


def _mistakes_of_updates(table: object) -> Iterator[Mistake]:
    if table:
        from privacy.gate.updates import settings as updates  # noqa: PLC0415 - as above

        for key, value, allowed in updates.mistakes_in(table):
            yield Mistake(key=key, value=value, allowed=allowed)


def _lan(table: object) -> "LanSettings | None":
    if not isinstance(table, dict):
        return None
    from privacy.gate.lan.settings import LanSettings, settings_from  # noqa: PLC0415 - costs start

    settings = settings_from(table)
    return None if settings == LanSettings() else settings


def _keep_days(section: object) -> int:
    """Of a section that the hub checks, and says what is wrong with it; until then as it comes."""
    days = section.get("keep_days") if isinstance(section, dict) else None
    return days if type(days) is int and 1 <= days <= MOST_TOLD_DAYS else TOLD_DAYS


def _stick(port: str, mac: str) -> "InsideEntry | None":
    if not port or port.startswith("/"):
        return None
    from privacy.inside import read_entry  # noqa: PLC0415 - few homes have one: it costs start

    return read_entry(port, mac)


def _devices(rows: object) -> "Mapping[str, InsideEntry]":
    if not rows:
        return {}
    from privacy.inside import read_entry  # noqa: PLC0415 - few homes have some: it costs start

    assert isinstance(rows, list)
    return {
        row["name"]: read_entry(row["address"], row.get("mac", ""), row.get("certificate_sha256", ""))
        for row in rows
    }


def _mistakes_of_devices(rows: object) -> Iterator[Mistake]:
    if not rows:
        return
    from privacy.inside import mistakes_in_devices  # noqa: PLC0415 - as above

    for key, value, allowed in mistakes_in_devices(rows):
        yield Mistake(key=key, value=value, allowed=allowed)


def _mistakes_of_stick(port: object, mac: object) -> Iterator[Mistake]:
    if mac == "" and isinstance(port, str) and (not port or port.startswith("/")):
        return  # none, or a path: most homes
    from privacy.inside import ALLOWED_MAC, ALLOWED_PORT, mistake_in  # noqa: PLC0415 - as above

    if not isinstance(port, str):
        yield Mistake(key="radio.port", value=port, allowed=ALLOWED_PORT)
    elif not isinstance(mac, str):
        yield Mistake(key="radio.mac", value=mac, allowed=ALLOWED_MAC)
    elif (wrong := mistake_in(port, mac)) is not None:
        value = port if wrong.key == "port" else mac
        yield Mistake(key=f"radio.{wrong.key}", value=value, allowed=wrong.allowed)
