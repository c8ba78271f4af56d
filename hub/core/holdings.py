"""What personal data lies in which table, and how long. A table that is not named here stops the start."""

from collections.abc import Iterable
from datetime import timedelta

from hub.contract import StoreError
from privacy.ports import Holding, Where
from privacy.vocabulary import TOLD_DAYS, DataCategory

_OWNER = "until the owner removes it"
_PAIRED = "the devices are paired and could not be spoken with; remove a device to erase it"
RAW_DAYS = 30
MEANS_DAYS = 730
SESSION_DAYS = 90
PAIRING_DAYS = 30
COPY_DAYS = 30  # of the whole store, made before an upgrade
MEASURED = (
    DataCategory.ACTUATOR_STATE,
    DataCategory.CLIMATE,
    DataCategory.PRESENCE,
    DataCategory.SAFETY,
    DataCategory.ENERGY,
    DataCategory.DEVICE,
    DataCategory.RADIO,
)


def holdings(
    raw_days: int = RAW_DAYS, means_days: int = MEANS_DAYS, told_days: int = TOLD_DAYS
) -> tuple[Holding, ...]:
    """All holdings of the hub's store.

    raw_days, means_days: the owner's settings for history; told_days: for notifications.
    """
    run = "run the home"
    chart = "show the home's past to its people"
    return (
        _kept("hub.rooms", DataCategory.HOUSEHOLD, run),
        _kept("hub.devices", DataCategory.DEVICE_NAME, run),
        _kept("hub.devices", DataCategory.DEVICE_IDENTITY, run, stays=_PAIRED),
        _kept(
            "hub.people",
            DataCategory.ACCOUNT,
            "know who may do what",
            stays="the owner: nobody could use the home; deregister it to erase them",
        ),
        Holding(
            name="hub.sessions",
            category=DataCategory.ACCOUNT,
            purpose="stay logged in",
            retention=timedelta(days=SESSION_DAYS),
            reason="erased when it expires",
        ),
        _kept("hub.account", DataCategory.ACCOUNT, "know whose account it is"),
        _kept("hub.phones", DataCategory.INSTALLATION, "know which phones may come in"),
        _kept("hub.phone_rooms", DataCategory.INSTALLATION, "know which phones may come in"),
        _kept("hub.relays", DataCategory.INSTALLATION, "let phones in from outside"),
        _kept("hub.relay_slots", DataCategory.INSTALLATION, "let phones in from outside"),
        Holding(
            name="hub.pairings",
            category=DataCategory.INSTALLATION,
            purpose="accept no code twice",
            retention=timedelta(days=PAIRING_DAYS),
            reason="erased when older",
        ),
        _kept(
            "hub.remote_keys",
            DataCategory.SYSTEM,
            "prove to phones that it is this home",
            stays="paired phones could not come in without it",
        ),
        _kept("hub.installation", DataCategory.INSTALLATION, "know which Home Base it is"),
        _kept("hub.settings", DataCategory.SYSTEM, run, stays="the home can't run without its settings"),
        _kept("hub.notification_people", DataCategory.ACCOUNT, "know whom to tell"),
        _timed("hub.notification_tellings", DataCategory.MESSAGE, "know who was told", told_days),
        _timed("hub.notifications", DataCategory.MESSAGE, "tell people what happened at home", told_days),
        _kept(
            "hub.driver_records",
            DataCategory.DEVICE_IDENTITY,
            "keys and counters of paired devices",
            stays=_PAIRED,
        ),
        _kept(
            "hub.series", DataCategory.DEVICE_IDENTITY, chart, stays="goes with the values that it numbers"
        ),
        *(_kept("hub.state", category, run) for category in MEASURED),
        *(_timed("hub.history", category, chart, raw_days) for category in MEASURED),
        *(_timed("hub.history_days", category, chart, means_days) for category in MEASURED),
        *(
            _timed("hub.copies", category, "go back after an upgrade", COPY_DAYS, Where.COPY)
            for category in DataCategory
        ),
        _kept("hub.alembic_version", DataCategory.SYSTEM, "know how the tables are built"),
        *(
            Holding(
                name="hub.ring",
                category=category,
                purpose="lose no value when the program is killed",
                retention=timedelta(days=1),
                reason="encrypted, in memory; written to the history each minute, then overwritten",
                where=Where.MEMORY,
            )
            for category in MEASURED
        ),
        Holding(
            name="hub.log",
            category=DataCategory.SYSTEM,
            purpose="find faults",
            retention=None,
            reason="no name, address or value stands in it; the machine's log keeps it",
            where=Where.LOG,
        ),
    )


def check_tables(tables: Iterable[str], held: Iterable[Holding]) -> None:
    """Refuse to start with a table of which nobody said what it holds and how long.

    Raises:
        StoreError: undeclared.
    """
    declared = {holding.name for holding in held}
    missing = sorted(name for name in tables if f"hub.{name}" not in declared)
    if missing:
        raise StoreError("undeclared", f"tables without a holding: {', '.join(missing)}; declare them")


def _kept(name: str, category: DataCategory, purpose: str, stays: str = "") -> Holding:
    return Holding(name=name, category=category, purpose=purpose, retention=None, reason=_OWNER, stays=stays)


def _timed(name: str, category: DataCategory, purpose: str, days: int, where: Where = Where.TABLE) -> Holding:
    return Holding(
        name=name,
        category=category,
        purpose=purpose,
        retention=timedelta(days=days),
        reason="erased when older; the owner may set another time",
        where=where,
    )
