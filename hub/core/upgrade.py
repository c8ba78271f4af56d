"""Builds the store's tables, or brings older ones up to date after copying the whole file aside.

A first start makes all tables in one transaction and never loads Alembic. Way back: stop, put the copy that
the log names in the place of the store.
"""

import logging
from pathlib import Path

from sqlalchemy import Engine, inspect, select

from hub.contract import StoreError
from privacy.durable import fsync

from . import schema
from .holdings import check_tables, holdings
from .keyfile import place

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).with_name("migrations")


def bring_up_to_date(
    engine: Engine, path: Path, *, scripts: Path = MIGRATIONS, known: tuple[str, ...] = schema.REVISIONS
) -> None:
    """Make the tables be those of the newest of ``known``; either all or nothing happens.

    Raises:
        StoreError: newer (made by a later homebase), undeclared (a table without a holding).
    """
    found = _revision(engine)
    if found is None:
        check_tables(schema.metadata.tables, holdings())
        with engine.begin() as connection:
            schema.metadata.create_all(connection)
            connection.execute(schema.version.insert().values(version_num=schema.HEAD))
    elif found not in known:
        raise StoreError("newer", _newer(path, found, known))
    elif found != known[-1]:
        _copy_aside(engine, path, found)
        _migrate(engine, scripts)
        log.warning("store.upgraded", extra={"before": found, "now": known[-1]})
    with engine.connect() as connection:
        check_tables(inspect(connection).get_table_names(), holdings())


def upgrade_copies(path: Path) -> list[Path]:
    """The copies that upgrades left beside the store."""
    return list(path.parent.glob(copy_name(path, "*").name))


def copy_name(path: Path, revision: str) -> Path:
    """Where the copy of a store of that revision lies."""
    return path.with_name(f"{path.stem}-before-upgrade-{revision}.db")


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table(schema.version.name):
            return None
        return connection.execute(select(schema.version.c.version_num)).scalar_one_or_none()


def _copy_aside(engine: Engine, path: Path, revision: str) -> None:
    copy = copy_name(path, revision)
    for older in upgrade_copies(path):
        older.unlink()
    connection = engine.raw_connection()  # VACUUM refuses to run inside a transaction
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(copy),))
    finally:
        connection.close()
    copy.chmod(0o600)
    fsync(copy)
    fsync(path.parent)
    log.warning("store.copied", extra={"copy": copy.name})


def _migrate(engine: Engine, scripts: Path) -> None:
    from alembic import command  # noqa: PLC0415 -- 0.2 s of imports that only an upgrade needs
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _newer(path: Path, found: str, known: tuple[str, ...]) -> str:
    copies = [copy for revision in known if (copy := copy_name(path, revision)).exists()]
    way = f"or put {copies[-1].name} in its place" if copies else "or restore a backup"
    return (
        f"{place(path)} was written by a newer homebase (tables {found}; this one knows up to {known[-1]}): "
        f"run the newer one again, {way}"
    )
