"""What limits a phone: rooms, hours, an end; and when it was last here."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Phones that are paired stay without limits."""
    op.add_column("phones", sa.Column("in_rooms", sa.Integer, nullable=False, server_default="0"))
    op.add_column("phones", sa.Column("hours", sa.Text))
    op.add_column("phones", sa.Column("expires_at", sa.Integer))
    op.add_column("phones", sa.Column("expires_running_s", sa.Integer))
    op.add_column("phones", sa.Column("seen_at", sa.Integer))
    op.create_table(
        "phone_rooms",
        sa.Column("phone", sa.LargeBinary, sa.ForeignKey("phones.key", ondelete="CASCADE"), primary_key=True),
        sa.Column("room", sa.Integer, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
        sqlite_with_rowid=False,
    )
