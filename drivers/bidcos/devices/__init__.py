"""The device table: models, their channels and parameters, by code or by name. Data and look-up only.

VALUES: kinds.py. MASTER and LINK: paramsets.py (API), layouts.py and sets_*.py (data), entries.py (notation).
"""

from .generic import generic_model
from .kinds import (
    CONTROL_MODES,
    HANDLE_STATES,
    MAINTENANCE_FAMILY,
    RT_FAULTS,
    ChannelKind,
    family,
    kind,
    maintenance,
)
from .layout import ChannelLayout, Layout, layout_of
from .paramsets import (
    channel_layout,
    describe_paramset,
    factory_link_registers,
    factory_registers,
    link_lists,
    link_roles,
    paramset_of,
    register_lists,
    wanted_of_peer,
)
from .profiles import LinkPreset, link_presets
from .registers import RegisterDescription
from .reporting import Reporting, reporting
from .table import Model, describe, model_by_code, model_by_name, models, models_of_name

__all__ = [
    "CONTROL_MODES",
    "HANDLE_STATES",
    "MAINTENANCE_FAMILY",
    "RT_FAULTS",
    "ChannelKind",
    "ChannelLayout",
    "Layout",
    "LinkPreset",
    "Model",
    "RegisterDescription",
    "Reporting",
    "channel_layout",
    "describe",
    "describe_paramset",
    "factory_link_registers",
    "factory_registers",
    "family",
    "generic_model",
    "kind",
    "layout_of",
    "link_lists",
    "link_presets",
    "link_roles",
    "maintenance",
    "model_by_code",
    "model_by_name",
    "models",
    "models_of_name",
    "paramset_of",
    "register_lists",
    "reporting",
    "wanted_of_peer",
]
