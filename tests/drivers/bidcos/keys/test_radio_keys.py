"""Whom a radio speaks for: made once, and anew only where something changed."""

import random
from collections.abc import Callable

import pytest

from drivers.bidcos.codec.messages import StatusRequest
from drivers.bidcos.devices import model_by_name
from drivers.bidcos.exchange.keyring import Keyring, SystemKey
from drivers.bidcos.exchange.lanes import Lanes
from drivers.bidcos.exchange.request import Request, Step
from drivers.bidcos.keys.radio_keys import Stations
from drivers.bidcos.members.household import Household, member_of
from drivers.bidcos.members.records import DeviceRecord
from drivers.bidcos.radios.radio import Station

CENTRAL = bytes.fromhex("2A4C6E")
SWITCH, CONTACT, REMOTE = (bytes.fromhex(f"51000{each}") for each in (1, 2, 3))
MODELS = {SWITCH: "HM-LC-Sw1-FM", CONTACT: "HM-Sec-SC-2", REMOTE: "HM-RC-4-3"}


class Estate:
    """A household, its keys, what waits for it, and two ways to say what its radio has to know."""

    def __init__(self) -> None:
        self.household = Household()
        self.keyring = Keyring()
        self.lanes = Lanes()
        self.stations = self.fresh()
        for address in MODELS:
            self.take_in(address)

    def fresh(self) -> Stations:
        return Stations(CENTRAL, self.household, self.keyring, self.lanes)

    def take_in(self, address: bytes) -> None:
        model = model_by_name(MODELS[address])
        assert model is not None
        assert model.code is not None
        member = member_of(
            DeviceRecord(
                address=address, model=model.code, firmware=0x19, serial=f"SIM{address.hex()}", counter=1
            )
        )
        assert member is not None
        self.household.add(member)
        self.lanes.add(address, member.model.receive_modes, 1)

    def let_wait(self, address: bytes) -> None:
        step = Step(message=StatusRequest(channel=1))
        assert not list(self.lanes.enqueue(Request(device=address, steps=(step,))))


def test_while_nothing_changes_it_is_the_same_object() -> None:
    estate = Estate()
    first = estate.stations.current()
    assert set(first.peers) == set(MODELS)
    assert estate.stations.current() is first


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (lambda estate: estate.let_wait(CONTACT), {CONTACT}),
        (lambda estate: estate.let_wait(SWITCH), set()),  # it does not sleep
        (lambda estate: estate.keyring.note_signing(REMOTE, 2, True), {REMOTE}),
        (lambda estate: estate.household.remove(SWITCH), {SWITCH}),
    ],
)
def test_what_changed_is_made_anew_and_the_rest_is_kept(
    change: Callable[[Estate], None], changed: set[bytes]
) -> None:
    estate = Estate()
    before = estate.stations.current()
    change(estate)
    after = estate.stations.current()
    assert {radio for radio in MODELS if before.peers.get(radio) != after.peers.get(radio)} == changed
    kept = set(after.peers) - changed - {SWITCH}
    assert all(after.peers[radio] is before.peers[radio] for radio in kept)


def test_a_new_key_of_the_home_is_passed_on() -> None:
    estate = Estate()
    before = estate.stations.current()
    estate.keyring.use(SystemKey(index=1, key=bytes(range(16))))
    after = estate.stations.current()
    assert before.keys.current is None
    assert after.keys.current is not None
    assert after.keys.current.secret == bytes(range(16))


def test_after_any_history_it_is_what_it_would_be_if_made_now() -> None:
    dice, estate = random.Random(4), Estate()

    def forget() -> None:
        radio = dice.choice(list(MODELS))
        estate.household.remove(radio)
        estate.lanes.remove(radio)
        estate.keyring.remove(radio)

    def take_in() -> None:
        estate.take_in(dice.choice(list(MODELS)))

    def sign() -> None:
        estate.keyring.note_signing(dice.choice(list(MODELS)), dice.randrange(4), dice.random() < 0.5)

    def wait() -> None:
        radio = dice.choice(list(MODELS))
        if (lane := estate.lanes.get(radio)) is None:
            return
        if lane.queue:
            lane.queue.popleft()
        else:
            estate.let_wait(radio)

    def wake() -> None:
        if (lane := estate.lanes.get(dice.choice(list(MODELS)))) is not None:
            (estate.lanes.rest if estate.lanes.is_active(lane.device) else estate.lanes.activate)(lane)

    said: list[Station] = []
    for _ in range(300):
        dice.choice([forget, take_in, take_in, sign, wait, wake])()
        said.append(estate.stations.current())
        assert said[-1] == estate.fresh().current()
    assert len({id(each) for each in said}) < len(said)
