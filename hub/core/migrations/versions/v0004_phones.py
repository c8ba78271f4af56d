"""Paired phones, the pairings whose secret is spent, and the hub's own key for them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """No phone is paired yet."""
    op.create_table(
        "phones",
        sa.Column("key", sa.LargeBinary, primary_key=True),
        sa.Column("psk", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("created_at", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pairings",
        sa.Column("id", sa.LargeBinary, primary_key=True),
        sa.Column("created_at", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "remote_keys",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("private", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
