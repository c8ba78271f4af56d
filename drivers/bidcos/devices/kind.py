"""What a kind of channel is."""

from dataclasses import dataclass

from .parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """type: the CCU's channel type; parameters: its VALUES by name.

    family: how its bytes are read (readings.py, meaning.py) and written (commands.py); what a family tells
    and the kind does not have is not reported. Empty: it tells nothing by itself.
    tells_low_battery: its frames do, also of a device that listens all the time.
    """

    type: str
    family: str = ""
    parameters: Parameters
    tells_low_battery: bool = False
