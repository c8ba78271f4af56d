"""What a request names: devices, channels, datapoints of this home."""

from hub.contract import ChannelAddress, DatapointId, DeviceAddress
from hub.core import Device
from hub.home.errors import Refused

from .house import House


def device_of(house: House, text: str, field: str = "address") -> Device:
    """The device of that address.

    Raises:
        Refused: unknown_device.
    """
    device = house.registry.devices.get(device_address_of(text, field))
    if device is None:
        raise Refused("unknown_device", field=field, value=text)
    return device


def device_address_of(text: str, field: str) -> DeviceAddress:
    """An address, whether or not there is such a device.

    Raises:
        Refused: unknown_device, when there can be none.
    """
    try:
        return DeviceAddress.parse(text)
    except ValueError as error:
        raise Refused("unknown_device", field=field, value=text) from error


def channel_of(text: str, field: str = "channel") -> ChannelAddress:
    """The address of a channel; whether this home has it is the dispatcher's question.

    Raises:
        Refused: unknown_channel.
    """
    try:
        return ChannelAddress.parse(text)
    except ValueError as error:
        raise Refused("unknown_channel", field=field, value=text) from error


def datapoint_of(text: str) -> DatapointId:
    """The id of a datapoint.

    Raises:
        Refused: unknown_datapoint.
    """
    try:
        return DatapointId.parse(text)
    except ValueError as error:
        raise Refused("unknown_datapoint", field="id", value=text) from error
