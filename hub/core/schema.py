"""The tables of the hub's store. Times are integers, unix milliseconds, UTC.

A change here, or of what a column's bytes mean (means.py), needs a revision in migrations/versions/ and its
name at the end of REVISIONS: an older program then leaves the store alone, and a copy of before is beside it.
tests/hub/core/test_upgrade.py compares both ways to this schema.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import UserDefinedType

REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
)  # oldest first; the last is this program's
HEAD = REVISIONS[-1]

metadata = MetaData()


class Scalar(UserDefinedType[Any]):
    """A number or a text, kept as it comes (a column of type BLOB converts nothing)."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        """DDL."""
        return "BLOB"


version = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))

rooms = Table(
    "rooms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
)

devices = Table(
    "devices",
    metadata,
    Column("address", Text, primary_key=True),  # "bidcos:JEQ0123456"
    Column("description", LargeBinary),  # JSON of DeviceDescription; the driver's newest word
    Column("name", Text),
    Column("room", Integer, ForeignKey("rooms.id", ondelete="SET NULL")),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),  # owner, resident, guest, carer
    Column("password_hash", Text, nullable=False),  # Argon2id in PHC form
    Column("created_at", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),  # SHA-256 of the token; the token is never kept
    Column("person", Integer, ForeignKey("people.id", ondelete="CASCADE"), nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Integer, nullable=False),
    Column("expires_at", Integer, nullable=False),
    Column("program", Integer, nullable=False, server_default="0"),  # 1: a program uses it, not a person
    sqlite_with_rowid=False,
)

phones = Table(
    "phones",
    metadata,
    Column("key", LargeBinary, primary_key=True),  # X25519
    Column("psk", LargeBinary, nullable=False),  # of its sessions
    Column("name", Text, nullable=False),
    Column("role", Text),  # owner, resident, guest, carer; null: nobody confirmed it yet
    Column("created_at", Integer, nullable=False),
    Column("in_rooms", Integer, nullable=False, server_default="0"),  # 1: limited to those of phone_rooms
    Column("hours", Text),  # days, from and to in minutes: "1,2,3,4,5 480 720"; null: always
    Column("expires_at", Integer),
    Column("expires_running_s", Integer),  # of the gate's running time
    Column("seen_at", Integer),  # of its latest session, at most an hour late
    sqlite_with_rowid=False,
)

phone_rooms = Table(
    "phone_rooms",  # which rooms a phone is limited to; one that goes takes its rows with it
    metadata,
    Column("phone", LargeBinary, ForeignKey("phones.key", ondelete="CASCADE"), primary_key=True),
    Column("room", Integer, ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sqlite_with_rowid=False,
)

pairings = Table(
    "pairings",  # whose secret is spent; the secrets themselves are never written
    metadata,
    Column("id", LargeBinary, primary_key=True),
    Column("created_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

remote_keys = Table(
    "remote_keys",
    metadata,
    Column("name", Text, primary_key=True),  # hub, account
    Column("private", LargeBinary, nullable=False),  # X25519; of the account: random
    sqlite_with_rowid=False,
)

relays = Table(
    "relays",  # MQTT brokers by which phones reach the hub from outside
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # of the recipient in homebase.toml
    Column("host", Text, nullable=False),
    Column("tls_port", Integer, nullable=False),
    Column("wss_port", Integer, nullable=False),  # of MQTT over WebSocket; 0: none
    Column("route", LargeBinary, nullable=False),
    Column("password", Text, nullable=False),  # of the hub's own user
)

relay_slots = Table(
    "relay_slots",
    metadata,
    Column("relay", Integer, ForeignKey("relays.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("password", Text, nullable=False),
    Column("taken", Integer, nullable=False),  # 1: handed out once
    Column("phone", LargeBinary, ForeignKey("phones.key", ondelete="SET NULL")),
    sqlite_with_rowid=False,
)

settings = Table(
    "settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    sqlite_with_rowid=False,
)

account = Table(
    "account",  # who the home's account belongs to; fields: hub/home/account.py
    metadata,
    Column("field", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

installation = Table(
    "installation",  # what tells this Home Base from others; fields: hub/home/installation.py
    metadata,
    Column("field", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", Integer, nullable=False),
    sqlite_with_rowid=False,
)

notifications = Table(
    "notifications",  # what people were told; kinds: hub/home/notifications/kinds.py
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),  # a device's address, a driver's name, or empty
    Column("begun_at", Integer, nullable=False),
    Column("latest_at", Integer, nullable=False),
    Column("times", Integer, nullable=False),  # that it came
    Column("ended_at", Integer),
    Column("acknowledged_at", Integer),
    Column("acknowledged_by", Text),
)

notification_people = Table(
    "notification_people",  # whom to tell
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("ways", Text, nullable=False),  # JSON: ids of the gate's addressees, in their order
    Column("quiet_from", Integer),  # minutes of the day
    Column("quiet_to", Integer),
)

notification_tellings = Table(
    "notification_tellings",  # which message went to whom
    metadata,
    Column("notification", Integer, ForeignKey("notifications.id", ondelete="CASCADE"), primary_key=True),
    Column("times", Integer, primary_key=True),
    Column("person", Integer, ForeignKey("notification_people.id", ondelete="CASCADE"), primary_key=True),
    Column("step", Integer, primary_key=True),
    Column("told_at", Integer, nullable=False),
    Column("transfer", Text, nullable=False),
    Column("fate", Text, nullable=False),
    Column("what", Text, nullable=False),
    sqlite_with_rowid=False,
)

driver_records = Table(
    "driver_records",
    metadata,
    Column("driver", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

series = Table(
    "series",  # every datapoint that ever had a value gets a number
    metadata,
    Column("id", Integer, primary_key=True),
    Column("datapoint", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),  # bool, int, float, str: SQLite alone can't tell 1 from true
    Column("unit", Text),
    Column("category", Text, nullable=False),
)

state = Table(
    "state",  # last value of each series when it was last written here; newer ones stand in history
    metadata,
    Column("series", Integer, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Integer, nullable=False),
    Column("value", Scalar, nullable=False),
)

history = Table(
    "history",  # append-only; its key holds time and series, so that no second index is needed
    metadata,
    Column("key", Integer, primary_key=True),  # unix milliseconds << 20 | series
    Column("value", Scalar, nullable=False),
)

history_days = Table(
    "history_days",  # 15-minute means, one row per day and series
    metadata,
    Column("key", Integer, primary_key=True),  # days since 1970 << 20 | series
    Column("slots", LargeBinary, nullable=False),  # hub/core/means.py
)
