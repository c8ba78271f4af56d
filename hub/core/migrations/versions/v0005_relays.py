"""Relays by which phones reach the hub from outside, and the slots of their routes."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """No relay is known yet."""
    op.create_table(
        "relays",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("tls_port", sa.Integer, nullable=False),
        sa.Column("wss_port", sa.Integer, nullable=False),
        sa.Column("route", sa.LargeBinary, nullable=False),
        sa.Column("password", sa.Text, nullable=False),
    )
    op.create_table(
        "relay_slots",
        sa.Column("relay", sa.Integer, sa.ForeignKey("relays.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("password", sa.Text, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
        sa.Column("phone", sa.LargeBinary, sa.ForeignKey("phones.key", ondelete="SET NULL")),
        sqlite_with_rowid=False,
    )
