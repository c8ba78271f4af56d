"""The module on its bad days: busy, out of send time, restarted; and what it is told of our devices."""

from collections import deque

import pytest

from drivers.bidcos.codec.uart import AckStatus, AppCommand, Destination, OsCommand
from drivers.bidcos.codec.uart_reports import RadioAnswer, Signature
from drivers.bidcos.codec.uart_requests import AddPeer, Ask, PeerAes, SetKey
from drivers.bidcos.radios.module import MAX_SENDS, SEND_LATEST_S
from drivers.bidcos.radios.module_load import Step
from drivers.bidcos.radios.module_peers import ModulePeers
from drivers.bidcos.radios.radio import (
    Broken,
    Budget,
    Key,
    Keys,
    Peer,
    Ready,
    Reception,
    Result,
    Station,
    Trouble,
    TroubleCode,
    Verdict,
)

from .played import CENTRAL, DEVICE, Line, PlayedModule, event, module_line, module_of, question

OTHER = bytes.fromhex("2B3C4D")


def _started(peers: dict[bytes, Peer] | None = None, module: PlayedModule | None = None) -> Line:
    line = module_line(Station(address=CENTRAL, peers=peers or {}), module)
    line.run(2.0)
    assert line.of(Ready)
    return line


def _results(line: Line) -> list[Result]:
    return [verdict.result for verdict in line.of(Verdict)]


def test_a_module_in_its_boot_loader_is_started_and_loaded() -> None:
    line = _started()
    module = module_of(line)
    (ready,) = line.of(Ready)
    assert (ready.identity.serial, ready.identity.firmware) == ("NEQ1330980", "1.4.1")
    assert ready.identity.address == bytes.fromhex("FD1234")
    assert module.address == CENTRAL
    assert set(module.keys) == {
        AppCommand.SET_CURRENT_KEY,
        AppCommand.SET_PREVIOUS_KEY,
        AppCommand.SET_TEMPORARY_KEY,
    }
    assert all(key.key == bytes(16) for key in module.keys.values())
    assert line.of(Budget)[0].used == 0.05


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (AckStatus.REFUSED, Result.REFUSED),
        (AckStatus.OK, Result.SENT),
        (AckStatus.INFO, Result.SENT),
        (AckStatus.NO_ANSWER, Result.SILENT),
        (AckStatus.NO_CREDITS, Result.AIRTIME),
        (AckStatus.CHANNEL_BUSY, Result.CHANNEL_BUSY),
        (AckStatus.SIGNATURE_FAILED, Result.WRONG_KEY),
        (0x7E, Result.REFUSED),
    ],
)
def test_each_status_has_its_verdict(status: int, result: Result) -> None:
    line = _started({DEVICE: Peer()})
    module_of(line).answers = lambda _frame: status
    line.send(question())
    line.run(10.0)
    assert _results(line) == [result]


@pytest.mark.parametrize(("verified", "signature"), [(True, Signature.GOOD), (False, Signature.NONE)])
def test_an_answer_comes_with_its_verdict(verified: bool, signature: Signature) -> None:
    line = _started({DEVICE: Peer()})
    answer = event(counter=7)
    module_of(line).answers = lambda _frame: RadioAnswer(radio=answer, key_index=0, verified=verified)
    line.send(question())
    (verdict,) = line.of(Verdict)
    assert verdict.answer is not None
    assert (verdict.result, verdict.answer.signature) == (Result.ANSWERED, signature)
    assert verdict.answer.frame.counter == 7


@pytest.mark.parametrize(
    ("status", "signature"), [(0x11, Signature.NONE), (0x12, Signature.GOOD), (0x13, Signature.WRONG)]
)
def test_what_it_found_out_about_a_signature_goes_with_the_frame(status: int, signature: Signature) -> None:
    line = _started({DEVICE: Peer()})
    line.hear(module_of(line).hear(event(), status))
    assert [heard.signature for heard in line.of(Reception)] == [signature]


def test_a_busy_channel_is_tried_for_three_seconds() -> None:
    line = _started({DEVICE: Peer()})
    module = module_of(line)
    module.answers = lambda _frame: AckStatus.CHANNEL_BUSY if len(module.aired) < 5 else AckStatus.OK
    line.send(question())
    line.run(3.0)
    assert (len(module.aired), _results(line)) == (5, [Result.SENT])


