"""The module as its host sees it, and what its radio does by itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.bidcos.codec.signing import DEFAULT_KEY, passphrase_key
from drivers.bidcos.codec.uart import AckStatus, AppCommand, OsCommand
from drivers.bidcos.codec.uart_reports import (
    APPLICATION,
    BOOT_LOADER,
    Address,
    Answer,
    Credits,
    Firmware,
    PeerAdded,
    RadioAnswer,
    Received,
    SerialNumber,
    Started,
)
from drivers.bidcos.codec.uart_requests import (
    AddPeer,
    Ask,
    Enable,
    PeerAes,
    RemovePeer,
    Send,
    SetAddress,
    SetKey,
)
from drivers.simulator.devices.memory import ListId
from drivers.simulator.world import World, WorldConfig

from .module_host import CENTRAL, ModuleHost

SWITCH, CONTACT = "HM-LC-Sw1-FM", "HM-Sec-SCo"


def ready(*models: str, sign: bool = False, wake_up: bool = False) -> ModuleHost:
    """A started module that knows the home's devices as peers."""
    host = ModuleHost(*models)
    assert host.status(Ask(command=OsCommand.CHANGE_APP)) == AckStatus.OK
    host.wait(0.5)
    assert host.status(SetAddress(address=CENTRAL)) == AckStatus.OK
    for device in host.world.devices.values():
        host.answer(AddPeer(peer=device.address, wake_up=wake_up))
        if not sign:
            host.answer(PeerAes(peer=device.address, channels=tuple(range(64)), on=False))
    return host


def sign_channel(host: ModuleHost) -> None:
    host.device().memory.write(ListId(channel=1, number=1), {0x08: 1})


def test_it_boots_into_its_loader_and_starts_the_application_when_told() -> None:
    host = ModuleHost(SWITCH)
    assert host.reports == [(0, Started(app=BOOT_LOADER))]
    assert host.ask(Ask(command=OsCommand.GET_APP)) == [Started(app=BOOT_LOADER)]
    assert host.status(Ask(command=AppCommand.GET_ADDRESS)) == AckStatus.REFUSED
    assert host.status(Ask(command=OsCommand.CHANGE_APP)) == AckStatus.OK
    host.wait(0.5)
    assert host.reports[-1] == (0, Started(app=APPLICATION))
    assert host.ask(Ask(command=OsCommand.GET_APP)) == [Started(app=APPLICATION)]


def test_it_answers_each_question_of_the_start_up() -> None:
    host = ready(SWITCH)

    def info(command: OsCommand | AppCommand) -> bytes:
        return host.info(Ask(command=command))

    assert Address.parse(info(AppCommand.GET_ADDRESS)) == Address(address=CENTRAL)
    assert Address.parse(info(AppCommand.DEFAULT_ADDRESS)) is not None
    assert Firmware.parse(info(OsCommand.GET_FIRMWARE)) == Firmware(version=(1, 4, 1))
    assert SerialNumber.parse(info(OsCommand.GET_SERIAL)) == SerialNumber(serial="SIMMODUL01")
    assert Credits.parse(info(OsCommand.GET_CREDITS)) == Credits(used=0)
    assert host.device().address in info(AppCommand.GET_PEERS)


def test_a_new_peer_is_signed_on_all_channels_until_they_are_switched_off() -> None:
    host = ready(SWITCH)

    def signed(request: AddPeer) -> PeerAdded | None:
        return PeerAdded.parse(host.info(request))

    peer = AddPeer(peer=b"\x01\x02\x03")
    assert signed(peer) == PeerAdded(count=2, signed=frozenset())
    assert signed(peer) == PeerAdded(count=2, signed=PeerAdded.everything)
    host.answer(PeerAes(peer=peer.peer, channels=tuple(range(64)), on=False))
    host.answer(PeerAes(peer=peer.peer, channels=(1, 2), on=True))
    assert signed(peer) == PeerAdded(count=2, signed=frozenset({1, 2}))
    gone = host.info(RemovePeer(peer=peer.peer))
    assert PeerAdded.parse(gone) == PeerAdded(count=1, signed=None)


def test_it_delivers_repeats_and_tells_when_nobody_answers() -> None:
    host = ready(SWITCH)
    device = host.device()
    switch_on = Send(radio=host.frame(device, 0x11, "0201C80000"))
    answer = host.answer(switch_on, 1.0)
    assert isinstance(answer, RadioAnswer)
    assert answer.radio.payload[:3] == bytes.fromhex("0101C8")
    assert not answer.verified
    device.misses = 2
    assert isinstance(host.answer(switch_on, 2.0), RadioAnswer)
    device.misses = 3
    assert host.answer(switch_on, 3.0) == Answer(destination=1, status=AckStatus.NO_ANSWER)


