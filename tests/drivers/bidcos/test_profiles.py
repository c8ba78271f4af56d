"""Ready-made links: they fit what they are offered for, and do what their name says."""

import pytest

from drivers.bidcos.devices import (
    ChannelLayout,
    LinkPreset,
    channel_layout,
    link_presets,
    model_by_name,
    models,
    paramset_of,
)
from drivers.bidcos.devices.profiles import all_presets
from drivers.bidcos.devices.sets import register_set
from drivers.bidcos.devices.table import Model
from drivers.bidcos.memory.paramset import checked, read_values, write_registers
from hub.contract.datapoints import Value


def named(name: str) -> Model:
    model = model_by_name(name)
    assert model is not None
    return model


def layout(name: str, channel: int) -> ChannelLayout:
    found = channel_layout(named(name), channel)
    assert found is not None
    return found


def presets(sender: str, sends: int, receiver: str, hears: int) -> dict[str, LinkPreset]:
    return {preset.name: preset for preset in link_presets(layout(sender, sends), layout(receiver, hears))}


def texts(receiver: str, channel: int, preset: LinkPreset) -> dict[str, str | Value]:
    """What the preset sets, choices by their text."""
    descriptions = paramset_of(named(receiver), channel, "LINK")
    values = preset.values(descriptions)
    return {
        entry.name: entry.parameter.enum[int(values[entry.name])]
        if entry.parameter.enum
        else values[entry.name]
        for entry in descriptions
        if entry.name in values
    }


WAYS = {"ONDELAY": "ON", "RAMPON": "ON", "REFON": "ON", "OFFDELAY": "OFF", "RAMPOFF": "OFF", "REFOFF": "OFF"}


def run(link: dict[str, str | Value], state: str, press: str = "SHORT") -> str:
    """Where a press leads an actuator that is in this state, once all times on the way are over."""
    target = str(link[f"{press}_JT_{state}"])
    return state if target == "NO_JUMP_IGNORE_COMMAND" else WAYS.get(target, target)


# what is offered


@pytest.mark.parametrize(
    ("sender", "receiver", "names"),
    [
        (("HM-PB-2-WM55", 1), ("HM-LC-Sw1-Pl-2", 1), ["on", "off", "toggle", "staircase"]),
        (("HM-SwI-3-FM", 1), ("HM-LC-Sw1-SM", 1), ["on", "off", "toggle", "staircase"]),
        (("HM-PB-2-WM55", 2), ("HM-LC-Dim1TPBU-FM", 1), ["on", "off", "toggle", "staircase"]),
        (("HM-PB-2-WM55", 2), ("HM-LC-Dim1TPBU-FM", 2), ["on", "off", "toggle", "staircase"]),
        (("HM-RC-4-3", 1), ("HM-LC-Bl1PBU-FM", 1), ["up", "down", "toggle"]),
        (("HM-RC-4-3", 1), ("HM-LC-Ja1PBU-FM", 1), ["up", "down", "toggle"]),
        (("HM-RC-Key4-2", 1), ("HM-Sec-Key", 1), ["lock", "unlock", "toggle", "open"]),
        (("HM-PB-2-WM55", 1), ("HM-CC-RT-DN", 6), ["boost", "lower", "comfort"]),
        (("HM-Sen-MDIR-O-2", 1), ("HM-LC-Sw1-Pl-2", 1), ["motion", "motion_dark"]),
        (("HM-Sec-MDIR", 1), ("HM-LC-Dim1T-FM", 1), ["motion", "motion_dark"]),
        (("HM-Sec-SCo", 1), ("HM-LC-Sw1-Pl-2", 1), ["on_while_open", "off_while_open"]),
        (("HM-Sec-RHS", 1), ("HM-LC-Dim1T-FM", 1), ["on_while_open"]),
        (("HM-Sec-WDS", 1), ("HM-LC-Sw1-Pl-2", 1), ["on_while_wet", "off_while_wet"]),
        (("HM-Sec-SCo", 1), ("HM-CC-RT-DN", 3), ["lower_while_open"]),
        (("HM-Sec-RHS", 1), ("HM-TC-IT-WM-W-EU", 3), ["lower_while_open"]),
        (("HM-Sec-SCo", 1), ("HM-CC-TC", 3), []),
        (("HM-PB-2-WM55", 1), ("HM-Sec-SCo", 1), []),
        (("HM-WDS40-TH-I", 1), ("HM-LC-Sw1-Pl-2", 1), []),
    ],
)
def test_a_pair_is_offered_what_fits_it(
    sender: tuple[str, int], receiver: tuple[str, int], names: list[str]
) -> None:
    assert list(presets(*sender, *receiver)) == names


