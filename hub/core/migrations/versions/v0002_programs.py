"""Sessions say whether a person or a program uses them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Those that there are belong to people."""
    op.add_column("sessions", sa.Column("program", sa.Integer, nullable=False, server_default="0"))
