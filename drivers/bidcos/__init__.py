"""Homematic radio (BidCoS) through a CUL stick or an HM-MOD-RPI-PCB module.

Public: ``BidcosDriver``, by the entry point; loaded when asked for, so that the codec alone stays light.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .driver import BidcosDriver

__all__ = ["BidcosDriver"]


def __getattr__(name: str) -> object:
    if name == "BidcosDriver":
        from .driver import BidcosDriver  # noqa: PLC0415 -- see above

        return BidcosDriver
    raise AttributeError(name)