def test_every_preset_is_offered_for_some_pair_and_named_in_both_languages() -> None:
    channels = [
        found
        for model in models()
        for index in model.channels
        if (found := channel_layout(model, index)) is not None
    ]
    distinct = list(
        {(found.type, found.link, found.sends, found.hears): found for found in channels}.values()
    )
    offered = {id(preset) for one in distinct for other in distinct for preset in link_presets(one, other)}
    assert offered == {id(preset) for preset in all_presets()}
    for preset in all_presets():
        assert preset.names.keys() == {"de", "en"}
        assert all(preset.names.values())


@pytest.mark.parametrize("preset", all_presets(), ids=lambda preset: f"{preset.receiver[0]}-{preset.name}")
def test_whatever_a_preset_sets_can_be_written(preset: LinkPreset) -> None:
    seen = set()
    for model in models():
        for index in model.channels:
            found = channel_layout(model, index)
            if found is None or found.type not in preset.receiver or not found.link or found.link in seen:
                continue
            seen.add(found.link)
            descriptions = [entry for entry in register_set(found.link) if entry.list_index == 3]
            values = preset.values(descriptions)
            for entry in descriptions:
                if entry.name in values:
                    checked(entry, values[entry.name])
            known = dict.fromkeys(range(1, 0x100), 0)
            after = {**known, **write_registers(descriptions, values, known)}
            read = read_values(descriptions, after)
            assert {name: read[name] for name in values} == pytest.approx(dict(values), abs=0.05)
    assert seen


# what they do


def test_switches_go_on_off_and_over() -> None:
    offered = presets("HM-PB-2-WM55", 1, "HM-LC-Sw1-Pl-2", 1)
    for press in ("SHORT", "LONG"):
        ways = {
            name: [run(texts("HM-LC-Sw1-Pl-2", 1, preset), state, press) for state in ("OFF", "ON")]
            for name, preset in offered.items()
        }
        assert ways == {
            "on": ["ON", "ON"],
            "off": ["OFF", "OFF"],
            "toggle": ["ON", "OFF"],
            "staircase": ["ON", "ON"],
        }
    assert texts("HM-LC-Sw1-Pl-2", 1, offered["staircase"])["SHORT_ON_TIME"] == 300.0
    assert texts("HM-LC-Sw1-Pl-2", 1, offered["on"])["LONG_ON_TIME"] == 111600.0


def test_dimmers_go_on_off_and_over_and_dim_while_held() -> None:
    offered = presets("HM-PB-2-WM55", 1, "HM-LC-Dim1TPBU-FM", 1)
    link = {name: texts("HM-LC-Dim1TPBU-FM", 1, preset) for name, preset in offered.items()}
    ways = {name: [run(values, state) for state in ("OFF", "ON")] for name, values in link.items()}
    assert ways == {
        "on": ["ON", "ON"],
        "off": ["OFF", "OFF"],
        "toggle": ["ON", "OFF"],
        "staircase": ["ON", "ON"],
    }
    held = {name: values["LONG_ACTION_TYPE"] for name, values in link.items()}
    assert held == {"on": "UPDIM", "off": "DOWNDIM", "toggle": "TOGGLEDIM", "staircase": "JUMP_TO_TARGET"}
    assert link["on"]["LONG_DIM_STEP"] == 0.05  # 0, as from the factory, would not dim at all


