"""The first tables. Only tests start here: a new home is made from schema.py at once."""

import sqlalchemy as sa
from alembic import op

from hub.core.schema import Scalar

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "rooms", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text, nullable=False)
    )
    op.create_table(
        "devices",
        sa.Column("address", sa.Text, primary_key=True),
        sa.Column("description", sa.LargeBinary),
        sa.Column("name", sa.Text),
        sa.Column("room", sa.Integer, sa.ForeignKey("rooms.id", ondelete="SET NULL")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary, primary_key=True),
        sa.Column("person", sa.Integer, sa.ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("created_at", sa.Integer, nullable=False),
        sa.Column("expires_at", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "settings",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "driver_records",
        sa.Column("driver", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("datapoint", sa.Text, nullable=False, unique=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("category", sa.Text, nullable=False),
    )
    op.create_table(
        "state",
        sa.Column("series", sa.Integer, sa.ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", sa.Integer, nullable=False),
        sa.Column("value", Scalar, nullable=False),
    )
    op.create_table(
        "history", sa.Column("key", sa.Integer, primary_key=True), sa.Column("value", Scalar, nullable=False)
    )
    op.create_table(
        "history_days",
        sa.Column("key", sa.Integer, primary_key=True),
        sa.Column("slots", sa.LargeBinary, nullable=False),
    )