def test_one_frame_at_a_time() -> None:
    host = ready(SWITCH)
    first = Send(radio=host.frame(host.device(), 0x11, "0201C80000"))
    host.write(first.frame(7))
    busy = host.answer(Send(radio=host.frame(host.device(), 0x11, "0201000000", counter=0x22)))
    assert busy == Answer(destination=1, status=AckStatus.BUSY)


def test_it_signs_for_the_host_and_checks_the_device() -> None:
    host = ready(SWITCH, sign=True)
    sign_channel(host)
    answer = host.answer(Send(radio=host.frame(host.device(), 0x11, "0201C80000")), 2.0)
    assert isinstance(answer, RadioAnswer)
    assert answer.verified
    assert host.device().state()["on"] == [True]


def test_a_device_with_another_key_is_reported_as_a_failed_signature() -> None:
    host = ready(SWITCH, sign=True)
    sign_channel(host)
    host.device().memory.set_key(bytes(range(16)), 3)
    unknown = host.answer(Send(radio=host.frame(host.device(), 0x11, "0201C80000")), 3.0)
    assert unknown == Answer(destination=1, status=AckStatus.SIGNATURE_FAILED, info=b"\x03")
    host.device().memory.set_key(bytes(range(16)), 0)
    wrong = host.answer(Send(radio=host.frame(host.device(), 0x11, "0201C80000", counter=0x33)), 4.0)
    assert wrong == Answer(destination=1, status=AckStatus.SIGNATURE_FAILED, info=b"\x00")
    assert host.device().state()["on"] == [False]


def test_index_zero_is_the_built_in_key_whatever_is_loaded_there() -> None:
    host = ready(SWITCH, sign=True)
    sign_channel(host)
    host.answer(SetKey(command=AppCommand.SET_TEMPORARY_KEY, key=passphrase_key(""), index=0))
    answer = host.answer(Send(radio=host.frame(host.device(), 0x11, "0201C80000")), 2.0)
    assert isinstance(answer, RadioAnswer)
    assert answer.verified


def test_a_key_exchange_that_the_host_names_is_sealed_and_sent() -> None:
    host = ready(SWITCH, sign=True)
    new = passphrase_key("11111111")
    host.answer(SetKey(command=AppCommand.SET_CURRENT_KEY, key=new, index=1))
    for counter, half in enumerate(("0102", "0103"), 0x40):
        answer = host.answer(Send(radio=host.frame(host.device(), 0x04, half, counter=counter)), 2.0)
        assert isinstance(answer, RadioAnswer)
        assert answer.verified
    assert (host.device().memory.key, host.device().memory.key_index) == (new, 1)


@pytest.mark.parametrize("sign", [False, True])
def test_it_acknowledges_events_of_its_peers_itself(sign: bool) -> None:
    host = ready(CONTACT, sign=sign)
    host.reports.clear()
    host.device().act("open")
    host.wait(3.0)
    (event,) = host.received()
    assert event.status == (0x12 if sign else 0x11)
    assert event.radio.payload == bytes.fromhex("0101C8")
    assert host.device().outbox.given_up == 0


def test_a_forged_event_is_told_as_such_and_not_acknowledged() -> None:
    host = ready(CONTACT, sign=True)
    host.device().memory.set_key(bytes(range(16)), 0)
    host.reports.clear()
    host.device().act("open")
    host.wait(12.0)
    assert {event.status for event in host.received()} == {0x13}
    assert host.device().outbox.given_up == 1


def test_it_leaves_strangers_alone_and_tells_what_it_overhears() -> None:
    host = ready(CONTACT)
    host.answer(RemovePeer(peer=host.device().address))
    host.reports.clear()
    host.device().act("open")
    host.wait(12.0)
    assert {event.status for event in host.received()} == {0x01}
    assert host.device().outbox.given_up == 1
    host.device().teach_in()
    host.wait(0.5)
    assert host.received()[-1].radio.kind == 0x00


def test_it_wakes_peers_that_the_host_wants_to_speak_to() -> None:
    host = ready("HM-CC-RT-DN", wake_up=True)
    host.wait(30.0)
    for _ in range(4000):
        host.wait(0.1)
        if host.device().is_awake and any(
            isinstance(r, Received) and r.status == 0x10 for _, r in host.reports
        ):
            break
    answer = host.answer(Send(radio=host.frame(host.device(), 0x11, "86042B")), 1.0)
    assert isinstance(answer, RadioAnswer)
    assert host.device().state()["set"] == 21.5


def test_pages_of_a_register_list_are_acknowledged_by_it() -> None:
    host = ready("HM-CC-RT-DN")
    host.device().stay_awake(20.0)
    answer = host.answer(Send(radio=host.frame(host.device(), 0x01, "04040000000007")), 8.0)
    assert isinstance(answer, RadioAnswer)
    rest = [event.radio.payload for event in host.received() if event.radio.kind == 0x10]
    assert rest[-1] == b"\x03\x00"
    assert len(rest) >= 12


