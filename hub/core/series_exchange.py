"""The SQL by which two devices exchange their pasts: the new one continues the old one's series, and back.

Series change their names, not their rows: however long a past is, little is written. Means of the day on
which it happened stay where they are, for they can't be taken apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from hub.contract import DatapointId, DeviceAddress

from .history_tables import DAY_MS, SERIES_BITS, SERIES_MASK, SeriesRow, key_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """names: what each series is called from now on. pairs: series of the same channel and parameter.

    since_ms: values from then on (unix ms) stay with the device that reported them; None: none do.
    """

    names: Mapping[int, str]
    pairs: tuple[tuple[int, int], ...]
    since_ms: int | None = None

    @property
    def partners(self) -> Mapping[int, int]:
        """Each series of a pair → the other one."""
        return {**dict(self.pairs), **{second: first for first, second in self.pairs}}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangePlan:
    """before: series of both devices; after: the same, renamed; fresh: numbered for this, not yet stored."""

    before: tuple[DatapointId, ...]
    after: Mapping[DatapointId, SeriesRow]
    fresh: tuple[SeriesRow, ...]
    wanted: Exchange


def plan_exchange(
    series: Mapping[DatapointId, SeriesRow],
    devices: tuple[DeviceAddress, DeviceAddress],
    since_ms: int | None,
    next_series: int,
) -> ExchangePlan:
    """What has to be done that two devices exchange their pasts. next_series: the first free number."""
    known = {one: row for one, row in series.items() if one.channel.device in devices}
    fresh: list[SeriesRow] = []
    if since_ms is not None:  # what a device reported since then needs a series to go to
        for one, row in tuple(known.items()):
            other = _at(one, devices)
            if other not in known:
                number = next_series + len(fresh)
                known[other] = replace(row, id=number, datapoint=str(other))
                fresh.append(known[other])
    after = {_at(one, devices): replace(row, datapoint=str(_at(one, devices))) for one, row in known.items()}
    pairs = tuple(
        (row.id, known[_at(one, devices)].id)
        for one, row in known.items()
        if one.channel.device == devices[0] and _at(one, devices) in known
    )
    return ExchangePlan(
        before=tuple(known),
        after=after,
        fresh=tuple(fresh),
        wanted=Exchange(
            names={row.id: row.datapoint for row in after.values()}, pairs=pairs, since_ms=since_ms
        ),
    )


def _at(datapoint: DatapointId, devices: tuple[DeviceAddress, DeviceAddress]) -> DatapointId:
    """The same channel and parameter of the other device."""
    one, other = devices
    device = other if datapoint.channel.device == one else one
    return device.channel(datapoint.channel.index).datapoint(datapoint.parameter)


def exchange(connection: Connection, wanted: Exchange) -> None:
    """Do it, within the caller's transaction."""
    for number in wanted.names:  # names are unique: first out of the way, then to their places
        connection.exec_driver_sql("UPDATE series SET datapoint = ? WHERE id = ?", (f"#{number}", number))
    for number, name in wanted.names.items():
        connection.exec_driver_sql("UPDATE series SET datapoint = ? WHERE id = ?", (name, number))
    _exchange_state(connection, wanted)
    if wanted.since_ms is not None:
        for pair in wanted.pairs:
            _exchange_rows(connection, "history", pair, key_of(wanted.since_ms, 0))
            _exchange_rows(connection, "history_days", pair, (wanted.since_ms // DAY_MS + 1) << SERIES_BITS)


def _exchange_state(connection: Connection, wanted: Exchange) -> None:
    """A last value stays with its device; one that has no series now is forgotten."""
    other = wanted.partners
    kept = []
    for number in wanted.names:
        row = connection.exec_driver_sql("SELECT at, value FROM state WHERE series = ?", (number,)).fetchone()
        connection.exec_driver_sql("DELETE FROM state WHERE series = ?", (number,))
        if row is not None and number in other:
            kept.append((other[number], *row))
    for values in kept:
        connection.exec_driver_sql("INSERT INTO state (series, at, value) VALUES (?, ?, ?)", values)


def _exchange_rows(connection: Connection, table: str, pair: tuple[int, int], from_key: int) -> None:
    first, second = pair
    # by negative keys, because both may have a row for the same time
    for statement in (
        f"UPDATE {table} SET key = -(key - {first} + {second})"  # noqa: S608 -- constant text and numbers
        f" WHERE key >= ? AND (key & {SERIES_MASK}) = {first}",
        f"UPDATE {table} SET key = -(key - {second} + {first})"  # noqa: S608 -- constant text and numbers
        f" WHERE key >= ? AND (key & {SERIES_MASK}) = {second}",
    ):
        connection.exec_driver_sql(statement, (from_key,))
    connection.exec_driver_sql(f"UPDATE {table} SET key = -key WHERE key < 0")  # noqa: S608 -- constant text
