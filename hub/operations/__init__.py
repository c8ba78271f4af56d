"""The one table of what can be asked of a home: name, request, answer, role."""

from .channels import ChannelTexts
from .house import House
from .operation import Caller, Operation
from .table import BY_NAME, OPERATIONS

__all__ = ["BY_NAME", "OPERATIONS", "Caller", "ChannelTexts", "House", "Operation"]
