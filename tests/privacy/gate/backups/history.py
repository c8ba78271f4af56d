"""A past for the home to back up, and what is known of it again."""

import random
from collections.abc import Sequence

from sqlalchemy import Connection, Table, select

from hub.core import Store, schema
from hub.core.history_tables import DAY_MS, Batch, SeriesRow, key_of, write_batch

BEGUN_MS = 1_764_374_400_000
SERIES = 40
ALL: Sequence[Table] = (schema.series, schema.state, schema.history, schema.history_days)


async def remember(store: Store, rows: int) -> None:
    """So many values of all kinds, as the recorder writes them, and a mean for each day and series."""
    drawn = random.Random(1)
    kinds = ("float", "int", "bool", "str")
    series = [
        SeriesRow(
            id=number,
            datapoint=f"bidcos:JEQ{number:07}:1/value",
            kind=kinds[number % 4],
            unit="°C" if number % 4 == 0 else None,
            category="device",
        )
        for number in range(1, SERIES + 1)
    ]
    value = {"float": lambda: drawn.random() * 40, "int": lambda: drawn.randrange(200), "bool": lambda: 1}
    at = BEGUN_MS
    for start in range(0, rows, 50_000):
        batch = []
        for row in range(start, min(rows, start + 50_000)):
            number = row % SERIES + 1
            at += 37
            batch.append((key_of(at, number), value.get(kinds[number % 4], lambda: "öffnen")()))
        await store.write(
            lambda connection, batch=batch: write_batch(  # type: ignore[misc]
                connection, Batch(series=series if batch[0][0] >> 20 == BEGUN_MS + 37 else [], rows=batch)
            )
        )
    days = [
        {"key": (BEGUN_MS // DAY_MS + day) << 20 | number, "slots": drawn.randbytes(300)}
        for day in range(max(1, rows // 50_000))
        for number in range(1, SERIES + 1)
    ]
    state = dict.fromkeys(range(1, SERIES + 1), (at, "on"))

    def rest(connection: Connection) -> None:
        connection.execute(schema.history_days.insert(), days)
        write_batch(connection, Batch(state=state, state_at=at))

    await store.write(rest)


async def known(store: Store) -> list[list[tuple[object, ...]]]:
    """All rows of it."""

    def rows(connection: Connection) -> list[list[tuple[object, ...]]]:
        return [
            [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in ALL
        ]

    return await store.read(rows)