def test_credits_are_counted_told_and_run_out() -> None:
    host = ready(SWITCH)
    burst = Send(radio=host.frame(host.device(), 0x11, "0201C80000"), burst=True)
    statuses = []
    for _ in range(120):
        answer = host.answer(burst, 1.0)
        statuses.append(answer.status if isinstance(answer, Answer) else AckStatus.OK)
    assert statuses[:80] == [AckStatus.OK] * 80
    assert statuses[-1] == AckStatus.NO_CREDITS
    (told,) = host.ask(Ask(command=OsCommand.GET_CREDITS))
    assert isinstance(told, Answer)
    assert told.info[0] >= 199
    host.answer(Enable(command=OsCommand.ENABLE_CREDITS, on=False))
    assert isinstance(host.answer(burst, 1.0), RadioAnswer)
    host.answer(Enable(command=OsCommand.ENABLE_CREDITS, on=True))
    unheard = host.device().outbox.given_up
    host.device().act("toggle")
    host.wait(15.0)
    assert host.device().outbox.given_up == unheard + 1  # not even an acknowledgement
    host.wait(3600.0)
    assert host.module.radio.credits_used() == 0


def test_a_busy_channel_is_said_when_it_listens_first() -> None:
    host = ready(SWITCH)
    host.answer(Enable(command=OsCommand.ENABLE_CSMA, on=True))
    host.world.air.jam(2.0)
    busy = host.answer(Send(radio=host.frame(host.device(), 0x11, "0201C80000")), 1.0)
    assert busy == Answer(destination=1, status=AckStatus.CHANNEL_BUSY)


def test_an_answer_that_the_air_had_no_room_for_is_noted() -> None:
    host = ready(SWITCH)
    host.answer(Enable(command=OsCommand.ENABLE_CSMA, on=True))
    host.device().act("toggle")
    while not host.device().outbox.on_its_way:
        host.wait(0.01)
    host.wait(0.06)
    host.world.air.jam(0.5)
    host.wait(0.4)
    counter = host.device().outbox.on_its_way[1]
    assert list(host.module.radio.held_up) == [(host.device().address, counter)]
    host.wait(5.0)  # the device tells it again
    assert not host.device().outbox.on_its_way
    assert host.device().outbox.given_up == 0


def test_its_illnesses() -> None:
    host = ready(SWITCH)
    host.module.ills.add("silent")
    assert host.ask(Ask(command=OsCommand.GET_CREDITS)) == []
    host.module.ills = {"busy"}
    assert host.status(Ask(command=OsCommand.GET_CREDITS)) == AckStatus.BUSY
    host.module.ills = {"crc", "garbage"}
    for _ in range(20):
        host.ask(Ask(command=OsCommand.GET_CREDITS))
    assert 10 <= host.damaged <= 20
    host.module.ills = {"no-credits"}
    spent = host.answer(Send(radio=host.frame(host.device(), 0x11, "0201C80000")), 1.0)
    assert spent == Answer(destination=1, status=AckStatus.NO_CREDITS)
    host.module.ills = {"stuck"}
    host.module.reset()
    host.wait(1.0)
    assert host.status(Ask(command=OsCommand.CHANGE_APP)) == AckStatus.REFUSED
    host.module.ills = {"dual"}
    host.ask(Ask(command=OsCommand.CHANGE_APP))
    host.wait(1.0)
    assert isinstance(host.reports[-1][1], Started)
    assert host.reports[-1][1].app == "DualCoPro_App"
    assert host.module.receives is False


def test_two_sticks_hear_one_air_each_by_its_own_way() -> None:
    heard: dict[str, list[bytes]] = {"stick": [], "stick2": []}
    world = World(
        WorldConfig(models=(SWITCH,), radios=("cul", "module"), central=CENTRAL),
        uniform=lambda: 0.5,
        emit=heard["stick"].append,
        more=[heard["stick2"].append],
    )
    world.stick.write(b"X21\nAr\n")
    world.sticks["stick2"].power_on()
    world.agenda.run_until(0.3)
    world.sticks["stick2"].write(bytes.fromhex("FD0003000003180A"))
    world.agenda.run_until(1.0)
    heard["stick2"].clear()
    next(iter(world.devices.values())).teach_in()
    world.agenda.run_until(2.0)
    assert heard["stick"][-1].startswith(b"A1A")
    assert heard["stick2"][-1].startswith(b"\xfd")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_no_bytes_upset_it(chunks: list[bytes]) -> None:
    host = ready(SWITCH)
    for chunk in chunks:
        host.module.write(chunk)
        host.module.write(b"\xfd" + chunk)
        host.wait(0.01)
    host.wait(12.0)
    host.module.write(b"\xfd")
    assert host.ask(Ask(command=OsCommand.GET_CREDITS)) or DEFAULT_KEY
