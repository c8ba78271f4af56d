"""The serial number that the machine's own board tells: for the hub, whose jail does not show it."""

from collections.abc import Mapping
from pathlib import Path

# Raspberry Pi and other boards with a device tree; PCs tell theirs to root alone
PLACES = (
    Path("/sys/firmware/devicetree/base/serial-number"),
    Path("/sys/class/dmi/id/board_serial"),
    Path("/sys/class/dmi/id/product_serial"),
)
MOST = 64


def serial(places: tuple[Path, ...] = PLACES) -> str:
    """The first one that can be read and is a number, "" where there is none."""
    for place in places:
        try:
            with place.open("rb") as file:
                text = file.read(MOST).strip(b"\0 \n").decode("ascii")
        except (OSError, UnicodeDecodeError):
            continue
        if text.isalnum() and text.strip("0"):  # "Default string", "To be filled" and zeros are none
            return text
    return ""


async def answer(question: Mapping[str, object]) -> Mapping[str, object]:
    """Answer the hub's question ``board``."""
    return {"serial": serial()}