def test_a_module_that_is_still_busy_is_asked_again() -> None:
    line = _started({DEVICE: Peer()})
    module_of(line).busy = 3
    line.send(question(flags=0x80))
    line.run(1.0)
    assert module_of(line).aired == [question(flags=0x80)]
    assert not [trouble for trouble in line.of(Trouble) if trouble.code is TroubleCode.RESET]


def test_a_module_that_is_busy_while_it_starts_is_waited_for_and_in_the_end_reset() -> None:
    patient = module_line(module=PlayedModule(busy=8))
    patient.run(10.0)
    assert patient.of(Ready)
    assert not patient.of(Trouble)
    stuck = module_line(module=PlayedModule(busy=14))
    stuck.run(30.0)
    assert [trouble.code for trouble in stuck.of(Trouble)] == [TroubleCode.RESET]
    assert stuck.of(Ready)


def test_a_restart_loads_all_anew_and_loses_no_frame() -> None:
    line = _started({DEVICE: Peer(wakes=True, signed=frozenset({1}))})
    module = module_of(line)
    module.answers = lambda _frame: None  # the device is still being asked
    line.send(question(7))
    line.send(question(8))
    module.answers = lambda _frame: AckStatus.NO_ANSWER
    line.hear(module.restart())
    line.run(3.0)
    assert [trouble.code for trouble in line.of(Trouble)] == [TroubleCode.RESTARTED]
    assert len(line.of(Ready)) == 2
    assert module.address == CENTRAL
    assert module.peers == {DEVICE: {1}}
    assert [frame.counter for frame in module.aired] == [7, 7, 8]
    assert _results(line) == [Result.SILENT, Result.SILENT]


def test_a_module_that_loses_an_answer_is_asked_three_times_and_then_reset() -> None:
    line = _started()
    module = module_of(line)
    module.silent = True
    line.run(15.0 + 3 * 3.0 - 2.5)
    asked = [request for request in module.raw if request.command == OsCommand.GET_CREDITS]
    assert len(asked) == 1 + 3
    module.silent = False
    line.run(10.0)
    assert [trouble.code for trouble in line.of(Trouble)] == [TroubleCode.RESET]
    assert len(line.of(Ready)) == 2


def test_a_frame_without_a_verdict_is_lost_not_repeated() -> None:
    line = _started({DEVICE: Peer()})
    module_of(line).answers = lambda _frame: None
    line.send(question())
    line.run(14.0)
    assert _results(line) == [Result.LOST]
    assert len(module_of(line).aired) == 1


def test_what_waits_is_bounded_in_number_and_in_time() -> None:
    line = _started({DEVICE: Peer()})
    module_of(line).answers = lambda _frame: None
    for counter in range(MAX_SENDS + 3):
        line.send(question(counter))
    assert _results(line) == [Result.LOST] * 2  # one is out, as many as may wait do
    line.run(SEND_LATEST_S + 20.0)
    assert len(_results(line)) == MAX_SENDS + 3


def test_devices_come_change_and_go_while_it_runs() -> None:
    line = _started({DEVICE: Peer()})
    module = module_of(line)
    before = len(module.requests)

    def know(peers: dict[bytes, Peer]) -> None:
        line.pass_on(line.radio.know(Station(address=CENTRAL, peers=peers), line.now_s))
        line.run(0.1)

    know({DEVICE: Peer(), OTHER: Peer(signed=frozenset({2, 3}))})
    assert module.peers == {DEVICE: set(), OTHER: {2, 3}}
    assert all(getattr(request, "peer", OTHER) == OTHER for request in module.requests[before:])
    know({OTHER: Peer(signed=frozenset(), wakes=True)})
    assert (module.peers, module.wakes) == ({OTHER: set()}, {OTHER})


def test_firmware_that_keeps_what_is_signed_ends_with_the_same_map() -> None:
    line = _started({DEVICE: Peer(signed=frozenset({1}))}, PlayedModule(signs_new_peers=False))
    assert module_of(line).peers == {DEVICE: {1}}


