"""Channels of devices as JSON, made once per description: the large part of every device's message.

A thousand devices took 0.1 s to translate each time somebody looked; their JSON is kept, one copy per kind.
"""

import msgspec

from hub.contract import ChannelDescription, DeviceAddress, DeviceDescription, ParameterDescription

from .messages import Channel, Parameter

Described = tuple[ChannelDescription, ...]


class ChannelTexts:
    """JSON of channels by device, renewed when a description is another one."""

    def __init__(self) -> None:
        self._known: dict[DeviceAddress, tuple[Described, msgspec.Raw]] = {}
        self._shared: dict[bytes, msgspec.Raw] = {}  # bounded by the kinds of devices there are

    def of(self, description: DeviceDescription) -> msgspec.Raw:
        """The channels of one device."""
        known = self._known.get(description.address)
        if known is None or known[0] is not description.channels:
            encoded = msgspec.json.encode([_channel(channel) for channel in description.channels])
            known = (description.channels, self._shared.setdefault(encoded, msgspec.Raw(encoded)))
            self._known[description.address] = known
        return known[1]

    def forget(self, device: DeviceAddress) -> None:
        """The device is gone."""
        self._known.pop(device, None)


def _channel(channel: ChannelDescription) -> Channel:
    parameters = {name: parameter_message(description) for name, description in channel.parameters.items()}
    return Channel(index=channel.index, type=channel.type, parameters=parameters)


def parameter_message(description: ParameterDescription) -> Parameter:
    """What a parameter may hold, as an answer."""
    return Parameter(
        type=description.type.value,
        unit=description.unit,
        min=description.min,
        max=description.max,
        step=description.step,
        enum=description.enum,
        special=dict(description.special),
        readable=description.readable,
        writable=description.writable,
        event=description.event,
        category=description.category.value,
    )
