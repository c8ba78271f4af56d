"""The hub's store with one step more than it has: its second start is an upgrade, killed and cut as well."""

import os
from pathlib import Path

import alembic.command  # noqa: F401 -- loaded once here, not in each forked child
from sqlalchemy import Engine, inspect, text

from hub.core.keyfile import load_or_make_key
from hub.core.store import KEY_NAME, STORE_NAME, make_engine
from hub.core.upgrade import bring_up_to_date
from tests.crash.hub_house import PAD, verify
from tests.hub.core.test_upgrade import KNOWN, scripts


class UpgradingHouse:
    def open(self, state: Path, run: Path) -> None:
        path = state / STORE_NAME
        key = load_or_make_key(state / KEY_NAME, os.urandom, guards=path)
        self._engine: Engine = make_engine(path, key)
        steps = run / f"steps-{os.getpid()}"
        bring_up_to_date(self._engine, path, scripts=scripts(steps), known=KNOWN)

    def values(self) -> dict[str, int]:
        with self._engine.connect() as connection:
            verify(connection)
            version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            columns = {column["name"] for column in inspect(connection).get_columns("rooms")}
            if ("floor" in columns) != (version == "next"):
                raise AssertionError(f"tables of {version} have rooms with {columns}")
            rows = connection.execute(text("SELECT key, value FROM settings")).all()
        return {key: int(str(value).partition(" ")[0]) for key, value in rows}

    def keys(self) -> tuple[str, ...]:
        return ("a", "b", "c")

    def set(self, key: str, number: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                text("INSERT OR REPLACE INTO settings VALUES (:key, :value)"),
                {"key": key, "value": f"{number} {PAD}"},
            )

    def close(self) -> None:
        self._engine.dispose()