def test_only_a_key_that_changed_is_loaded_and_no_key_is_shown() -> None:
    line = _started()
    module = module_of(line)
    before = len(module.requests)
    keys = Keys(current=Key(index=2, secret=bytes(range(16))))
    line.pass_on(line.radio.know(Station(address=CENTRAL, keys=keys), line.now_s))
    (loaded,) = module.requests[before:]
    assert isinstance(loaded, SetKey)
    assert (loaded.command, loaded.key, loaded.index) == (
        AppCommand.SET_CURRENT_KEY,
        bytes(range(16)),
        2,
    )
    assert "0001020304" not in repr(keys) + repr(loaded) + repr(line.events)
    with pytest.raises(ValueError, match="16 bytes"):
        Key(index=1, secret=b"short")


def test_a_stranger_is_made_known_before_a_frame_goes_to_it() -> None:
    line = _started()
    line.send(question())
    adding = [request for request in module_of(line).requests if isinstance(request, AddPeer)]
    assert [request.peer for request in adding] == [DEVICE]
    assert module_of(line).aired == [question()]


@pytest.mark.parametrize(("firmware", "size"), [((1, 0, 5), 2), ((1, 0, 6), 3), ((1, 2, 1), 3)])
def test_old_firmware_gets_no_burst_byte(firmware: tuple[int, int, int], size: int) -> None:
    line = _started({DEVICE: Peer()}, PlayedModule(firmware=firmware))
    line.send(question())
    (sent,) = [frame for frame in module_of(line).raw if frame.command == 2 and frame.destination == 1]
    assert sent.data[:size] == bytes(size)
    assert sent.data[size] == 7


def test_it_is_kept_alive_and_told_the_time_each_hour() -> None:
    line = _started()
    module = module_of(line)
    line.run(3601.0)
    asked = [request for request in module.requests if request == Ask(command=OsCommand.GET_CREDITS)]
    assert 3600 / 15 - 1 <= len(asked) <= 3600 / 15 + 2
    assert module.times == 2


def test_settings_that_a_firmware_does_not_know_are_left_out() -> None:
    refuses = frozenset(
        {(Destination.OS, OsCommand.ENABLE_CSMA), (Destination.APP, AppCommand.DEFAULT_ADDRESS)}
    )
    line = _started(module=PlayedModule(refuses=refuses))
    assert [trouble.code for trouble in line.of(Trouble)] == [TroubleCode.REFUSED] * 2


def test_an_answer_in_parts_is_waited_for_and_put_together() -> None:
    line = _started({DEVICE: Peer(signed=frozenset({1}))}, PlayedModule(splits=True))
    (ready,) = line.of(Ready)
    assert ready.identity.address == bytes.fromhex("FD1234")
    assert module_of(line).peers == {DEVICE: {1}}
    assert not line.of(Trouble)


def test_no_room_for_a_device_is_said() -> None:
    refuses = frozenset(
        {(Destination.APP, AppCommand.ADD_PEER), (Destination.APP, AppCommand.PEER_REMOVE_AES)}
    )
    line = _started({DEVICE: Peer()}, PlayedModule(refuses=refuses))
    assert {trouble.code for trouble in line.of(Trouble)} == {TroubleCode.PEER_REFUSED}


def test_a_module_that_comes_back_to_its_boot_loader_is_given_up() -> None:
    line = module_line(module=PlayedModule(application="Co_CPU_BL"))
    line.run(60.0)
    assert line.of(Broken) == [Broken(code="wrong_firmware")]


def test_who_speaks_while_it_waits_to_be_made_known_is_next_but_nobody_is_left_half_known() -> None:
    # given three devices to load, the first of which is on its way and signs all channels until it is done
    first, second, third = (bytes((0, 0, number)) for number in (1, 2, 3))
    peers = {address: Peer() for address in (first, second, third)}
    steps: deque[Step] = deque()
    known = ModulePeers(Station(address=CENTRAL), steps)
    steps += known.learn(Station(address=CENTRAL, peers=peers))
    running = steps.popleft()

    # when the third one speaks, and a stranger
    known.hurry(third, running.peer)
    known.hurry(b"\x99\x99\x99", running.peer)

    # then it comes right after what was begun
    assert [step.peer for step in steps] == [first, first, *[third] * 3, *[second] * 3]


def test_a_thousand_devices_are_loaded() -> None:
    peers = {number.to_bytes(3, "big"): Peer() for number in range(1, 1001)}
    line = _started(peers)
    assert set(module_of(line).peers) == set(peers)
    assert len([request for request in module_of(line).requests if isinstance(request, PeerAes)]) <= 2000
