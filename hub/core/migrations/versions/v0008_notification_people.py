"""Whom to tell by a message, and what was told."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nobody is told by a message yet."""
    op.create_table(
        "notification_people",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False, unique=True),
        sa.Column("ways", sa.Text, nullable=False),
        sa.Column("quiet_from", sa.Integer),
        sa.Column("quiet_to", sa.Integer),
    )
    notification = sa.ForeignKey("notifications.id", ondelete="CASCADE")
    person = sa.ForeignKey("notification_people.id", ondelete="CASCADE")
    op.create_table(
        "notification_tellings",
        sa.Column("notification", sa.Integer, notification, primary_key=True),
        sa.Column("times", sa.Integer, primary_key=True),
        sa.Column("person", sa.Integer, person, primary_key=True),
        sa.Column("step", sa.Integer, primary_key=True),
        sa.Column("told_at", sa.Integer, nullable=False),
        sa.Column("transfer", sa.Text, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
