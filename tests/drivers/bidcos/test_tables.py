"""The tables of parameters hold together, and every parameter in them can be read and written."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.bidcos.devices import (
    RegisterDescription,
    channel_layout,
    describe_paramset,
    factory_link_registers,
    factory_registers,
    layout_of,
    link_lists,
    link_roles,
    model_by_code,
    model_by_name,
    models,
    paramset_of,
    register_lists,
    wanted_of_peer,
)
from drivers.bidcos.devices.entries import read_entry, sections
from drivers.bidcos.devices.layout import layout_codes, peer_values
from drivers.bidcos.devices.paramsets import Button
from drivers.bidcos.devices.registers import ConfigTime, Options, Scale, decode_raw, encode_value
from drivers.bidcos.devices.sets import link_start, register_set, set_names
from drivers.bidcos.devices.table import Model
from drivers.bidcos.devices.week_entries import week_entries
from drivers.bidcos.memory.paramset import by_list, checked, read_values, write_registers
from hub.contract.datapoints import ParameterType, Value
from hub.contract.errors import CommandRefused
from privacy.vocabulary import DataCategory

# The common models, those with a star in the reference
COMMON = (
    "0003 0004 0005 0006 0008 0009 0011 0012 0013 0019 0026 0028 0029 002F 0030 0034 0035 0036 0037 0039 "
    "003A 003B 003D 003F 0040 0042 0043 0044 0045 0046 004A 004F 0050 0056 0057 0058 005C 005D 005F 0061 "
    "0067 0068 0069 006A 006B 006C 006D 0073 0075 0076 0095 009F 00A0 00A6 00A7 00A8 00A9 00AA 00AC 00AD "
    "00AE 00B1 00B2 00B6 00BC 00BD 00BE 00C0 00C1 00C2 00C3 00C7 00C8 00C9 00CA 00D1 00D2 00D3 00D4 00D6 "
    "00D7 00D8 00D9 00DA 00DB 00DE 00F9 00FB "
)
COMMON_CODES = [int(code, 16) for code in COMMON.split()]
NO_LAYOUT = {"CMM", "KFM-SENSOR", "KFM-DISPLAY", "HM-SEC-CEN", "PS-SwITCH", "PS-TH-SENS"}
ALL = [description for name in set_names() for description in register_set(name)]
BUTTONS: tuple[Button, ...] = ("A", "B", "AB")


def named(name: str) -> Model:
    model = model_by_name(name)
    assert model is not None
    return model


def step_at(description: RegisterDescription, value: float) -> float:
    """How far the next value that the bits can hold lies away."""
    match description.conversion:
        case ConfigTime(factors=factors, bits=bits):
            return max((factor for factor in factors if value / factor > (1 << bits) - 1), default=0.0) + max(
                factors[0], value / 7
            )
        case Scale(factor=factor):
            return 1 / factor
        case _:
            return 0.0


# the tables


@pytest.mark.parametrize("name", set_names())
def test_a_set_reads_and_no_two_of_its_parameters_share_a_bit(name: str) -> None:
    taken: dict[tuple[int, int], int] = {}
    for description in register_set(name):
        assert 0 <= description.list_index <= 9
        assert description.register > 0
        assert description.registers[-1] <= 0xFF
        assert 0 < description.mask < 1 << 8 * description.width
        mask = description.mask.to_bytes(description.width, "big")
        for register, byte in zip(description.registers, mask, strict=True):
            key = (description.list_index, register)
            assert not taken.get(key, 0) & byte, f"{description.name} lies on another parameter"
            taken[key] = taken.get(key, 0) | byte
    names = [description.name for description in register_set(name)]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize("name", set_names())
def test_every_parameter_fits_its_bits_from_end_to_end(name: str) -> None:
    for description in register_set(name):
        parameter, conversion = description.parameter, description.conversion
        if isinstance(conversion, Options):
            assert len(set(conversion.codes)) == len(conversion.codes) == len(parameter.enum)
            assert max(conversion.codes) <= description.max_raw
        limits: list[Value] = [description.default]
        if parameter.type in {ParameterType.INTEGER, ParameterType.FLOAT}:
            assert parameter.min is not None
            assert parameter.max is not None
            assert parameter.min < parameter.max
            limits += [parameter.min, parameter.max, *parameter.special.values()]
        for value in limits:
            read = decode_raw(description, encode_value(description, value))
            step = step_at(description, float(value or 0))
            assert read == pytest.approx(value, abs=step), f"{description.name} = {value}"


@given(description=st.sampled_from(ALL), data=st.binary(min_size=16, max_size=16))
def test_what_registers_say_is_written_back_as_it_was(description: RegisterDescription, data: bytes) -> None:
    known = dict(zip(description.registers, data, strict=False))
    value = read_values([description], known).get(description.name)
    try:
        changed = write_registers([description], {} if value is None else {description.name: value}, known)
    except CommandRefused:
        return  # outside the range; test_what_is_out_of_range_is_refused
    after = read_values([description], {**known, **changed}).get(description.name)
    assert after == value
    kept = int.from_bytes(bytes(({**known, **changed})[at] for at in description.registers), "big")
    assert kept & ~description.mask == int.from_bytes(data[: description.width], "big") & ~description.mask


@given(description=st.sampled_from(ALL), data=st.data())
def test_what_is_written_is_read_within_a_step(description: RegisterDescription, data: st.DataObject) -> None:
    value = data.draw(in_range(description))
    known = dict.fromkeys(description.registers, data.draw(st.integers(0, 255)))
    changed = write_registers([description], {description.name: value}, known)
    read = read_values([description], {**known, **changed})[description.name]
    if isinstance(value, float):
        assert read == pytest.approx(value, abs=step_at(description, value))
    else:
        assert read == value


def in_range(description: RegisterDescription) -> st.SearchStrategy[Value]:
    parameter = description.parameter
    low, high = parameter.min or 0, parameter.max or 0
    match parameter.type:
        case ParameterType.BOOL:
            return st.booleans()
        case ParameterType.STRING:
            return st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=description.width)
        case ParameterType.FLOAT:
            return st.floats(low, high)
        case ParameterType.INTEGER:
            step = int(parameter.step or 1)
            return st.integers(int(low) // step, int(high) // step).map(
                lambda count: max(count * step, int(low))
            )
        case _:
            return st.integers(int(low), int(high))


@given(description=st.sampled_from(ALL), beyond=st.floats(1, 1e6))
def test_what_is_out_of_range_is_refused(description: RegisterDescription, beyond: float) -> None:
    parameter = description.parameter
    wrong: Value
    if parameter.type is ParameterType.STRING:
        wrong = "x" * (description.width + 1)
    elif parameter.type is ParameterType.BOOL:
        wrong = 2
    else:
        top = max([parameter.max or 0, *parameter.special.values()])
        wrong = top + beyond if parameter.type is ParameterType.FLOAT else int(top + beyond)
    with pytest.raises(CommandRefused) as refused:
        checked(description, wrong)
    assert refused.value.field == description.name
    assert refused.value.allowed


def test_a_mistake_in_a_table_is_found_by_reading_it() -> None:
    for entry in ("X 57.5 int 0..3", "X 57 number 0..3", "X 57 enum NOWHERE", "X QQ flag", "X 57 int 3"):
        with pytest.raises((KeyError, ValueError)):
            list(read_entry(entry, 1))


def test_a_section_that_stands_there_twice_is_found() -> None:
    with pytest.raises(ValueError, match="twice"):
        sections("\n[A] 1\nX 57 flag\n[A] 1\nX 57 flag\n")


def test_a_week_program_of_another_kind_is_found() -> None:
    with pytest.raises(ValueError, match="kind of week program"):
        list(week_entries("@week xx 7/14"))


def test_bits_that_do_not_hold_a_value_are_never_written_cut() -> None:
    for name, wrong in (("TRANSMIT_TRY_MAX", 256), ("STATUSINFO_MINDELAY", 16.0)):
        found = next(entry for entry in register_set("SWITCH.MASTER") if entry.name == name)
        with pytest.raises(ValueError, match=name):
            encode_value(found, wrong)
    text = next(entry for entry in ALL if entry.name == "TEXTLINE_1")
    with pytest.raises(ValueError, match="12 characters"):
        encode_value(text, "thirteen char")


@pytest.mark.parametrize("raw", [0x01, 0xC8])
def test_a_reset_that_is_switched_off_is_read_as_both_centrals_write_it(raw: int) -> None:
    found = [entry for entry in ALL if entry.name == "LOCAL_RESET_DISABLE"]
    assert found
    for entry in found:
        (register,) = entry.registers
        assert read_values([entry], {register: raw}) == {entry.name: True}
        assert read_values([entry], {register: 0x00}) == {entry.name: False}


# models and their sets


def test_nearly_all_models_have_their_parameters() -> None:
    known = [model for model in models() if layout_of(model.code) is not None]
    full = [
        model
        for model in known
        if any(paramset_of(model, index, "MASTER") for index in (0, *model.channels))
        and any(paramset_of(model, index, "LINK") for index in model.channels)
    ]
    assert {model.name for model in models()} - {model.name for model in known} == NO_LAYOUT
    assert len(full) >= 190


@pytest.mark.parametrize("code", layout_codes())
def test_every_layout_belongs_to_a_model_and_names_sets_that_exist(code: int) -> None:
    model = model_by_code(code)
    assert model is not None
    for firmware in (None, *range(0x10, 0x40)):
        layout = layout_of(code, firmware)
        assert layout is not None
        for channel in layout.channels:
            for name in filter(None, (channel.master, channel.link)):
                assert register_set(name)
            peer_values(channel.peer)
        if layout.device:
            assert register_set(layout.device)
    for index in model.channels:
        assert channel_layout(model, index) is not None, f"{model.name}:{index}"


@pytest.mark.parametrize("code", COMMON_CODES)
def test_a_common_model_has_what_its_kind_needs(code: int) -> None:
    model = model_by_code(code)
    assert model is not None
    layout = layout_of(code)
    assert layout is not None
    for index in model.channels:
        channel = layout.channel(index)
        assert channel is not None
        if channel.link:
            assert channel.sends or channel.hears, f"{model.name}:{index} {channel.type} can't be linked"
        if channel.hears & {"SWITCH", "KEYMATIC", "WINMATIC"} and channel.type != "RAINDETECTOR_HEAT":
            assert link_lists(model, index) == (3,)
            parameters = describe_paramset(model, index, "LINK")
            assert any(name.startswith("SHORT_") for name in parameters)
        if channel.sends & {"SWITCH", "KEYMATIC", "WINMATIC"} and not channel.type.startswith("SMOKE"):
            assert {4} >= set(link_lists(model, index))


def test_nobody_but_the_repeater_has_lists_beyond_the_known() -> None:
    for model in models():
        for index in (0, *model.channels):
            for channel, list_index in register_lists(model, index):
                assert list_index in {0, 1, 5, 6, 7, 8, 9} or model.name == "HM-Sys-sRP-Pl"
                assert channel == index or list_index >= 5


@pytest.mark.parametrize(
    ("model", "channel", "lists"),
    [
        ("HM-LC-Sw1-Pl-2", 0, ((0, 0),)),
        ("HM-LC-Sw1-Pl-2", 1, ((1, 1),)),
        ("HM-CC-RT-DN", 0, ((0, 0), (4, 7))),
        ("HM-TC-IT-WM-W-EU", 0, ((0, 0), (2, 7), (2, 8), (2, 9))),
        ("HM-CC-TC", 2, ((2, 5), (2, 6))),
        ("HM-CC-VD", 1, ((1, 5),)),
        ("HM-WDS30-OT2-SM", 1, ()),
    ],
)
def test_which_lists_to_read(model: str, channel: int, lists: tuple[tuple[int, int], ...]) -> None:
    assert register_lists(named(model), channel) == lists


@pytest.mark.parametrize(
    ("model", "channel", "parameter", "place", "default"),
    [
        ("HM-LC-Sw1-Pl-2", 1, "TRANSMIT_TRY_MAX", (1, 0x30, 0xFF), 6),
        ("HM-LC-Sw1-Pl-2", 1, "STATUSINFO_MINDELAY", (1, 0x57, 0x1F), 2.0),
        ("HM-LC-Sw1-Pl-2", 1, "AES_ACTIVE", (1, 0x08, 0x01), False),
        ("HM-CC-RT-DN", 0, "LOW_BAT_LIMIT", (0, 0x12, 0xFF), 2.1),
        ("HM-CC-RT-DN", 0, "TEMPERATURE_OFFSET", (7, 0x09, 0x0F), 7),
        ("HM-CC-RT-DN", 0, "BOOST_POSITION", (7, 0x0A, 0x1F), 80),
        ("HM-CC-RT-DN", 0, "MIN_MAX_VALUE_NOT_RELEVANT_FOR_MANU_MODE", (7, 0x0E, 0x40), False),
        ("HM-CC-RT-DN", 0, "TEMPERATURE_MONDAY_1", (7, 72, 0x7E00), 17.0),
        ("HM-CC-RT-DN", 0, "ENDTIME_MONDAY_2", (7, 74, 0x01FF), 540),
        ("HM-TC-IT-WM-W-EU", 0, "P3_ENDTIME_FRIDAY_13", (9, 200, 0x01FF), 1440),
        ("HM-CC-TC", 2, "TIMEOUT_THURSDAY_1", (6, 0x01, 0xFF), 360),
        ("HM-Sec-SCo", 0, "CYCLIC_INFO_MSG", (0, 0x09, 0xFF), False),
        ("HM-LC-Bl1PBU-FM", 1, "REFERENCE_RUNNING_TIME_TOP_BOTTOM", (1, 0x0B, 0xFFFF), 50.0),
    ],
)
def test_known_parameters_lie_where_devices_have_them(
    model: str, channel: int, parameter: str, place: tuple[int, int, int], default: Value
) -> None:
    found = {entry.name: entry for entry in paramset_of(named(model), channel, "MASTER")}[parameter]
    assert (found.list_index, found.register, found.mask) == place
    assert found.default == default


def test_a_link_has_a_receiver_and_a_sender_side() -> None:
    switch, remote = named("HM-LC-Sw1-Pl-2"), named("HM-PB-2-WM55")
    hears = {entry.name for entry in paramset_of(switch, 1, "LINK", "receiver")}
    assert {"SHORT_ON_TIME", "LONG_JT_ON", "SHORT_CT_ON", "SHORT_COND_VALUE_LO"} <= hears
    assert paramset_of(switch, 1, "LINK", "sender") == ()
    sends = {entry.name for entry in paramset_of(remote, 1, "LINK", "sender")}
    assert sends == {"PEER_NEEDS_BURST", "EXPECT_AES"}
    assert (link_lists(switch, 1), link_lists(remote, 1)) == ((3,), (4,))


def test_an_older_firmware_has_fewer_parameters() -> None:
    blind = named("HM-LC-Bl1PBU-FM")
    old = set(describe_paramset(blind, 1, "MASTER", firmware=0x21))
    new = set(describe_paramset(blind, 1, "MASTER", firmware=0x25))
    assert new - old == {"STATUSINFO_MINDELAY", "STATUSINFO_RANDOM", "TRANSMIT_TRY_MAX"}
    assert set(describe_paramset(blind, 1, "MASTER")) == new


def test_signing_is_a_choice_of_the_owner() -> None:
    assert "AES_ACTIVE" in describe_paramset(named("HM-LC-Sw1-Pl-2"), 1, "MASTER")
    assert "AES_ACTIVE" not in describe_paramset(named("HM-CC-TC"), 1, "MASTER")  # it can't


def test_a_channel_that_is_not_there_has_no_parameters() -> None:
    assert paramset_of(named("HM-LC-Sw1-Pl-2"), 2, "MASTER") != ()  # as many as the model says
    assert paramset_of(named("HM-CC-RT-DN"), 7, "MASTER") == ()
    assert channel_layout(named("HM-CC-RT-DN"), 7) is None


def test_what_only_a_central_sets_is_not_described() -> None:
    assert "INTERNAL_KEYS_VISIBLE" not in describe_paramset(named("HM-LC-Bl1PBU-FM"), 0, "MASTER")


def test_who_can_be_linked_with_whom() -> None:
    def roles(sender: str, sends: int, receiver: str, hears: int) -> frozenset[str]:
        first, second = channel_layout(named(sender), sends), channel_layout(named(receiver), hears)
        assert first is not None
        assert second is not None
        return link_roles(first, second)

    assert roles("HM-PB-2-WM55", 1, "HM-LC-Sw1-Pl-2", 1) == {"SWITCH"}
    assert roles("HM-Sec-SCo", 1, "HM-CC-RT-DN", 3) == {"WINDOW_SWITCH_RECEIVER"}
    assert roles("HM-TC-IT-WM-W-EU", 2, "HM-CC-RT-DN", 2) == {"THERMALCONTROL_TC"}
    assert roles("HM-CC-TC", 2, "HM-CC-VD", 1) == {"CLIMATECONTROL_TC"}
    assert roles("HM-RC-Key4-3", 1, "HM-Sec-Key", 1) == {"KEYMATIC"}
    assert roles("HM-PB-2-WM55", 1, "HM-CC-RT-DN", 6) == {"REMOTECONTROL_RECEIVER"}
    assert not roles("HM-LC-Sw1-Pl-2", 1, "HM-PB-2-WM55", 1)
    assert not roles("HM-WDS40-TH-I", 1, "HM-LC-Sw1-Pl-2", 1)


def test_a_link_wants_a_burst_for_who_sleeps() -> None:
    thermostat, contact = named("HM-CC-RT-DN"), named("HM-Sec-SCo")
    receiver = channel_layout(thermostat, 3)
    assert receiver is not None
    wanted = wanted_of_peer(receiver, paramset_of(contact, 1, "LINK", "sender"))
    assert wanted == {"PEER_NEEDS_BURST": True}


def test_a_motion_detector_asks_for_light_in_the_dark_only() -> None:
    motion, dimmer = named("HM-Sen-MDIR-O-2"), named("HM-LC-Dim1T-FM")
    sender = channel_layout(motion, 1)
    assert sender is not None
    wanted = wanted_of_peer(sender, paramset_of(dimmer, 1, "LINK"))
    assert wanted["SHORT_ON_TIME"] == 300.0
    assert wanted["SHORT_CT_ON"] == 2  # X LT COND_VALUE_LO: darker than the limit


@pytest.mark.parametrize("name", set_names())
def test_what_a_link_starts_with_can_be_written(name: str) -> None:
    descriptions = {entry.name: entry for entry in register_set(name)}
    for button in BUTTONS:
        for parameter, text in link_start(name, button).items():
            found = descriptions[parameter]
            assert text in found.parameter.enum or checked(found, float(text)) is not None


def test_what_peers_want_of_each_other_can_be_written() -> None:
    layouts = [layout_of(code) for code in layout_codes()]
    channels = [channel for layout in layouts if layout for channel in layout.channels]
    seen = set()
    for one, other in itertools.product(channels, channels):
        if (one.peer, other.link) in seen or not (link_roles(one, other) or link_roles(other, one)):
            continue
        seen.add((one.peer, other.link))
        descriptions = register_set(other.link) if other.link else ()
        for parameter, value in wanted_of_peer(one, descriptions).items():
            checked(next(entry for entry in descriptions if entry.name == parameter), value)
    assert len(seen) > 30


# factory values


@pytest.mark.parametrize("model", models(), ids=lambda model: model.name)
def test_a_new_device_holds_its_defaults(model: Model) -> None:
    registers = factory_registers(model)
    assert {0x02, 0x0A, 0x0B, 0x0C} <= registers[0, 0].keys()
    for index in (0, *model.channels):
        for (holder, list_index), descriptions in by_list(paramset_of(model, index, "MASTER")).items():
            held = registers[index if holder is None else holder, list_index]
            values = read_values(descriptions, held)
            for description in descriptions:
                assert values[description.name] == pytest.approx(
                    description.default, abs=step_at(description, float(description.default or 0)) / 2
                ), f"{model.name}:{index} {description.name}"
        for button in (None, *BUTTONS):
            assert tuple(factory_link_registers(model, index, button)) == link_lists(model, index)


def test_what_links_share_lies_in_lists_without_a_peer() -> None:
    thermostat = named("HM-TC-IT-WM-W-EU")
    found = {entry.name: entry for entry in paramset_of(thermostat, 3, "LINK")}[
        "TEMPERATUR_WINDOW_OPEN_VALUE"
    ]
    assert (found.holder, found.list_index, found.register) == (2, 7, 0x05)
    assert factory_registers(thermostat)[2, 7][0x05] == 24  # 12 °C
    assert factory_registers(named("HM-CC-TC"))[2, 5][0x05] == 24


def test_a_new_remote_holds_what_a_real_one_told() -> None:
    """HM-PB-6-WM55 2370D8 in the captured session hm-pb-6-wm55-aes-pairing, before its owner was written."""
    held = factory_registers(named("HM-PB-6-WM55"))
    assert held[0, 0].keys() == {0x02, 0x0A, 0x0B, 0x0C, 0x18}
    assert held[6, 1] == {0x04: 0x10, 0x08: 0x00, 0x09: 0x00}  # it told 08 = 01: its channel signs
    assert factory_link_registers(named("HM-PB-6-WM55"), 1) == {4: {0x01: 0x00}}


def test_a_linked_dimmer_holds_what_a_real_one_told() -> None:
    """HM-LC-Dim1PWM-CV 1E7AAD told list 3 of a link with a single key's upper half."""
    told = dict(enumerate(bytes.fromhex("000000326400FF00FF011222232000"), start=0x01))
    told |= dict(enumerate(bytes.fromhex("14C80A050500C80A0A0404"), start=0x10))
    held = factory_link_registers(named("HM-LC-Dim1PWM-CV"), 1, "A")[3]
    assert {register: held[register] for register in told} == told


