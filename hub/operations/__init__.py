"""The one table of what can be asked of a home: name, request, answer, role."""

from .channels import ChannelTexts
from .house import House
from .operation import Caller, Operation, Reach
from .permission import check, check_verb, perform
from .table import BY_NAME, OPERATIONS, STREAMED

__all__ = [
    "BY_NAME",
    "OPERATIONS",
    "STREAMED",
    "Caller",
    "ChannelTexts",
    "House",
    "Operation",
    "Reach",
    "check",
    "check_verb",
    "perform",
]
