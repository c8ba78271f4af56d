"""What people were told of their home."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nobody was told anything yet."""
    op.create_table(
        "notifications",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("begun_at", sa.Integer, nullable=False),
        sa.Column("latest_at", sa.Integer, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("ended_at", sa.Integer),
        sa.Column("acknowledged_at", sa.Integer),
        sa.Column("acknowledged_by", sa.Text),
    )
