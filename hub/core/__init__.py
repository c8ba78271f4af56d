"""The home's heart: bus, registry, state, dispatch, supervisor, store, history."""

from .apart import apart
from .bus import Bus, HomeEvent, Subscription, WhenFull
from .device_records import DeviceRecords
from .dispatch import Dispatcher
from .drivers import DriverBoard, DriverStatus
from .garbage import settle_garbage
from .history import Chart, History, HistoryConfig
from .holder import StoreHolder
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
    "DeviceRecords",
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
    "StoreHolder",
    "Subscription",
    "WhenFull",
    "apart",
    "settle_garbage",
    "supervise",
    "supervise_all",
]
