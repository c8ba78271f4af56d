"""The home's heart: bus, registry, state, dispatch, supervisor, store, history."""

from .repositories import DriverRecords, Settings
from .store import Store

__all__ = ["DriverRecords", "Settings", "Store"]