def test_a_key_pair_starts_as_on_and_off() -> None:
    switch = named("HM-LC-Sw1-Pl-2")
    upper = read_values(paramset_of(switch, 1, "LINK"), factory_link_registers(switch, 1, "A")[3])
    lower = read_values(paramset_of(switch, 1, "LINK"), factory_link_registers(switch, 1, "B")[3])
    texts = {entry.name: entry.parameter.enum for entry in paramset_of(switch, 1, "LINK")}["SHORT_JT_OFF"]
    assert texts[int(upper["SHORT_JT_OFF"])] == "ONDELAY"
    assert texts[int(lower["SHORT_JT_ON"])] == "OFFDELAY"


def test_each_parameter_says_what_kind_of_data_it_is() -> None:
    names = describe_paramset(named("HM-CC-RT-DN"), 0, "MASTER")
    assert names["TEMPERATURE_MONDAY_1"].category is DataCategory.CLIMATE
    assert names["CYCLIC_INFO_MSG"].category is DataCategory.RADIO
    assert describe_paramset(named("HM-LC-Sw1-Pl-2"), 1, "LINK")["SHORT_ON_TIME"].category is (
        DataCategory.ACTUATOR_STATE
    )
    texts = describe_paramset(named("HM-Dis-WM55"), 1, "MASTER")
    assert texts["TEXTLINE_1"].category is DataCategory.DEVICE_NAME
