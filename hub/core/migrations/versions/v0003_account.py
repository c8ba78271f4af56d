"""The account and the installation: a row for each detail that is known."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing is known yet."""
    for name in ("account", "installation"):
        op.create_table(
            name,
            sa.Column("field", sa.Text, primary_key=True),
            sa.Column("value", sa.Text, nullable=False),
            sa.Column("changed_at", sa.Integer, nullable=False),
            sqlite_with_rowid=False,
        )
