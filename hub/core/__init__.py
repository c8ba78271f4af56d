"""The home's heart: bus, registry, state, dispatch, supervisor, store, history."""

from .bus import Bus, HomeEvent, Subscription, WhenFull
from .dispatch import Dispatcher
from .drivers import DriverBoard, DriverStatus
from .history import Chart, History, HistoryConfig
from .intake import Intake
from .registry import Device, Registry
from .repositories import DriverRecords, Settings
from .state import Change, State
from .store import Store
from .supervisor import supervise, supervise_all

__all__ = [
    "Bus",
    "Change",
    "Chart",
    "Device",
    "Dispatcher",
    "DriverBoard",
    "DriverRecords",
    "DriverStatus",
    "History",
    "HistoryConfig",
    "HomeEvent",
    "Intake",
    "Registry",
    "Settings",
    "State",
    "Store",
    "Subscription",
    "WhenFull",
    "supervise",
    "supervise_all",
]
