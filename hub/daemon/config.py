"""The hub's part of homebase.toml: frozen sections, each key with its unit and range.

All mistakes are found at once, before anything starts. ``[gate]``, ``[lan]``, ``[backup]``, ``[updates]``,
``[[recipient]]`` and ``[[device]]`` belong to the gate, which reads them itself; here they only have to exist
as names. No file is read here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import TypeVar

from hub.contract import ConfigError
from privacy.vocabulary import MOST_TOLD_DAYS, TOLD_DAYS

LANGUAGES = ("de", "en")
LEVELS = ("debug", "info", "warning", "error")
RADIO_KINDS = ("auto", "cul", "module")
GATE_SECTIONS = ("gate", "lan", "backup", "updates", "recipient", "device")


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeConfig:
    """[home]. name: 1 to 64 characters; language: of texts that the hub writes by itself, "de" or "en"."""

    name: str = "Homebase"
    language: str = "de"

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Key and allowed range of each value that is out of range."""
        if not 1 <= len(self.name) <= 64 or not self.name.isprintable():
            yield "name", "1 to 64 printable characters"
        if self.language not in LANGUAGES:
            yield "language", '"de" or "en"'


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryConfig:
    """[history]. raw_days: single values are kept 1 to 3650 days; mean_years: means, 1 to 30 years."""

    raw_days: int = 30
    mean_years: int = 2

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Key and allowed range of each value that is out of range."""
        if not 1 <= self.raw_days <= 3650:
            yield "raw_days", "1 to 3650 days"
        if not 1 <= self.mean_years <= 30:
            yield "mean_years", "1 to 30 years"


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioConfig:
    """[radio]. driver: entry point in homebase.drivers; port: serial device, "": look for one.

    port may name a stick in the network, which only the gate opens; mac is then who it is: privacy/inside.py.
    kind: of radio, one of RADIO_KINDS; auto: whichever answers.
    """

    driver: str = "bidcos"
    port: str = ""
    mac: str = ""
    kind: str = "auto"

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Key and allowed range of each value that is out of range."""
        if not self.driver.isidentifier() or len(self.driver) > 16:
            yield "driver", "name of an installed driver, for example bidcos"
        if self.port or self.mac:
            from privacy.inside import mistake_in  # noqa: PLC0415 - most homes set neither: it costs start

            if (mistake := mistake_in(self.port, self.mac)) is not None:
                yield mistake.key, mistake.allowed
        if self.kind not in RADIO_KINDS:
            yield "kind", '"auto", "cul" or "module"'


@dataclass(frozen=True, slots=True, kw_only=True)
class LogConfig:
    """[log]. level: least severity that is written: debug, info, warning, error."""

    level: str = "info"

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Key and allowed range of each value that is out of range."""
        if self.level not in LEVELS:
            yield "level", "debug, info, warning or error"


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseConfig:
    """[license]. key: of who may sign licenses for this home, as signed notes spell it; "": nobody."""

    key: str = ""

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Key and allowed range of each value that is out of range."""
        if self.key:
            from hub.home.license import read_key  # noqa: PLC0415 - most homes set none: it costs start

            if read_key(self.key) is None:
                yield "key", "name+id+key as your issuer gives it (C2SP signed-note, Ed25519)"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsConfig:
    """[notifications]. keep_days: what people were told, and messages that left, are kept 1 to 3650 days."""

    keep_days: int = TOLD_DAYS

    def mistakes(self) -> Iterator[tuple[str, str]]:
        """Key and allowed range of each value that is out of range."""
        if not 1 <= self.keep_days <= MOST_TOLD_DAYS:
            yield "keep_days", f"1 to {MOST_TOLD_DAYS} days"


S = TypeVar(
    "S", "HomeConfig", "HistoryConfig", "RadioConfig", "LogConfig", "LicenseConfig", "NotificationsConfig"
)
Section = HomeConfig | HistoryConfig | RadioConfig | LogConfig | LicenseConfig | NotificationsConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All sections of the hub."""

    home: HomeConfig = field(default_factory=HomeConfig)
    history: HistoryConfig = field(default_factory=HistoryConfig)
    radio: RadioConfig = field(default_factory=RadioConfig)
    log: LogConfig = field(default_factory=LogConfig)
    license: LicenseConfig = field(default_factory=LicenseConfig)
    notifications: NotificationsConfig = field(default_factory=NotificationsConfig)


class Mistakes(ConfigError):
    """Every mistake of one file; reads as one line."""

    def __init__(self, found: tuple[ConfigError, ...]) -> None:
        first = found[0]
        super().__init__(first.key, first.value, first.allowed, first.way_out)
        self.found = found

    def __str__(self) -> str:
        return " · ".join(str(mistake) for mistake in self.found)


def config_from(table: Mapping[str, object], language: str = "de") -> Config:
    """Check a parsed homebase.toml. language: the default of [home] language.

    Raises:
        Mistakes: all of them: unknown sections and keys, wrong types, values out of range.
    """
    found: list[ConfigError] = []
    known = [section.name for section in fields(Config)]
    for name in table:
        if name not in (*known, *GATE_SECTIONS):
            found.append(
                ConfigError(f"[{name}]", "section", ", ".join((*known, *GATE_SECTIONS)), "remove it")
            )
    config = Config(
        home=_section("home", HomeConfig, table, found, language=language),
        history=_section("history", HistoryConfig, table, found),
        radio=_section("radio", RadioConfig, table, found),
        log=_section("log", LogConfig, table, found),
        license=_section("license", LicenseConfig, table, found),
        notifications=_section("notifications", NotificationsConfig, table, found),
    )
    if found:
        raise Mistakes(tuple(found))
    return config


def _section(
    name: str, make: Callable[..., S], table: Mapping[str, object], found: list[ConfigError], **defaults: str
) -> S:
    default = make(**defaults)
    given = table.get(name, {})
    if not isinstance(given, dict):
        found.append(ConfigError(name, given, f"a section [{name}]", ""))
        return default
    values: dict[str, object] = {**defaults}
    kinds = {key.name: type(getattr(default, key.name)) for key in fields(default)}
    for key, value in given.items():
        kind = kinds.get(key)
        if kind is None:
            found.append(ConfigError(f"{name}.{key}", value, "one of " + ", ".join(kinds), "remove it"))
        elif type(value) is not kind:
            found.append(ConfigError(f"{name}.{key}", value, _WORDS[kind]))
        else:
            values[key] = value
    section = make(**values)
    found += [
        ConfigError(f"{name}.{key}", getattr(section, key), allowed) for key, allowed in section.mistakes()
    ]
    return section


_WORDS: Mapping[type, str] = {
    str: 'text in quotes, for example "x"',
    int: "a whole number",
    bool: "true or false",
}
