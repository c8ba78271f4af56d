"""The device table: models, their channels and parameters, by code or by name. Data and look-up only."""

from .kinds import CONTROL_MODES, HANDLE_STATES, RT_FAULTS, ChannelKind, kind
from .table import Model, describe, model_by_code, model_by_name, models

__all__ = [
    "CONTROL_MODES",
    "HANDLE_STATES",
    "RT_FAULTS",
    "ChannelKind",
    "Model",
    "describe",
    "kind",
    "model_by_code",
    "model_by_name",
    "models",
]
