"""Whatever the driver says to a common model, the simulated device takes: two readings of one page."""

from collections.abc import Iterator

import pytest

from drivers.bidcos.codec.messages import Message
from drivers.bidcos.devices import MAINTENANCE_FAMILY, family, kind, maintenance, model_by_name
from drivers.bidcos.translation.commands import is_stored, messages_for
from drivers.simulator.devices.catalogue import named
from hub.contract import ParameterDescription, ParameterType, Value

from .test_catalogue import home

TEXTS = {
    "PARTY_MODE_SUBMIT": "17.0,630,12,3,26,1410,1,4,26",
    "LEVEL_COMBINED": "0x64,0xC8",
    "ALL_LEDS": "7",
    "SUBMIT": "1,1,10,1",
}
DISPLAY_TEXT = "0x02," + "0x41," * 20 + "0x03"
HOLIDAY: dict[str, Value] = {
    f"PARTY_{end}_{part}": value
    for end, values in (("START", (630, 12, 3, 26)), ("STOP", (1410, 1, 4, 26)))
    for part, value in zip(("TIME", "DAY", "MONTH", "YEAR"), values, strict=True)
}
BY_THE_TEAM = {"TEST_ALARM", "ALL_CLEAR"}  # not told to one device: team_calls.py


def _orders(name: str) -> Iterator[tuple[str, Message]]:
    model = model_by_name(name)
    assert model is not None
    device = maintenance(model.channels.values(), battery=False)
    channels = [(MAINTENANCE_FAMILY, 0, device)]
    channels += [(family(of), index, kind(of).parameters) for index, of in model.channels.items()]
    for of, index, parameters in channels:
        for parameter, description in parameters.items():
            if description.writable and not is_stored(of, parameter) and parameter not in BY_THE_TEAM:
                messages = messages_for(of, index, parameter, _value(of, parameter, description), HOLIDAY)
                assert messages is not None
                yield from ((f"{index}.{parameter}", message) for message in messages)


def _value(of: str, parameter: str, description: ParameterDescription) -> Value:
    if description.type in {ParameterType.FLOAT, ParameterType.INTEGER, ParameterType.ENUM}:
        return description.max or 0
    if description.type is ParameterType.STRING:
        return DISPLAY_TEXT if of == "DISPLAY" else TEXTS[parameter]
    return True


@pytest.mark.parametrize("name", named("stars"))
def test_a_common_model_acknowledges_all_that_can_be_set_on_it(name: str) -> None:
    host, (device,) = home(name)
    for said, message in _orders(name):
        answers = host.ask(device, message.kind, message.payload().hex(), 0xB0)
        refusals = [frame for frame in answers if frame.kind == 0x02 and frame.payload[0] >= 0x80]
        assert any(frame.kind == 0x02 for frame in answers), f"{said} is not answered"
        assert not refusals, f"{said} is refused"