def test_blinds_go_up_and_down_and_stop_on_the_way() -> None:
    offered = presets("HM-PB-2-WM55", 1, "HM-LC-Bl1PBU-FM", 1)
    link = {name: texts("HM-LC-Bl1PBU-FM", 1, preset) for name, preset in offered.items()}
    ways = {name: [run(values, state) for state in ("OFF", "ON")] for name, values in link.items()}
    assert ways == {"up": ["ON", "ON"], "down": ["OFF", "OFF"], "toggle": ["ON", "OFF"]}
    assert link["up"]["SHORT_JT_RAMPOFF"] == "OFF"  # on its way down: stop
    assert link["down"]["SHORT_JT_RAMPON"] == "ON"  # on its way up: stop
    assert link["up"]["LONG_MAX_TIME_FIRST_DIR"] == 0.5  # while held, by half seconds


def test_locks_and_thermostats_do_what_the_key_says() -> None:
    lock = presets("HM-RC-Key4-2", 1, "HM-Sec-Key", 1)
    assert texts("HM-Sec-Key", 1, lock["open"])["SHORT_JT_OFF"] == "OPEN"
    assert [texts("HM-Sec-Key", 1, lock["toggle"])[f"LONG_JT_{state}"] for state in ("OFF", "ON")] == [
        "UNLOCK",
        "LOCK",
    ]
    warm = texts("HM-CC-RT-DN", 6, presets("HM-PB-2-WM55", 1, "HM-CC-RT-DN", 6)["comfort"])
    assert (warm["SHORT_CONTROL_RC"], warm["SHORT_TEMPERATUR_RC"]) == ("SET TEMPERATUR SHORT", 21.0)


def test_light_after_motion_is_prolonged_and_may_depend_on_brightness() -> None:
    offered = presets("HM-Sen-MDIR-O-2", 1, "HM-LC-Dim1T-FM", 1)
    link = texts("HM-LC-Dim1T-FM", 1, offered["motion_dark"])
    assert (link["SHORT_ON_TIME"], link["SHORT_ON_TIME_MODE"]) == (300.0, "MINIMAL")
    assert (link["SHORT_CT_OFF"], link["SHORT_COND_VALUE_LO"]) == ("X LT COND_VALUE_LO", 70)
    assert texts("HM-LC-Dim1T-FM", 1, offered["motion"])["SHORT_COND_VALUE_LO"] == 255
    assert [run(link, state) for state in ("OFF", "ON")] == ["ON", "ON"]


@pytest.mark.parametrize(
    ("sensor", "name", "opened", "closed"),
    [
        ("HM-Sec-SCo", "on_while_open", "ON", "OFF"),
        ("HM-Sec-SCo", "off_while_open", "OFF", "ON"),
        ("HM-Sec-WDS", "on_while_wet", "ON", "OFF"),
        ("HM-Sec-WDS", "off_while_wet", "OFF", "ON"),
    ],
)
def test_a_switch_follows_a_sensor(sensor: str, name: str, opened: str, closed: str) -> None:
    link = texts("HM-LC-Sw1-Pl-2", 1, presets(sensor, 1, "HM-LC-Sw1-Pl-2", 1)[name])
    low = int(link["SHORT_COND_VALUE_LO"])

    def after(state: str, reported: int) -> str:
        holds = reported >= low if link[f"SHORT_CT_{state}"] == "X GE COND_VALUE_LO" else reported < low
        return run(link, state) if holds else state

    assert {after(state, 200) for state in ("OFF", "ON")} == {opened}
    assert {after(state, 0) for state in ("OFF", "ON")} == {closed}
    assert link["LONG_ACTION_TYPE"] == "INACTIVE"
